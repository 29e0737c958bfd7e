"""Walks: what becomes of one appointment on both sides, many of them side by side.

A walk waits for what it expects, and no longer; what does not come in time fails with
the reason that the link gives.
"""

import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest

from tests.journeys.shapes import moment, plain, shown, uids
from tests.journeys.tandem_server import Json, Office
from tests.journeys.watching import Watch, watched
from tests.standin.people import Person

__all__ = ["Story", "Walk", "side_by_side", "watched"]

Story = Callable[["Walk"], None]


@dataclass(kw_only=True, slots=True)
class Walk:
    """One appointment on its way; `title` is its own alone."""

    watch: Watch
    person: Person
    title: str
    item_id: str = ""
    event_id: str = ""
    others: list[Person] = field(default_factory=list)

    @property
    def office(self) -> Office:
        """Where it takes place."""
        return self.watch.office

    # --- what a person and an application do ------------------------------------------

    def insert(self, **body: Any) -> Json:
        """Insert an event at Google."""
        made = self.person.insert(**{"summary": self.title, **body})
        self.event_id = made["id"]
        return made

    def patch(self, **body: Any) -> Json:
        """Change the event at Google."""
        return self.person.patch(self.event_id, **body)

    def delete(self) -> None:
        """Delete the event at Google."""
        self.person.delete(self.event_id)

    def put(self, **members: Any) -> None:
        """State the item as its application does."""
        self.item_id = self.item_id or f"visit-{uuid4().hex[:12]}"
        body = {"@type": "Event", "title": self.title} | members
        answer = self.office.call("PUT", f"items/{self.item_id}", body)
        assert answer.ok, answer.text

    def edit(self, **members: Any) -> None:
        """Change members of the item."""
        answer = self.office.call("PATCH", f"items/{self.item_id}", members)
        assert answer.ok, answer.text

    def remove(self) -> None:
        """Delete the item."""
        answer = self.office.call("DELETE", f"items/{self.item_id}")
        assert answer.ok, answer.text

    def patch_instance(self, slot: str, **body: Any) -> None:
        """Change one instance of the series at Google."""
        self.person.patch(self.instance(slot)["id"], **body)

    def instance(self, slot: str, zone: str = "Europe/Amsterdam") -> Json:
        """Return the instance of the event's series in a slot."""
        asked = slot if "T" not in slot else moment({"dateTime": slot}, zone)[0]
        found = self.person.instances(
            self.event_id, originalStart=asked, showDeleted=True
        )
        assert found, f"The series has no instance at {slot}."
        return found[0]

    def somebody_else(self) -> Person:
        """Return somebody with a calendar of their own."""
        self.others.append(self.office.person(f"{uuid4().hex[:8]}@example.com"))
        return self.others[-1]

    def another(self, title: str) -> "Walk":
        """Return the walk of something that came out of this one."""
        return replace(self, title=title, item_id="", event_id="")

    # --- what both sides come to show -------------------------------------------------

    def item(self) -> Json:
        """Return the item as it is at this moment."""
        if not self.item_id:
            uid = self.watch.events.get(self.event_id, {}).get("iCalUID", "unknown")
            items = self.watch.items.items()
            found = [name for name, item in items if uid in uids(item)]
            assert found, f"no item came for {self.title!r}"
            [self.item_id] = found
        assert self.item_id in self.watch.items, f"no item for {self.title!r}"
        return self.watch.items[self.item_id]

    def event(self) -> Json:
        """Return the event as it is at this moment."""
        if not self.event_id:
            rows = self.watch.events.values()
            masters = [row for row in rows if "recurringEventId" not in row]
            found = [row["id"] for row in masters if row.get("summary") == self.title]
            assert found, f"no event came for {self.title!r}"
            [self.event_id] = found
        assert self.event_id in self.watch.events, f"no event for {self.title!r}"
        return self.watch.events[self.event_id]

    def item_is(self, **members: Any) -> Json:
        """Wait until the item is exactly this, and return it."""

        def look() -> Json:
            item = self.item()
            assert plain(item) == members
            return item

        return self.watch.until(look)

    def item_shows(self, **members: Any) -> Json:
        """Wait until the item has these members (None: lacks them), and return it."""

        def look() -> Json:
            item = self.item()
            assert {name: item.get(name) for name in members} == members
            return item

        return self.watch.until(look)

    def item_shows_override(self, slot: str, **members: Any) -> Json:
        """Wait until the item has this in one slot, and return it."""

        def look() -> Json:
            item = self.item()
            patch = item.get("recurrenceOverrides", {}).get(slot, {})
            assert {name: patch.get(name) for name in members} == members
            return item

        return self.watch.until(look)

    def days_at_google(self) -> list[str]:
        """Return the days on which the series takes place at Google."""
        rows = self.person.instances(self.event_id)
        return [
            row["start"].get("dateTime", row["start"].get("date"))[:10] for row in rows
        ]

    def event_shows(self, **members: Any) -> Json:
        """Wait until the event has these members (None: lacks them), and return it."""

        def look() -> Json:
            event = self.event()
            assert shown(event, members) == shown(members, members)
            return event

        return self.watch.until(look)

    def instance_shows(self, slot: str, **members: Any) -> Json:
        """Wait until the instance in a slot of the series shows this."""

        def look() -> Json:
            self.event()
            row = self.instance(slot)
            assert shown(row, members) == shown(members, members)
            return row

        return self.watch.until(look)

    def until_item(self, fits: Callable[[Json], bool]) -> Json:
        """Wait until the item fits, and return it."""

        def look() -> Json:
            item = self.item()
            assert fits(item), item
            return item

        return self.watch.until(look)

    def until_event(self, fits: Callable[[Json], bool]) -> Json:
        """Wait until the event fits, and return it."""

        def look() -> Json:
            event = self.event()
            assert fits(event), event
            return event

        return self.watch.until(look)

    def item_is_gone(self) -> None:
        """Wait until the agenda has the appointment no more."""

        def look() -> None:
            assert self.item_id not in self.watch.items

        self.watch.until(look)

    def both_are_gone(self) -> None:
        """Wait until neither side has the appointment any more."""

        def look() -> None:
            assert self.item_id not in self.watch.items
            assert self.event_id not in self.watch.events

        self.watch.until(look)


def side_by_side(watch: Watch, stories: Mapping[str, Story]) -> None:
    """Let each story take its walk at the same time; tell of all that went wrong."""

    def walked(title: str) -> str:
        person = watch.office.calendar()
        walk = Walk(watch=watch, person=person, title=title)
        try:
            stories[title](walk)
        except Exception as error:
            return f"{title!r}: {_told(walk)}\n{_traced(error)}"
        finally:
            for each in (person, *walk.others):
                each.close()
        return ""

    with ThreadPoolExecutor(max_workers=len(stories)) as pool:
        troubles = [told for told in pool.map(walked, stories) if told]
    if troubles:
        counts = f"{len(troubles)} of {len(stories)} walks failed"
        pytest.fail("\n\n".join([counts, *troubles]), pytrace=False)


def _traced(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[1:-2]
    where = "".join(traceback.format_list(last))
    return f"{where}{type(error).__name__}: {error}"


def _told(walk: Walk) -> str:
    """Return what the connection and the link say of a walk that failed."""
    names = {walk.item_id, walk.event_id} - {""}
    links = [
        {name: link[name] for name in ("dirty", "waiting", "why", "now")}
        for link in walk.office.links()
        if {link["item"], link["event"]} & names
    ]
    connection = walk.office.connection()
    errors = walk.office.server.errors()
    return f"{connection['state']} {connection['reason']} {links} {errors}"
