"""Plan one link: what should happen next to which side, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sync.content import Content
from sync.delta import edited
from sync.merge import Merged, merge
from sync.policy import Policy
from sync.sides import GRID, Atom, Dispute, Pair, Side


class Act(StrEnum):
    """What a plan asks for."""

    NOTHING = "nothing"
    AGREE = "agree"
    MEET = "meet"
    CREATE = "create"
    WRITE = "write"
    DELETE = "delete"
    END = "end"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The next step of a link.

    `side` is where it happens; `wanted` what that side should show then; `atoms` what
    the step carries. AGREE and MEET only move seens: `merged` says which.
    """

    act: Act
    side: Side = Side.CALENDAR
    wanted: Content | None = None
    atoms: frozenset[Atom] = frozenset()
    why: str = ""
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
    if len(there) == 2:
        return _both(pair, policy, first)
    if len(there) == 1:
        return _one(pair, policy, there[0])
    return Plan(act=Act.END if pair.linked else Act.NOTHING, why="gone on both sides")


def _one(pair: Pair, policy: Policy, there: Side) -> Plan:
    gone = there.other
    if pair.seen[gone] is None:
        return _create(pair, policy, gone, why=f"new in the {there}")
    if edited(pair, there):
        return _create(
            pair, policy, gone, why=f"deleted in the {gone}, but edited since"
        )
    if not policy.carries(there, "there"):
        return Plan(act=Act.NOTHING, why=f"deletes do not go to the {there}")
    return Plan(act=Act.DELETE, side=there, why=f"deleted in the {gone}")


def _create(pair: Pair, policy: Policy, target: Side, *, why: str) -> Plan:
    if not policy.carries(target, "there"):
        return Plan(act=Act.NOTHING, why=f"nothing new goes to the {target}")
    return Plan(act=Act.CREATE, side=target, wanted=pair.now[target.other], why=why)


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
                why=f"changed in the {side.other}",
                merged=merged,
            )
    if merged.agreed:
        return Plan(act=Act.AGREE, merged=merged, why="the same change on both sides")
    return Plan(act=Act.NOTHING, merged=merged, why="nothing to carry")
