"""One appointment that stands on both sides becomes one link, whenever it arrives."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.links.link import Waiting
from sync.identity import event_id, item_link, marker
from tests.journeys.trouble import (
    NINE,
    event_of,
    forget_calls,
    hour_at,
    mails,
    sides,
    visit,
    writes,
)
from tests.journeys.workbench import Workbench
from tests.standin.people import AMSTERDAM, Person

Json = dict[str, Any]
AT_NINE = hour_at("09:00", "10:00")


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    """A Tandem whose owner has connected."""
    made = Workbench(ann)
    made.connect()
    yield made
    assert mails(made) == []


@pytest.mark.parametrize("late", [False, True])
def test_the_same_ical_uid_is_the_same_appointment(
    bench: Workbench, late: bool
) -> None:
    if late:
        bench.settle()
    event = bench.person.insert(summary="Dentist", **AT_NINE)
    bench.put("a", title="Tandarts", uid=event["iCalUID"], start="2026-12-02T09:00:00")

    bench.settle()

    assert sides(bench) == (["Dentist"], ["Dentist"])


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("title", ["Dentist", "  dentist ", "DENTIST"])
def test_the_same_title_at_the_same_time_is_the_same_appointment(
    bench: Workbench, title: str, late: bool
) -> None:
    if late:
        bench.settle()
    bench.person.insert(summary="Dentist", location="Here", **AT_NINE)
    visit(bench, "a", title=title, description="Bring the card.")

    bench.settle()

    assert len(bench.titles_at_google()) == len(bench.titles_in_agenda()) == 1
    [event], [item] = bench.events().values(), bench.items().values()
    assert event["description"] == "Bring the card.", "filled beats empty"
    assert item["locations"], "on both sides"


def test_an_item_that_arrives_after_the_event_was_carried_is_a_second_one(
    bench: Workbench,
) -> None:
    bench.person.insert(summary="Dentist", **AT_NINE)
    bench.settle()
    visit(bench, "a", title="Dentist")

    bench.settle()

    assert sides(bench) == (["Dentist"] * 2, ["Dentist"] * 2)


def test_another_time_or_another_rule_is_another_appointment(bench: Workbench) -> None:
    bench.person.insert(summary="Weekly", **AT_NINE)
    rule = {"@type": "RecurrenceRule", "frequency": "weekly", "count": 3}
    visit(bench, "a", title="Weekly", recurrenceRules=[rule])
    bench.person.insert(summary="Later", **AT_NINE)
    visit(bench, "b", title="Later", start="2026-12-01T09:15:00")

    bench.settle()

    assert sides(bench) == (
        ["Later", "Later", "Weekly", "Weekly"],
        ["Later", "Later", "Weekly", "Weekly"],
    )


def test_the_same_series_is_paired_with_its_exceptions_merged(bench: Workbench) -> None:
    series = bench.person.insert(
        summary="Weekly",
        start={"dateTime": NINE, "timeZone": AMSTERDAM},
        end={"dateTime": "2026-12-01T10:00:00", "timeZone": AMSTERDAM},
        recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"],
    )
    bench.person.delete(bench.person.instances(series["id"])[1]["id"])
    rule = {"@type": "RecurrenceRule", "frequency": "weekly", "count": 3}
    moved = {"2026-12-15T09:00:00": {"title": "Weekly at length"}}
    visit(bench, "a", title="weekly", recurrenceRules=[rule], recurrenceOverrides=moved)

    bench.settle()

    [item] = bench.items().values()
    assert item["recurrenceOverrides"]["2026-12-08T09:00:00"] == {"excluded": True}
    shown = bench.person.instances(series["id"])
    assert [each["summary"] for each in shown][-1] == "Weekly at length"
    assert len(shown) == 2


@pytest.mark.parametrize(("events", "items"), [(1, 2), (2, 1), (2, 2)])
def test_several_candidates_wait_for_a_person(
    bench: Workbench, events: int, items: int
) -> None:
    for _ in range(events):
        bench.person.insert(summary="Dentist", **AT_NINE)
    for number in range(items):
        visit(bench, f"item-{number}", title="Dentist")
    forget_calls(bench)

    bench.settle()

    assert sides(bench) == (["Dentist"] * events, ["Dentist"] * items)
    assert {link.waiting for link in bench.links()} == {Waiting.UNSURE}
    assert bench.connection().counts.parked == events + items
    assert writes(bench) == 0


def test_an_event_that_found_its_item_is_no_candidate_for_another(
    bench: Workbench,
) -> None:
    event = bench.person.insert(summary="Dentist", **AT_NINE)
    visit(bench, "a", title="Dentist", uid=event["iCalUID"])
    visit(bench, "b", title="Dentist")

    bench.settle()

    assert sides(bench) == (["Dentist"] * 2, ["Dentist"] * 2)
    assert all(link.linked for link in bench.links())


def test_a_similar_title_waits_for_a_person_on_both_sides(bench: Workbench) -> None:
    bench.person.insert(summary="Dentist", **AT_NINE)
    visit(bench, "a", title="Dentist (Dr. Bakker)")
    bench.person.insert(summary="Roof", **AT_NINE)

    bench.settle()

    assert sides(bench) == (["Dentist", "Roof"], ["Dentist (Dr. Bakker)", "Roof"])
    unsure = [link for link in bench.links() if link.waiting is Waiting.UNSURE]
    assert len(unsure) == 2
    assert all("person has to say" in link.why for link in unsure)


def test_what_was_unsure_is_decided_when_one_of_the_two_changes(
    bench: Workbench,
) -> None:
    bench.person.insert(summary="Dentist", **AT_NINE)
    visit(bench, "a", title="Dentist (Dr. Bakker)")
    bench.settle()
    visit(bench, "a", title="Dentist")

    bench.settle()

    assert sides(bench) == (["Dentist"], ["Dentist"])


def test_what_was_unsure_is_free_when_its_like_is_gone(bench: Workbench) -> None:
    event = bench.person.insert(summary="Dentist", **AT_NINE)
    visit(bench, "a", title="Dentist (Dr. Bakker)")
    bench.settle()
    bench.person.delete(event["id"])
    visit(bench, "a", title="Dentist (Dr. Bakker) ", description="New")

    bench.settle()

    assert len(bench.titles_at_google()) == 1
    assert bench.connection().counts.parked == 0


@pytest.mark.parametrize("gone", ["event", "item"])
def test_what_was_unsure_is_free_as_soon_as_its_rival_is_gone(
    bench: Workbench, gone: str
) -> None:
    event = bench.person.insert(summary="Dentist", **AT_NINE)
    visit(bench, "a", title="Dentist (Dr. Bakker)")
    bench.settle()
    if gone == "event":
        bench.person.delete(event["id"])
    else:
        bench.remove("a")

    bench.settle()

    left = "Dentist (Dr. Bakker)" if gone == "event" else "Dentist"
    assert sides(bench) == ([left], [left])
    assert bench.connection().counts.parked == 0


def test_of_two_that_are_alike_the_other_is_meant_once_one_is_called_differently(
    bench: Workbench,
) -> None:
    events = [bench.person.insert(summary="Dentist", **AT_NINE) for _ in range(2)]
    visit(bench, "a", title="Dentist")
    bench.settle()
    assert bench.connection().counts.parked == 3

    bench.person.patch(events[1]["id"], summary="Garage")
    bench.settle()

    assert sides(bench) == (["Dentist", "Garage"], ["Dentist", "Garage"])
    assert bench.connection().counts.parked == 0


def test_all_is_found_again_after_the_whole_store_was_lost(ann: Person) -> None:
    lost = Workbench(ann)
    lost.connect()
    for number in range(100):
        minute = f"2026-12-{1 + number % 28:02}T{8 + number // 28:02}:00:00"
        visit(lost, f"item-{number}", start=minute)
        start, end = minute, minute.replace(":00:00", ":30:00")
        ann.insert(
            summary=f"event-{number}",
            start={"dateTime": start, "timeZone": AMSTERDAM},
            end={"dateTime": end, "timeZone": AMSTERDAM},
        )
    lost.settle()
    ann.patch(lost.events()["item-7"]["id"], location="Here")
    lost.settle()
    kept = {
        str(link.item_id): lost.items()[link.item.content.details.title]
        for link in lost.links()
        if link.item
    }
    assert len(kept) == 200

    found = Workbench(ann)
    found.connect()
    for item_id, value in kept.items():
        found.put(item_id, **{"timeZone": AMSTERDAM, **value})
    forget_calls(found)
    found.settle()

    assert writes(found) == 0
    assert len(found.titles_at_google()) == 200
    assert len(found.titles_in_agenda()) == 200
    assert {link.linked for link in found.links()} == {True}
    assert found.connection().counts.links == 200


def test_a_persons_copy_of_our_event_is_an_item_of_its_own(bench: Workbench) -> None:
    visit(bench, "visit-1")
    bench.settle()
    event = event_of(bench, "visit-1")
    copied = {
        name: event[name] for name in ("summary", "start", "end", "extendedProperties")
    }

    bench.person.insert(**copied)
    bench.settle()

    assert sides(bench) == (["visit-1"] * 2, ["visit-1"] * 2)
    assert len({link.item_id for link in bench.links()}) == 2


def test_a_marked_event_that_belongs_to_nobody_here_is_not_imported(
    bench: Workbench,
) -> None:
    link = item_link("rest:somebody@example.com", "visit-1")
    name = event_id(link, 0)
    mark = {"tandem": marker(name, link)}
    bench.person.insert(id=name, summary="Theirs", extendedProperties={"private": mark})
    bench.person.insert(summary="Dentist")

    bench.settle()

    assert sorted(bench.titles_in_agenda()) == ["Dentist"]
    assert bench.connection().counts.dirty == 0


def test_a_guest_of_one_occurrence_sees_it_as_a_single_item(
    ann: Person, bob: Person
) -> None:
    series = bob.weekly(start=_start("10"), end=_start("11"))
    third = bob.instances(series["id"])[2]
    bob.patch(third["id"], attendees=[{"email": ann.email}])
    bench = Workbench(ann)
    bench.connect()

    bench.settle()

    assert bench.titles_in_agenda() == ["Weekly"]
    [item] = bench.items().values()
    assert "recurrenceRules" not in item
    assert item["start"] == "2026-12-15T10:00:00"


def test_a_guest_of_one_occurrence_and_then_of_the_series_has_one_item(
    ann: Person, bob: Person
) -> None:
    series = bob.weekly(start=_start("10"), end=_start("11"))
    for at, title in ((1, "Second"), (2, "Third")):
        instance = bob.instances(series["id"])[at]["id"]
        bob.patch(instance, attendees=[{"email": ann.email}], summary=title)
    bench = Workbench(ann)
    bench.connect()
    bench.settle()
    assert sorted(bench.titles_in_agenda()) == ["Second", "Third"]

    bob.patch(series["id"], attendees=[{"email": ann.email}])
    bench.settle()

    assert bench.titles_in_agenda() == ["Weekly"]
    [item] = bench.items().values()
    assert item["start"] == "2026-12-01T10:00:00"
    titles = {each.get("title") for each in item["recurrenceOverrides"].values()}
    assert titles == {"Second", "Third"}
    bob.patch(bob.instances(series["id"])[2]["id"], summary="Third again")
    bench.settle()
    [item] = bench.items().values()
    assert bench.titles_in_agenda() == ["Weekly"]
    assert "Third again" in str(item["recurrenceOverrides"])


def _start(hour: str) -> Json:
    return {"dateTime": f"2026-12-01T{hour}:00:00", "timeZone": AMSTERDAM}
