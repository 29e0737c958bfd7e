"""Plan one link: what should happen next to which side, and why."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from sync.content import Content
from sync.delta import edited, names_differing
from sync.facets import Facets
from sync.fields import details_of, fields_of
from sync.marking import marked, marked_details
from sync.merge import Merged, merge
from sync.policy import OnDelete, Policy
from sync.reasons import deleted_and_marked, may_not_delete, put_back, restored
from sync.sides import FREE_BUSY, GRID, THERE, Atom, Dispute, Pair, Side
from sync.table import Table
from sync.wanted import wanted


class Act(StrEnum):
    """What a plan asks for."""

    NOTHING = "nothing"
    AGREE = "agree"
    MEET = "meet"
    CREATE = "create"
    WRITE = "write"
    DELETE = "delete"
    REST = "rest"
    END = "end"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The next step of a link.

    `side` is where it happens; `wanted` what that side should show then; `atoms` what
    the step carries, and `put_back` those of them that undo what a person did there.
    `origin` is what the other side counts as showing, where that is not its now. AGREE
    and MEET only move seens: `merged` says which. REST forgets a copy that is gone, and
    leaves the rest alone; `rests` tells that nothing happens until something changes.
    """

    act: Act
    side: Side = Side.CALENDAR
    wanted: Content | None = None
    atoms: frozenset[Atom] = frozenset()
    put_back: frozenset[Atom] = frozenset()
    origin: Content | None = None
    why: str = ""
    rests: bool = False
    merged: Merged | None = None

    @property
    def disputes(self) -> tuple[Dispute, ...]:
        """What both sides had changed."""
        return self.merged.disputes if self.merged else ()


def plan(pair: Pair, policy: Policy, *, first: Side = Side.AGENDA) -> Plan:
    """Return the next step of a link; planning again after it leads to the next one.

    Where both sides are to be written, `first` comes first.
    """
    there = [side for side in Side if pair.now[side] is not None]
    if not there:
        return Plan(
            act=Act.END if pair.linked else Act.NOTHING, why="gone on both sides"
        )
    if policy.outside:
        return _outside(pair, policy, there)
    if len(there) == 2:
        return _both(pair, policy, first)
    return _one(pair, policy, there[0])


def _outside(pair: Pair, policy: Policy, there: list[Side]) -> Plan:
    """Take our copy away, and nothing else; what never had one of ours just rests."""
    copy = policy.copy
    resting = Plan(act=Act.NOTHING, why=policy.outside, rests=True)
    if copy is None or not pair.linked:
        return resting
    if copy not in there:
        return replace(resting, act=Act.REST)
    if not policy.carries(copy, THERE):
        return resting
    return Plan(act=Act.DELETE, side=copy, why=policy.outside)


def _one(pair: Pair, policy: Policy, there: Side) -> Plan:
    gone = there.other
    if pair.seen[gone] is None:
        return _create(pair, policy, gone, why=f"new in the {there}")
    if policy.puts_back(gone, THERE):
        return _created_again(pair, policy, gone, why=may_not_delete(gone))
    rule = policy.after_delete(there)
    mark = _marked(pair, policy, there) if rule is OnDelete.MARK else None
    if _was_marked(pair, gone) or (mark is not None and mark.rests):
        return Plan(act=Act.NOTHING, why=deleted_and_marked(gone), rests=True)
    if _outweighs(pair, policy, there) and not policy.puts_back(there, THERE):
        return _create(
            pair, policy, gone, why=f"deleted in the {gone}, but edited since"
        )
    if rule is OnDelete.RESTORE:
        return _created_again(pair, policy, gone, why=restored(gone))
    if mark is not None:
        return mark
    if not policy.carries(there, THERE):
        return Plan(act=Act.NOTHING, why=f"deletes do not go to the {there}")
    return Plan(act=Act.DELETE, side=there, why=f"deleted in the {gone}")


def _outweighs(pair: Pair, policy: Policy, there: Side) -> bool:
    """Return whether what a person edited there is worth more than a delete.

    An edit that would be put back is worth nothing.
    """
    return any(not policy.puts_back(there, atom.name) for atom in edited(pair, there))


