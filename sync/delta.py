"""The delta of one side: in which atoms it differs from what was seen of it."""

from collections.abc import Iterable

from sync.content import Content, Slot
from sync.facets import Facets, Fields, facets_on, overrides_on
from sync.sides import DURATION, RULES, STATUS, THERE, WHEN, Atom, Pair, Side

SIGNIFICANT = frozenset(
    {"title", "description", STATUS, "location", WHEN, DURATION, RULES, THERE}
)
"""The fields whose edit is worth more than a delete of the same thing."""


def edited(pair: Pair, side: Side) -> frozenset[Atom]:
    """Return the significant atoms that a side changed since it was last seen."""
    now, seen = pair.now[side], pair.seen[side]
    if now is None or seen is None:
        return frozenset()
    return frozenset(atom for atom in changes(now, seen) if is_significant(atom.name))


def changes(now: Content, seen: Content) -> frozenset[Atom]:
    """Return the atoms in which two contents of one side differ (their delta)."""
    slots = slots_on(now, [now, seen])
    return _differing(facets_on(now, now, slots), facets_on(seen, now, slots))


def is_significant(name: str) -> bool:
    """Return whether an edit of this field outweighs a delete."""
    return name in SIGNIFICANT or name.startswith("location/")


def slots_on(grid: Content, contents: Iterable[Content]) -> frozenset[Slot]:
    """Return the overridden slots of all contents, as the grid names them."""
    places = [overrides_on(content, grid).values() for content in contents]
    return frozenset(slot for some in places for slot in some if slot is not None)


def _differing(now: Facets, seen: Facets) -> frozenset[Atom]:
    found: set[Atom] = set()
    for slot in {*now, *seen}:
        ours, theirs = now.get(slot), seen.get(slot)
        if (ours is None) != (theirs is None):
            found.add(Atom(slot, THERE))
        elif ours is not None and theirs is not None:
            found.update(Atom(slot, name) for name in names_differing(ours, theirs))
    return frozenset(found)


def names_differing(ours: Fields, theirs: Fields) -> set[str]:
    """Return the fields in which two occurrences differ."""
    return {name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name)}
