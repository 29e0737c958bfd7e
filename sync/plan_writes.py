"""All the writes that one plan leads to, where both sides have something to carry."""

from dataclasses import replace

from sync.plan import Act, Plan
from sync.sides import Side


def writes_of(plan: Plan) -> list[Plan]:
    """Return a plan for each write that this one leads to, its own first.

    Two that meet are first taken as one, which writes nothing; then each gets what the
    other one had more of.
    """
    if plan.act is Act.MEET:
        return [replace(each, merged=None) for each in _of_sides(plan)]
    if plan.act is not Act.WRITE:
        return [plan]
    return [plan, *(each for each in _of_sides(plan) if each.side is plan.side.other)]


def _of_sides(plan: Plan) -> list[Plan]:
    merged = plan.merged
    if merged is None:
        return []
    return [
        replace(
            plan,
            act=Act.WRITE,
            side=side,
            wanted=merged.wanted[side],
            atoms=merged.carried[side],
        )
        for side in Side
        if merged.carried[side]
    ]
