"""The names by which people call the members of an appointment."""

from collections.abc import Iterable, Mapping

from sync.sides import THERE, Atom
from sync.values import slot_text

NAMES: Mapping[str, str] = {
    "title": "title",
    "description": "text",
    "when": "time",
    "duration": "duration",
    "location": "place",
    "status": "status",
    "freeBusy": "busy or free",
    "privacy": "who may see it",
    "participant": "participants",
    "alert": "reminders",
    "alerts": "reminders",
    "keyword": "categories",
    "conference": "video call",
    "color": "colour",
    "rules": "recurrence",
    THERE: "existence",
}


def plain_name(name: str) -> str:
    """Return what people call a field: "place" for `location/…`."""
    return NAMES.get(name.partition("/")[0], name.partition("/")[0])


def named(atoms: Iterable[Atom]) -> str:
    """Return what changed, in words: "the title and the place of the one on …"."""
    by_slot: dict[str, list[str]] = {}
    for atom in sorted(atoms, key=str):
        slot = "" if atom.slot is None else slot_text(atom.slot)
        names = by_slot.setdefault(slot, [])
        words = f"the {plain_name(atom.name)}"
        if words not in names:
            names.append(words)
    parts = [
        listed(names) + (f" of the occurrence of {_shown(slot)}" if slot else "")
        for slot, names in sorted(by_slot.items())
    ]
    return listed(parts) or "nothing"


def listed(words: list[str]) -> str:
    """Return words in a row: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _shown(slot: str) -> str:
    return slot.replace("T", " ").removesuffix(":00")
