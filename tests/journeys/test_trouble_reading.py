"""Reads that fail, lie or come in pieces: nothing is doubled, nothing is lost."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from local.store import SqliteStore
from services.connections.connection import State, change
from tests.journeys.odd_google import forgetting, leaving_out, paged
from tests.journeys.test_crashes import crashing
from tests.journeys.trouble import (
    ask_google,
    connect_to,
    drain,
    event_of,
    forget_calls,
    google_fails,
    google_is_well,
    mails,
    place_of,
    visit,
    writes,
)
from tests.journeys.workbench import Workbench
from tests.standin.people import AMSTERDAM, Person
from tests.twins import Fails, FaultyStore

Json = dict[str, Any]

NINE_TO_TEN: Json = {
    "start": {"dateTime": "2026-12-01T09:00:00", "timeZone": AMSTERDAM},
    "end": {"dateTime": "2026-12-01T10:00:00", "timeZone": AMSTERDAM},
}
SERIES: Json = {**NINE_TO_TEN, "recurrence": ["RRULE:FREQ=DAILY;COUNT=5"]}


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    """A Tandem whose owner has connected, with nothing on either side yet."""
    made = Workbench(ann)
    made.connect()
    yield made
    assert mails(made) == []


def both_sides(bench: Workbench) -> tuple[list[str], list[str]]:
    return sorted(bench.titles_at_google()), sorted(bench.titles_in_agenda())


def expire(bench: Workbench) -> None:
    ask_google(bench, "expire", sync_tokens=True)


def spoil_token(bench: Workbench) -> None:
    """Leave a sync token that Google calls invalid with a 400."""
    change(bench.store, bench.connection_id, lambda one: replace(one, token="nonsense"))


@pytest.mark.parametrize("lose", [expire, spoil_token])
def test_a_lost_sync_token_means_a_full_read_that_finds_what_was_deleted(
    bench: Workbench, lose: Callable[[Workbench], None]
) -> None:
    for number in range(6):
        visit(bench, f"item-{number}")
        bench.person.insert(summary=f"event-{number}")
    bench.settle()
    events = bench.events()
    bench.person.delete(events["event-0"]["id"])
    bench.person.delete(events["item-0"]["id"])
    bench.person.patch(events["item-1"]["id"], location="Dorpsstraat 1")
    bench.person.insert(summary="new")
    visit(bench, "item-2", title="renamed")
    lose(bench)
    forget_calls(bench)

    bench.settle()

    left = ["event-1", "event-2", "event-3", "event-4", "event-5"]
    left += ["item-1", "item-3", "item-4", "item-5", "new", "renamed"]
    assert both_sides(bench) == (left, left)
    assert "locations" in bench.items()["item-1"]
    assert writes(bench) == 1, "only the new title is written to Google"


def test_a_full_read_that_leaves_events_out_deletes_none_of_them(
    bench: Workbench,
) -> None:
    left_out = leaving_out(bench)
    for number in range(4):
        bench.person.insert(summary=f"event-{number}")
    bench.settle()
    events = bench.events()
    left_out |= {events["event-0"]["id"], events["event-1"]["id"]}
    bench.person.delete(events["event-1"]["id"])
    expire(bench)

    bench.settle()

    assert sorted(bench.titles_in_agenda()) == ["event-0", "event-2", "event-3"]


def test_an_event_that_google_no_longer_finds_is_looked_for_twice(
    bench: Workbench,
) -> None:
    forgotten = forgetting(bench)
    for name in ("lost", "found", "kept"):
        bench.person.insert(summary=name)
    bench.settle()
    events = bench.events()
    forgotten |= {events["lost"]["id"], events["found"]["id"]}
    expire(bench)

    bench.sync()

    assert set(bench.items()) == {"lost", "found", "kept"}
    [task] = bench.queue.tasks
    assert task.at is not None
    assert task.at > bench.clock.now() + timedelta(minutes=5)

    forgotten.remove(events["found"]["id"])
    drain(bench)
    bench.settle()

    assert set(bench.items()) == {"found", "kept"}


def test_a_calendar_that_is_gone_is_said_and_deletes_nothing(ann: Person) -> None:
    made = ask_google_of(ann, "calendars", owner=ann.email, summary="Work")
    bench = Workbench(ann)
    connect_to(bench, made["id"])
    ann.insert(calendar=made["id"], summary="Dentist")
    visit(bench, "visit-1")
    bench.settle()
    delete_calendar(ann, made["id"])

    bench.sync()

    connection = bench.connection()
    assert connection.state is State.FAILING
    assert "calendar is gone" in connection.reason
    assert set(bench.items()) == {"Dentist", "visit-1"}
    assert bench.sync().word == "failing"


def ask_google_of(person: Person, control: str, **body: Any) -> Any:
    answer = requests.post(f"{person.url}/_/{control}", json=body, timeout=5)
    answer.raise_for_status()
    return answer.json()


def delete_calendar(person: Person, calendar: str) -> None:
    url = f"{person.url}/_/calendars/{calendar}"
    requests.delete(url, timeout=5).raise_for_status()


def role_of_ann(bench: Workbench, role: str) -> None:
    calendar = bench.connection().calendar_id
    ask_google(bench, "calendars", id=calendar, roles={bench.person.email: role})


@pytest.fixture
def shared(ann: Person, bob: Person) -> Workbench:
    """A Tandem on a calendar of Bob's that he shares with Ann."""
    made = ask_google_of(bob, "calendars", owner=bob.email, summary="Team")
    shares = {ann.email: "writer"}
    ask_google_of(bob, "calendars", id=made["id"], roles=shares)
    bench = Workbench(ann)
    connect_to(bench, made["id"])
    visit(bench, "visit-1")
    bob.insert(calendar=made["id"], summary="Dentist")
    bench.settle()
    assert set(bench.items()) == {"Dentist", "visit-1"}
    return bench


