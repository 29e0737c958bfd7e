"""What the rules let cross: what is put back, restored, marked, and left out."""

from collections.abc import Callable
from typing import Any

import pytest

from services.connections.journal import newest
from services.items.items import Condition, patch_item
from services.links.link import Intent, Link, Waiting
from sync.identity import event_id
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

Json = dict[str, Any]
Benches = Callable[..., Workbench]
DAILY: Json = {"@type": "RecurrenceRule", "frequency": "daily", "count": 4}
SECOND = "2026-12-02T09:00:00"


def journal(bench: Workbench) -> list[Intent]:
    """Return what was written, newest first."""
    pages = newest(bench.store, bench.connection_id, limit=50)
    return [entry for page, _ in pages for entry in reversed(page.entries)]


def only_link(bench: Workbench) -> Link:
    [link] = bench.links()
    return link


def edit(bench: Workbench, item_id: str, **members: Any) -> None:
    patch_item(bench.desk(), item_id, members, condition=Condition())


def quiet(bench: Workbench) -> None:
    """Nothing more is written, whoever looks how often."""
    forget_calls(bench)
    before = bench.items()
    bench.settle()
    bench.settle()
    assert writes(bench) == 0
    assert bench.items() == before
    assert mails(bench) == []


# --- allow_external_changes ----------------------------------------------------------


def test_an_edit_at_google_of_the_applications_event_is_put_back_and_said(
    bench_with: Benches,
) -> None:
    bench = bench_with(allow_external_changes=False)
    visit(bench, "visit")
    bench.settle()
    event = event_of(bench, "visit")
    bench.person.patch(event["id"], summary="Lunch", **hour_at("12:00", "13:00"))
    bench.person.patch(event["id"], colorId="5")

    bench.settle()

    shown = event_of(bench, "visit")
    assert shown["start"]["dateTime"][11:16] == "09:00"
    assert bench.items()["visit"]["start"] == NINE
    entry = journal(bench)[0]
    assert entry.why.startswith("put back: ")
    assert "title" in entry.why
    assert entry.before is not None
    assert entry.before.details.title == "Lunch"
    assert only_link(bench).note == entry.why
    quiet(bench)


def test_a_delete_at_google_of_the_applications_event_is_put_back(
    bench_with: Benches,
) -> None:
    bench = bench_with(allow_external_changes=False)
    visit(bench, "visit")
    bench.settle()
    link = only_link(bench)
    bench.person.delete(event_of(bench, "visit")["id"])

    bench.settle()

    assert sides(bench) == (["visit"], ["visit"])
    assert event_of(bench, "visit")["id"] == event_id(link.id, 1)
    assert only_link(bench).note.startswith("put back: deleted in the calendar")
    quiet(bench)


def test_an_occurrence_edited_or_deleted_at_google_comes_back(
    bench_with: Benches,
) -> None:
    bench = bench_with(allow_external_changes=False)
    visit(bench, "visit", recurrenceRules=[DAILY])
    bench.settle()
    series = event_of(bench, "visit")["id"]
    first, second, *_ = bench.person.instances(series)
    bench.person.patch(first["id"], summary="Lunch")
    bench.person.delete(second["id"])

    bench.settle()

    titles = [one["summary"] for one in bench.person.instances(series)]
    assert titles == ["visit"] * 4
    assert "recurrenceOverrides" not in bench.items()["visit"]
    quiet(bench)


def test_events_that_google_bore_may_be_changed_and_deleted_as_ever(
    bench_with: Benches,
) -> None:
    bench = bench_with(allow_external_changes=False)
    event = bench.person.insert(summary="theirs", **hour_at("09:00", "10:00"))
    other = bench.person.insert(summary="other", **hour_at("11:00", "12:00"))
    bench.settle()
    bench.person.patch(event["id"], summary="Lunch")
    bench.person.delete(other["id"])

    bench.settle()

    assert sides(bench) == (["Lunch"], ["Lunch"])


