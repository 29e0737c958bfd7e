"""Deletes: an edit outweighs one, both sides may make one, none comes back alone."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sync.identity import event_id
from tests.journeys.trouble import (
    event_of,
    forget_calls,
    hour_at,
    mails,
    place_of,
    sides,
    visit,
    writes,
)
from tests.journeys.workbench import Workbench
from tests.standin.people import AMSTERDAM, Person

Json = dict[str, Any]
DAILY: Json = {"@type": "RecurrenceRule", "frequency": "daily", "count": 4}
SECOND, THIRD = "2026-12-02T09:00:00", "2026-12-03T09:00:00"


@pytest.fixture(params=["calendar", "agenda", "latest"])
def bench(request: pytest.FixtureRequest, ann: Person) -> Iterator[Workbench]:
    """A Tandem that has carried one item and one event, under each conflict rule."""
    made = Workbench(ann, settings={"conflict": request.param})
    made.connect()
    visit(made, "mine")
    made.person.insert(summary="theirs", **hour_at("09:00", "10:00"))
    visit(made, "series", recurrenceRules=[DAILY])
    made.settle()
    yield made
    assert mails(made) == []


def item_id_of(bench: Workbench, title: str) -> str:
    [link] = [one for one in bench.links() if title_of(one) == title]
    return str(link.item_id)


def title_of(link: Any) -> str:
    return str(link.item.content.details.title) if link.item else ""


@pytest.mark.parametrize("name", ["mine", "theirs"])
@pytest.mark.parametrize(
    "edit",
    [
        {"summary": "edited"},
        {"location": "Here"},
        {"description": "Bring it."},
        hour_at("12:00", "13:00"),
    ],
)
def test_an_edit_at_google_outweighs_a_delete_in_the_agenda(
    bench: Workbench, name: str, edit: Json
) -> None:
    event = event_of(bench, name)
    bench.remove(item_id_of(bench, name))
    bench.person.patch(event["id"], **edit)

    bench.settle()

    title = edit.get("summary", name)
    both = sorted({"mine", "theirs", "series"} - {name} | {title})
    assert sides(bench) == (both, both)
    assert event_of(bench, title)["id"] == event["id"]


@pytest.mark.parametrize("name", ["mine", "theirs"])
def test_an_edit_in_the_agenda_outweighs_a_delete_at_google(
    bench: Workbench, name: str
) -> None:
    item_id = item_id_of(bench, name)
    event = event_of(bench, name)
    bench.person.delete(event["id"])
    visit(bench, item_id, title=name, description="Bring the ladder.")

    bench.settle()

    assert sides(bench) == (["mine", "series", "theirs"],) * 2
    again = event_of(bench, name)
    assert again["id"] != event["id"], "Google never lets a deleted id be used again"
    assert again["description"] == "Bring the ladder."

    bench.person.patch(again["id"], location="Here")
    bench.settle()
    assert place_of(bench.items()[name]) == "Here"


def test_a_deleted_item_may_come_back_more_than_once(bench: Workbench) -> None:
    for turn in range(3):
        event = event_of(bench, "theirs")
        bench.remove(item_id_of(bench, "theirs"))
        bench.person.patch(event["id"], location=f"Street {turn}")
        bench.settle()

    assert sides(bench) == (["mine", "series", "theirs"],) * 2
    assert place_of(bench.items()["theirs"]) == "Street 2"
    assert bench.connection().counts.parked == 0


@pytest.mark.parametrize(
    "trifle",
    [
        {"colorId": "5"},
        {"reminders": {"useDefault": False, "overrides": []}},
        {"transparency": "transparent"},
    ],
)
def test_a_colour_or_an_alert_does_not_outweigh_a_delete(
    bench: Workbench, trifle: Json
) -> None:
    event = event_of(bench, "mine")
    bench.remove("mine")
    bench.person.patch(event["id"], **trifle)

    bench.settle()

    assert sides(bench) == (["series", "theirs"],) * 2


def test_an_edit_of_one_occurrence_outweighs_its_delete_at_google(
    bench: Workbench,
) -> None:
    series = event_of(bench, "series")
    bench.person.delete(bench.person.instances(series["id"])[1]["id"])
    override = {SECOND: {"title": "long one"}}
    visit(bench, "series", recurrenceRules=[DAILY], recurrenceOverrides=override)

    bench.settle()

    shown = bench.person.instances(series["id"])
    assert [one["summary"] for one in shown] == [
        "series",
        "long one",
        "series",
        "series",
    ]
    assert bench.items()["series"]["recurrenceOverrides"] == override


def test_an_edit_of_one_occurrence_outweighs_its_delete_in_the_agenda(
    bench: Workbench,
) -> None:
    series = event_of(bench, "series")
    second = bench.person.instances(series["id"])[1]
    bench.person.patch(second["id"], summary="long one")
    override = {SECOND: {"excluded": True}}
    visit(bench, "series", recurrenceRules=[DAILY], recurrenceOverrides=override)

    bench.settle()

    assert len(bench.person.instances(series["id"])) == 4
    [kept] = bench.items()["series"]["recurrenceOverrides"].values()
    assert kept["title"] == "long one"


def test_occurrences_deleted_on_either_side_are_gone_on_both(bench: Workbench) -> None:
    series = event_of(bench, "series")
    bench.person.delete(bench.person.instances(series["id"])[1]["id"])
    override = {THIRD: {"excluded": True}}
    visit(bench, "series", recurrenceRules=[DAILY], recurrenceOverrides=override)

    bench.settle()

    days = [one["start"]["dateTime"][8:10] for one in _shown(bench, series)]
    assert days == ["01", "04"]
    gone = bench.items()["series"]["recurrenceOverrides"]
    assert gone == {SECOND: {"excluded": True}, THIRD: {"excluded": True}}


def _shown(bench: Workbench, series: Json) -> list[Json]:
    return bench.person.instances(series["id"])


def test_a_delete_on_both_sides_ends_the_link_without_a_write(bench: Workbench) -> None:
    bench.person.delete(event_of(bench, "mine")["id"])
    bench.remove("mine")
    forget_calls(bench)

    bench.settle()

    assert writes(bench) == 0
    assert sides(bench) == (["series", "theirs"],) * 2
    [tombstone] = [link for link in bench.links() if link.ended_at]
    assert tombstone.expires_at is not None
    assert tombstone.ended_at is not None
    assert tombstone.expires_at - tombstone.ended_at == timedelta(days=60)
    assert tombstone.generation == 1


def test_our_own_delete_coming_back_costs_no_write_and_revives_nothing(
    bench: Workbench,
) -> None:
    bench.remove("mine")
    bench.person.delete(event_of(bench, "theirs")["id"])
    forget_calls(bench)
    bench.settle()
    assert writes(bench) == 1
    forget_calls(bench)

    bench.settle()
    bench.settle()

    assert writes(bench) == 0
    assert sides(bench) == (["series"],) * 2
    assert bench.connection().counts.links == 1


def test_an_item_made_again_under_its_old_id_is_a_new_event(bench: Workbench) -> None:
    [link] = [one for one in bench.links() if one.item_id == "mine"]
    bench.remove("mine")
    bench.settle()
    visit(bench, "mine", title="mine again")

    bench.settle()

    assert sides(bench) == (["mine again", "series", "theirs"],) * 2
    assert event_of(bench, "mine again")["id"] == event_id(link.id, 1)

    bench.person.patch(event_of(bench, "mine again")["id"], location="Here")
    bench.settle()
    assert place_of(bench.items()["mine again"]) == "Here"


def test_an_item_deleted_and_made_again_between_two_runs_keeps_its_event(
    bench: Workbench,
) -> None:
    bench.remove("mine")
    visit(bench, "mine", title="mine again")

    bench.settle()

    assert sides(bench) == (["mine again", "series", "theirs"],) * 2


def test_a_person_who_brings_a_deleted_event_back_has_it_on_both_sides(
    bench: Workbench,
) -> None:
    event = event_of(bench, "theirs")
    bench.person.delete(event["id"])
    bench.settle()
    assert sides(bench) == (["mine", "series"],) * 2

    bench.person.patch(event["id"], status="confirmed")
    bench.settle()

    assert sides(bench) == (["mine", "series", "theirs"],) * 2


def test_a_cancelled_item_is_never_deleted_at_google(bench: Workbench) -> None:
    visit(bench, "mine", status="cancelled")

    bench.settle()

    assert "mine" in bench.titles_at_google()


def test_a_series_deleted_at_google_takes_its_exceptions_along(
    bench: Workbench,
) -> None:
    series = event_of(bench, "series")
    bench.person.patch(
        bench.person.instances(series["id"])[2]["id"],
        start={"dateTime": "2026-12-03T15:00:00", "timeZone": AMSTERDAM},
        end={"dateTime": "2026-12-03T16:00:00", "timeZone": AMSTERDAM},
    )
    bench.settle()
    bench.person.delete(series["id"])

    bench.settle()

    assert sides(bench) == (["mine", "theirs"],) * 2
