"""Appointments: the items of an agenda in their flat form, one by one.

A series is written as a whole under its own id, and one occurrence of it under
`{item}~{start}`; writing that is an exception to the series.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from services.items.fields import FIELDS, extra_of
from services.items.flat_form import (
    EDITS,
    TIMES,
    edited,
    fields_in,
    flat_of,
    new_details,
    read_flat,
)
from services.items.items import (
    Answered,
    Condition,
    Desk,
    changed,
    check,
    delete_item,
    present,
    save,
    tag_of,
)
from services.items.reading import ReadItem, content_of, read_item
from services.items.records import (
    Change,
    StoredItem,
    find_items,
    statement_of,
    with_statement,
)
from services.items.statements import same
from services.ports.store import Store
from services.ports.values import Json
from services.refusals import Expired, Unknown
from sync import jscalendar
from sync.content import Content, Details, Slot
from sync.recurrence import given, has_slot, moved_slots, occurrence
from sync.values import slot_of_text, slot_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Appointment:
    """Which item, and which occurrence of it (None: the item as a whole)."""

    item: str
    slot: Slot | None = None

    @property
    def id(self) -> str:
        """The id under which it is written and read."""
        return self.item if self.slot is None else occurrence_id(self.item, self.slot)


def occurrence_id(item: str, slot: Slot) -> str:
    """Return the id of one occurrence of a series."""
    return f"{item}~{slot_text(slot)}"


def find_appointment(store: Store, agenda: str, text: str) -> Appointment:
    """Return what an id names: an occurrence only where no item has this very id."""
    item, _, start = text.rpartition("~")
    slot = _slot(start) if item else None
    if slot is None:
        return Appointment(item=text)
    known = find_items(store, agenda, [text, item])
    if text in known or item not in known:
        return Appointment(item=text)
    return Appointment(item=item, slot=slot)


def flat_item(
    item: StoredItem, appointment: Appointment, *, zone: str
) -> dict[str, Json]:
    """Return an appointment with its own fields. Raises Unknown."""
    details = _shown(content_of(item), appointment.slot)
    if details is None:
        raise Unknown(f'There is no appointment "{appointment.id}" in this agenda.')
    return {
        **extra_of(item.json),
        "id": appointment.id,
        "etag": tag_of(item),
        **flat_of(details, zone=zone),
    }


def put_appointment(
    desk: Desk, appointment: Appointment, body: Json, *, zone: str, condition: Condition
) -> Answered:
    """Change what this application edited since it last sent this appointment.

    Only named members count. With a condition, all of them do.
    """
    said = read_flat(body)
    name = _statement_name(desk.author, appointment)

    def decide(known: StoredItem | None) -> Change | None:
        check(known, condition)
        if known is None or known.deleted:
            return _new(desk, known, appointment, said, zone=zone)
        last = statement_of(known, name) or {}
        edits = said if condition.given else _edits(last, said)
        if not edits and same(last, said):
            _refuse_cancelled(known, appointment)
            return None
        item = with_statement(known, name, {**last, **said})
        read = _with_edits(item, appointment, edits, zone=zone)
        return changed(item, read, author=desk.author, now=desk.now)

    return save(desk, appointment.item, decide)


def delete_appointment(
    desk: Desk, appointment: Appointment, *, condition: Condition
) -> None:
    """Delete an item, or take one occurrence out of its series; gone is success."""
    slot = appointment.slot
    if slot is None:
        delete_item(desk, appointment.item, condition=condition)
        return
    excluded = slot

    def decide(known: StoredItem | None) -> Change | None:
        item = present(known, appointment.item)
        check(item, condition)
        before = content_of(item)
        if not _is_slot(before, excluded):
            raise Unknown(f'There is no appointment "{appointment.id}" in this agenda.')
        after = replace(before, overrides={**before.overrides, excluded: None})
        value = jscalendar.patch(item.json, before, after)
        name = _statement_name(desk.author, appointment)
        item = with_statement(item, name, {})
        read = read_item(value, item.id)
        return changed(item, read, author=desk.author, now=desk.now)

    save(desk, appointment.item, decide)


def _statement_name(author: str, appointment: Appointment) -> str:
    slot = appointment.slot
    return f"{author}~{'' if slot is None else slot_text(slot)}"


def _edits(last: Mapping[str, Json], said: Mapping[str, Json]) -> dict[str, Json]:
    """Return what differs from the last statement; of the times, all or none."""
    names = {
        name
        for name, value in said.items()
        if name not in last or not same(last[name], value)
    }
    if names & TIMES:
        names |= TIMES
    return {name: value for name, value in said.items() if name in names}


def _new(
    desk: Desk,
    known: StoredItem | None,
    appointment: Appointment,
    said: Mapping[str, Json],
    *,
    zone: str,
) -> Change:
    """Make the appointment, unless somebody deleted it and nothing was edited since."""
    if appointment.slot is not None:
        raise Unknown(f'There is no item "{appointment.item}" in this agenda.')
    name = _statement_name(desk.author, appointment)
    last = None if known is None else statement_of(known, name)
    if last is not None:
        _refuse_unedited(last, said)
        said = {**last, **said}
    details = new_details(said, zone=zone)
    value = jscalendar.write(Content(uid=appointment.item, details=details))
    read = read_item(_with_fields(value, said), appointment.item)
    item = known or StoredItem(id=appointment.item, changed_at=desk.now)
    item = with_statement(item, name, dict(said))
    return changed(item, read, author=desk.author, now=desk.now)


def _refuse_unedited(last: Mapping[str, Json], said: Mapping[str, Json]) -> None:
    if not _edits(last, said).keys() & EDITS:
        raise Expired(
            "The appointment was deleted since, and nothing in it was edited.",
            kind="item-deleted",
        )


def _with_edits(
    item: StoredItem, appointment: Appointment, edits: Mapping[str, Json], *, zone: str
) -> ReadItem:
    """Return the item with these edits, in the whole or in one occurrence."""
    before = content_of(item)
    if appointment.slot is None:
        after = with_details(before, edited(before.details, edits, zone=zone))
    else:
        after = _with_occurrence(before, appointment, edits, zone=zone)
    value = jscalendar.patch(item.json, before, after)
    return read_item(_with_fields(value, edits), item.id)


def _with_occurrence(
    before: Content, appointment: Appointment, edits: Mapping[str, Json], *, zone: str
) -> Content:
    slot = appointment.slot
    if slot is None or not _is_slot(before, slot):
        raise Unknown(f'There is no appointment "{appointment.id}" in this agenda.')
    shown = _shown(before, slot)
    if shown is None and not edits.keys() & EDITS:
        raise _cancelled()
    details = edited(shown or given(before, slot), edits, zone=zone)
    return replace(before, overrides={**before.overrides, slot: details})


def _refuse_cancelled(item: StoredItem, appointment: Appointment) -> None:
    slot = appointment.slot
    if slot is not None and _shown(content_of(item), slot) is None:
        raise _cancelled()


def _cancelled() -> Expired:
    return Expired(
        "The occurrence was cancelled since, and nothing in it was edited.",
        kind="item-deleted",
    )


def with_details(before: Content, details: Details) -> Content:
    """Return a content that shows these details, as does every exception to it.

    An exception keeps what it has of its own, and follows its series in the rest.
    """
    after = replace(before, details=details, overrides={})
    places = moved_slots(before, after, before.overrides)
    overrides: dict[Slot, Details | None] = {}
    for slot, place in places.items():
        if place is not None:
            own = before.overrides[slot]
            shown = own and _following(own, given(before, slot), given(after, place))
            overrides[place] = shown
    return replace(after, overrides=overrides)


def _following(own: Details, old: Details, new: Details) -> Details:
    followed = {
        field.name: getattr(new, field.name)
        for field in fields(Details)
        if getattr(own, field.name) == getattr(old, field.name)
    }
    return replace(own, **followed)


def _with_fields(
    value: Mapping[str, Json], said: Mapping[str, Json]
) -> Mapping[str, Json]:
    """Return the item with the fields that only its application knows; null removes."""
    named = fields_in(said)
    if not named:
        return value
    merged = {**value.get(FIELDS, {}), **named}
    kept = {name: field for name, field in merged.items() if field is not None}
    return {**value, FIELDS: kept}


def _shown(content: Content, slot: Slot | None) -> Details | None:
    return content.details if slot is None else occurrence(content, slot)


def _is_slot(content: Content, slot: Slot) -> bool:
    recurs = bool(content.rules or content.overrides)
    return recurs and (slot in content.overrides or has_slot(content, slot))


def _slot(text: str) -> Slot | None:
    try:
        return slot_of_text(text)
    except ValueError:
        return None
