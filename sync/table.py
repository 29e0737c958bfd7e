"""Both sides of a merge, laid out in one frame: the same slots under the same names.

Slots are named by the series' start and rules, and a side may just have moved those. So
the grid that both will have is found first, and everything is named by it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

from sync.content import Content, Slot
from sync.delta import slots_on
from sync.facets import Facets, Fields, Value, facets_on, value_of
from sync.policy import Policy
from sync.sides import WHEN, Atom, Pair, Side


class Table:
    """What both sides show and showed, facet by facet, on the grid of the merge.

    `saw` is None for a side of which nothing was seen yet.
    """

    def __init__(self, pair: Pair, policy: Policy) -> None:
        self.pair, self.policy = pair, policy
        self.now: dict[Side, Content] = {}
        for side in Side:
            content = pair.now[side]
            if content is None:
                raise ValueError(f"There is nothing on the side of the {side}.")
            self.now[side] = content
        self.grid = self._grid()
        self.slots = self._slots()
        self.shows = {s: facets_on(self.now[s], self.grid, self.slots) for s in Side}
        self.saw = {side: self._seen_facets(side) for side in Side}

    def shown(self, side: Side, atom: Atom) -> Value:
        """Return what a side shows of an atom."""
        return value_of(self.shows[side], atom)

    def showed(self, side: Side, atom: Atom) -> Value:
        """Return what was seen of an atom on a side."""
        return value_of(self.saw[side] or {}, atom)

    def seen_fields(self, slot: Slot | None) -> Mapping[Side, Fields | None]:
        """Return what was seen of one occurrence, or of the whole, on each side."""
        return {
            side: None if saw is None else saw.get(slot)
            for side, saw in self.saw.items()
        }

    def projected(self, atom: Atom) -> bool:
        """Return whether one side shows just what it would hold of the other's."""
        return any(
            value_of(self._projections[side], atom) == self.shown(side, atom)
            for side in Side
        )

    def derived(self, side: Side, atom: Atom) -> bool:
        """Return whether a side showed just what it holds of what the other showed."""
        known = self._past_projections[side]
        return known is not None and value_of(known, atom) == self.showed(side, atom)

    def follows(self, side: Side, atom: Atom) -> bool:
        """Return whether an occurrence only follows an edit of the whole series."""
        saw, whole = self.saw[side], Atom(None, atom.name)
        if atom.slot is None or saw is None:
            return False
        return all(
            value_of(facets, atom) == value_of(facets, whole)
            for facets in (self.shows[side], saw)
        )

    def exceptions(self, side: Side) -> frozenset[Slot]:
        """Return the slots in which a side differs from its series."""
        return slots_on(self.grid, [self.now[side]])

    @cached_property
    def _projections(self) -> Mapping[Side, Facets]:
        """What each side would show of all that the other one shows."""
        held = {s: self.policy.project[s](self.now[s.other]) for s in Side}
        return {side: facets_on(held[side], self.grid, self.slots) for side in Side}

    @cached_property
    def _past_projections(self) -> Mapping[Side, Facets | None]:
        """What each side would have shown of all that the other one showed."""
        found: dict[Side, Facets | None] = {}
        for side in Side:
            seen = self.pair.seen[side.other]
            held = None if seen is None else self.policy.project[side](seen)
            shown = None if held is None else facets_on(held, self.grid, self.slots)
            found[side] = shown
        return found

    def _grid(self) -> Content:
        """Return a content with the start and the rules that both sides will have."""
        when = self.now[self._owner(lambda content: content.details.when)]
        rules = self.now[self._owner(lambda content: content.rules)]
        return replace(when, rules=rules.rules, overrides={})

    def _owner(self, part: Callable[[Content], object]) -> Side:
        """Return the side whose start, or whose rules, both will have."""
        moved = [side for side in Side if self._moved(side, part)]
        if len(moved) == 1 and self.policy.takes(moved[0].other, WHEN):
            return moved[0]
        return self.policy.prevailing(WHEN, self.pair)

    def _moved(self, side: Side, part: Callable[[Content], object]) -> bool:
        seen = self.pair.seen[side]
        return seen is None or part(self.now[side]) != part(seen)

    def _slots(self) -> frozenset[Slot]:
        seen = [content for content in self.pair.seen.values() if content]
        return slots_on(self.grid, [*self.now.values(), *seen])

    def _seen_facets(self, side: Side) -> Facets | None:
        seen = self.pair.seen[side]
        return None if seen is None else facets_on(seen, self.grid, self.slots)
