"""Which occurrence continues which, when a series changes its form."""

from hypothesis import given
from hypothesis import strategies as st

from sync.identity import split_from
from sync.singles import rehomed

KEYS = st.lists(
    st.dates().map(lambda day: f"{day:%Y%m%d}T080000Z"), unique=True, max_size=12
)


def test_what_stays_at_its_moment_keeps_its_place() -> None:
    before = ["20261201T080000Z", "20261208T080000Z", "20261215T080000Z"]

    after = rehomed(before, ["20261208T080000Z", "20261215T080000Z"])

    assert after == {key: key for key in before[1:]}


def test_another_hour_on_the_same_day_continues_that_day() -> None:
    before = ["20261201T080000Z", "20261208T080000Z"]
    later = ["20261208T100000Z", "20261215T100000Z"]

    after = rehomed(before, later)

    assert after == {later[0]: before[1], later[1]: before[0]}


def test_keys_of_items_and_of_instances_meet_on_their_day() -> None:
    after = rehomed(["2026-12-01T09:00:00"], ["20261124T080000Z", "20261201T080000Z"])

    assert after == {"20261201T080000Z": "2026-12-01T09:00:00"}


@given(KEYS, KEYS)
def test_no_occurrence_is_given_away_twice_and_none_is_lost(
    before: list[str], after: list[str]
) -> None:
    found = rehomed(before, after)

    assert len(set(found.values())) == len(found) == min(len(before), len(after))
    assert set(found) <= set(after)
    assert set(found.values()) <= set(before)


@given(KEYS)
def test_a_series_that_did_not_move_keeps_every_occurrence(keys: list[str]) -> None:
    assert rehomed(keys, keys) == {key: key for key in keys}


def test_the_id_of_a_split_series_names_the_one_that_was_cut() -> None:
    assert split_from("abc_R20261201T090000") == "abc"
    assert split_from("abc_R20261201") == "abc"
    assert split_from("abc_20261201T080000Z") is None
    assert split_from("abc") is None
