"""Merge two sides field by field: the rule of two seens.

Each side is compared only with what was seen of itself. What one side changed is
carried to the other; what both changed to different values is a dispute that a rule
decides. Nothing here writes: the answer says what each side should show, and which
atoms may move in the seens once the write has landed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sync.content import Content
from sync.merge_fields import FieldMerge, Found
from sync.merge_slots import SlotMerge
from sync.policy import Policy
from sync.sides import Atom, Dispute, Pair, Side
from sync.table import Table
from sync.wanted import wanted


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """What should become of two sides that both exist.

    `wanted` equals the side's now where nothing is to be written. `carried` are the
    atoms that a write to that side carries; `agreed` may move in both seens at once,
    without a write. `put_back` are those that undo what a person did, where that may
    not be done. `grid` has the start and rules that both sides will have.
    """

    wanted: Mapping[Side, Content]
    carried: Mapping[Side, frozenset[Atom]]
    agreed: frozenset[Atom]
    put_back: frozenset[Atom]
    disputes: tuple[Dispute, ...]
    grid: Content


def merge(pair: Pair, policy: Policy) -> Merged:
    """Return what both sides should show. Both must exist."""
    table, found = Table(pair, policy), Found()
    fields = FieldMerge(table, found)
    fields.merge_whole()
    slots = SlotMerge(table, found, fields)
    for slot in sorted(table.slots, key=str):
        slots.merge_slot(slot)
    return _answer(table, found)


def _answer(table: Table, found: Found) -> Merged:
    """Return what was found; what needs no write is agreement."""
    sides = {side: wanted(table, side, found.carry[side]) for side in Side}
    carried = {side: needed for side, (_, needed) in sides.items()}
    settled = [found.carry[side].keys() - carried[side] for side in Side]
    return Merged(
        wanted={side: content for side, (content, _) in sides.items()},
        carried=carried,
        agreed=frozenset(found.agreed.union(*settled)),
        put_back=frozenset(found.put_back),
        disputes=tuple(found.disputes),
        grid=table.grid,
    )
