"""What a preview lists: each write that would be done, and each pair to be decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.ports.values import Json
from sync.content import Content
from sync.packing import packed, packed_atom, unpacked, unpacked_atom
from sync.plan import Act, Plan
from sync.sides import DURATION, WHEN, Atom, Side

NOTHING: Mapping[Side, Content | None] = dict.fromkeys(Side)


class EntryKind(StrEnum):
    """What an entry of a preview is about."""

    CREATE = "create"
    EDIT = "edit"
    MOVE = "move"
    DELETE = "delete"
    PAIR = "pair"
    UNSURE = "unsure"
    DONE = "done"


COUNTED: Mapping[EntryKind, str] = {
    EntryKind.CREATE: "creates",
    EntryKind.EDIT: "edits",
    EntryKind.MOVE: "moves",
    EntryKind.DELETE: "deletes",
    EntryKind.PAIR: "pairs",
    EntryKind.UNSURE: "unsure",
    EntryKind.DONE: "done",
}
"""By what name the entries of a kind are counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A link that may be the same as an unsure one; `mark` changes with its content."""

    link: str
    mark: str
    content: Content


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One write that a preview shows, or one pair that waits for a person.

    `marks` are those of the plan that was shown (`sync.plan_hash`). `now` is what both
    sides show, `wanted` what `side` would become, None where it would be deleted. `id`
    is the link's, with a number where a link has several writes. Of what was done
    already, `id` is that of the write in the journal.
    """

    id: str
    link: str
    kind: EntryKind
    side: Side
    why: str = ""
    cause: str = ""
    marks: frozenset[str] = frozenset()
    atoms: frozenset[Atom] = frozenset()
    now: Mapping[Side, Content | None] = field(default_factory=lambda: NOTHING)
    wanted: Content | None = None
    mailed: tuple[str, ...] = ()
    calls: int = 0
    candidates: tuple[Candidate, ...] = ()


def kind_of_plan(plan: Plan) -> EntryKind:
    """Return as what a plan is shown: a write that moves the whole thing is a move."""
    if plan.act is Act.WRITE and is_move(plan.atoms):
        return EntryKind.MOVE
    kinds = {
        Act.CREATE: EntryKind.CREATE,
        Act.DELETE: EntryKind.DELETE,
        Act.MEET: EntryKind.PAIR,
    }
    return kinds.get(plan.act, EntryKind.EDIT)


def is_move(atoms: frozenset[Atom]) -> bool:
    """Return whether a write of these atoms moves the whole event or item."""
    return bool({Atom(None, WHEN), Atom(None, DURATION)} & atoms)


def entry_json(entry: Entry) -> Json:
    """Return an entry as JSON for our own documents."""
    return {
        "id": entry.id,
        "link": entry.link,
        "kind": str(entry.kind),
        "side": str(entry.side),
        "why": entry.why,
        "cause": entry.cause,
        "marks": sorted(entry.marks),
        "atoms": [packed_atom(atom) for atom in sorted(entry.atoms, key=str)],
        "now": {str(side): _packed(one) for side, one in entry.now.items()},
        "wanted": _packed(entry.wanted),
        "mailed": list(entry.mailed),
        "calls": entry.calls,
        "candidates": [
            {"link": one.link, "mark": one.mark, "content": packed(one.content)}
            for one in entry.candidates
        ],
    }


def entry_of(json: Json) -> Entry:
    """Return the entry that `entry_json` made."""
    return Entry(
        id=json["id"],
        link=json["link"],
        kind=EntryKind(json["kind"]),
        side=Side(json["side"]),
        why=json["why"],
        cause=json["cause"],
        marks=frozenset(json["marks"]),
        atoms=frozenset(unpacked_atom(atom) for atom in json["atoms"]),
        now={Side(side): _unpacked(one) for side, one in json["now"].items()},
        wanted=_unpacked(json["wanted"]),
        mailed=tuple(json["mailed"]),
        calls=json["calls"],
        candidates=tuple(
            Candidate(
                link=one["link"], mark=one["mark"], content=unpacked(one["content"])
            )
            for one in json["candidates"]
        ),
    )


def _packed(content: Content | None) -> Json:
    return None if content is None else packed(content)


def _unpacked(json: Json) -> Content | None:
    return None if json is None else unpacked(json)
