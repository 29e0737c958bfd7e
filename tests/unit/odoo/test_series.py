"""Series of rows: what is remembered of them, and what they are together."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connectors.odoo.cursor import Cursor, packed, unpacked
from connectors.odoo.series import Occurrence, noted, series_content
from sync.content import Content, Details, When
from sync.recurrence import expand, rule_of
from sync.times import local_instant

ZONE = "Europe/Amsterdam"
START = datetime.fromisoformat("2031-03-03T10:00:00")
WHEN = When(start=START, zone=ZONE)
EIGHT = rule_of("FREQ=WEEKLY;COUNT=8", WHEN)
ENDLESS = rule_of("FREQ=WEEKLY", WHEN)
WEEK = timedelta(weeks=1)


def occurrence(
    number: int, *, at: datetime | None = None, title: str = ""
) -> Occurrence:
    start = START + number * WEEK if at is None else at
    details = Details(when=replace(WHEN, start=start), title=title or "Survey")
    return Occurrence(id=100 + number, details=details, follows=at is None)


def shown(content: Content) -> list[tuple[datetime, str]]:
    """Return what a person sees in ten years, in order."""
    begin = local_instant(START, zone=ZONE) - timedelta(days=60)
    found = expand(content, start=begin, end=begin + 3650 * timedelta(1), limit=2000)
    starts = [(details.when.start, details.title) for _, details in found]
    return [(start, title) for start, title in starts if isinstance(start, datetime)]


def seen_of(rows: list[Occurrence]) -> list[tuple[datetime, str]]:
    starts = [(row.details.when.start, row.details.title) for row in rows]
    return sorted(
        (start, title) for start, title in starts if isinstance(start, datetime)
    )


changes = st.dictionaries(
    st.integers(0, 7),
    st.one_of(
        st.none(),
        st.tuples(st.integers(-60, 60), st.sampled_from(["Survey", "Another"])),
    ),
    max_size=7,
)


def changed(
    rows: list[Occurrence], how: dict[int, tuple[int, str] | None]
) -> list[Occurrence]:
    """Return the rows with some of them deleted, moved by hours, or renamed."""
    left = []
    for number, row in enumerate(rows):
        change = how.get(number, (0, row.details.title))
        if change is None:
            continue
        hours, title = change
        start = START + number * WEEK + timedelta(hours=hours)
        left.append(occurrence(number, at=start if hours else None, title=title))
    return left


@given(changes)
def test_people_see_of_a_series_exactly_the_rows(
    how: dict[int, tuple[int, str] | None],
) -> None:
    rows = [occurrence(number) for number in range(8)]
    note = noted(rows, EIGHT)
    left = changed(rows, how)

    if left:
        content = series_content(left, EIGHT, note, uid="s")

        assert shown(content) == seen_of(left)


@given(changes)
def test_even_a_series_that_was_changed_before_it_was_seen_shows_its_rows(
    how: dict[int, tuple[int, str] | None],
) -> None:
    left = changed([occurrence(number) for number in range(8)], how)

    if left:
        content = series_content(left, EIGHT, noted(left, EIGHT), uid="s")

        assert shown(content)[: len(left)] == seen_of(left)[: len(left)]


@given(changes)
def test_what_was_seen_first_names_the_slot_of_whatever_is_changed_later(
    how: dict[int, tuple[int, str] | None],
) -> None:
    rows = [occurrence(number) for number in range(8)]
    note = noted(rows, EIGHT)
    left = changed(rows, how)

    if left:
        content = series_content(left, EIGHT, note, uid="s")
        gone = {slot for slot, one in content.overrides.items() if one is None}

        assert content.details.when.start == START
        assert gone == {
            START + number * WEEK for number in range(8) if how.get(number, 1) is None
        }


def test_a_deleted_first_occurrence_does_not_move_the_series() -> None:
    rows = [occurrence(number) for number in range(8)]
    note = noted(rows, EIGHT)

    content = series_content(rows[1:], EIGHT, note, uid="s")

    assert content.details.when.start == START
    assert content.overrides == {START: None}


def test_what_odoo_made_no_rows_of_is_not_taken_for_deleted() -> None:
    rows = [occurrence(number) for number in range(720)]
    note = noted(rows, ENDLESS)

    content = series_content(rows, ENDLESS, note, uid="s")

    assert content.overrides == {}
    assert note.last == START + 719 * WEEK


def test_a_moved_occurrence_is_told_from_a_new_one() -> None:
    rows = [
        occurrence(0),
        occurrence(1, at=START + WEEK + timedelta(days=1)),
        occurrence(2),
    ]
    note = noted([*rows, *(occurrence(number) for number in range(3, 8))], EIGHT)

    assert note.slots[101] == START + WEEK


rows_of_items = st.dictionaries(
    st.integers(1, 10_000),
    st.lists(st.integers(1, 10**7), min_size=1, max_size=30, unique=True),
    max_size=20,
)


@given(rows_of_items, st.text(max_size=5), st.booleans())
def test_a_cursor_comes_back_as_it_was(
    known: dict[int, list[int]], version: str, full: bool
) -> None:
    cursor = Cursor(
        at="2026-11-20 12:00:00",
        looked_at=1.5,
        known={
            **{f"r{name}": sorted(ids) for name, ids in known.items()},
            "77": (77,),
        },
        recent={77: "2026-11-20 11:59:00"},
        shown={"77": version},
        pending=("77",),
        full=full,
        turn=3,
        final="2026-11-20 11:58:00",
    )

    back = unpacked(packed(cursor))

    assert {name: list(ids) for name, ids in back.known.items()} == {
        name: list(ids) for name, ids in cursor.known.items()
    }
    assert replace(back, known={}) == replace(cursor, known={})


def test_the_cursor_of_ten_thousand_rows_is_small() -> None:
    known = {str(number): (number,) for number in range(50_000, 60_000)}

    assert len(packed(Cursor(known=known))) < 1000
