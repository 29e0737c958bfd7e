"""Undoing writes to one side: fields go back where they still show what we wrote."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from hypothesis import given

from sync.content import Content, Details, Duration, Rule, When
from sync.normal import normal
from sync.sides import Atom
from sync.undo import (
    AS_BEFORE,
    CHANGED_SINCE,
    EDITED_SINCE,
    GONE_SINCE,
    THERE_AGAIN,
    Image,
    folded,
    undoing,
)
from tests.unit.strategies import contents

NINE = datetime.fromisoformat("2027-03-08T09:00:00")
SECOND = datetime.fromisoformat("2027-03-15T09:00:00")
WEEKLY = Rule(parts=(("FREQ", "WEEKLY"),), count=4)
TITLE = Atom(None, "title")


def visit(**details: Any) -> Content:
    when = When(start=NINE, zone="Europe/Amsterdam")
    shown = Details(when=when, duration=Duration(seconds=3600), title="A")
    return normal(Content(uid="visit", details=replace(shown, **details)))


def series(**details: Any) -> Content:
    return replace(visit(**details), rules=(WEEKLY,))


def edited(before: Content, **details: Any) -> Content:
    return normal(replace(before, details=replace(before.details, **details)))


def moved(content: Content, start: str) -> Content:
    when = replace(content.details.when, start=datetime.fromisoformat(start))
    return edited(content, when=when)


def test_a_field_that_still_shows_what_we_wrote_goes_back() -> None:
    before, left = visit(), visit(title="B")

    found = undoing(left, Image(before=before, left=left))

    assert found.wanted == before
    assert not found.skipped


def test_a_field_that_somebody_edited_since_stays_and_is_named() -> None:
    before, left = visit(), visit(title="B", color="red")

    found = undoing(edited(left, title="C"), Image(before=before, left=left))

    assert found.wanted == visit(title="C")
    assert found.skipped == {TITLE}
    assert found.why == EDITED_SINCE


def test_an_edit_of_another_field_survives_the_undo() -> None:
    before, left = visit(), visit(title="B")

    found = undoing(edited(left, places=("Here",)), Image(before=before, left=left))

    assert found.wanted == visit(places=("Here",))
    assert not found.skipped


def test_what_is_as_before_already_needs_nothing() -> None:
    before, left = visit(), visit(title="B")

    found = undoing(before, Image(before=before, left=left))

    assert found.wanted == before
    assert found.why == AS_BEFORE


def test_of_several_writes_the_oldest_before_image_wins() -> None:
    first = Image(before=visit(), left=visit(title="B"))
    second = Image(before=visit(title="C"), left=visit(title="D"))

    found = undoing(visit(title="D"), folded([second, first]))

    assert found.wanted == visit()


def test_what_people_edited_between_two_writes_stays() -> None:
    first = Image(before=visit(), left=visit(title="B"))
    placed = visit(title="B", places=("Here",))
    second = Image(before=placed, left=edited(placed, color="red"))
    there = edited(placed, color="red", places=("There",))

    found = undoing(there, folded([second, first]))

    assert found.wanted == visit(places=("There",))
    assert not found.skipped


def test_a_copy_goes_only_if_it_is_as_we_made_it() -> None:
    made = Image(before=None, left=visit())

    assert undoing(visit(), made).wanted is None
    assert undoing(visit(title="B"), made).why == CHANGED_SINCE
    assert undoing(visit(title="B"), made).wanted == visit(title="B")
    assert undoing(None, made).why == AS_BEFORE


def test_a_copy_that_only_we_changed_since_goes_too() -> None:
    made = Image(before=None, left=visit())
    changed = Image(before=visit(), left=visit(title="B"))

    found = undoing(visit(title="B"), folded([changed, made]))

    assert found.wanted is None
    assert not found.why


def test_a_deleted_thing_comes_back_as_it_was_before_the_oldest_write() -> None:
    changed = Image(before=visit(), left=visit(title="B"))
    deleted = Image(before=visit(title="B"), left=None)

    assert undoing(None, folded([deleted, changed])).wanted == visit()


def test_what_is_there_again_is_left_alone() -> None:
    deleted = Image(before=visit(), left=None)

    found = undoing(visit(title="mine now"), deleted)

    assert found.wanted == visit(title="mine now")
    assert found.why == THERE_AGAIN


def test_what_is_gone_since_is_not_made_again_by_undoing_an_edit() -> None:
    found = undoing(None, Image(before=visit(), left=visit(title="B")))

    assert found.wanted is None
    assert found.why == GONE_SINCE


def test_made_and_deleted_leaves_nothing_to_undo() -> None:
    made = Image(before=None, left=visit())
    deleted = Image(before=visit(), left=None)

    found = undoing(None, folded([deleted, made]))

    assert found.wanted is None
    assert found.why == AS_BEFORE


def test_deleted_and_made_anew_becomes_what_was_deleted() -> None:
    deleted = Image(before=visit(title="old"), left=None)
    made = Image(before=None, left=visit(title="new"))

    found = undoing(visit(title="new"), folded([made, deleted]))

    assert found.wanted == visit(title="old")


def test_a_moved_series_moves_back_with_its_exceptions() -> None:
    exception = replace(visit().details, title="long one")
    start = replace(exception.when, start=SECOND)
    before = replace(series(), overrides={SECOND: replace(exception, when=start)})
    later = moved(series(), "2027-03-08T11:00:00")
    slot = SECOND.replace(hour=11)
    there = replace(exception, when=replace(start, start=slot))
    left = replace(later, overrides={slot: there})

    found = undoing(left, Image(before=before, left=left))

    assert found.wanted == before


def test_an_occurrence_that_we_took_away_comes_back() -> None:
    before = series()
    left = replace(before, overrides={SECOND: None})

    found = undoing(left, Image(before=before, left=left))

    assert found.wanted == before


def test_an_exception_that_follows_its_series_goes_back_with_it() -> None:
    start = datetime.fromisoformat("2027-03-15T14:00:00")
    when = replace(visit().details.when, start=start)
    before = series(title="A")
    own = replace(before.details, when=when)
    before = replace(before, overrides={SECOND: own})
    left = edited(before, title="B")
    left = replace(left, overrides={SECOND: replace(own, title="B")})

    found = undoing(left, Image(before=before, left=left))

    assert found.wanted == before


@given(contents(), contents())
def test_undoing_at_once_restores_what_was_there(
    before: Content, left: Content
) -> None:
    before = replace(before, uid=left.uid)

    found = undoing(left, Image(before=before, left=left))

    assert found.wanted == before
