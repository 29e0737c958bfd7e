"""Google's hours-long limit of a person: writing rests everywhere, and nothing else."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import requests

from services.agendas.agenda import Wanted, create_agenda
from services.connections.connection import Connection, State, load
from services.connections.opening import Joining, open_connection
from services.ports.calendar import CalendarEntry
from services.run import sync
from tests.journeys.trouble import (
    calls,
    drain,
    forget_calls,
    google_fails,
    google_is_well,
    visit,
    writes,
)
from tests.journeys.workbench import Workbench

Json = dict[str, Any]

USED_UP: Json = {"kind": "quota_exceeded", "method": "events.insert"}


@dataclass
class Second:
    """Another calendar of the same person, joined with an agenda of its own."""

    bench: Workbench
    agenda: str
    calendar: str
    connection_id: str = ""

    def connect(self) -> "Second":
        account = self.bench.connection().account
        entry = CalendarEntry(
            id=self.calendar,
            summary="Work",
            access_role="owner",
            time_zone="Europe/Amsterdam",
        )
        joining = Joining(
            organization=self.bench.organization,
            agenda=self.agenda,
            account=account,
            email=self.bench.person.email,
            entry=entry,
        )
        now = self.bench.clock.now()
        made = open_connection(self.bench.world, joining, now=now)
        self.connection_id = made.id
        return self

    def connection(self) -> Connection:
        return load(self.bench.store, self.connection_id)[0]

    def sync(self) -> None:
        sync(self.bench.world, self.connection_id)

    def visit(self, name: str) -> None:
        mine = self.bench.agenda
        self.bench.agenda = self.agenda
        visit(self.bench, name)
        self.bench.agenda = mine

    def titles(self) -> list[str]:
        page = self.bench.person.page(calendar=self.calendar)
        return sorted(row["summary"] for row in page["items"])


@pytest.fixture
def second(bench: Workbench) -> Second:
    url = f"{bench.person.url}/_/calendars"
    body = {"owner": bench.person.email, "summary": "Work"}
    made = requests.post(url, json=body, timeout=5).json()
    wanted = Wanted(
        name="Work",
        owner_email=bench.person.email,
        settings={"time_zone": "Europe/Amsterdam"},
    )
    agenda = create_agenda(
        bench.world,
        wanted,
        organization=bench.organization,
        now=bench.clock.now(),
    )
    return Second(bench, agenda.id, made["id"])


def test_all_connections_of_the_account_know_until_when_nothing_is_written(
    bench: Workbench, second: Second
) -> None:
    second.connect().sync()
    google_fails(bench, USED_UP)
    visit(bench, "visit-1")

    bench.sync()

    first, other = bench.connection(), second.connection()
    assert first.until is not None
    assert other.until == first.until
    assert other.reason == first.reason
    assert "stopped all changes" in other.reason
    assert other.state is State.ACTIVE

    second.visit("visit-2")
    forget_calls(bench)
    second.sync()

    assert writes(bench) == 0, "who knows does not ask"


def test_a_calendar_that_is_connected_meanwhile_knows_it_too(
    bench: Workbench, second: Second
) -> None:
    google_fails(bench, USED_UP)
    visit(bench, "visit-1")
    bench.sync()
    second.visit("visit-2")

    second.connect()
    forget_calls(bench)
    second.sync()

    assert second.connection().until == bench.connection().until
    assert writes(bench) == 0


def test_reading_goes_on_while_writing_rests(bench: Workbench, second: Second) -> None:
    second.connect().sync()
    google_fails(bench, USED_UP)
    visit(bench, "visit-1")
    bench.sync()
    google_is_well(bench)
    bench.person.insert(calendar=second.calendar, summary="Dentist")
    forget_calls(bench)

    second.sync()

    assert calls(bench) == {"list": 1}
    bench.agenda = second.agenda
    assert set(bench.items()) == {"Dentist"}


def test_all_of_them_go_on_by_themselves_when_the_time_is_over(
    bench: Workbench, second: Second
) -> None:
    second.connect().sync()
    google_fails(bench, USED_UP)
    visit(bench, "visit-1")
    bench.sync()
    second.visit("visit-2")
    second.sync()
    until = bench.connection().until
    assert until is not None
    google_is_well(bench)

    bench.clock.ahead += until - bench.clock.now() + timedelta(seconds=2)
    bench.remember_token()
    bench.sync()
    second.sync()

    assert set(bench.events()) == {"visit-1"}
    assert second.titles() == ["visit-2"]
    for connection in (bench.connection(), second.connection()):
        assert connection.until is None
        assert connection.reason == ""


def test_a_refusal_that_is_no_quota_lets_all_others_write(bench: Workbench) -> None:
    google_fails(
        bench,
        {"kind": "refuse", "status": 403, "reason": "forbidden", "sent": "visit-1"},
    )
    visit(bench, "visit-1")
    visit(bench, "visit-2")

    bench.sync()

    assert set(bench.events()) == {"visit-2"}
    assert bench.connection().until is None


@pytest.mark.parametrize("kind", ["rate_limit", "user_rate_limit"])
def test_a_limit_of_seconds_is_the_connections_own(
    bench: Workbench, second: Second, kind: str
) -> None:
    second.connect().sync()
    google_fails(bench, {"kind": kind, "method": "events.insert", "count": 1})
    visit(bench, "visit-1")

    bench.sync()

    assert bench.connection().until is not None
    assert second.connection().until is None


def test_a_backfill_keeps_to_the_pace_that_google_allows(bench: Workbench) -> None:
    for number in range(180):
        visit(bench, f"visit-{number}")
    requests.post(
        f"{bench.person.url}/_/quota", json={"per_user": 600}, timeout=5
    ).raise_for_status()
    begin = bench.clock.now()

    drain_or_sync(bench)

    assert len(bench.titles_at_google()) == 180
    took = (bench.clock.now() - begin).total_seconds()
    assert took >= (180 - 110) / 600 * 60, "what is beyond the first burst is paced"


def drain_or_sync(bench: Workbench) -> None:
    bench.sync()
    drain(bench)


def test_an_edit_passes_while_the_pace_is_used_up(
    bench: Workbench, second: Second
) -> None:
    second.connect().sync()
    for number in range(120):
        visit(bench, f"visit-{number}")
    bench.sync()
    second.visit("urgent")
    before = bench.clock.now()
    ahead = bench.clock.ahead

    second.sync()

    assert second.titles() == ["urgent"]
    assert bench.clock.ahead == ahead, "it did not wait"
    assert bench.clock.now() > before
