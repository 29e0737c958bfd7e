"""One change at a time, for clients that can only fill in a template.

Each key has a position of its own, and for each item what it was told: a series is told
occurrence by occurrence, so one change may be several steps. A step is given again
until it is acknowledged.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.appointments import Appointment
from services.changes import read_changes
from services.documents import data_of, record_of
from services.flat import MEMBERS, flat_of
from services.item_fields import extra_of
from services.item_reading import content_of
from services.item_records import ITEM_ID, StoredItem
from services.listing import Stretch, happening
from services.ports import Conflict, Create, Document, Json, Replace, Store
from services.refusals import Invalid, Unavailable, invalid
from services.settings import AgendaSettings
from sync.content import Details, Slot
from sync.values import slot_of_text, slot_text

PAGE = 50
MAX_OCCURRENCES = 2_000
WHOLE = "whole"
"""Stands for an occurrence where an item does not recur."""

_TRIES = 20
_FORM = re.compile(r"[0-9a-f]{16}|")

NOTHING: Mapping[str, Json] = dict.fromkeys(
    ("ack", "op", "id", "etag", *sorted(MEMBERS)), ""
)
"""The answer when there is nothing (any more): every member, all of them empty."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """What a key knows of one item: by occurrence, which form of it, and since when."""

    item: str
    number: int = 0
    forms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    """One thing to tell: an occurrence, or the whole, in this form; "" for gone."""

    item: str
    number: int
    occurrence: str
    form: str

    @property
    def ack(self) -> str:
        """The text with which a client says that it has understood."""
        plain = json.dumps([self.item, self.number, self.occurrence, self.form])
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Who reads one change at a time: a key, in an agenda with these settings."""

    agenda: str
    key: str
    settings: AgendaSettings
    now: datetime

    @property
    def stretch(self) -> Stretch:
        """What of a series is told: from the window's start to the horizon."""
        return Stretch(
            start=self.now - timedelta(days=self.settings.window_days),
            end=self.now + timedelta(days=self.settings.horizon_days),
            zone=self.settings.time_zone,
        )


def next_change(store: Store, reader: Reader) -> Mapping[str, Json]:
    """Return the next change that this key has not acknowledged, flat, or NOTHING."""
    position = store.get(_position_path(reader))
    number = int(position.data["number"]) if position else 0
    while True:
        changes = read_changes(
            store, reader.agenda, after=number, reader=reader.key, limit=PAGE
        )
        for item in changes.items:
            step = _next_step(item, _told(store, reader, item.id), reader)
            if step is not None:
                _save_position(store, reader, position, number)
                return _shown(item, step, reader)
            number = item.number
        number = changes.number
        if not changes.more:
            _save_position(store, reader, position, number)
            return NOTHING


def acknowledge(store: Store, reader: Reader, ack: str) -> None:
    """Take it that the key has understood a change; twice is fine. Raises Invalid."""
    step = _step_of(ack)
    path = _told_path(reader, step.item)
    for _ in range(_TRIES):
        document = store.get(path)
        told = _Told(item=step.item) if document is None else record_of(document, _Told)
        after = _after(told, step)
        if after == told:
            return
        data = data_of(after)
        if document is None:
            write: Create | Replace = Create(path=path, data=data)
        else:
            write = Replace(path=path, data=data, version=document.version)
        try:
            store.commit([write])
        except Conflict:
            continue
        return
    raise Unavailable("Too many acknowledgements at once; please try again.")


def _after(told: _Told, step: _Step) -> _Told:
    """Return what is known after a step, unless a later one was understood already."""
    known = told.forms.get(step.occurrence, "")
    if _number_in(known) > step.number or told.number > step.number:
        return told
    forms = {name: form for name, form in told.forms.items() if name != step.occurrence}
    if step.form:
        forms[step.occurrence] = f"{step.number}:{step.form}"
    number = step.number if not step.form and not forms else told.number
    return replace(told, forms=forms, number=number)


