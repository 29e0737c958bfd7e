"""The engine against the stand-in for Google, run by run."""

import pytest

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
