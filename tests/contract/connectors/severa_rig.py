"""The shared suite's way into Severa: its stand-in, or a real one (SEVERA_*).

Both are entered through the REST API, by somebody with a token of their own.
"""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from connectors.base import Connector, Definition, Means
from connectors.http import Http, NoAnswer, Response, Why
from connectors.registry import definition
from connectors.severa.api import Severa, path_of
from connectors.severa.connector import opened
from connectors.severa.mapping import Frame, body_of
from connectors.severa.people import directory_of
from connectors.severa.types import named, types_of, usual_name
from infra.application_http import ApplicationHttp
from sync.content import Answer, Content, Privacy
from tests.contract.connectors.rig import meeting
from tests.journeys.workbench import Workbench
from tests.severa.server import ADDRESS, CLIENT, SECRET, SeveraServer
from tests.twins import VirtualClock

ZONE = "Europe/Amsterdam"
FRAME = Frame(zone=ZONE)
GIVEN: Mapping[str, Any] = {
    "address": ADDRESS,
    "client_id": CLIENT,
    "client_secret": SECRET,
    "user": "anna@example.com",
    "participants": True,
    # Each read compares: what a person deletes is to be seen by the next one.
    "compare_minutes": 0,
}
CLOSED = "http://127.0.0.1:9"


def means_of(http: Http, clock: Any) -> Means:
    """Return what a connector of this suite is handed, as a new process would."""
    return Means(
        agenda="agenda",
        time_zone=ZONE,
        now=clock.now,
        sleep=clock.sleep,
        http=http,
        shelf=_no_shelf,
    )


def _no_shelf() -> Any:
    raise AssertionError("Severa's items do not lie with us.")


class WallClock:
    """Real time, really slept: a real Severa counts our calls."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, how_long: timedelta) -> None:
        time.sleep(how_long.total_seconds())


@dataclass
class Deaf:
    """HTTP that loses the answer of whatever makes something."""

    http: Http

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes | None = None,
    ) -> Response:
        response = self.http.send(method, url, headers=headers, body=body)
        if method == "POST" and not url.endswith("/v1/token"):
            raise NoAnswer(Why.BROKEN, host="severa.example")
        return response


class SeveraRig:
    """One user of Severa, and somebody who works there."""

    def __init__(self, http: Http, clock: Any, given: Mapping[str, Any]) -> None:
        self.http, self.clock = http, clock
        self.given = definition("severa").tried(given, self._means())
        self.hand = Severa(self.given, self._means())

    def _means(self) -> Means:
        return means_of(self.http, self.clock)

    @property
    def definition(self) -> Definition:
        return definition("severa")

    def connector(self) -> Connector:
        return opened(self.given, self._means())

    def join(self, bench: Workbench) -> None:
        bench.world = replace(bench.world, connect=lambda _: self.connector())

    # --- a person at the application itself ------------------------------------------

    def put(self, content: Content) -> str | None:
        if content.recurs:
            return None
        guid = str(
            self.hand.write("POST", path_of("activities"), self._row(content))["guid"]
        )
        self._invite(guid, content)
        return guid

    def change(self, item_id: str, content: Content) -> None:
        row = self._row(content)
        patch = [
            {"op": "Replace", "path": f"/{name}", "value": row[name]} for name in row
        ]
        self.hand.write("PATCH", path_of("activities", item_id), patch)

    def remove(self, item_id: str) -> None:
        self.hand.write("DELETE", path_of("activities", item_id))

    def _row(self, content: Content) -> dict[str, Any]:
        private = content.details.privacy is not Privacy.PUBLIC
        types = types_of(self.hand.get(path_of("activitytypes"), [("rowCount", "100")]))
        kind = named(types, usual_name(private=private, default=""))
        assert kind is not None
        return {
            **body_of(content, FRAME),
            "activityType": {"guid": kind.guid},
            "ownerUser": {"guid": self.given["user_id"]},
        }

    def _invite(self, guid: str, content: Content) -> None:
        people = content.details.participants
        rows = self.hand.get(path_of("users"), [("rowCount", "100")]) if people else []
        users = directory_of(rows)
        for person in people:
            body = {"activityGuid": guid, "participantGuid": users[person.email].guid}
            row = self.hand.write("POST", path_of("activityparticipants"), body)
            if person.answer is Answer.ACCEPTED:
                patch = [{"op": "Replace", "path": "/isConfirmed", "value": True}]
                path = path_of("activityparticipants", row["guid"])
                self.hand.write("PATCH", path, patch)

    # --- trouble ---------------------------------------------------------------------

    def expired(self, cursor: str) -> str:
        return cursor.replace("severa1.", "severa0.")

    def locked_out(self) -> Connector | None:
        return opened({**self.given, "client_secret": "wrong"}, self._means())

    def cut_off(self) -> Connector | None:
        http = ApplicationHttp(private_addresses=True)
        given = {**self.given, "address": CLOSED}
        return opened(given, means_of(http, self.clock))

    def refused(self) -> Content:
        whole = meeting("Series", uid="refused@tandem.example")
        slot = datetime.fromisoformat("2031-03-10T10:00:00")
        return replace(whole, overrides={slot: whole.details})

    def deaf(self) -> Connector:
        return opened(self.given, means_of(Deaf(self.http), self.clock))


@contextmanager
def severa() -> Iterator[SeveraRig]:
    """Give a user of an empty stand-in."""
    clock = VirtualClock()
    yield StandInRig(SeveraServer(now=clock.now), clock, GIVEN)


class StandInRig(SeveraRig):
    """The stand-in keeps the time of whoever it is joined with."""

    http: SeveraServer

    def join(self, bench: Workbench) -> None:
        self.clock = bench.clock
        self.http.keep_time_of(bench.clock)
        self.hand = Severa(self.given, self._means())
        super().join(bench)


@contextmanager
def real_severa() -> Iterator[SeveraRig]:
    """Give the user that SEVERA_* name, without activities in 2031."""
    names = ("client_id", "client_secret", "user", "address")
    chosen = {name: os.environ.get(f"SEVERA_{name.upper()}", "") for name in names}
    given = {**GIVEN, **{name: value for name, value in chosen.items() if value}}
    if not chosen["address"]:
        given.pop("address")
    rig = SeveraRig(ApplicationHttp(private_addresses=True), WallClock(), given)
    _empty(rig)
    yield rig
    _empty(rig)


def _empty(rig: SeveraRig) -> None:
    query = [
        ("userGuids", rig.given["user_id"]),
        ("startDateTime", "2031-01-01T00:00:00+00:00"),
        ("endDateTime", "2032-01-01T00:00:00+00:00"),
        ("rowCount", "100"),
    ]
    for page in list(rig.hand.pages(path_of("activities"), query)):
        for row in page.rows:
            if row["ownerUser"]["guid"] == rig.given["user_id"]:
                rig.remove(row["guid"])