def _next_step(item: StoredItem, told: _Told, reader: Reader) -> _Step | None:
    """Return the first thing that the key does not know yet: what is gone first."""
    forms = {} if item.deleted else dict(_forms(item, reader))
    if item.deleted and not told.forms and told.number < item.number:
        return _Step(item=item.id, number=item.number, occurrence=WHOLE, form="")
    for occurrence in sorted(told.forms):
        if occurrence not in forms and (item.deleted or _in_reach(occurrence, reader)):
            return _Step(
                item=item.id, number=item.number, occurrence=occurrence, form=""
            )
    own = item.authors.get(reader.key, 0)
    for occurrence, form in forms.items():
        known = told.forms.get(occurrence, "")
        if _number_in(known) < own or known.partition(":")[2] != form:
            return _Step(
                item=item.id, number=item.number, occurrence=occurrence, form=form
            )
    return None


def _forms(item: StoredItem, reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield each occurrence with a digest of its flat form."""
    content = content_of(item)
    if not content.recurs:
        flat = flat_of(content.details, zone=reader.settings.time_zone)
        yield WHOLE, _digest({**extra_of(item.json), **flat})
        return
    for slot, details in happening(item, reader.stretch, limit=MAX_OCCURRENCES):
        if slot is not None:
            flat = flat_of(details, zone=reader.settings.time_zone)
            yield slot_text(slot), _digest(flat)


def _in_reach(occurrence: str, reader: Reader) -> bool:
    """Return whether an occurrence is still told of: the past goes quietly."""
    if occurrence == WHOLE:
        return True
    return occurrence[:10] >= reader.stretch.start.date().isoformat()


def _shown(item: StoredItem, step: _Step, reader: Reader) -> Mapping[str, Json]:
    slot = _slot_of(step.occurrence)
    entry = Appointment(item=item.id, slot=slot).id
    if not step.form:
        return {**NOTHING, "ack": step.ack, "op": "delete", "id": entry}
    zone = reader.settings.time_zone
    details = _details_at(item, slot, reader)
    return {
        **extra_of(item.json),
        "ack": step.ack,
        "op": "put",
        "id": entry,
        "etag": f'"{item.number}"',
        **flat_of(details, zone=zone),
    }


def _details_at(item: StoredItem, slot: Slot | None, reader: Reader) -> Details:
    content = content_of(item)
    if slot is None:
        return content.details
    found = dict(happening(item, reader.stretch, limit=MAX_OCCURRENCES))
    return found[slot]


def _slot_of(occurrence: str) -> Slot | None:
    """Return the slot that is meant, None for the whole. Raises ValueError."""
    return None if occurrence == WHOLE else slot_of_text(occurrence)


def _digest(flat: Mapping[str, Json]) -> str:
    text = json.dumps(flat, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _number_in(known: str) -> int:
    return int(known.partition(":")[0] or 0)


def _step_of(ack: str) -> _Step:
    try:
        plain = base64.b64decode(ack + "=" * (-len(ack) % 4), b"-_", validate=True)
        item, number, occurrence, form = json.loads(plain)
        _slot_of(occurrence)
    except (binascii.Error, ValueError, TypeError):
        raise _no_acknowledgement() from None
    step = _Step(item=item, number=number, occurrence=occurrence, form=form)
    if not _could_be_ours(step):
        raise _no_acknowledgement()
    return step


def _could_be_ours(step: _Step) -> bool:
    kinds = [type(part) for part in (step.item, step.number, step.form)]
    if kinds != [str, int, str] or not ITEM_ID.fullmatch(step.item):
        return False
    return 0 < step.number < 2**53 and bool(_FORM.fullmatch(step.form))


def _no_acknowledgement() -> Invalid:
    return invalid("/ack", "This is no acknowledgement of ours.")


def _told(store: Store, reader: Reader, item: str) -> _Told:
    document = store.get(_told_path(reader, item))
    return _Told(item=item) if document is None else record_of(document, _Told)


def _save_position(
    store: Store, reader: Reader, position: Document | None, number: int
) -> None:
    """Remember how far everything is understood; somebody else may have done so."""
    if number == (int(position.data["number"]) if position else 0):
        return
    path, data = _position_path(reader), {"number": number}
    if position is None:
        write: Create | Replace = Create(path=path, data=data)
    else:
        write = Replace(path=path, data=data, version=position.version)
    try:
        store.commit([write])
    except Conflict:
        return


def _position_path(reader: Reader) -> str:
    return f"agendas/{reader.agenda}/positions/{reader.key}"


def _told_path(reader: Reader, item: str) -> str:
    return f"{_position_path(reader)}/told/i.{item}"
