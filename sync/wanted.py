"""From what is to be carried to a side, to what that side should show."""

from collections.abc import Mapping

from sync.content import Content, Slot
from sync.facets import Facets, content_from, facets_on, value_of
from sync.sides import THERE, Atom, Side
from sync.table import Table

Carry = Mapping[Atom, object]
"""The values that atoms are to have."""


def wanted(table: Table, side: Side, carry: Carry) -> tuple[Content, frozenset[Atom]]:
    """Return what a side should show, and the atoms that need writing for it.

    What the side shows already, or cannot hold, needs no write.
    """
    now = table.now[side]
    if not carry:
        return now, frozenset()
    content = content_from(_with(table.shows[side], carry), uid=now.uid)
    held = table.policy.project[side](content)
    would_show = facets_on(held, table.grid, table.slots)
    needed = {atom for atom in carry if not _shown(atom, would_show, table.shows[side])}
    return (content if needed else now), frozenset(needed)


def _with(facets: Facets, carry: Mapping[Atom, object]) -> Facets:
    """Return facets in which these atoms have these values."""
    changed: dict[Slot | None, dict[str, object] | None] = {
        slot: None if fields is None else dict(fields)
        for slot, fields in facets.items()
    }
    for atom, value in carry.items():
        _put(changed, atom, value)
    return changed


def _put(
    facets: dict[Slot | None, dict[str, object] | None], atom: Atom, value: object
) -> None:
    if atom.name == THERE:
        facets[atom.slot] = (facets.get(atom.slot) or {}) if value else None
        return
    fields = facets.get(atom.slot)
    if fields is None:
        return
    fields[atom.name] = value
    if value is None:
        del fields[atom.name]


def _shown(atom: Atom, would_show: Facets, shows: Facets) -> bool:
    """Return whether a side shows an atom already as it would after the write."""
    if atom.name == THERE:
        return (would_show.get(atom.slot) is None) == (shows.get(atom.slot) is None)
    return bool(value_of(would_show, atom) == value_of(shows, atom))
