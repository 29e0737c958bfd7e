"""What a person saw of a plan, as hashes: whoever said yes said it to exactly that."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass

from sync.content import Content
from sync.facets import facets_of, value_of
from sync.packing import packed, packed_atom
from sync.plan import Act, Plan
from sync.sides import THERE, Atom
from sync.values import Json

LETTERS = 16


def plan_marks(plan: Plan) -> frozenset[str]:
    """Return a hash for each thing that a plan does.

    A write does one thing for each atom, so what is left of a plan after its first
    write bears marks of the whole one; a create, a delete and a meeting do one thing.
    """
    if plan.act is Act.WRITE and plan.wanted is not None:
        return frozenset(_of_atoms(plan, plan.wanted))
    return frozenset({_of_whole(plan)})


def plan_hash(plan: Plan) -> str:
    """Return one hash of all that a plan does."""
    return _hash(sorted(plan_marks(plan)))


def content_mark(content: Content) -> str:
    """Return the hash of a content as it was shown."""
    return _hash(packed(content))


def _of_atoms(plan: Plan, wanted: Content) -> Iterator[str]:
    """Yield the hash of each atom: what it becomes, and whose value gives way to it."""
    lost = {one.atom: one.lost for one in plan.disputes}
    for atom, value in _values(wanted, plan.atoms):
        yield _hash([plan.act, plan.side, packed_atom(atom), value, lost.get(atom)])


def _of_whole(plan: Plan) -> str:
    wanted = None if plan.wanted is None else packed(plan.wanted)
    return _hash([plan.act, plan.side, wanted, _meeting(plan)])


def _meeting(plan: Plan) -> Json:
    """Return what two that meet bring each other."""
    if plan.act is not Act.MEET or plan.merged is None:
        return None
    merged = plan.merged
    return {
        str(side): [
            [packed_atom(atom), value]
            for atom, value in _values(merged.wanted[side], atoms)
        ]
        for side, atoms in merged.carried.items()
    }


def _values(wanted: Content, atoms: Iterable[Atom]) -> Iterator[tuple[Atom, Json]]:
    """Yield what a content shows of each atom, in a fixed order."""
    ordered = sorted(atoms, key=str)
    facets = facets_of(wanted, {one.slot for one in ordered if one.slot is not None})
    for atom in ordered:
        there = facets.get(atom.slot) is not None
        yield atom, there if atom.name == THERE else value_of(facets, atom)


def _hash(value: object) -> str:
    text = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:LETTERS]


def _plain(value: object) -> Json:
    """Return any value of a content as JSON, the same for equal ones."""
    if isinstance(value, Mapping):
        return {str(name): _plain(member) for name, member in value.items()}
    if is_dataclass(value):
        return [_plain(getattr(value, each.name)) for each in fields(value)]
    if isinstance(value, set | frozenset):
        return sorted(str(_plain(each)) for each in value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | None) else str(value)
