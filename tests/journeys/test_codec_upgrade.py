"""Tandem learns new fields: nothing is written for that, and no edit is lost after."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.trouble import event_of, forget_calls, hour_at, visit, writes
from tests.journeys.workbench import Workbench
from tests.older_codec import just_learned, rewrite
from tests.standin.people import Person

Json = dict[str, Any]

SECOND = "2026-12-08T09:00:00"


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    """Return a Tandem that has just learned some fields."""
    bench = Workbench(ann)
    bench.connect()
    bench.settle()
    with just_learned():
        yield bench


def upgrade(bench: Workbench) -> None:
    """Let all that is stored be as the codec of before left it; count from here."""
    rewrite(bench.store, bench.connection_id)
    forget_calls(bench)


def weekly(bench: Workbench) -> Json:
    """Make a series, one of whose occurrences has a title, place and colour of its own.

    Return that occurrence.
    """
    series = bench.person.insert(
        summary="Weekly",
        colorId="11",
        location="Office",
        recurrence=["RRULE:FREQ=WEEKLY;COUNT=4"],
        **_in_zone("09:00", "10:00"),
    )
    second = bench.person.instances(series["id"])[1]
    own = {"summary": "Special", "location": "Roof", "colorId": "10"}
    return bench.person.patch(second["id"], **own)


def _in_zone(start: str, end: str) -> Json:
    times = hour_at(start, end)
    return {
        name: {**one, "timeZone": "Europe/Amsterdam"} for name, one in times.items()
    }


def all_kinds(bench: Workbench) -> None:
    """Fill both sides with what an older codec would have read less of."""
    weekly(bench)
    bench.person.insert(summary="theirs", colorId="11", **hour_at("12:00", "13:00"))
    place = {"1": {"@type": "Location", "name": "Shop"}}
    visit(bench, "ours", color="crimson", locations=place, freeBusyStatus="free")
    bench.settle()


def both(bench: Workbench) -> tuple[Json, Json]:
    return bench.items(), bench.events()


def test_what_a_new_codec_reads_more_is_written_nowhere(bench: Workbench) -> None:
    all_kinds(bench)
    before = both(bench)
    upgrade(bench)

    bench.settle()

    assert writes(bench) == 0
    assert both(bench) == before
    assert not any(link.unread for link in bench.links())


def test_sides_that_differ_in_a_new_field_are_left_as_they_are(
    bench: Workbench,
) -> None:
    all_kinds(bench)
    rewrite(bench.store, bench.connection_id)
    bench.person.patch(event_of(bench, "theirs")["id"], colorId="10")
    before = both(bench)
    forget_calls(bench)

    bench.settle()

    assert writes(bench) == 0
    assert both(bench) == before


def test_another_edit_that_comes_with_a_new_field_is_carried_alone(
    bench: Workbench,
) -> None:
    all_kinds(bench)
    rewrite(bench.store, bench.connection_id)
    event = event_of(bench, "theirs")
    bench.person.patch(event["id"], colorId="10", summary="moved")

    bench.settle()

    assert bench.items()["moved"]["color"] == "crimson"


def test_after_an_upgrade_a_new_field_is_carried_to_the_agenda(
    bench: Workbench,
) -> None:
    all_kinds(bench)
    upgrade(bench)
    bench.settle()

    bench.person.patch(event_of(bench, "theirs")["id"], colorId="10", location="Here")
    bench.person.patch(event_of(bench, "Weekly")["id"], location="Elsewhere")
    bench.settle()

    theirs, series = bench.items()["theirs"], bench.items()["Weekly"]
    assert theirs["color"] != "crimson"
    assert [one["name"] for one in theirs["locations"].values()] == ["Here"]
    assert [one["name"] for one in series["locations"].values()] == ["Elsewhere"]
    assert "Roof" in str(series["recurrenceOverrides"][SECOND])


def test_after_an_upgrade_a_new_field_is_carried_to_google(bench: Workbench) -> None:
    all_kinds(bench)
    upgrade(bench)
    bench.settle()

    visit(bench, "ours", color="green", freeBusyStatus="busy")
    bench.settle()

    ours = event_of(bench, "ours")
    assert ours["colorId"] != "11"
    assert ours.get("transparency", "opaque") == "opaque"


def test_after_an_upgrade_one_occurrence_is_carried_alone(bench: Workbench) -> None:
    second = weekly(bench)
    bench.settle()
    upgrade(bench)
    bench.settle()

    bench.person.patch(second["id"], location="Cellar")
    bench.settle()

    series = bench.items()["Weekly"]
    assert "Cellar" in str(series["recurrenceOverrides"][SECOND])
    assert [one["name"] for one in series["locations"].values()] == ["Office"]


def test_an_edit_of_the_agenda_is_carried_before_google_was_read_again(
    bench: Workbench,
) -> None:
    all_kinds(bench)
    upgrade(bench)

    visit(bench, "ours", color="crimson", title="ours", description="New")
    bench.settle()

    ours = event_of(bench, "ours")
    assert (ours["description"], ours["colorId"]) == ("New", "11")
