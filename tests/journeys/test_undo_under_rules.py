"""Undo where the rules of a connection carry nothing back, or put it back."""

from datetime import timedelta
from typing import Any

from services.connections import journal
from services.orders.undo import PUT_BACK, Undone, undo_write
from tests.journeys.trouble import mails, visit
from tests.journeys.workbench import Workbench
from tests.standin.people import Person


def ruled(ann: Person, **settings: Any) -> Workbench:
    """Return a Tandem that has carried a wrong title to Google."""
    bench = Workbench(ann, settings=settings)
    bench.connect()
    visit(bench, "mine")
    bench.settle()
    visit(bench, "mine", title="wrong")
    bench.settle()
    return bench


def undo_newest(bench: Workbench) -> Undone:
    """Undo the newest write, and let the connection settle."""
    now = bench.clock.now()
    hour_ago = now - timedelta(hours=1)
    newest = next(journal.since(bench.store, bench.connection_id, hour_ago))
    done = undo_write(bench.world, bench.connection_id, newest.id, now=now)
    bench.settle()
    bench.settle()
    return done


def test_one_way_only_what_was_written_goes_back_and_stays_so(ann: Person) -> None:
    bench = ruled(ann, direction="to_calendar")

    undo_newest(bench)

    assert bench.titles_at_google() == ["mine"]
    assert bench.titles_in_agenda() == ["wrong"]
    visit(bench, "mine", title="right")
    bench.settle()
    assert bench.titles_at_google() == bench.titles_in_agenda() == ["right"]
    assert mails(bench) == []


def test_what_would_be_put_back_at_once_is_not_undone_and_that_is_said(
    ann: Person,
) -> None:
    bench = ruled(ann, allow_external_changes=False)

    done = undo_newest(bench)

    assert done.undone == 0
    assert [each.why for each in done.skipped] == [PUT_BACK]
    assert bench.titles_at_google() == bench.titles_in_agenda() == ["wrong"]