def test_an_event_that_was_there_before_it_was_paired_may_be_changed(
    bench_with: Benches,
) -> None:
    bench = bench_with(allow_external_changes=False)
    event = bench.person.insert(summary="visit", **hour_at("09:00", "10:00"))
    visit(bench, "visit")
    bench.settle()
    bench.person.patch(event["id"], location="Here")

    bench.settle()

    assert "locations" in bench.items()["visit"]


def test_an_edit_of_the_application_goes_on_while_the_rest_is_put_back(
    bench_with: Benches,
) -> None:
    bench = bench_with(allow_external_changes=False)
    visit(bench, "visit")
    bench.settle()
    event = event_of(bench, "visit")
    bench.person.patch(event["id"], summary="Lunch", location="Elsewhere")
    visit(bench, "visit", description="Bring it.")

    bench.settle()

    shown = event_of(bench, "visit")
    assert shown["description"] == "Bring it."
    assert "location" not in shown
    assert "changed in the agenda" in journal(bench)[0].why
    quiet(bench)


def test_what_a_guest_answers_is_not_put_back(bench_with: Benches) -> None:
    bench = bench_with(allow_external_changes=False, participants="guests")
    joe = {"@type": "Participant", "name": "Joe", "email": "joe@example.com"}
    visit(bench, "visit", participants={"1": {**joe, "roles": {"attendee": True}}})
    bench.settle()
    event = event_of(bench, "visit")
    answered = [{**one, "responseStatus": "accepted"} for one in event["attendees"]]
    bench.person.patch(event["id"], attendees=answered)

    bench.settle()

    [person] = [
        one
        for one in bench.items()["visit"]["participants"].values()
        if one["email"] == "joe@example.com"
    ]
    assert person["participationStatus"] == "accepted"
    said = event_of(bench, "visit")["attendees"]
    assert [
        one["responseStatus"] for one in said if one["email"] == "joe@example.com"
    ] == ["accepted"]
    quiet(bench)


@pytest.mark.parametrize("what", ["title", "event"])
def test_a_robot_that_does_it_again_each_time_is_left_alone_in_the_end(
    bench_with: Benches, what: str
) -> None:
    bench = bench_with(allow_external_changes=False)
    visit(bench, "visit")
    bench.settle()

    for _turn in range(8):
        for event in bench.events().values():
            if what == "title":
                bench.person.patch(event["id"], summary="Robot")
            else:
                bench.person.delete(event["id"])
        bench.sync()

    link = only_link(bench)
    assert link.waiting is Waiting.PARKED
    assert bench.titles_in_agenda() == ["visit"]
    forget_calls(bench)
    bench.settle()
    assert writes(bench) == 0


# --- deletes -------------------------------------------------------------------------


def test_restore_makes_a_deleted_event_again(bench_with: Benches) -> None:
    bench = bench_with(deletes={"to_agenda": "restore"})
    visit(bench, "mine")
    bench.person.insert(summary="theirs", **hour_at("11:00", "12:00"))
    bench.settle()
    for title in ("mine", "theirs"):
        bench.person.delete(event_of(bench, title)["id"])

    bench.settle()

    assert sides(bench) == (["mine", "theirs"],) * 2
    assert all("deletes there are undone" in entry.why for entry in journal(bench)[:2])
    quiet(bench)
    bench.remove("mine")
    bench.settle()
    assert sides(bench) == (["theirs"], ["theirs"]), "the other way it follows"


def test_restore_makes_a_deleted_item_again(bench_with: Benches) -> None:
    bench = bench_with(deletes={"to_calendar": "restore"})
    visit(bench, "mine")
    bench.person.insert(summary="theirs", **hour_at("11:00", "12:00"))
    bench.settle()
    for link in bench.links():
        bench.remove(str(link.item_id))

    bench.settle()

    assert sides(bench) == (["mine", "theirs"],) * 2
    quiet(bench)
    bench.person.patch(event_of(bench, "mine")["id"], summary="mine too")
    bench.settle()
    assert sides(bench) == (["mine too", "theirs"],) * 2


