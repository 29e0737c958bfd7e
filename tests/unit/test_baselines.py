"""A field that an older codec did not know: what a side shows of it is its baseline."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sync.baseline import with_baseline
from sync.content import Content
from sync.delta import changes
from sync.packing import CODEC, FIELDS_SINCE, fields_since
from sync.sides import GRID, THERE
from tests.unit.strategies import contents

NEW = st.sets(
    st.sampled_from(("title", "color", "location", "keyword", "description")),
    min_size=1,
)


def names_changed(now: Content, seen: Content) -> set[str]:
    return {atom.name.partition("/")[0] for atom in changes(now, seen)}


@given(contents(), contents(), NEW)
def test_a_new_field_is_no_change_of_a_side_that_kept_its_grid(
    seen: Content, other: Content, names: set[str]
) -> None:
    now = replace(seen, details=replace(other.details, when=seen.details.when))

    based = with_baseline(seen, now, names)

    assert not names & names_changed(now, based)


@given(contents(), contents(), NEW)
def test_a_baseline_leaves_all_other_changes_as_they_were(
    seen: Content, now: Content, names: set[str]
) -> None:
    before = {one for one in changes(now, seen) if one in GRID or one.name == THERE}

    based = with_baseline(seen, now, names)

    after = {one for one in changes(now, based) if one in GRID or one.name == THERE}
    assert after == before
    assert names_changed(now, based) - names == names_changed(now, seen) - names


@given(contents(), contents(), NEW)
def test_a_baseline_is_taken_once(seen: Content, now: Content, names: set[str]) -> None:
    once = with_baseline(seen, now, names)

    assert with_baseline(once, now, names) == once


@given(contents(), contents())
def test_without_new_fields_seen_stays_as_it_is(seen: Content, now: Content) -> None:
    assert with_baseline(seen, now, frozenset()) == seen


def test_the_codec_never_learns_what_names_the_slots() -> None:
    assert not {"when", "rules"} & FIELDS_SINCE.keys()
    assert not fields_since(CODEC)
