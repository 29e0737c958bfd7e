"""Which single step a reader has to be told next about one item (pure).

A series is told occurrence by occurrence, from the window's start to the horizon.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.agendas.settings_reading import AgendaSettings
from services.items.appointments import Appointment
from services.items.fields import extra_of
from services.items.flat_form import MEMBERS, flat_of
from services.items.listing import Stretch, happening
from services.items.reading import content_of
from services.items.records import ITEM_ID, StoredItem
from services.opaque import opaque, plain_of
from services.ports.values import Json
from services.refusals import Invalid, invalid
from sync.content import Details, Slot
from sync.values import slot_of_text, slot_text

MAX_OCCURRENCES = 2_000
MAX_FORMS = 5_000

WHOLE = "whole"
"""Stands for an occurrence where an item does not recur."""

LOOK_AGAIN = timedelta(days=1)
"""How often it is looked whether more of a series has come inside the horizon."""

NOTHING: Mapping[str, Json] = dict.fromkeys(
    ("ack", "op", "id", "etag", *sorted(MEMBERS)), ""
)
"""The answer when there is nothing (any more): every member, all of them empty."""

_FORM = re.compile(r"[0-9a-f]{16}|")


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a key knows of one item: by occurrence, which form of it, and since when.

    `look_at` is when more of a series may have come inside the horizon.
    """

    item: str
    number: int = 0
    forms: Mapping[str, str] = field(default_factory=dict)
    look_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing to tell: an occurrence, or the whole, in this form; "" for gone."""

    item: str
    number: int
    occurrence: str
    form: str

    @property
    def ack(self) -> str:
        """The text with which a client says that it has understood."""
        said = [self.item, self.number, self.occurrence, self.form]
        return opaque(json.dumps(said))


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


def next_step(item: StoredItem, told: Told, reader: Reader) -> Step | None:
    """Return the first thing that the key does not know yet: what is gone first."""
    if item.deleted and not told.forms:
        return _step(item, WHOLE, "") if told.number < item.number else None
    forms = {} if item.deleted else dict(_forms(item, reader))
    for occurrence in sorted(told.forms.keys() - forms.keys()):
        if item.deleted or _in_reach(occurrence, reader):
            return _step(item, occurrence, "")
    # What the key wrote itself since then may have taken the place of what it was told.
    own = item.authors.get(reader.key, 0)
    for occurrence, form in forms.items():
        number, _, known = told.forms.get(occurrence, "0:").partition(":")
        if int(number) < own or known != form:
            return _step(item, occurrence, form)
    return None


def after(told: Told, step: Step) -> Told:
    """Return what is known after a step, unless a later one was understood already."""
    known = int(told.forms.get(step.occurrence, "0:").partition(":")[0])
    if known > step.number or told.number > step.number:
        return told
    forms = {name: form for name, form in told.forms.items() if name != step.occurrence}
    if step.form:
        forms[step.occurrence] = f"{step.number}:{step.form}"
    if len(forms) > MAX_FORMS:
        raise _no_acknowledgement()
    number = told.number if forms else step.number
    return replace(told, forms=forms, number=number)


def passed(item: StoredItem, told: Told, reader: Reader) -> Told:
    """Return what is known once nothing is left to tell: and when to look again."""
    beyond = item.ends_at is not None and item.ends_at > reader.stretch.end
    goes_on = beyond and content_of(item).recurs
    return replace(told, look_at=reader.now + LOOK_AGAIN if goes_on else None)


def shown(item: StoredItem, step: Step, reader: Reader) -> Mapping[str, Json]:
    """Return a step as the flat answer to its reader."""
    slot = _slot_of(step.occurrence)
    entry = Appointment(item=item.id, slot=slot).id
    if not step.form:
        return {**NOTHING, "ack": step.ack, "op": "delete", "id": entry}
    return {
        **extra_of(item.json),
        "ack": step.ack,
        "op": "put",
        "id": entry,
        "etag": f'"{item.number}"',
        **flat_of(_details_at(item, slot, reader), zone=reader.settings.time_zone),
    }


def step_of(ack: str) -> Step:
    """Return the step that an acknowledgement speaks of. Raises Invalid."""
    try:
        item, number, occurrence, form = json.loads(plain_of(ack))
        _slot_of(occurrence)
    except (ValueError, TypeError):
        raise _no_acknowledgement() from None
    step = Step(item=item, number=number, occurrence=occurrence, form=form)
    if not _could_be_ours(step):
        raise _no_acknowledgement()
    return step


def _step(item: StoredItem, occurrence: str, form: str) -> Step:
    return Step(item=item.id, number=item.number, occurrence=occurrence, form=form)


def _forms(item: StoredItem, reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield each occurrence with a digest of its flat form."""
    content = content_of(item)
    zone = reader.settings.time_zone
    if not content.recurs:
        flat = flat_of(content.details, zone=zone)
        yield WHOLE, _digest({**extra_of(item.json), **flat})
        return
    for slot, details in happening(item, reader.stretch, limit=MAX_OCCURRENCES):
        if slot is not None:
            yield slot_text(slot), _digest(flat_of(details, zone=zone))


def _in_reach(occurrence: str, reader: Reader) -> bool:
    """Return whether an occurrence is still told of: the past goes quietly."""
    if occurrence == WHOLE:
        return True
    # A day and more away from the edge, whatever the zone and the length.
    edge = reader.stretch.start + timedelta(days=2)
    return occurrence[:10] > edge.date().isoformat()


def _details_at(item: StoredItem, slot: Slot | None, reader: Reader) -> Details:
    if slot is None:
        return content_of(item).details
    return dict(happening(item, reader.stretch, limit=MAX_OCCURRENCES))[slot]


def _slot_of(occurrence: str) -> Slot | None:
    """Return the slot that is meant, None for the whole. Raises ValueError."""
    return None if occurrence == WHOLE else slot_of_text(occurrence)


def _digest(flat: Mapping[str, Json]) -> str:
    text = json.dumps(flat, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _could_be_ours(step: Step) -> bool:
    kinds = [type(part) for part in (step.item, step.number, step.form)]
    if kinds != [str, int, str] or not ITEM_ID.fullmatch(step.item):
        return False
    return 0 < step.number < 2**53 and bool(_FORM.fullmatch(step.form))


def _no_acknowledgement() -> Invalid:
    return invalid("/ack", "This is not one of our acknowledgements.")
