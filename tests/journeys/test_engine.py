"""The engine against the stand-in for Google, run by run."""

from dataclasses import replace

import pytest

from services.connections.connection import change
from services.connections.steering import pause, resume
from services.previews.applying import apply
from tests.journeys.trouble import hour_at, visit
from tests.journeys.workbench import Workbench
from tests.standin.people import Person


@pytest.fixture
def bench(ann: Person) -> Workbench:
    """Return a Tandem whose owner has connected."""
    made = Workbench(ann)
    made.connect()
    return made


def test_what_is_on_both_sides_comes_to_the_other(bench: Workbench) -> None:
    bench.put(
        "visit-1", title="Roof survey", start="2026-12-01T09:00:00", duration="PT1H"
    )
    bench.person.insert(summary="Dentist")

    bench.settle()

    assert set(bench.items()) == {"Roof survey", "Dentist"}
    assert set(bench.events()) == {"Roof survey", "Dentist"}


def test_an_edit_on_either_side_follows(bench: Workbench) -> None:
    bench.put(
        "visit-1", title="Roof survey", start="2026-12-01T09:00:00", duration="PT1H"
    )
    bench.settle()
    event = bench.events()["Roof survey"]

    bench.person.patch(event["id"], location="Dorpsstraat 1")
    bench.put(
        "visit-1", title="Roof repair", start="2026-12-01T09:00:00", duration="PT1H"
    )
    bench.settle()

    item = bench.items()["Roof repair"]
    assert [place["name"] for place in item["locations"].values()] == ["Dorpsstraat 1"]
    assert bench.events()["Roof repair"]["location"] == "Dorpsstraat 1"


def test_an_event_that_is_moved_at_google_moves_its_appointment(
    bench: Workbench,
) -> None:
    visit(bench, "ours")
    bench.person.insert(summary="theirs", **hour_at("11:00", "12:00"))
    bench.settle()

    for title in ("ours", "theirs"):
        event = bench.events()[title]
        bench.person.patch(event["id"], **hour_at("15:00", "17:00"))
    bench.settle()

    for item in bench.items().values():
        assert item["start"] == "2026-12-01T15:00:00"
        assert item["duration"] == "PT2H"


def test_a_place_of_work_becomes_no_appointment(bench: Workbench) -> None:
    body: dict[str, object] = {
        "summary": "At home",
        "eventType": "workingLocation",
        "visibility": "public",
        "transparency": "transparent",
        "workingLocationProperties": {"type": "homeOffice", "homeOffice": {}},
        **hour_at("09:00", "17:00"),
    }
    bench.person.insert("primary", **body)
    bench.person.insert(summary="Dentist")

    bench.settle()

    assert set(bench.items()) == {"Dentist"}


def test_a_delete_on_either_side_follows(bench: Workbench) -> None:
    bench.put("visit-1", title="Mine", start="2026-12-01T09:00:00", duration="PT1H")
    bench.person.insert(summary="Theirs")
    bench.settle()

    bench.person.delete(bench.events()["Mine"]["id"])
    [theirs] = [link for link in bench.links() if link.birth == "calendar"]
    bench.remove(theirs.item_id or "")
    bench.settle()

    assert bench.items() == {}
    assert bench.events() == {}


def test_a_first_sync_that_is_too_large_waits_for_a_yes(ann: Person) -> None:
    bench = Workbench(ann, settings={"max_creates": 3})
    bench.connect()
    for number in range(5):
        ann.insert(summary=f"Event {number}")

    bench.settle()

    waiting = bench.connection()
    assert waiting.state == "needs_approval"
    assert waiting.counts.held == 5
    assert bench.items() == {}

    applied = apply(
        bench.world,
        waiting.id,
        waiting.preview or "",
        now=bench.clock.now(),
    )
    bench.settle()

    assert applied.passed == 5
    assert len(bench.items()) == 5
    assert bench.connection().state == "active"
    assert bench.connection().counts.held == 0


def test_a_pause_is_no_yes_to_a_first_sync(ann: Person) -> None:
    bench = Workbench(ann, settings={"max_creates": 3})
    bench.connect()
    for number in range(5):
        ann.insert(summary=f"Event {number}")
    bench.settle()

    pause(bench.world, bench.connection_id)
    resume(bench.world, bench.connection_id, now=bench.clock.now())
    ann.insert(summary="One more")
    bench.settle()

    waiting = bench.connection()
    assert waiting.state == "needs_approval"
    assert waiting.counts.held == 6
    assert bench.items() == {}


def test_a_brake_that_tripped_lets_go_after_a_yes(bench: Workbench) -> None:
    for number in range(30):
        bench.person.insert(summary=f"Event {number}")
    bench.settle()
    for event in bench.events().values():
        bench.person.delete(event["id"])

    bench.settle()

    held = bench.connection()
    assert held.state == "held"
    assert len(bench.items()) == 30 - 9
    assert held.counts.held == 30 - 9

    apply(bench.world, held.id, held.preview or "", now=bench.clock.now())
    bench.settle()

    assert bench.items() == {}
    assert bench.connection().state == "active"


def test_other_event_types_are_read_from_the_beginning(bench: Workbench) -> None:
    bench.person.insert(summary="Dentist")
    bench.settle()
    body: dict[str, object] = {
        "summary": "Focus",
        "eventType": "focusTime",
        "focusTimeProperties": {"autoDeclineMode": "declineNone"},
    }
    change(
        bench.store,
        bench.connection_id,
        lambda one: replace(one, settings={"event_types": ["default"]}),
    )
    bench.settle()
    bench.person.insert("primary", **body)
    bench.settle()
    assert set(bench.items()) == {"Dentist"}

    change(bench.store, bench.connection_id, lambda one: replace(one, settings={}))
    bench.settle()

    assert set(bench.items()) == {"Dentist", "Focus"}
