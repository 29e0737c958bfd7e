"""Writes that meet somebody else's: both edits live, and one event stays one."""

from dataclasses import replace
from typing import Any

import pytest

from services.connections.journal import newest
from services.items.items import Condition, patch_item
from services.links.link import Rank, Waiting
from sync.identity import event_id, item_link, marker
from tests.journeys.odd_google import before_our, refusing
from tests.journeys.trouble import (
    NINE,
    calls,
    drain,
    event_of,
    forget_calls,
    google_fails,
    place_of,
    visit,
    writes,
)
from tests.journeys.workbench import Workbench

Json = dict[str, Any]


def our_event(bench: Workbench, item: str, generation: int = 0) -> str:
    """Return the id under which the event of an item is created."""
    return event_id(item_link(f"rest:{bench.person.email}", item), generation)


def test_an_edit_between_look_and_write_survives_beside_ours(bench: Workbench) -> None:
    visit(bench, "visit-1")
    bench.settle()
    event = event_of(bench, "visit-1")
    visit(bench, "visit-1", title="Roof")
    due = before_our(
        "patch", bench, lambda: bench.person.patch(event["id"], location="Here")
    )

    bench.settle()

    assert due == []
    assert event_of(bench, "Roof")["location"] == "Here"
    assert place_of(bench.items()["Roof"]) == "Here"


def test_the_same_field_edited_between_look_and_write_is_a_conflict_not_a_loss(
    bench: Workbench,
) -> None:
    visit(bench, "visit-1")
    bench.settle()
    event = event_of(bench, "visit-1")
    visit(bench, "visit-1", title="Roof")
    before_our("patch", bench, lambda: bench.person.patch(event["id"], summary="Attic"))

    bench.settle()

    assert set(bench.events()) == {"Attic"}
    assert set(bench.items()) == {"Attic"}


def test_an_item_edited_between_look_and_write_keeps_both_edits(
    bench: Workbench,
) -> None:
    event = bench.person.insert(summary="Dentist")
    bench.settle()
    [item_id] = [link.item_id for link in bench.links()]
    bench.person.patch(event["id"], location="Here")
    faster = FasterApplication(bench, str(item_id))
    bench.world = replace(bench.world, connect=faster)

    bench.settle()

    item = bench.items()["Dentist"]
    assert item["description"] == "Bring the card."
    assert place_of(item) == "Here"
    assert event_of(bench, "Dentist")["description"] == "Bring the card."


class FasterApplication:
    """An application that edits an item just before our first write to it."""

    def __init__(self, bench: Workbench, item_id: str) -> None:
        self.bench, self.item_id, self.done = bench, item_id, False
        self.make = bench.world.connect

    def __call__(self, application: Any) -> Any:
        self.connector = self.make(application)
        return self

    def __getattr__(self, name: str) -> Any:
        if name == "write" and not self.done:
            self.done = True
            patch = {"description": "Bring the card."}
            patch_item(self.bench.desk(), self.item_id, patch, condition=Condition())
        return getattr(self.connector, name)


def test_an_event_deleted_between_look_and_write_is_made_again_for_the_edit(
    bench: Workbench,
) -> None:
    visit(bench, "visit-1")
    bench.settle()
    event = event_of(bench, "visit-1")
    visit(bench, "visit-1", title="Roof")
    before_our("patch", bench, lambda: bench.person.delete(event["id"]))

    bench.settle()

    assert bench.titles_at_google() == ["Roof"]
    assert bench.titles_in_agenda() == ["Roof"]


def test_an_event_edited_before_our_delete_stays(bench: Workbench) -> None:
    visit(bench, "visit-1")
    bench.settle()
    event = event_of(bench, "visit-1")
    bench.remove("visit-1")
    before_our(
        "delete", bench, lambda: bench.person.patch(event["id"], summary="Mine now")
    )

    bench.settle()

    assert bench.titles_at_google() == ["Mine now"]
    assert bench.titles_in_agenda() == ["Mine now"]


def test_an_event_that_an_earlier_try_made_is_adopted(bench: Workbench) -> None:
    name = our_event(bench, "visit-1")
    mark = {"tandem": marker(name, item_link(f"rest:{bench.person.email}", "visit-1"))}
    visit(bench, "visit-1")
    before_our(
        "insert",
        bench,
        lambda: bench.person.insert(
            id=name,
            summary="visit-1",
            location="Here",
            extendedProperties={"private": mark},
        ),
    )

    bench.settle()

    assert bench.titles_at_google() == ["visit-1"]
    assert event_of(bench, "visit-1")["id"] == name
    assert place_of(bench.items()["visit-1"]) == "Here"


def test_an_id_that_was_deleted_at_google_gives_way_to_the_next_generation(
    bench: Workbench,
) -> None:
    bench.person.insert(id=our_event(bench, "visit-1"), summary="visit-1")
    bench.person.delete(our_event(bench, "visit-1"))
    visit(bench, "visit-1")

    bench.settle()

    assert event_of(bench, "visit-1")["id"] == our_event(bench, "visit-1", 1)
    assert bench.titles_in_agenda() == ["visit-1"]