def test_a_deleted_item_leaves_a_marked_event_in_free_time(bench_with: Benches) -> None:
    bench = bench_with(deletes={"to_calendar": "mark"})
    visit(bench, "visit")
    bench.settle()
    bench.remove("visit")

    bench.settle()

    assert sides(bench) == (["[deleted] visit"], [])
    assert event_of(bench, "[deleted] visit")["transparency"] == "transparent"
    link = only_link(bench)
    assert link.why == "deleted in the agenda: what is left is marked and kept"
    quiet(bench)
    event = event_of(bench, "[deleted] visit")
    bench.person.patch(event["id"], summary="Mine now", transparency="opaque")
    quiet(bench)
    assert sides(bench) == (["Mine now"], [])
    bench.person.delete(event["id"])
    bench.settle()
    assert only_link(bench).ended_at is not None


def test_a_deleted_event_leaves_a_marked_item_and_the_mark_may_go_again(
    bench_with: Benches,
) -> None:
    bench = bench_with(deletes={"to_agenda": "mark"})
    event = bench.person.insert(summary="theirs", **hour_at("09:00", "10:00"))
    bench.settle()
    bench.person.delete(event["id"])

    bench.settle()

    assert sides(bench) == ([], ["[deleted] theirs"])
    assert bench.items()["[deleted] theirs"]["freeBusyStatus"] == "free"
    quiet(bench)
    bench.person.patch(event["id"], status="confirmed")
    bench.settle()
    assert sides(bench) == (["theirs"], ["theirs"])
    assert bench.items()["theirs"].get("freeBusyStatus", "busy") == "busy"
    quiet(bench)


def test_a_deleted_occurrence_is_marked_where_it_is_left(bench_with: Benches) -> None:
    bench = bench_with(deletes={"to_calendar": "mark"})
    visit(bench, "visit", recurrenceRules=[DAILY])
    bench.settle()
    series = event_of(bench, "visit")["id"]
    gone: Json = {SECOND: {"excluded": True}}
    visit(bench, "visit", recurrenceRules=[DAILY], recurrenceOverrides=gone)

    bench.settle()

    titles = [one["summary"] for one in bench.person.instances(series)]
    assert titles == ["visit", "[deleted] visit", "visit", "visit"]
    assert bench.items()["visit"]["recurrenceOverrides"] == gone
    quiet(bench)


def test_fifty_deletes_that_only_mark_need_no_brake(bench_with: Benches) -> None:
    bench = bench_with(deletes={"to_calendar": "mark"})
    for number in range(25):
        visit(bench, f"visit-{number}")
    bench.settle()
    for number in range(25):
        bench.remove(f"visit-{number}")

    bench.settle()

    assert all(title.startswith("[deleted] ") for title in bench.titles_at_google())
    assert bench.connection().counts.held == 0


# --- scope ---------------------------------------------------------------------------


def test_an_item_is_held_until_its_field_is_set(bench_with: Benches) -> None:
    bench = bench_with(hold_until="validated")
    visit(bench, "visit", validated=False)
    bench.settle()
    assert sides(bench) == ([], ["visit"])
    assert '"validated"' in only_link(bench).why

    edit(bench, "visit", validated=True)
    bench.settle()
    assert sides(bench) == (["visit"], ["visit"])
    first = event_of(bench, "visit")["id"]

    edit(bench, "visit", validated=None)
    bench.settle()
    assert sides(bench) == ([], ["visit"])
    quiet(bench)

    edit(bench, "visit", validated="yes")
    bench.settle()
    assert sides(bench) == (["visit"], ["visit"])
    again = event_of(bench, "visit")["id"]
    assert again != first, "Google never lets a deleted id be used again"
    bench.person.patch(again, location="Here")
    bench.settle()
    assert "locations" in bench.items()["visit"]
    quiet(bench)


def test_a_type_that_changes_takes_the_copy_along_and_brings_it_back(
    bench_with: Benches,
) -> None:
    bench = bench_with(types={"exclude": ["Holiday"]})
    visit(bench, "visit", type="Visit")
    visit(bench, "beach", type="Holiday")
    bench.settle()
    assert sides(bench) == (["visit"], ["beach", "visit"])

    edit(bench, "visit", type="Holiday")
    edit(bench, "beach", type="Visit")
    bench.settle()
    assert sides(bench) == (["beach"], ["beach", "visit"])
    [left] = [entry for entry in journal(bench) if entry.act == "delete"]
    assert left.why == 'Items of the type "Holiday" are not synced.'

    edit(bench, "visit", type="Visit")
    bench.settle()
    assert sides(bench) == (["beach", "visit"], ["beach", "visit"])
    quiet(bench)