def test_a_lowered_role_takes_nothing_and_heals_when_it_is_raised(
    shared: Workbench, bob: Person
) -> None:
    role_of_ann(shared, "reader")
    calendar = shared.connection().calendar_id
    bob.insert(calendar=calendar, summary="new")
    visit(shared, "visit-2")
    forget_calls(shared)

    assert shared.sync().word == "stopped"

    connection = shared.connection()
    assert connection.state is State.FAILING
    assert '"reader"' in connection.reason
    assert set(shared.items()) == {"Dentist", "visit-1", "visit-2"}
    assert writes(shared) == 0

    role_of_ann(shared, "writer")
    shared.settle()

    assert shared.connection().state is State.ACTIVE
    assert shared.connection().reason == ""
    assert set(shared.items()) == {"Dentist", "visit-1", "visit-2", "new"}
    rows = bob.page(calendar=calendar)["items"]
    assert sorted(row["summary"] for row in rows) == sorted(shared.items())


def test_a_lowered_role_that_hides_details_changes_no_item(
    shared: Workbench, bob: Person
) -> None:
    before = shared.items()
    role_of_ann(shared, "freeBusyReader")
    expire(shared)

    shared.sync()

    assert shared.items() == before
    assert shared.connection().state is State.FAILING


def test_an_unshared_calendar_is_said_and_comes_back(
    shared: Workbench, bob: Person
) -> None:
    role_of_ann(shared, "none")

    shared.sync()

    assert shared.connection().state is State.FAILING
    assert set(shared.items()) == {"Dentist", "visit-1"}

    role_of_ann(shared, "writer")
    visit(shared, "visit-2")
    shared.settle()

    assert shared.connection().state is State.ACTIVE
    calendar = shared.connection().calendar_id
    rows = bob.page(calendar=calendar)["items"]
    assert sorted(row["summary"] for row in rows) == ["Dentist", "visit-1", "visit-2"]


