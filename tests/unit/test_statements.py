"""What a repeated statement changes: only what its application changed itself."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.items.statements import differing, restated, same

Json = dict[str, Any]

NAMES = st.sampled_from(["title", "start", "timeZone", "color", "locations", "x"])
LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["1", "2"]), inner, max_size=2)
    ),
    max_leaves=6,
)
ITEMS = st.dictionaries(NAMES, VALUES, max_size=4)


@given(ITEMS, ITEMS)
def test_saying_the_same_again_changes_nothing(said: Json, now: Json) -> None:
    assert restated(said, said, now) == now


@given(ITEMS, ITEMS)
def test_where_nobody_else_changed_anything_the_statement_holds(
    before: Json, after: Json
) -> None:
    assert same(restated(before, after, before), after)


@given(ITEMS, ITEMS, ITEMS)
def test_saying_it_once_more_changes_nothing_more(
    before: Json, after: Json, now: Json
) -> None:
    once = restated(before, after, now)

    assert same(restated(after, after, once), once)
    assert same(restated(before, after, once), once)


@given(ITEMS, ITEMS, ITEMS)
def test_what_the_application_left_alone_stays_as_others_have_it(
    before: Json, after: Json, now: Json
) -> None:
    result = restated(before, after, now)

    for name in {*before, *after, *now} - differing(before, after):
        assert (name in result) == (name in now)
        assert same(result.get(name), now.get(name))


def test_true_is_not_one() -> None:
    assert not same({"a": True}, {"a": 1})
    assert same({"a": 1, "b": 2}, {"b": 2, "a": 1})


def test_edits_of_different_people_at_different_participants_both_hold() -> None:
    anna, bob = {"name": "Anna"}, {"name": "Bob"}
    before = {"participants": {"1": anna, "2": bob}}
    after = {"participants": {"1": {"name": "Anne"}, "2": bob}}
    now = {"participants": {"1": anna, "2": {**bob, "status": "accepted"}}}

    assert restated(before, after, now) == {
        "participants": {"1": {"name": "Anne"}, "2": {**bob, "status": "accepted"}}
    }


def test_start_and_zone_are_one_edit() -> None:
    before = {"start": "09", "timeZone": "Europe/Amsterdam"}
    after = {"start": "10", "timeZone": "Europe/Amsterdam"}
    now = {"start": "15", "timeZone": "Asia/Tokyo", "title": "x"}

    assert restated(before, after, now) == {**after, "title": "x"}
