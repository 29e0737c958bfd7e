"""What a delete does to the side that is left: it follows, restores or is marked."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.content import Content, Details, FreeBusy, Status
from sync.marking import PREFIX, marked
from sync.plan import Act, plan
from sync.policy import OnDelete, Policy
from sync.recurrence import slots_between
from sync.sides import Side
from tests.unit.planning import (
    AGENDA,
    CALENDAR,
    connected,
    edited,
    policy,
    settled,
    showing,
    there,
)
from tests.unit.strategies import singles
from tests.unit.test_two_seens import series, single

BOTH_SIDES = pytest.mark.parametrize("gone", list(Side))


def ruled(rule: OnDelete) -> Policy:
    return policy(on_delete=dict.fromkeys(Side, rule))


CANCELLED = Status.CANCELLED
RESTORE, MARK = ruled(OnDelete.RESTORE), ruled(OnDelete.MARK)


@given(singles() | st.just(series()), st.sampled_from(Side))
def test_restore_makes_a_deleted_copy_again_and_touches_nothing_else(
    item: Content, gone: Side
) -> None:
    pair = connected(item, RESTORE)

    after, done = settled(showing(pair, gone, None), RESTORE)

    assert (done[0].act, done[0].side) == (Act.CREATE, gone)
    assert (
        done[0].why == f"put back: deleted in the {gone}, and deletes there are undone"
    )
    assert there(after, gone.other) == there(pair, gone.other)
    assert settled(after, RESTORE)[1] == []


@given(singles() | st.just(series()), st.sampled_from(Side))
def test_mark_keeps_what_is_left_and_says_once_that_it_was_deleted(
    item: Content, gone: Side
) -> None:
    pair = connected(item, MARK)
    left = gone.other

    after, _ = settled(showing(pair, gone, None), MARK)

    shown = there(after, left)
    says = [shown.details, *(each for each in shown.overrides.values() if each)]
    assert all(each.title.startswith(PREFIX.rstrip()) for each in says)
    assert all(takes_no_time(each) for each in says)
    assert after.now[gone] is None
    assert plan(after, MARK).rests
    assert settled(after, MARK)[1] == []


def takes_no_time(details: Details) -> bool:
    """Return whether it blocks no time: what is cancelled does not anyway."""
    return details.free_busy is FreeBusy.FREE or details.status is CANCELLED


@BOTH_SIDES
def test_a_marked_copy_that_is_edited_later_stays_as_its_reader_left_it(
    gone: Side,
) -> None:
    after, _ = settled(showing(connected(single(), MARK), gone, None), MARK)

    later = edited(after, gone.other, title="Mine now", free_busy=FreeBusy.BUSY)

    assert settled(later, MARK) == (later, [])


@BOTH_SIDES
def test_a_marked_copy_of_a_cancelled_item_is_marked_only_once(gone: Side) -> None:
    item = replace(single(), details=replace(single().details, status=CANCELLED))
    after, _ = settled(showing(connected(item, MARK), gone, None), MARK)

    later = edited(after, gone.other, title="Mine now")

    assert settled(later, MARK) == (later, [])


def test_the_mark_stands_before_blanks_that_google_does_not_show() -> None:
    pair = showing(connected(single("  Roof survey"), MARK), CALENDAR, None)

    after, _ = settled(pair, MARK)

    assert there(after, AGENDA).details.title == "[deleted]   Roof survey"


@BOTH_SIDES
def test_a_marked_copy_that_is_deleted_later_ends_the_link(gone: Side) -> None:
    after, _ = settled(showing(connected(single(), MARK), gone, None), MARK)

    assert plan(showing(after, gone.other, None), MARK).act is Act.END


@BOTH_SIDES
def test_the_mark_goes_when_what_was_deleted_is_there_again(gone: Side) -> None:
    pair = connected(single(), MARK)
    after, _ = settled(showing(pair, gone, None), MARK)

    back, _ = settled(showing(after, gone, there(pair, gone)), MARK)

    assert back.now == pair.now


@BOTH_SIDES
@pytest.mark.parametrize("rules", [MARK, RESTORE])
def test_an_edit_outweighs_a_delete_under_every_rule(gone: Side, rules: Policy) -> None:
    pair = edited(connected(single(), rules), gone.other, title="Lunch")

    after, done = settled(showing(pair, gone, None), rules)

    assert [found.act for found in done] == [Act.CREATE]
    assert {there(after, side).details.title for side in Side} == {"Lunch"}


@pytest.mark.parametrize("rule", list(OnDelete))
def test_what_is_marked_stays_whatever_the_rule_becomes(rule: OnDelete) -> None:
    after, _ = settled(showing(connected(single(), MARK), AGENDA, None), MARK)

    assert settled(after, ruled(rule)) == (after, [])


def test_what_was_marked_is_not_marked_twice() -> None:
    once = marked(single())

    assert marked(once) == once
    assert marked(single(title="")).details.title == "[deleted]"


def test_nothing_is_marked_or_restored_where_nothing_is_written() -> None:
    for rule in (OnDelete.MARK, OnDelete.RESTORE):
        rules = policy(on_delete={AGENDA: rule}, carries=lambda _target, _name: False)
        pair = showing(connected(single(), ruled(rule)), CALENDAR, None)

        assert settled(pair, rules) == (pair, [])


# --- single occurrences --------------------------------------------------------------


def without_third(content: Content) -> Content:
    """Return a series from which somebody deleted the third occurrence."""
    start = content.details.when.start
    slots = slots_between(content, start=start, end=start.max, limit=4)
    return replace(content, overrides={**content.overrides, slots[-1]: None})


@BOTH_SIDES
def test_restore_brings_a_deleted_occurrence_back(gone: Side) -> None:
    pair = connected(series(), RESTORE)

    after, _ = settled(showing(pair, gone, without_third(there(pair, gone))), RESTORE)

    assert after.now == pair.now


@BOTH_SIDES
def test_mark_keeps_a_deleted_occurrence_on_the_other_side_marked(gone: Side) -> None:
    pair = connected(series(), MARK)
    fewer = without_third(there(pair, gone))

    after, done = settled(showing(pair, gone, fewer), MARK)

    shown = there(after, gone.other).overrides
    said = [each for each in shown.values() if each and each.title.startswith(PREFIX)]
    assert len(said) == 1
    assert said[0].free_busy is FreeBusy.FREE
    assert there(after, gone) == there(showing(pair, gone, fewer), gone)
    assert len(done) == 1
    assert settled(after, MARK)[1] == []


@BOTH_SIDES
def test_a_marked_occurrence_may_be_edited_and_the_series_goes_on(gone: Side) -> None:
    pair = connected(series(), MARK)
    fewer = without_third(there(pair, gone))
    after, _ = settled(showing(pair, gone, fewer), MARK)
    left = there(after, gone.other)
    [slot] = [s for s, d in left.overrides.items() if d and d.title.startswith(PREFIX)]
    known = left.overrides[slot]
    assert known is not None
    mine = {**left.overrides, slot: replace(known, title="Mine now")}

    later = showing(after, gone.other, replace(left, overrides=mine))
    assert settled(later, MARK)[1] == []
    end, _ = settled(edited(later, gone, places=("Here",)), MARK)

    shown = there(end, gone.other)
    assert shown.details.places == ("Here",)
    assert [d.title for d in shown.overrides.values() if d and "Mine" in d.title]


@BOTH_SIDES
def test_a_marked_occurrence_loses_its_mark_when_it_takes_place_again(
    gone: Side,
) -> None:
    pair = connected(series(), MARK)
    fewer = without_third(there(pair, gone))
    after, _ = settled(showing(pair, gone, fewer), MARK)

    back, _ = settled(showing(after, gone, there(pair, gone)), MARK)

    assert back.now == pair.now
