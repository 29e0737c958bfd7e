"""What we remember of meetings in Odoo, since Odoo forgets it.

The notes lie on the agenda's own shelf. They hold ids and times, and nothing else.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.odoo.series import Noted
from connectors.shelf import ItemShelf
from sync.content import Slot
from sync.errors import Missing, StaleWrite
from sync.singles import key_of_slot, slot_of_key
from sync.values import Json

_MEMBER = "tandem.dev:odoo"


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What is remembered of an item.

    `home` is where it lives now: a row's id, or `r` and a recurrence's id. An item
    keeps its own id when its meetings are made anew.
    """

    home: str
    key: str = ""
    ical_uid: str = ""
    noted: Noted | None = None


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes of one agenda."""

    shelf: ItemShelf

    def of(self, items: Sequence[str]) -> Mapping[str, Note]:
        """Return the notes that there are, by item."""
        return {
            name: _note(body)
            for name, body in self._bodies(items).items()
            if "home" in body
        }

    def items_at(self, homes: Sequence[str]) -> Mapping[str, str | None]:
        """Return whose homes these are, where they are not just of that name.

        None where the item that once was there has moved on.
        """
        found: dict[str, str | None] = {}
        for name, body in self._bodies(homes).items():
            if "item" in body:
                found[name] = body["item"]
            elif body.get("home", name) != name:
                found[name] = None
        return found

    def keep(self, item: str, note: Note) -> None:
        """Remember a note in place of the one before."""
        if note.home != item:
            self._put(note.home, {"item": item})
        self._put(item, _body(note))

    def _bodies(self, names: Sequence[str]) -> Mapping[str, Mapping[str, Json]]:
        if not names:
            return {}
        found = self.shelf.get(list(names))
        return {
            name: item.json.get(_MEMBER) or {}
            for name, item in found.items()
            if not item.deleted
        }

    def _put(self, name: str, body: Mapping[str, Json]) -> None:
        value: dict[str, Json] = {
            "@type": "Event",
            "uid": name,
            "start": "2000-01-01T00:00:00",
            _MEMBER: body,
        }
        made = self.shelf.create(name, value, key=name, ical_uid=None, fields={})
        if made.deleted or made.json.get(_MEMBER) == body:
            return
        try:
            self.shelf.replace(name, lambda _: value, number=made.number, fields={})
        except (StaleWrite, Missing):
            return  # Another run notes the same at this very moment.


def _body(note: Note) -> dict[str, Json]:
    body: dict[str, Json] = {"home": note.home}
    body |= {"key": note.key} if note.key else {}
    body |= {"ical": note.ical_uid} if note.ical_uid else {}
    if note.noted is None:
        return body
    noted = note.noted
    slots = {str(row): key_of_slot(slot) for row, slot in sorted(noted.slots.items())}
    packed = zlib.compress(json.dumps(slots, separators=(",", ":")).encode())
    return {
        **body,
        "start": key_of_slot(noted.start),
        "last": key_of_slot(noted.last) if noted.last is not None else None,
        "slots": b64encode(packed).decode(),
    }


def _note(body: Mapping[str, Json]) -> Note:
    return Note(
        home=body["home"],
        key=body.get("key", ""),
        ical_uid=body.get("ical", ""),
        noted=_noted(body) if "slots" in body else None,
    )


def _noted(body: Mapping[str, Json]) -> Noted:
    said = json.loads(zlib.decompress(b64decode(body["slots"])))
    slots: dict[int, Slot] = {int(row): slot_of_key(key) for row, key in said.items()}
    last = slot_of_key(body["last"]) if body["last"] else None
    return Noted(start=slot_of_key(body["start"]), slots=slots, last=last)
