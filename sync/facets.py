"""A content as facets: the whole, and each slot in question, as flat fields.

Merging compares facets field by field. A slot's facet holds the *effective* details of
that occurrence, so that a side which repeats the series' title in an exception, and one
that does not, look the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sync.content import Content, Details, Slot
from sync.fields import details_of, fields_of
from sync.normal import normal
from sync.recurrence import given, has_slot, moved_slots, occurrence
from sync.sides import RULES, Atom

Value = Any
Fields = Mapping[str, Value]
Facets = Mapping[Slot | None, Fields | None]
"""By slot, None for the whole; a slot without an occurrence has None for fields."""


def facets_of(
    content: Content, slots: Iterable[Slot]
) -> dict[Slot | None, Fields | None]:
    """Return the facets of the whole and of these slots and all overridden ones."""
    whole: dict[str, Value] = dict(fields_of(content.details))
    if content.rules:
        whole[RULES] = content.rules
    facets: dict[Slot | None, Fields | None] = {None: whole}
    for slot in {*slots, *content.overrides}:
        shown = occurrence(content, slot)
        facets[slot] = None if shown is None else fields_of(shown)
    return facets


def content_from(facets: Facets, *, uid: str) -> Content:
    """Return the content that shows these facets."""
    whole = dict(facets[None] or {})
    rules = whole.pop(RULES, ())
    overrides = {
        slot: None if fields is None else details_of(fields)
        for slot, fields in facets.items()
        if slot is not None
    }
    details = details_of(whole)
    return normal(Content(uid=uid, details=details, rules=rules, overrides=overrides))


def same_grid(one: Content, other: Content) -> bool:
    """Return whether the slots of both mean the same occurrences."""
    grids = [(each.details.when, each.rules) for each in (one, other)]
    return grids[0] == grids[1]


def facets_on(
    content: Content, grid: Content, slots: Iterable[Slot]
) -> dict[Slot | None, Fields | None]:
    """Return the content's facets, its slots named as another grid names them.

    `slots` are the other grid's. An occurrence that stands at its own slot's time is
    shown at the other slot's time; one that was moved by hand stays where it is.
    """
    if same_grid(content, grid):
        return facets_of(content, slots)
    facets: dict[Slot | None, Fields | None] = {None: facets_of(content, ())[None]}
    for slot, own in places_of(grid, content, slots).items():
        shown = None if own is None else _shown(content, own, grid, slot)
        facets[slot] = None if shown is None else fields_of(shown)
    return facets


def overrides_on(content: Content, grid: Content) -> dict[Slot, Slot | None]:
    """Return where each overridden slot of the content lies on another grid."""
    if same_grid(content, grid):
        return {slot: slot for slot in content.overrides}
    return places_of(content, grid, content.overrides)


def places_of(
    here: Content, there: Content, slots: Iterable[Slot]
) -> dict[Slot, Slot | None]:
    """Return the slot of `there` for each slot of `here`, None where it has no place.

    An addition keeps its own, unless the other grid gives that slot by its rules: then
    it names another occurrence there.
    """
    asked = set(slots)
    ruled = {slot for slot in asked if has_slot(here, slot)}
    added = {slot: None if has_slot(there, slot) else slot for slot in asked - ruled}
    return added | moved_slots(here, there, ruled)


def _shown(content: Content, own: Slot, grid: Content, slot: Slot) -> Details | None:
    shown = occurrence(content, own)
    if shown is None or not has_slot(grid, slot):
        return shown
    if shown.when != given(content, own).when:
        return shown
    return replace(shown, when=given(grid, slot).when)


def value_of(facets: Facets, atom: Atom) -> Value:
    """Return what the facets show of one atom; None where they show nothing."""
    fields = facets.get(atom.slot)
    return None if fields is None else fields.get(atom.name)
