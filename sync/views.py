"""Views: what a side shows to merging, and what it is to hold in order to show it.

A view changes single occurrences, the series' own included. `show` hides, replaces or
adds; `hold` turns back what is wanted, against what the side holds now: whatever the
view shows in place of a field never gets into that field.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sync.content import Content, Details, Slot
from sync.facets import facets_on, overrides_on
from sync.fields import details_of
from sync.normal import normal
from sync.recurrence import occurrence


class View(Protocol):
    """How one occurrence of one side is seen."""

    def show(self, held: Details) -> Details:
        """Return what is shown of what a side holds."""
        ...

    def hold(self, wanted: Details, now: Details | None) -> Details:
        """Return what a side is to hold, to show what is wanted.

        `now` is what it holds; None where it holds nothing yet.
        """
        ...


@dataclass(frozen=True, slots=True)
class Chain:
    """Several views, one behind the other."""

    views: Sequence[View] = ()

    def show(self, held: Details) -> Details:
        """Return what the last view shows."""
        for view in self.views:
            held = view.show(held)
        return held

    def hold(self, wanted: Details, now: Details | None) -> Details:
        """Return what is to be held behind the first view."""
        steps = []
        for view in self.views:
            steps.append((view, now))
            now = None if now is None else view.show(now)
        for view, before in reversed(steps):
            wanted = view.hold(wanted, before)
        return wanted


def shown(view: View, held: Content) -> Content:
    """Return what a side shows of all that it holds."""
    details = view.show(held.details)
    overrides = {
        slot: None if one is None else view.show(one)
        for slot, one in held.overrides.items()
    }
    same = all(overrides[slot] is one for slot, one in held.overrides.items())
    if details is held.details and same:
        return held
    return normal(replace(held, details=details, overrides=overrides))


def to_hold(view: View, wanted: Content, now: Content | None) -> Content:
    """Return what a side is to hold, to show all that is wanted.

    An exception that only differs in what the view hides is kept.
    """
    if now is None:
        return _held_anew(view, wanted)
    details = view.hold(wanted.details, now.details)
    slots = _slots(wanted, now)
    facets = facets_on(now, wanted, slots)
    overrides: dict[Slot, Details | None] = {}
    for slot in slots:
        one, fields = occurrence(wanted, slot), facets.get(slot)
        known = now.details if fields is None else details_of(fields)
        if one is not None or slot in wanted.overrides:
            overrides[slot] = None if one is None else view.hold(one, known)
    return normal(replace(wanted, details=details, overrides=overrides))


def _held_anew(view: View, wanted: Content) -> Content:
    overrides = {
        slot: None if one is None else view.hold(one, None)
        for slot, one in wanted.overrides.items()
    }
    details = view.hold(wanted.details, None)
    return normal(replace(wanted, details=details, overrides=overrides))


def _slots(wanted: Content, now: Content) -> set[Slot]:
    """Return the slots in which either differs from its series, as `wanted` names."""
    places = overrides_on(now, wanted)
    known = {place for slot, place in places.items() if now.overrides[slot] is not None}
    return {*wanted.overrides, *(slot for slot in known if slot is not None)}
