"""CallPro keeps its own synchronization with Google, and another application joins.

Tandem never speaks to CallPro here: both meet in one Google calendar.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from tests.journeys.trouble import forget_calls, hour_at, writes
from tests.journeys.workbench import Workbench
from tests.standin.people import Person

Json = dict[str, Any]


@dataclass
class CalendarSync:
    """What CallPro's own synchronization does, as its documentation tells it.

    Its appointments go to Google, and outside changes of them are put back. All else
    that Google has comes in as events, and is never sent back.
    """

    person: Person
    appointments: dict[str, Json] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Do one round."""
        there = {row["id"]: row for row in self.person.page()["items"]}
        for name in list(self.written):
            if name not in self.appointments:
                self.person.delete(self.written.pop(name))
        for name, body in self.appointments.items():
            known = there.get(self.written.get(name, ""))
            if known is None:
                self.written[name] = self.person.insert(**body)["id"]
            elif _shown(known) != _shown(body):
                self.person.patch(known["id"], **body)
        own = {*self.written.values()}
        rows = self.person.page()["items"]
        self.events = sorted(row["summary"] for row in rows if row["id"] not in own)


@pytest.fixture
def callpro(bench: Workbench) -> CalendarSync:
    return CalendarSync(bench.person)


def both(bench: Workbench, callpro: CalendarSync) -> tuple[list[str], list[str]]:
    """Let both work until nothing changes any more; return what stands on each side."""
    for _ in range(3):
        callpro.run()
        bench.settle()
    forget_calls(bench)
    callpro.run()
    bench.settle()
    assert writes(bench) == 0, "the two never come to rest"
    return sorted(bench.titles_at_google()), sorted(bench.titles_in_agenda())


def _shown(event: Json) -> tuple[str, datetime]:
    """Return what CallPro compares: the title, and the moment of the start."""
    return event["summary"], datetime.fromisoformat(event["start"]["dateTime"])


def book(callpro: CalendarSync, title: str, start: str, end: str) -> None:
    callpro.appointments[title] = {"summary": title, **hour_at(start, end)}


def test_each_appointment_stands_once_wherever_it_was_made(
    bench: Workbench, callpro: CalendarSync
) -> None:
    book(callpro, "CallPro's", "09:00", "10:00")
    bench.put("i1", title="Ours", start="2026-12-01T12:00:00", duration="PT1H")

    found = both(bench, callpro)

    assert found == (["CallPro's", "Ours"], ["CallPro's", "Ours"])
    assert callpro.events == ["Ours"]


def test_what_callpro_puts_back_the_other_application_follows(
    bench: Workbench, callpro: CalendarSync
) -> None:
    book(callpro, "CallPro's", "09:00", "10:00")
    both(bench, callpro)
    [link] = bench.links()
    before = bench.items()["CallPro's"]

    bench.put(str(link.item_id), **{**before, "title": "Renamed"})
    found = both(bench, callpro)

    assert found == (["CallPro's"], ["CallPro's"])


def test_what_callpro_makes_anew_takes_the_place_of_the_old(
    bench: Workbench, callpro: CalendarSync
) -> None:
    book(callpro, "CallPro's", "09:00", "10:00")
    both(bench, callpro)

    bench.person.delete(callpro.written["CallPro's"])
    found = both(bench, callpro)

    assert found == (["CallPro's"], ["CallPro's"])


def test_what_callpro_cancels_is_gone_in_the_other_application(
    bench: Workbench, callpro: CalendarSync
) -> None:
    book(callpro, "CallPro's", "09:00", "10:00")
    bench.put("i1", title="Ours", start="2026-12-01T12:00:00", duration="PT1H")
    both(bench, callpro)

    del callpro.appointments["CallPro's"]
    found = both(bench, callpro)

    assert found == (["Ours"], ["Ours"])
