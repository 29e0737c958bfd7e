"""The names by which people and applications know what the engine merges."""

from collections.abc import Mapping

from services.agendas.settings_reading import FIELDS_OF
from sync.sides import Atom
from sync.values import slot_text

MEMBERS: Mapping[str, str] = {
    field: member
    for member, fields in reversed([*FIELDS_OF.items()])
    for field in fields
}
"""Each of our fields with the first member of an item that it shows in."""

OVERRIDES = "recurrenceOverrides"


def member_of(atom: Atom) -> str:
    """Return an atom as a member of an item, such as "recurrenceOverrides/…/title"."""
    name = atom.name.partition("/")[0]
    member = MEMBERS.get(name, name)
    if atom.slot is None:
        return member
    place = f"{OVERRIDES}/{slot_text(atom.slot)}"
    return place if member == OVERRIDES else f"{place}/{member}"


def named(text: str) -> str:
    """Return what a conflict was about, as the journal keeps it, by its member."""
    place, _, name = text.rpartition(" ")
    field = name.partition("/")[0]
    member = MEMBERS.get(field, field)
    return f"{OVERRIDES}/{place}/{member}" if place else member