def test_a_strange_event_under_our_id_is_neither_adopted_nor_touched(
    bench: Workbench,
) -> None:
    strange = bench.person.insert(id=our_event(bench, "visit-1"), summary="Strange")
    visit(bench, "visit-1")

    bench.settle()

    assert sorted(bench.titles_at_google()) == ["Strange", "visit-1"]
    assert bench.person.get(strange["id"])["etag"] == strange["etag"]
    assert event_of(bench, "visit-1")["id"] == our_event(bench, "visit-1", 1)


def test_an_event_of_ours_whose_mark_was_wiped_stays_linked(bench: Workbench) -> None:
    visit(bench, "visit-1")
    bench.settle()
    event = event_of(bench, "visit-1")
    bench.person.update(
        event["id"],
        summary="Wiped",
        start=event["start"],
        end=event["end"],
        extendedProperties={"private": {"tandem": ""}},
    )

    bench.settle()

    assert bench.titles_at_google() == ["Wiped"]
    assert bench.titles_in_agenda() == ["Wiped"]


def test_what_google_refuses_is_parked_with_the_reason_and_the_rest_goes_on(
    bench: Workbench,
) -> None:
    refusing(bench, "Bad")
    visit(bench, "good-1")
    visit(bench, "bad", title="Bad")
    visit(bench, "good-2")

    bench.sync()

    assert sorted(bench.titles_at_google()) == ["good-1", "good-2"]
    [parked] = [link for link in bench.links() if link.waiting is Waiting.PARKED]
    assert "does not accept" in parked.why
    assert bench.connection().counts.parked == 1

    forget_calls(bench)
    bench.settle()
    assert writes(bench) == 0, "what is parked is not tried again by itself"

    visit(bench, "bad", title="Better")
    bench.settle()

    assert sorted(bench.titles_at_google()) == ["Better", "good-1", "good-2"]
    assert bench.connection().counts.parked == 0


def test_an_edit_that_google_refuses_leaves_its_event_and_the_others_alone(
    bench: Workbench,
) -> None:
    visit(bench, "visit-1")
    visit(bench, "visit-2")
    bench.settle()
    refusing(bench, "Bad")
    visit(bench, "visit-1", title="Bad")
    visit(bench, "visit-2", title="Fine")

    bench.sync()

    assert sorted(bench.titles_at_google()) == ["Fine", "visit-1"]
    assert bench.connection().counts.parked == 1

    bench.person.patch(event_of(bench, "visit-1")["id"], location="Here")
    bench.settle()

    assert place_of(bench.items()["Bad"]) == "Here", "a new version un-parks it"


def test_our_own_write_coming_back_is_not_written_again(bench: Workbench) -> None:
    visit(bench, "visit-1")
    bench.sync()
    forget_calls(bench)

    bench.sync()
    bench.sync()

    assert calls(bench) == {"list": 2}
    drain(bench)
    assert bench.items()["visit-1"]["start"] == NINE


def test_a_rule_that_both_sides_changed_is_settled_and_journaled(
    bench: Workbench,
) -> None:
    rule = {"@type": "RecurrenceRule", "frequency": "weekly", "count": 4}
    visit(bench, "visit-1", recurrenceRules=[rule])
    bench.settle()
    event = event_of(bench, "visit-1")
    visit(bench, "visit-1", recurrenceRules=[{**rule, "count": 6}])
    bench.person.patch(event["id"], recurrence=["RRULE:FREQ=WEEKLY;COUNT=8"])

    bench.settle()

    item = bench.items()["visit-1"]
    assert item["recurrenceRules"][0]["count"] == 8
    [line] = event_of(bench, "visit-1")["recurrence"]
    assert line.endswith("COUNT=8")
    pages = newest(bench.store, bench.connection_id, limit=10)
    lost = [entry.lost for page, _ in pages for entry in page.entries if entry.lost]
    assert lost == [{"rules": [{**rule, "count": 6}]}]


@pytest.mark.parametrize("kind", ["server_error_before", "server_error_after"])
def test_an_edit_that_is_taken_back_before_its_answer_is_known_stays_taken_back(
    bench: Workbench, kind: str
) -> None:
    visit(bench, "visit-1")
    bench.settle()
    visit(bench, "visit-1", freeBusyStatus="free")
    google_fails(bench, {"kind": kind, "method": "events.patch", "count": 1})
    bench.sync()

    visit(bench, "visit-1", freeBusyStatus="busy")
    bench.sync()
    drain(bench)
    bench.settle()

    [link] = bench.links()
    assert (link.intent, link.rank) == (None, Rank.CLEAN)
    assert event_of(bench, "visit-1").get("transparency") != "transparent"
    assert bench.items()["visit-1"].get("freeBusyStatus") == "busy"
    assert bench.connection().counts.dirty == 0
