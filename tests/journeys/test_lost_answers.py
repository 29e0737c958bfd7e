"""A PATCH whose answer is lost: the event itself tells whether ours landed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.journeys.trouble import event_of, google_fails, google_is_well, place_of
from tests.journeys.workbench import Workbench
from tests.standin.people import Person

NINE = "2026-12-01T09:00:00"
WRITE = "tandem-write"
ONE_MINUTE = timedelta(minutes=1)
SOMEWHERE = {"1": {"@type": "Location", "name": "Dorpsstraat 1"}}


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    made = Workbench(ann)
    made.connect()
    visit(made)
    made.settle()
    # From its first PATCH on, an event names the intent behind the last one.
    visit(made, duration="PT2H")
    made.settle()
    yield made
    assert len(made.events()) == len(made.items()) == 1


def visit(bench: Workbench, title: str = "Visit", **members: object) -> None:
    known = {"duration": "PT2H", **members}
    bench.put("visit", title=title, start=NINE, **known)


def losing(bench: Workbench, kind: str) -> None:
    """Let a run's PATCH fail: before Google had it, or after."""
    google_fails(bench, {"kind": kind, "method": "events.patch"})
    bench.sync()
    google_is_well(bench)


def test_what_a_person_wrote_alike_by_hand_is_no_proof_that_our_write_landed(
    bench: Workbench,
) -> None:
    event = event_of(bench, "Visit")
    visit(bench, "Survey", locations=SOMEWHERE)
    losing(bench, "close_before")

    bench.person.patch(event["id"], summary="Survey")
    bench.clock.ahead += ONE_MINUTE
    bench.settle()

    assert event_of(bench, "Survey")["location"] == "Dorpsstraat 1"
    assert place_of(bench.items()["Survey"]) == "Dorpsstraat 1"


def test_what_a_person_put_back_by_hand_after_our_write_stays(
    bench: Workbench,
) -> None:
    event = event_of(bench, "Visit")
    visit(bench, "Survey")
    losing(bench, "close_after")
    assert list(bench.events()) == ["Survey"]

    bench.person.patch(event["id"], summary="Visit")
    bench.clock.ahead += ONE_MINUTE
    bench.settle()

    assert list(bench.events()) == list(bench.items()) == ["Visit"]


def test_a_write_that_comes_late_is_ours_and_undoes_no_edit_made_meanwhile(
    bench: Workbench,
) -> None:
    """A run is held up just before its PATCH, another looks, and then it goes on."""
    event = event_of(bench, "Visit")
    visit(bench, freeBusyStatus="free")
    losing(bench, "close_before")
    [late] = [link.intent for link in bench.links() if link.intent]
    visit(bench)
    bench.clock.ahead += ONE_MINUTE
    bench.settle()
    assert "transparency" not in event_of(bench, "Visit")

    marks = {**event["extendedProperties"]["private"], WRITE: late.id}
    body = {"transparency": "transparent", "extendedProperties": {"private": marks}}
    bench.person.patch(event["id"], **body)
    bench.clock.ahead += ONE_MINUTE
    bench.settle()

    assert "freeBusyStatus" not in bench.items()["Visit"]
    assert event_of(bench, "Visit").get("transparency", "opaque") == "opaque"
