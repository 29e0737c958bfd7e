"""An office is watched while walks go on in it.

What both sides show is read as any client would read it, by sync token and by cursor.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from tests.journeys.tandem_server import Json, Office
from tests.standin.people import Person

T = TypeVar("T")

PATIENCE = 20.0
LOOK_EVERY = 0.1


class Watch:
    """What both sides of an office show, a moment ago at most."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.items: dict[str, Json] = {}
        self.events: dict[str, Json] = {}
        self.news = threading.Condition()
        self.over = threading.Event()
        self.trouble: list[BaseException] = []

    @property
    def alive(self) -> dict[str, Json]:
        """The events that take place."""
        events = self.events.items()
        return {name: row for name, row in events if row["status"] != "cancelled"}

    def run(self) -> None:
        """Look at both sides until it is over."""
        person = self.office.calendar()
        token, cursor = "", ""
        try:
            while not self.over.wait(LOOK_EVERY):
                cursor = self._look_at_items(cursor)
                token = self._look_at_events(person, token)
        except BaseException as error:
            self.trouble.append(error)
            raise
        finally:
            person.close()

    def _look_at_items(self, cursor: str) -> str:
        # Everything, also what this very key's application did.
        path = f"changes?all=true&limit=500&cursor={cursor}"
        answer = self.office.call("GET", path).json()
        items = dict(self.items)
        for change in answer["changes"]:
            items.pop(change["item"], None)
            if not change["deleted"]:
                items[change["item"]] = change["value"]
        self.items = items
        self._tell()
        return str(answer["cursor"])

    def _look_at_events(self, person: Person, token: str) -> str:
        page = person.page(syncToken=token or None, maxResults=2500)
        events = dict(self.events)
        for row in page["items"]:
            events.pop(row["id"], None)
            if row["status"] != "cancelled" or "recurringEventId" in row:
                events[row["id"]] = row
        self.events = events
        self._tell()
        return str(page["nextSyncToken"])

    def _tell(self) -> None:
        with self.news:
            self.news.notify_all()

    def until(self, look: Callable[[], T]) -> T:
        """Return what `look` returns as soon as it asserts nothing false any more."""
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                return look()
            except AssertionError:
                if time.monotonic() > ends or self.trouble:
                    raise
            with self.news:
                self.news.wait(1)


@contextlib.contextmanager
def watched(office: Office) -> Iterator[Watch]:
    """Watch both sides of an office until the end of the block."""
    watch = Watch(office)
    thread = threading.Thread(target=watch.run, name=f"watch {office.email}")
    thread.start()
    try:
        yield watch
    finally:
        watch.over.set()
        thread.join()