def test_only_included_types_cross_and_none_without_a_type(bench_with: Benches) -> None:
    bench = bench_with(types={"include": ["Visit"]})
    visit(bench, "visit", type="Visit")
    visit(bench, "call", type="Call")
    visit(bench, "plain")

    bench.settle()

    assert bench.titles_at_google() == ["visit"]
    assert sum("among those" in link.why for link in bench.links()) == 2


def test_a_delete_at_google_of_what_just_left_scope_deletes_no_item(
    bench_with: Benches,
) -> None:
    bench = bench_with(hold_until="validated")
    visit(bench, "visit", validated=True)
    bench.settle()
    edit(bench, "visit", validated=False)
    bench.person.delete(event_of(bench, "visit")["id"])
    bench.settle()
    edit(bench, "visit", validated=True)

    bench.settle()

    assert sides(bench) == (["visit"], ["visit"])


def test_an_item_deleted_while_it_is_held_leaves_nothing(bench_with: Benches) -> None:
    bench = bench_with(hold_until="validated")
    visit(bench, "visit", validated=True)
    bench.settle()
    edit(bench, "visit", validated=False)
    bench.settle()
    bench.remove("visit")

    bench.settle()

    assert sides(bench) == ([], [])
    quiet(bench)


def test_google_events_none_brings_nothing_of_googles_in(bench_with: Benches) -> None:
    bench = bench_with(google_events="none")
    bench.person.insert(summary="private matter", **hour_at("09:00", "10:00"))
    visit(bench, "visit", start="2026-12-02T09:00:00")

    bench.settle()

    assert sides(bench) == (["private matter", "visit"], ["visit"])
    bench.person.patch(event_of(bench, "visit")["id"], location="Here")
    bench.settle()
    assert "locations" in bench.items()["visit"]


def test_an_event_that_the_owner_declines_leaves_and_returns(
    bench_with: Benches,
) -> None:
    bench = bench_with(declined="out")
    me = {"email": bench.person.email, "self": True}
    event = bench.person.insert(
        summary="meeting", **hour_at("09:00", "10:00"), attendees=[me]
    )
    bench.settle()
    assert bench.titles_in_agenda() == ["meeting"]

    for answer, shown in (("declined", []), ("accepted", ["meeting"])):
        said = [{**me, "responseStatus": answer}]
        bench.person.patch(event["id"], attendees=said)
        bench.settle()
        assert bench.titles_in_agenda() == shown
        assert bench.titles_at_google() == ["meeting"]
    quiet(bench)


def test_a_cancelled_item_leaves_the_calendar_where_that_is_the_rule(
    bench_with: Benches,
) -> None:
    bench = bench_with(cancelled="out")
    visit(bench, "visit")
    bench.settle()

    edit(bench, "visit", status="cancelled")
    bench.settle()
    assert sides(bench) == ([], ["visit"])
    edit(bench, "visit", status="confirmed")
    bench.settle()

    assert sides(bench) == (["visit"], ["visit"])


def test_leaving_scope_counts_for_the_brake(bench_with: Benches) -> None:
    bench = bench_with(hold_until="validated", brake={"max_deletes": 2})
    for number in range(4):
        visit(bench, f"visit-{number}", validated=True)
    bench.settle()
    for number in range(4):
        edit(bench, f"visit-{number}", validated=False)

    bench.settle()

    assert len(bench.titles_at_google()) == 2
    assert bench.connection().counts.held == 2
    for number in range(4):
        edit(bench, f"visit-{number}", validated=True)
    bench.settle()
    assert len(bench.titles_at_google()) == 4
    assert bench.connection().counts.held == 0
    assert len(bench.titles_in_agenda()) == 4
