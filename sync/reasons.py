"""Reasons, in words that a receptionist understands."""

from collections.abc import Iterable, Mapping

from sync.sides import THERE, Atom, Side

WORDS: Mapping[str, str] = {
    "when": "time",
    "duration": "length",
    "freeBusy": "free or busy",
    "description": "text",
    "location": "place",
    "conference": "meeting link",
    "participant": "guests",
    "alert": "reminders",
    "alerts": "reminders",
    "keyword": "keywords",
    "rules": "repetition",
    THERE: "occurrences",
}
"""What people call a field, where that is not its own name."""


def put_back(side: Side, atoms: Iterable[Atom]) -> str:
    """Return the reason why a side shows again what it showed."""
    if side is Side.AGENDA:
        return f"put back: only the organizer can change this ({named(atoms)})"
    return f"put back: {named(atoms)} changed in the {side}, where it may not be"


def may_not_delete(side: Side) -> str:
    """Return the reason why what a person deleted is made again."""
    return f"put back: deleted in the {side}, where it may not be"


def restored(side: Side) -> str:
    """Return the reason why a deleted copy is made again by the organization's rule."""
    return f"put back: deleted in the {side}, and deletes there are undone"


def deleted_and_marked(side: Side) -> str:
    """Return the reason why something is kept whose other side was deleted."""
    return f"deleted in the {side}: what is left is marked and kept"


def named(atoms: Iterable[Atom]) -> str:
    """Return the fields of these atoms as people call them."""
    names = {atom.name.partition("/")[0] for atom in atoms}
    return ", ".join(sorted({WORDS.get(name, name) for name in names}))
