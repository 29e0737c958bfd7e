"""Repair: whoever has put something right has it tried again, at once and alone."""

from datetime import timedelta
from typing import Any

import pytest

from services.connections.connection import State
from services.connections.steering import pause
from services.links.link import Link, Waiting
from services.orders.repair import repair
from services.refusals import InTheWay, Unknown
from sync.troubles import Cause
from tests.journeys.odd_google import watching
from tests.journeys.trouble import (
    calls,
    drain,
    event_of,
    forget_calls,
    google_fails,
    google_is_well,
    visit,
    writes,
)
from tests.journeys.workbench import Workbench
from tests.standin.people import Person

Json = dict[str, Any]

REFUSED: Json = {"kind": "refuse", "status": 403, "reason": "forbidden"}


def parked_visit(bench: Workbench) -> Link:
    """Return a link that Google refuses, beside one that is well."""
    google_fails(bench, {**REFUSED, "sent": "Bad"})
    visit(bench, "bad", title="Bad")
    visit(bench, "good")
    bench.settle()
    return the_parked(bench)


def the_parked(bench: Workbench) -> Link:
    [link] = [link for link in bench.links() if link.waiting is Waiting.PARKED]
    return link


def repaired(bench: Workbench, link: Link) -> str:
    now = bench.clock.now()
    return repair(bench.world, bench.connection_id, link.id, now=now)


def test_one_event_can_be_synced_again_once_its_trouble_is_over(
    bench: Workbench,
) -> None:
    link = parked_visit(bench)
    google_is_well(bench)
    forget_calls(bench)

    repaired(bench, link)
    drain(bench)

    assert set(bench.events()) == {"Bad", "good"}
    assert bench.connection().counts.parked == 0
    assert bench.connection().counts.dirty == 0
    assert writes(bench) == 1, "the others are left alone"


def test_a_repair_that_does_not_help_says_why_anew_and_since_when_as_before(
    bench: Workbench,
) -> None:
    link = parked_visit(bench)
    assert link.parked is not None
    bench.clock.ahead += timedelta(hours=1)
    bench.remember_token()

    repaired(bench, link)
    assert bench.connection().counts.parked == 0
    drain(bench)

    again = the_parked(bench)
    assert again.parked == link.parked
    assert bench.connection().counts.parked == 1


def test_a_repair_reads_both_sides_anew(bench: Workbench) -> None:
    event = bench.person.insert(summary="Dentist")
    bench.settle()
    [link] = bench.links()
    forget_calls(bench)

    repaired(bench, link)
    drain(bench)

    assert calls(bench)["get"] == 1
    assert writes(bench) == 0
    assert event_of(bench, "Dentist")["etag"] == event["etag"]
    assert bench.connection().counts.dirty == 0


def test_an_event_that_changes_all_the_time_is_named_and_can_be_repaired(
    bench: Workbench,
) -> None:
    visit(bench, "visit-1")
    bench.settle()
    event = event_of(bench, "visit-1")
    well, steps = bench.world, iter(range(1000))

    def touch() -> None:
        note = {"private": {"other-tool": str(next(steps))}}
        bench.person.patch(event["id"], extendedProperties=note)

    watching(bench, "patch", touch)
    visit(bench, "visit-1", title="Roof")

    bench.sync()

    link = the_parked(bench)
    assert link.parked is not None
    assert link.parked.cause is Cause.RESTLESS
    assert "faster" in link.why

    bench.world = well
    repaired(bench, link)
    drain(bench)

    assert set(bench.events()) == {"Roof"}
    assert bench.connection().counts.parked == 0


def test_a_field_that_fights_is_named_and_a_repair_forgives(bench: Workbench) -> None:
    visit(bench, "visit-1", description="ours")
    bench.settle()
    event = event_of(bench, "visit-1")
    for text in ("a", "b", "c", "d"):
        visit(bench, "visit-1", description=text)
        bench.settle()
        bench.person.patch(event["id"], description="ours")
        bench.settle()
    link = the_parked(bench)
    assert link.parked is not None
    assert (link.parked.cause, link.parked.field) == (Cause.PUT_BACK, "description")

    repaired(bench, link)
    drain(bench)

    assert bench.connection().counts.parked == 0
    shown = bench.items()["visit-1"].get("description")
    assert shown == event_of(bench, "visit-1").get("description")


def test_what_waits_for_google_is_tried_at_once(bench: Workbench) -> None:
    google_fails(
        bench, {"kind": "server_error_before", "method": "events.insert", "count": 1}
    )
    visit(bench, "visit-1")
    bench.sync()
    [link] = bench.links()
    assert link.waiting is Waiting.LIMITED

    repaired(bench, link)
    bench.sync()

    assert set(bench.events()) == {"visit-1"}


def test_a_repair_of_what_the_brake_holds_meets_the_brake_again(ann: Person) -> None:
    brake = {"max_deletes": 0, "max_moves": 50, "max_share": 1, "hours": 1}
    bench = Workbench(ann, settings={"brake": brake})
    bench.connect()
    visit(bench, "visit-1")
    bench.settle()
    bench.remove("visit-1")
    bench.sync()
    [link] = bench.links()
    assert link.waiting is Waiting.HELD

    repaired(bench, link)
    drain(bench)

    assert set(bench.events()) == {"visit-1"}
    assert bench.links()[0].waiting is Waiting.HELD
    assert bench.connection().state is State.HELD


def test_a_link_that_ended_or_is_unknown_cannot_be_repaired(bench: Workbench) -> None:
    visit(bench, "visit-1")
    bench.settle()
    bench.remove("visit-1")
    bench.settle()
    [link] = bench.links()

    with pytest.raises(InTheWay, match="Both sides"):
        repaired(bench, link)
    with pytest.raises(Unknown):
        repair(bench.world, bench.connection_id, "nothing", now=bench.clock.now())


def test_nothing_is_repaired_while_the_connection_is_paused(bench: Workbench) -> None:
    link = parked_visit(bench)
    pause(bench.world, bench.connection_id)

    with pytest.raises(InTheWay):
        repaired(bench, link)


def test_a_repair_in_the_middle_of_a_run_is_not_lost(bench: Workbench) -> None:
    link = parked_visit(bench)
    google_is_well(bench)
    deeds = [lambda: repaired(bench, link)]
    watching(bench, "patch", lambda: deeds and deeds.pop()())
    visit(bench, "good", title="better")

    bench.sync()
    drain(bench)

    assert set(bench.events()) == {"Bad", "better"}
    assert bench.connection().counts.parked == 0
    assert bench.connection().counts.dirty == 0