@pytest.mark.parametrize("again", [lambda _bench: None, expire])
def test_another_zone_of_the_calendar_changes_no_item(
    bench: Workbench, again: Callable[[Workbench], None]
) -> None:
    visit(bench, "visit-1")
    bench.put("free", title="free", start="2026-12-01T09:00:00", timeZone=None)
    bench.person.insert(summary="Dentist")
    day: Json = {"start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}}
    bench.person.insert(summary="Fair", **day)
    bench.person.insert(summary="Weekly", **SERIES)
    bench.settle()
    before, events = bench.items(), bench.events()
    zone = {"id": bench.person.email, "time_zone": "America/New_York"}
    ask_google(bench, "calendars", **zone)
    again(bench)
    forget_calls(bench)

    bench.settle()

    assert bench.items() == before
    assert writes(bench) == 0
    assert bench.connection().zone == "America/New_York"

    bench.person.patch(events["Dentist"]["id"], location="Here")
    bench.settle()

    after = bench.items()["Dentist"]
    assert after["start"] == before["Dentist"]["start"]
    assert after["timeZone"] == before["Dentist"]["timeZone"]


TROUBLED_PAGES = [
    [{"kind": "short_page", "method": "events.list"}],
    [{"kind": "empty_page", "method": "events.list", "probability": 0.5}],
    [{"kind": "shuffle", "method": "events.list"}],
    [
        {"kind": "shuffle", "method": "events.list"},
        {"kind": "short_page", "method": "events.list", "probability": 0.7},
        {"kind": "empty_page", "method": "events.list", "probability": 0.3},
    ],
]


@pytest.mark.parametrize("rules", TROUBLED_PAGES)
def test_pages_that_are_short_empty_or_shuffled_are_all_read(
    bench: Workbench, rules: list[dict[str, object]]
) -> None:
    for number in range(12):
        bench.person.insert(summary=f"event-{number}")
    weekly = bench.person.insert(summary="Weekly", **SERIES)
    second, third = bench.person.instances(weekly["id"])[1:3]
    bench.person.delete(second["id"])
    bench.person.patch(third["id"], summary="Weekly at noon")
    google_fails(bench, *rules)

    drain(bench)

    google_is_well(bench)
    assert len(bench.items()) == 13
    overrides = bench.items()["Weekly"]["recurrenceOverrides"]
    assert overrides["2026-12-02T09:00:00"] == {"excluded": True}
    assert overrides["2026-12-03T09:00:00"]["title"] == "Weekly at noon"
    forget_calls(bench)
    bench.settle()
    assert writes(bench) == 0


@pytest.mark.parametrize("change_it", ["cancel", "rename"])
@pytest.mark.parametrize("order", ["exception first", "master first"])
def test_an_exception_is_kept_on_whichever_page_it_comes(
    bench: Workbench, change_it: str, order: str
) -> None:
    weekly = bench.person.insert(summary="Weekly", **SERIES)
    second = bench.person.instances(weekly["id"])[1]
    if change_it == "cancel":
        bench.person.delete(second["id"])
    else:
        bench.person.patch(second["id"], summary="Weekly at noon")
    paged(bench, rows=1, reverse=order == "exception first")

    drain(bench)

    overrides = bench.items()["Weekly"]["recurrenceOverrides"]
    [override] = overrides.values()
    expected = {"cancel": {"excluded": True}, "rename": {"title": "Weekly at noon"}}
    assert override == expected[change_it]


def test_many_changes_at_once_are_staged_and_all_carried(bench: Workbench) -> None:
    for number in range(80):
        bench.person.insert(summary=f"event-{number}")
        visit(bench, f"item-{number}")
    bench.settle()
    events = bench.events()
    for number in range(70):
        bench.person.patch(events[f"event-{number}"]["id"], location="Here")
        visit(bench, f"item-{number}", description="Bring the ladder.")
    forget_calls(bench)

    bench.settle()

    items, shown = bench.items(), bench.events()
    assert all("locations" in items[f"event-{number}"] for number in range(70))
    assert all("description" in shown[f"item-{number}"] for number in range(70))
    assert writes(bench) == 70
    assert bench.connection().counts.dirty == 0


def test_more_changes_than_fit_on_a_page_are_read_page_by_page(
    bench: Workbench,
) -> None:
    bench.settle()
    made = [{"summary": f"event-{number}", **NINE_TO_TEN} for number in range(130)]
    ask_google(bench, "events", calendar=bench.person.email, events=made)
    paged(bench, rows=20)
    forget_calls(bench)

    bench.settle()

    assert len(bench.titles_in_agenda()) == 130
    assert len(bench.items()) == 130
    assert writes(bench) == 0
    assert all(link.linked for link in bench.links())


@pytest.mark.parametrize("fails", list(Fails))
def test_a_crash_between_pages_of_changes_loses_nothing(
    person: Callable[..., Person], fails: Fails
) -> None:
    step, crashed = 0, True
    while crashed:
        store, step = FaultyStore(SqliteStore(":memory:")), step + 1
        bench = Workbench(person(f"ann{step}@example.com"), store=store)
        bench.connect()
        for number in range(4):
            visit(bench, f"item-{number}")
        bench.settle()
        events = bench.events()
        made = [{"summary": f"event-{number}", **NINE_TO_TEN} for number in range(5)]
        ask_google(bench, "events", calendar=bench.person.email, events=made)
        bench.person.delete(events["item-0"]["id"])
        bench.person.patch(events["item-1"]["id"], location="Here")
        visit(bench, "item-1", title="item-1", duration="PT2H")
        paged(bench, rows=3)

        crashed = crashing(bench, store, step, fails)
        bench.settle()

        wanted = [f"event-{number}" for number in range(5)]
        wanted += ["item-1", "item-2", "item-3"]
        assert both_sides(bench) == (wanted, wanted), step
        assert place_of(bench.items()["item-1"]) == "Here", step
        assert event_of(bench, "item-1")["end"]["dateTime"][11:13] == "11", step
    assert step > 20


@pytest.mark.parametrize("fails", list(Fails))
def test_a_crash_in_a_first_sync_of_many_pages_loses_and_doubles_nothing(
    person: Callable[..., Person], fails: Fails
) -> None:
    step, crashed = 0, True
    while crashed:
        store, step = FaultyStore(SqliteStore(":memory:")), step + 11
        bench = Workbench(person(f"ann{step}@example.com"), store=store)
        bench.connect()
        made = [{"summary": f"event-{number}", **NINE_TO_TEN} for number in range(30)]
        ask_google(bench, "events", calendar=bench.person.email, events=made)
        for number in range(30):
            visit(bench, f"item-{number}")
        paged(bench, rows=7)

        crashed = crashing(bench, store, step, fails)
        bench.settle()

        wanted = sorted(f"{kind}-{n}" for n in range(30) for kind in ("event", "item"))
        assert both_sides(bench) == (wanted, wanted), step
    assert step > 20


def test_a_token_that_ends_between_two_pages_starts_the_read_anew(
    bench: Workbench,
) -> None:
    for number in range(10):
        bench.person.insert(summary=f"event-{number}")
    bench.settle()
    for event in list(bench.events().values())[:6]:
        bench.person.patch(event["id"], location="Here")
    bench.person.delete(event_of(bench, "event-9")["id"])
    google_fails(
        bench,
        {"kind": "short_page", "method": "events.list"},
        {"kind": "gone", "method": "events.list", "skip": 1, "count": 2},
    )

    drain(bench)
    bench.settle()

    assert len(bench.items()) == 9
    assert sum("locations" in item for item in bench.items().values()) == 6