def _create(pair: Pair, policy: Policy, target: Side, *, why: str) -> Plan:
    if not policy.carries(target, THERE):
        return Plan(act=Act.NOTHING, why=f"nothing new goes to the {target}")
    return Plan(act=Act.CREATE, side=target, wanted=pair.now[target.other], why=why)


def _created_again(pair: Pair, policy: Policy, target: Side, *, why: str) -> Plan:
    """Make again what a person deleted, where that is put back."""
    found = _create(pair, policy, target, why=why)
    if found.act is Act.CREATE:
        return replace(found, put_back=frozenset({Atom(None, THERE)}))
    return found


def _was_marked(pair: Pair, gone: Side) -> bool:
    """Whether what is left was marked already: then it is left alone by every rule."""
    was = pair.seen[gone]
    return was is not None and was == marked(was)


def _marked(pair: Pair, policy: Policy, there: Side) -> Plan:
    """Mark what is left, once: as if the deleted side said so, which is then seen."""
    gone = there.other
    was = pair.seen[gone]
    if was is None:
        raise ValueError("Only what was seen can have been deleted.")
    origin = marked(was)
    table = Table(replace(pair, now={**pair.now, gone: origin}), policy)
    says = _mark_of(table.shows[there])
    written = {a: value for a, value in says.items() if policy.carries(there, a.name)}
    content, needed = wanted(table, there, written)
    why = deleted_and_marked(gone)
    if not needed:
        return Plan(act=Act.NOTHING, why=why, rests=True)
    return Plan(
        act=Act.WRITE,
        side=there,
        wanted=content,
        atoms=frozenset(says.keys() | _mark_of(table.saw[gone] or {}).keys()),
        origin=origin,
        why=why,
    )


def _mark_of(facets: Facets) -> dict[Atom, object]:
    """Return what the mark changes of what is shown, each atom with its new value."""
    return {
        Atom(slot, name): says.get(name)
        for slot, shown in facets.items()
        if shown is not None
        for says in [fields_of(marked_details(details_of(shown)))]
        for name in names_differing(shown, says)
        if name in {"title", FREE_BUSY}
    }


def _order(merged: Merged, first: Side) -> list[Side]:
    """Return the sides in the order of writing: whose slots are to move comes first.

    Until it has moved, the two sides name their slots differently. But exceptions may
    go with the old slots, so what was edited in one of them is carried before.
    """
    order = [first, first.other]
    moving = [side for side in order if merged.carried[side] & GRID]
    if len(moving) == 1 and _of_slots(merged.carried[moving[0].other]):
        return [moving[0].other, moving[0]]
    return sorted(order, key=lambda side: side not in moving)


def _of_slots(atoms: Iterable[Atom]) -> bool:
    return any(atom.slot is not None for atom in atoms)


def _both(pair: Pair, policy: Policy, first: Side) -> Plan:
    merged = merge(pair, policy)
    if not pair.linked:
        return Plan(act=Act.MEET, merged=merged, why="the same on both sides")
    for side in _order(merged, first):
        if merged.carried[side]:
            return Plan(
                act=Act.WRITE,
                side=side,
                wanted=merged.wanted[side],
                atoms=merged.carried[side],
                put_back=merged.carried[side] & merged.put_back,
                why=_why(merged, policy, side),
                merged=merged,
            )
    if merged.agreed:
        return Plan(act=Act.AGREE, merged=merged, why="the same change on both sides")
    return Plan(act=Act.NOTHING, merged=merged, why="nothing to carry")


def _why(merged: Merged, policy: Policy, side: Side) -> str:
    """Return why a side is written: what is put back is named."""
    undone = merged.carried[side] & merged.put_back
    carried = f"changed in the {side.other}"
    if not undone:
        return carried
    allowed = not any(policy.puts_back(side, atom.name) for atom in undone)
    said = restored(side) if allowed else put_back(side, undone)
    return f"{said}; {carried}" if merged.carried[side] - undone else said
