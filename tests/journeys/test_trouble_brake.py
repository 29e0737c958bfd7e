"""The brake: what would delete or move too much is held until a person says yes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.connections.connection import Connection, State, change
from services.connections.steering import pause, resume
from services.links.link import Waiting
from services.previews.applying import apply
from tests.journeys.trouble import (
    ask_google,
    drain,
    event_of,
    forget_calls,
    google_fails,
    mails,
    visit,
    writes,
)
from tests.journeys.workbench import Workbench
from tests.standin.people import AMSTERDAM, Person

Json = dict[str, Any]
HOUR = timedelta(hours=1)


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    """A Tandem with forty items that were carried to Google."""
    made = Workbench(ann)
    made.connect()
    for number in range(40):
        visit(made, f"item-{number}")
    made.settle()
    yield made
    assert mails(made) == []


def later(bench: Workbench, how_long: timedelta) -> None:
    bench.clock.ahead += how_long
    bench.remember_token()


def held(bench: Workbench) -> list[Any]:
    return [link for link in bench.links() if link.waiting is Waiting.HELD]


def approve(bench: Workbench) -> int:
    preview = bench.connection().preview
    assert preview is not None
    now = bench.clock.now()
    return apply(bench.world, bench.connection_id, preview, now=now).passed


def test_a_thousand_deletes_at_five_a_second_take_at_most_twenty_items(
    ann: Person,
) -> None:
    bench = Workbench(ann)
    bench.connect()
    events = [
        {
            "summary": f"event-{number}",
            "start": {"dateTime": "2026-12-01T09:00:00", "timeZone": AMSTERDAM},
            "end": {"dateTime": "2026-12-01T10:00:00", "timeZone": AMSTERDAM},
        }
        for number in range(1000)
    ]
    made = ask_google(bench, "events", calendar=ann.email, events=events)
    bench.settle()
    assert bench.connection().counts.links == 1000

    for number, event in enumerate(made["ids"]):
        ann.http.delete(ann.api(f"calendars/primary/events/{event}")).close()
        later(bench, timedelta(seconds=0.2))
        if number % 10 == 9:
            bench.sync()
    bench.settle()

    connection = bench.connection()
    assert len(bench.titles_in_agenda()) == 980
    assert connection.state is State.HELD
    assert connection.counts.held == 980
    assert "brake" in connection.reason
    assert connection.preview is not None
    later(bench, HOUR)
    bench.settle()
    assert len(bench.titles_in_agenda()) == 980, "what is held waits for a person"


def test_creates_and_edits_go_on_while_deletes_are_held(bench: Workbench) -> None:
    events = bench.events()
    for number in range(25):
        bench.person.delete(events[f"item-{number}"]["id"])
    bench.person.patch(events["item-30"]["id"], location="Here")
    bench.person.insert(summary="new")
    visit(bench, "another")

    bench.settle()

    connection = bench.connection()
    assert connection.state is State.HELD
    assert "new" in bench.items()
    assert "locations" in bench.items()["item-30"]
    assert "another" in bench.events()
    assert connection.counts.held == len(held(bench)) == 25 - 12
    assert len(bench.titles_in_agenda()) == 42 - 12, "a share of 0.3 of 40, and no more"
    assert all("brake holds this delete" in link.why for link in held(bench))


def test_what_a_person_approves_goes_through_and_the_brake_is_free_again(
    bench: Workbench,
) -> None:
    events = bench.events()
    for number in range(25):
        bench.person.delete(events[f"item-{number}"]["id"])
    bench.settle()
    forget_calls(bench)

    assert approve(bench) == 13
    drain(bench)

    connection = bench.connection()
    assert len(bench.titles_in_agenda()) == 15
    assert (connection.state, connection.reason) == (State.ACTIVE, "")
    assert (connection.counts.held, connection.counts.dirty) == (0, 0)
    assert connection.preview is None
    assert connection.counts.links == 15
    assert writes(bench) == 0


def test_an_hour_later_new_deletes_are_possible_again(bench: Workbench) -> None:
    for number in range(12):
        bench.remove(f"item-{number}")
    bench.settle()
    assert len(bench.titles_at_google()) == 28
    bench.remove("item-20")
    bench.settle()
    assert len(bench.titles_at_google()) == 28

    later(bench, HOUR)
    bench.remove("item-21")
    bench.settle()

    assert "item-21" not in bench.events()
    assert "item-20" in bench.events(), "what was held waits for a person"


def test_a_held_delete_that_a_person_takes_back_is_held_no_more(
    bench: Workbench,
) -> None:
    events = bench.events()
    for number in range(13):
        bench.person.delete(events[f"item-{number}"]["id"])
    bench.settle()
    [link] = held(bench)
    assert bench.connection().state is State.HELD

    bench.person.patch(str(link.event_id), status="confirmed")
    bench.settle()

    assert held(bench) == []
    assert len(bench.titles_in_agenda()) == len(bench.titles_at_google()) == 28
    assert bench.connection().state is State.ACTIVE
    assert bench.connection().preview is None


def test_a_share_counts_from_five_on(ann: Person) -> None:
    bench = Workbench(ann)
    bench.connect()
    for number in range(8):
        visit(bench, f"item-{number}")
    bench.settle()
    for number in range(4):
        bench.remove(f"item-{number}")
    bench.settle()
    assert len(bench.titles_at_google()) == 4

    for number in range(4, 8):
        bench.remove(f"item-{number}")
    bench.settle()

    assert len(bench.titles_at_google()) == 4
    assert bench.connection().state is State.HELD


def test_moves_have_a_brake_of_their_own(ann: Person) -> None:
    bench = Workbench(ann, settings={"brake": {"max_moves": 7, "max_share": 1}})
    bench.connect()
    for number in range(12):
        visit(bench, f"item-{number}")
    bench.settle()
    for number in range(12):
        visit(bench, f"item-{number}", start="2026-12-01T11:00:00")
    visit(bench, "item-0", title="renamed", start="2026-12-01T11:00:00")

    bench.settle()

    starts = [event["start"]["dateTime"][11:13] for event in bench.events().values()]
    assert starts.count("11") == 7
    assert bench.connection().counts.held == 5
    assert "move" in bench.connection().reason
    assert approve(bench) == 5
    drain(bench)
    starts = [event["start"]["dateTime"][11:13] for event in bench.events().values()]
    assert starts == ["11"] * 12
    assert "renamed" in bench.events()


def test_a_series_with_its_exceptions_is_one_delete(ann: Person) -> None:
    bench = Workbench(ann, settings={"brake": {"max_deletes": 2}})
    bench.connect()
    daily = {"@type": "RecurrenceRule", "frequency": "daily", "count": 20}
    for name in ("one", "two", "three"):
        overrides = {
            f"2026-12-{day:02}T09:00:00": {"title": f"{name} {day}"}
            for day in range(2, 10)
        }
        visit(bench, name, recurrenceRules=[daily], recurrenceOverrides=overrides)
    bench.settle()
    for name in ("one", "two", "three"):
        bench.person.delete(event_of(bench, name)["id"])

    bench.settle()

    assert len(bench.titles_in_agenda()) == 1
    assert bench.connection().counts.held == 1


def test_a_delete_that_google_does_not_answer_is_counted_once(ann: Person) -> None:
    bench = Workbench(ann, settings={"brake": {"max_deletes": 2}})
    bench.connect()
    for number in range(3):
        visit(bench, f"item-{number}")
    bench.settle()
    google_fails(
        bench, {"kind": "server_error_before", "method": "events.delete", "count": 4}
    )
    bench.remove("item-0")
    bench.remove("item-1")

    bench.sync()
    drain(bench)

    assert bench.titles_at_google() == ["item-2"]


def paused_and_resumed(bench: Workbench) -> None:
    pause(bench.world, bench.connection_id)
    assert bench.connection().state is State.PAUSED
    resume(bench.world, bench.connection_id, now=bench.clock.now())
    bench.settle()


def test_what_the_brake_holds_is_shown_again_after_a_pause(bench: Workbench) -> None:
    events = bench.events()
    for number in range(25):
        bench.person.delete(events[f"item-{number}"]["id"])
    bench.settle()
    reason = bench.connection().reason

    paused_and_resumed(bench)

    connection = bench.connection()
    assert (connection.state, connection.reason) == (State.HELD, reason)
    approve(bench)
    bench.settle()
    assert bench.connection().state is State.ACTIVE
    paused_and_resumed(bench)
    assert bench.connection().state is State.ACTIVE


def test_what_the_brake_holds_is_shown_again_when_trouble_is_over(
    bench: Workbench,
) -> None:
    events = bench.events()
    for number in range(25):
        bench.person.delete(events[f"item-{number}"]["id"])
    bench.settle()

    def in_trouble(known: Connection) -> Connection:
        return replace(known, state=State.FAILING, reason="The calendar is gone.")

    change(bench.world.store, bench.connection_id, in_trouble)
    bench.settle()

    assert bench.connection().state is State.HELD
