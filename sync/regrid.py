"""Where the overrides of a series go when its grid of slots moves."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import islice, takewhile

from sync.content import Content, Slot
from sync.grid import has_slot, slots_on
from sync.values import day_of, naive

MOST_COUNTED = 40_000
"""As far into a series as ordinals are counted."""


def moved_slots(
    before: Content, after: Content, slots: Iterable[Slot]
) -> dict[Slot, Slot | None]:
    """Return where each slot of `before` lies in `after`; None where nowhere.

    A new time, zone or kind of day keeps the ordinal; a new rule keeps the date. Slots
    that both grids have stay what they are as long as the grids fall on one another.
    No two slots ever meet: the second gets None.
    """
    wanted = sorted(set(slots), key=naive)
    if _is_one_grid(before, after):
        places = {slot: _kept(before, after, slot) for slot in wanted}
    elif _pattern(before) == _pattern(after):
        places = _by_ordinal(before, after, wanted)
    else:
        places = {slot: _by_date(before, after, slot) for slot in wanted}
    return _without_doubles(places)


def _is_one_grid(before: Content, after: Content) -> bool:
    """Whether a start of the one is a slot of the other: nothing but ends moved."""
    return has_slot(before, after.details.when.start) or has_slot(
        after, before.details.when.start
    )


def _pattern(content: Content) -> list[tuple[tuple[str, str], ...]]:
    """The rules but for their ends, which move along with a time."""
    return sorted(rule.parts for rule in content.rules)


def _without_doubles(places: dict[Slot, Slot | None]) -> dict[Slot, Slot | None]:
    taken: set[Slot] = set()
    for slot, place in sorted(places.items(), key=lambda pair: pair[0] != pair[1]):
        if place in taken:
            places[slot] = None
        elif place is not None:
            taken.add(place)
    return places


def _kept(before: Content, after: Content, slot: Slot) -> Slot | None:
    if has_slot(after, slot) or not has_slot(before, slot):
        return slot
    return _by_date(before, after, slot)


def _by_ordinal(
    before: Content, after: Content, slots: list[Slot]
) -> dict[Slot, Slot | None]:
    last = max(map(naive, slots), default=naive(before.details.when.start))
    old_grid = takewhile(lambda slot: naive(slot) <= last, _grid(before))
    # Both are walked together; the shorter ends what can be told.
    partner = dict(_side_by_side(old_grid, _grid(after)))
    return {
        slot: partner[slot] if slot in partner else _by_date(before, after, slot)
        for slot in slots
    }


def _grid(content: Content) -> Iterator[Slot]:
    return islice(slots_on(content, naive(content.details.when.start)), MOST_COUNTED)


def _side_by_side(
    old: Iterator[Slot], new: Iterator[Slot]
) -> Iterator[tuple[Slot, Slot | None]]:
    for slot in old:
        yield slot, next(new, None)


def _by_date(before: Content, after: Content, slot: Slot) -> Slot | None:
    """Return the slot of the same date; of several, the one nearest in time.

    What no rule gave, an addition, is its own slot: only its kind may change.
    """
    if not has_slot(before, slot):
        return _of_kind(after, slot)
    day = datetime.combine(day_of(slot), time())
    next_day = day + timedelta(days=1)
    on_day = list(
        takewhile(lambda place: naive(place) < next_day, slots_on(after, day))
    )
    return min(on_day, key=lambda place: abs(naive(place) - naive(slot)), default=None)


def _of_kind(after: Content, slot: Slot) -> Slot:
    start = after.details.when.start
    if isinstance(slot, datetime) == isinstance(start, datetime):
        return slot
    if isinstance(start, datetime):
        return datetime.combine(slot, start.time())
    return day_of(slot)
