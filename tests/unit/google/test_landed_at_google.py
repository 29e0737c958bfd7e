"""Which row an unanswered PATCH has reached, as the rows themselves tell."""

from dataclasses import replace
from datetime import datetime

from sync.content import Content, Details, Duration, When
from sync.google import as_write, landed_in
from sync.google.rows import Row
from sync.google.series import Rows
from sync.normal import normal

SLOT = datetime.fromisoformat("2026-12-01T09:00:00")
KEY = "20261201T080000Z"
GRID = normal(
    Content(
        uid="u",
        details=Details(
            when=When(start=SLOT, zone="Europe/Amsterdam"), duration=Duration(days=0)
        ),
    )
)


def row(intent: str = "", **members: str) -> Row:
    bare: Row = {"id": "e1", "status": "confirmed", **members}
    return as_write(bare, intent) if intent else bare


def rows(master: str = "", exception: Row | None = None) -> Rows:
    found = Rows(master=row(master))
    return found if exception is None else replace(found, exceptions={KEY: exception})


def told(before: Rows, now: Rows) -> object:
    return landed_in(before, now, {None, SLOT}, intent="w2", grid=GRID)


def test_a_row_that_names_the_intent_was_reached() -> None:
    assert told(rows(), rows("w2")) == {None: True}
    assert told(rows("w1"), rows("w1", row("w2"))) == {None: False, SLOT: True}


def test_a_row_that_names_what_it_named_before_was_not_reached() -> None:
    assert told(rows(), rows()) == {None: False}
    assert told(rows("w1"), rows("w1", row("w1"))) == {None: False, SLOT: False}


def test_a_row_that_names_another_write_or_none_any_more_tells_nothing() -> None:
    assert told(rows("w1"), rows("w3")) == {}
    assert told(rows("w1"), rows()) == {}


def test_an_instance_that_took_the_name_over_from_its_series_tells_nothing() -> None:
    assert told(rows("w1", row("w1")), rows("w2", row("w2"))) == {None: True}


def test_a_cancelled_instance_tells_nothing() -> None:
    gone = row(status="cancelled")

    assert told(rows(), rows("", gone)) == {None: False}


def test_what_other_programs_keep_on_a_row_is_not_written_over() -> None:
    shared = {"extendedProperties": {"shared": {"theirs": "1"}}}

    assert as_write(shared, "w2") == {
        "extendedProperties": {
            "shared": {"theirs": "1"},
            "private": {"tandem-write": "w2"},
        }
    }


def test_a_series_that_lasts_whole_days_now_has_no_row_at_an_hour() -> None:
    days = replace(
        GRID.details, when=When(start=SLOT.date()), duration=Duration(days=1)
    )
    grid = replace(GRID, details=days)

    found = landed_in(rows("w1"), rows("w3"), {None, SLOT}, intent="w2", grid=grid)

    assert found == {}
