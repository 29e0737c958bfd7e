"""Leaving scope takes our copy away and nothing else; returning makes it anew."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sync.content import Content
from sync.plan import Act, plan
from sync.sides import Pair, Side
from tests.unit.planning import (
    AGENDA,
    CALENDAR,
    NOWHERE,
    connected,
    edited,
    guarded,
    policy,
    settled,
    showing,
    there,
)
from tests.unit.strategies import singles
from tests.unit.test_two_seens import series, single

WHY = "It is held."
IN, OUT = policy(), policy(outside=WHY)


@given(
    singles() | st.just(series()),
    st.lists(st.sampled_from(["out", "in", "edit"]), max_size=8),
)
def test_whatever_leaves_and_returns_the_birth_side_is_never_touched(
    item: Content, turns: list[str]
) -> None:
    pair = connected(item, IN)
    rules = IN
    for turn in turns:
        if turn == "edit":
            pair = edited(pair, AGENDA, title=f"Edit {len(turn)}")
        rules = {"out": OUT, "in": IN}.get(turn, rules)
        before = there(pair, AGENDA)
        pair, done = settled(pair, rules)

        assert there(pair, AGENDA) == before
        assert (pair.now[CALENDAR] is None) == (rules is OUT)
        assert {found.side for found in done} <= {CALENDAR}


def test_leaving_takes_the_copy_with_the_reason_and_then_rests() -> None:
    found = plan(connected(single(), IN), OUT)
    after, _ = settled(connected(single(), IN), OUT)

    assert (found.act, found.side, found.why) == (Act.DELETE, CALENDAR, WHY)
    assert plan(after, OUT).rests
    assert plan(after, OUT).why == WHY


def test_what_is_new_and_out_of_scope_is_not_carried() -> None:
    pair = Pair(now={AGENDA: single(), CALENDAR: None}, seen=NOWHERE)

    assert settled(pair, OUT) == (pair, [])


def test_a_copy_that_a_person_deleted_meanwhile_deletes_nothing_later() -> None:
    pair = showing(connected(single(), IN), CALENDAR, None)

    left, done = settled(pair, OUT)
    back, again = settled(left, IN)

    assert done == []
    assert [found.act for found in again] == [Act.CREATE]
    assert there(back, AGENDA) == single()


def test_an_event_that_was_there_before_it_was_paired_stays() -> None:
    pair = connected(single(), IN)

    after, done = settled(pair, replace(OUT, copy=None))

    assert (after, done) == (pair, [])


def test_an_edit_of_the_copy_does_not_keep_it() -> None:
    pair = edited(connected(single(), IN), CALENDAR, title="Lunch")

    after, done = settled(pair, OUT)

    assert [found.act for found in done] == [Act.DELETE]
    assert there(after, AGENDA) == single()


def test_a_copy_stays_where_nothing_is_written() -> None:
    pair = connected(single(), IN)
    oneway = policy(outside=WHY, carries=lambda target, _name: target is AGENDA)

    assert settled(pair, oneway) == (pair, [])


def test_what_is_gone_on_both_sides_ends_in_or_out_of_scope() -> None:
    pair = connected(single(), IN)
    for side in Side:
        pair = showing(pair, side, None)

    assert plan(pair, OUT).act is Act.END


def test_what_may_not_be_changed_at_google_may_still_leave_scope() -> None:
    pair = connected(single(), guarded())

    after, done = settled(pair, guarded(outside=WHY))

    assert [found.act for found in done] == [Act.DELETE]
    assert after.now[CALENDAR] is None
