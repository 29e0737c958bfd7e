"""Undo of one write, one run, or everything since a time, on both sides."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.connections import journal
from services.connections.journal import Entry
from services.connections.steering import pause
from services.orders.undo import undo_run, undo_since, undo_write
from services.refusals import Expired, InTheWay, Unknown
from sync.undo import AS_BEFORE, CHANGED_SINCE, EDITED_SINCE
from tests.journeys.trouble import (
    ask_google,
    event_of,
    hour_at,
    mails,
    place_of,
    sides,
    visit,
)
from tests.journeys.workbench import Workbench
from tests.standin.people import Person

Json = dict[str, Any]
DAILY: Json = {"@type": "RecurrenceRule", "frequency": "daily", "count": 4}
LONG_AGO = timedelta(days=29)


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    """A Tandem that has carried two items and an event, and never mails a guest."""
    made = Workbench(ann)
    made.connect()
    visit(made, "mine")
    visit(made, "other", start="2026-12-01T15:00:00")
    ann.insert(summary="theirs", **hour_at("09:00", "10:00"))
    made.settle()
    yield made
    assert mails(made) == []


def written(bench: Workbench) -> list[Entry]:
    """Return all that the journal has, the newest first."""
    now = bench.clock.now()
    return list(journal.since(bench.store, bench.connection_id, now - LONG_AGO))


def undo_newest(bench: Workbench) -> Any:
    """Undo the newest write, and let it be carried."""
    newest = written(bench)[0]
    done = undo_write(
        bench.world, bench.connection_id, newest.id, now=bench.clock.now()
    )
    bench.settle()
    return done


def undo_everything_since(bench: Workbench, moment: datetime) -> Any:
    """Undo all that was written since, and let it be carried."""
    now = bench.clock.now()
    done = undo_since(bench.world, bench.connection_id, moment, now=now)
    bench.settle()
    return done


def item_id_of(bench: Workbench, title: str) -> str:
    [found] = [
        link.item_id
        for link in bench.links()
        if link.item and link.item.content.details.title == title
    ]
    return str(found)


BOTH = ["mine", "other", "theirs"]


# --- Edits ---------------------------------------------------------------------------


def test_undoing_a_write_restores_the_field_on_both_sides(bench: Workbench) -> None:
    visit(bench, "mine", title="wrong")
    bench.settle()

    done = undo_newest(bench)

    assert (done.undone, done.skipped) == (1, ())
    assert sides(bench) == (BOTH, BOTH)


def test_undoing_a_write_to_the_agenda_restores_both_sides(bench: Workbench) -> None:
    bench.person.patch(event_of(bench, "theirs")["id"], summary="wrong")
    bench.settle()

    undo_newest(bench)

    assert sides(bench) == (BOTH, BOTH)


def test_an_undo_keeps_what_people_changed_meanwhile_in_other_fields(
    bench: Workbench,
) -> None:
    visit(bench, "mine", title="wrong")
    bench.settle()
    bench.person.patch(event_of(bench, "wrong")["id"], location="Here")

    undo_newest(bench)

    assert sides(bench) == (BOTH, BOTH)
    assert event_of(bench, "mine")["location"] == "Here"
    assert place_of(bench.items()["mine"]) == "Here"


def test_a_field_that_somebody_changed_since_is_skipped_with_the_reason(
    bench: Workbench,
) -> None:
    visit(bench, "mine", title="wrong")
    bench.settle()
    write = written(bench)[0]
    bench.person.patch(event_of(bench, "wrong")["id"], summary="better")
    bench.settle()

    done = undo_write(bench.world, bench.connection_id, write.id, now=bench.clock.now())
    bench.settle()

    assert done.undone == 0
    assert [(each.write, each.why) for each in done.skipped] == [
        (write.id, EDITED_SINCE)
    ]
    assert "better" in bench.titles_at_google()


def test_a_field_that_changes_before_the_undo_runs_is_left_and_journaled(
    bench: Workbench,
) -> None:
    visit(bench, "mine", title="wrong")
    bench.settle()
    write = written(bench)[0]
    now = bench.clock.now()
    bench.person.patch(event_of(bench, "wrong")["id"], summary="better")

    done = undo_write(bench.world, bench.connection_id, write.id, now=now)
    bench.settle()

    assert sides(bench) == (["better", "other", "theirs"],) * 2
    told = journal.of_run(bench.store, bench.connection_id, done.run)
    assert [each.intent.answer for each in told if each.intent.act == "skip"] == [
        EDITED_SINCE
    ]


def test_undoing_twice_is_skipped_with_the_reason(bench: Workbench) -> None:
    visit(bench, "mine", title="wrong")
    bench.settle()
    write, now = written(bench)[0], bench.clock.now()
    undo_write(bench.world, bench.connection_id, write.id, now=now)
    bench.settle()

    again = undo_write(bench.world, bench.connection_id, write.id, now=now)

    assert again.undone == 0
    assert [each.why for each in again.skipped] == [AS_BEFORE]


def test_an_undo_can_be_undone(bench: Workbench) -> None:
    visit(bench, "mine", title="wrong")
    bench.settle()
    done = undo_newest(bench)

    now = bench.clock.now()
    back = undo_run(bench.world, bench.connection_id, done.run, now=now)
    bench.settle()

    assert back.undone == 2
    assert sides(bench) == (["other", "theirs", "wrong"],) * 2


def test_a_moved_series_goes_back_with_its_exceptions(bench: Workbench) -> None:
    moved = {"2026-12-02T09:00:00": {"title": "long one"}}
    visit(bench, "series", recurrenceRules=[DAILY], recurrenceOverrides=moved)
    bench.settle()
    before = shown(bench, "series")
    visit(
        bench,
        "series",
        start="2026-12-01T14:00:00",
        recurrenceRules=[DAILY],
        recurrenceOverrides={"2026-12-02T14:00:00": {"title": "long one"}},
    )
    bench.settle()
    assert shown(bench, "series") != before

    run = written(bench)[0].run
    undo_run(bench.world, bench.connection_id, run, now=bench.clock.now())
    bench.settle()

    assert shown(bench, "series") == before
    assert bench.items()["series"]["start"] == "2026-12-01T09:00:00"


def shown(bench: Workbench, title: str) -> list[tuple[str, str]]:
    instances = bench.person.instances(event_of(bench, title)["id"])
    return sorted((one["start"]["dateTime"], one["summary"]) for one in instances)


# --- Deletes -------------------------------------------------------------------------


def test_a_deleted_event_is_revived_with_its_guests_and_call(bench: Workbench) -> None:
    event = event_of(bench, "theirs")
    guests = [{"email": "bob@example.com", "responseStatus": "accepted"}]
    bench.person.patch(event["id"], attendees=guests)
    bench.settle()
    bench.remove(item_id_of(bench, "theirs"))
    bench.settle()
    assert sides(bench) == (["mine", "other"],) * 2

    done = undo_newest(bench)

    assert done.undone == 1
    assert sides(bench) == (BOTH, BOTH)
    back = event_of(bench, "theirs")
    assert back["id"] == event["id"]
    assert [guest["email"] for guest in back["attendees"]] == ["bob@example.com"]


def test_what_came_back_is_linked_again_and_synced_both_ways(
    bench: Workbench,
) -> None:
    bench.remove("mine")
    bench.settle()
    undo_newest(bench)

    bench.person.patch(event_of(bench, "mine")["id"], location="Here")
    bench.settle()
    assert place_of(bench.items()["mine"]) == "Here"
    visit(bench, item_id_of(bench, "mine"), title="renamed")
    bench.settle()

    assert sides(bench) == (["other", "renamed", "theirs"],) * 2


def test_an_item_that_we_deleted_comes_back_with_its_event(bench: Workbench) -> None:
    event = event_of(bench, "mine")
    bench.person.delete(event["id"])
    bench.settle()
    assert sides(bench) == (["other", "theirs"],) * 2

    undo_newest(bench)

    assert sides(bench) == (BOTH, BOTH)
    assert event_of(bench, "mine")["id"] == event["id"]


def test_where_google_refuses_to_revive_a_new_event_is_made_and_that_is_said(
    bench: Workbench,
) -> None:
    event = event_of(bench, "theirs")
    bench.remove(item_id_of(bench, "theirs"))
    bench.settle()
    ask_google(bench, "options", revive="forbid")

    done = undo_newest(bench)

    assert sides(bench) == (BOTH, BOTH)
    assert event_of(bench, "theirs")["id"] != event["id"]
    told = journal.of_run(bench.store, bench.connection_id, done.run)
    said = [each.intent.answer for each in told if each.intent.outcome == "refused"]
    assert "guests' answers" in said[0]


def test_a_deleted_series_comes_back_with_its_exceptions(bench: Workbench) -> None:
    own = {
        "2026-12-02T09:00:00": {"title": "long one"},
        "2026-12-03T09:00:00": {"excluded": True},
    }
    visit(bench, "series", recurrenceRules=[DAILY], recurrenceOverrides=own)
    bench.settle()
    before = shown(bench, "series")
    bench.remove("series")
    bench.settle()

    undo_newest(bench)

    assert shown(bench, "series") == before
    back = bench.items()["series"]
    assert back["recurrenceOverrides"] == own


def test_undoing_the_undo_of_a_delete_deletes_both_again(bench: Workbench) -> None:
    bench.remove("mine")
    bench.settle()
    done = undo_newest(bench)

    now = bench.clock.now()
    undo_run(bench.world, bench.connection_id, done.run, now=now)
    bench.settle()

    assert sides(bench) == (["other", "theirs"],) * 2


# --- Creates -------------------------------------------------------------------------


def test_undoing_a_create_removes_our_copy_and_leaves_the_original(
    bench: Workbench,
) -> None:
    visit(bench, "new")
    bench.settle()

    undo_newest(bench)

    assert sides(bench) == (BOTH, ["mine", "new", "other", "theirs"])


def test_an_original_whose_copy_was_undone_is_carried_when_it_changes(
    bench: Workbench,
) -> None:
    visit(bench, "new")
    bench.settle()
    undo_newest(bench)
    bench.settle()

    visit(bench, "new", title="newer")
    bench.settle()

    assert sides(bench) == (["mine", "newer", "other", "theirs"],) * 2


def test_a_copy_that_somebody_edited_is_not_removed(bench: Workbench) -> None:
    visit(bench, "new")
    bench.settle()
    made = written(bench)[0]
    bench.person.patch(event_of(bench, "new")["id"], location="Here")
    bench.settle()

    now = bench.clock.now()
    done = undo_write(bench.world, bench.connection_id, made.id, now=now)
    bench.settle()

    assert [each.why for each in done.skipped] == [CHANGED_SINCE]
    assert "new" in bench.titles_at_google()


def test_the_undo_of_a_removed_copy_brings_it_back(bench: Workbench) -> None:
    visit(bench, "new")
    bench.settle()
    done = undo_newest(bench)

    now = bench.clock.now()
    undo_run(bench.world, bench.connection_id, done.run, now=now)
    bench.settle()

    assert sides(bench) == (["mine", "new", "other", "theirs"],) * 2
    assert bench.connection().counts.links == 4


# --- Many ----------------------------------------------------------------------------


def test_a_whole_sync_can_be_undone(bench: Workbench) -> None:
    began = bench.clock.now()
    bench.clock.ahead += timedelta(minutes=1)
    visit(bench, "mine", title="wrong")
    bench.remove("other")
    bench.person.patch(event_of(bench, "theirs")["id"], location="Wrong place")
    bench.settle()
    visit(bench, "mine", title="more wrong", description="Wrong.")
    bench.settle()

    done = undo_everything_since(bench, began)

    assert done.skipped == ()
    assert sides(bench) == (BOTH, BOTH)
    assert "description" not in event_of(bench, "mine")
    assert "location" not in event_of(bench, "theirs")
    assert "locations" not in bench.items()["theirs"]


def test_a_calendar_wiped_by_a_script_comes_back_with_one_undo(ann: Person) -> None:
    bench = Workbench(ann, settings={"brake": {"max_deletes": 500, "max_share": 1}})
    bench.connect()
    for number in range(60):
        visit(bench, f"visit-{number}")
    bench.settle()
    titles, began = sorted(bench.titles_at_google()), bench.clock.now()
    bench.clock.ahead += timedelta(minutes=1)
    for event in bench.events().values():
        ann.delete(event["id"])
    bench.settle()
    assert sides(bench) == ([], [])

    undo_everything_since(bench, began)

    assert sides(bench) == (titles, titles)
    assert bench.connection().counts.orders == 0
    assert mails(bench) == []


def test_an_undo_is_not_counted_by_the_brake(ann: Person) -> None:
    bench = Workbench(ann, settings={"brake": {"max_deletes": 0, "max_moves": 0}})
    bench.connect()
    visit(bench, "mine")
    bench.settle()

    undo_newest(bench)

    assert bench.titles_at_google() == []
    assert bench.connection().counts.held == 0


# --- What cannot be asked ------------------------------------------------------------


def test_an_unknown_write_or_run_is_not_known(bench: Workbench) -> None:
    now = bench.clock.now()
    with pytest.raises(Unknown):
        undo_write(bench.world, bench.connection_id, "j_nothing.0", now=now)
    with pytest.raises(Unknown):
        undo_run(bench.world, bench.connection_id, "r_nothing", now=now)


def test_what_the_journal_no_longer_keeps_is_too_old(bench: Workbench) -> None:
    write, later = written(bench)[0], bench.clock.now() + timedelta(days=31)
    with pytest.raises(Expired):
        undo_write(bench.world, bench.connection_id, write.id, now=later)
    with pytest.raises(Expired):
        undo_since(bench.world, bench.connection_id, write.at, now=later)


def test_a_paused_connection_is_not_undone(bench: Workbench) -> None:
    write = written(bench)[0]
    pause(bench.world, bench.connection_id)

    with pytest.raises(InTheWay):
        undo_write(bench.world, bench.connection_id, write.id, now=bench.clock.now())
