"""This and following: one series ends, another goes on from there.

https://developers.google.com/workspace/calendar/api/guides/recurringevents
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from local.google.errors import deleted, not_found
from local.google.events import delete, get_row, new_id, patch
from local.google.expansion import Slot, grid_of, has_slot, slot_of
from local.google.fields import merged
from local.google.invitations import carry
from local.google.model import Resource, Row
from local.google.recurrence import ends_before, rule_parts, rule_text
from local.google.rendering import inherited_fields
from local.google.series import instance_id, slots_before, split_id
from local.google.times import zone
from local.google.visit import Visit
from local.google.writing import WriteOptions, keep, stored_fields


def split(visit: Visit, event_id: str, body: Resource, options: WriteOptions) -> Row:
    """Change a slot and all after it: the old series ends, a new one begins.

    Exceptions after the cut go on in the new series where it has their slots.
    """
    master, slot = _master_and_slot(visit, event_id)
    before = slots_before(visit.state, master, slot)
    if before == 0:
        return patch(visit, master.id, body, options=options)
    later = _exceptions_from(visit, master, slot)
    fields = _new_series(visit, master, slot, body=body, before=before)
    trim(visit, event_id, options)
    row_id = _free_id(visit, split_id(master, slot))
    fields["iCalUID"] = f"{row_id}@google.com"
    row = Row(id=row_id, calendar_id=visit.calendar.id, fields={})
    kept = keep(visit, row, fields=fields, options=options)
    for exception in later:
        _go_on(visit, exception, master=kept)
    return kept


def _free_id(visit: Visit, wished: str) -> str:
    """A series that was split, deleted and split again needs another id."""
    return wished if visit.table.get(wished) is None else new_id()


def trim(visit: Visit, event_id: str, options: WriteOptions) -> Row:
    """End a series before a slot."""
    master, slot = _master_and_slot(visit, event_id)
    if slots_before(visit.state, master, slot) == 0:
        return delete(visit, master.id, options)
    lines = ends_before(master.fields["recurrence"], _last_moment(master, slot))
    body = {"recurrence": lines}
    return patch(visit, master.id, body, options=options)


def _master_and_slot(visit: Visit, event_id: str) -> tuple[Row, Slot]:
    row = get_row(visit, event_id)
    if row.slot is None or row.master_id is None:
        raise not_found()
    master = get_row(visit, row.master_id)
    if master.cancelled or not master.is_master:
        raise deleted()
    return master, slot_of(row.slot)


def _last_moment(master: Row, slot: Slot) -> str:
    """Return Google's UNTIL: the second before the slot's day begins."""
    if not isinstance(slot, datetime):
        return (slot - timedelta(days=1)).strftime("%Y%m%d")
    here = zone(master.fields["start"]["timeZone"])
    day = slot.astimezone(here).date()
    midnight = datetime.combine(day, time(), tzinfo=here).astimezone(UTC)
    return (midnight - timedelta(seconds=1)).strftime("%Y%m%dT%H%M%SZ")


def _exceptions_from(visit: Visit, master: Row, slot: Slot) -> list[Row]:
    return [
        row
        for row in visit.table.exceptions_of(master.id)
        if not row.gone and _not_before(slot_of(row.slot or ""), slot)
    ]


def _not_before(one: Slot, other: Slot) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one >= other
    return _day(one) >= _day(other)


def _day(slot: Slot) -> date:
    return slot.date() if isinstance(slot, datetime) else slot


def _new_series(
    visit: Visit, master: Row, slot: Slot, *, body: Resource, before: int
) -> Resource:
    old = master.fields
    base = inherited_fields(old, slot)
    base["recurrence"] = [_rest(line, before) for line in old["recurrence"]]
    base.pop("sequence", None)
    options = WriteOptions(attachments=True)
    return stored_fields(visit, merged(base, body), old=base, options=options)


def _rest(line: str, before: int) -> str:
    name, _, value = line.partition(":")
    if name != "RRULE" or "COUNT=" not in value:
        return line
    parts = rule_parts(value)
    parts["COUNT"] = str(max(1, int(parts["COUNT"]) - before))
    return f"{name}:{rule_text(parts)}"


def _go_on(visit: Visit, exception: Row, *, master: Row) -> None:
    slot = slot_of(exception.slot or "")
    if not has_slot(grid_of(master.fields), slot):
        return
    stamp = visit.state.next_stamp()
    moved = replace(
        exception,
        id=instance_id(visit.state, master.id, slot),
        master_id=master.id,
        stamp=stamp,
        updated=stamp,
    )
    carry(visit.state, row=visit.state.put_row(moved), old={})
