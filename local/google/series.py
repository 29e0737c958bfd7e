"""Series and their single slots: finding, making, and what a change does to them.

https://developers.google.com/workspace/calendar/api/guides/recurringevents
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, takewhile

from local.google.expansion import (
    MOST_SLOTS,
    Grid,
    Slot,
    grid_of,
    has_slot,
    horizon,
    key_of,
    slot_of,
    slots,
)
from local.google.model import Resource, Row
from local.google.rendering import inherited_fields, overlaid, overlay_of
from local.google.state import State
from local.google.tables import EventTable

INSTANCE_ID = re.compile(r"(.+)_(\d{8}(?:T\d{6}Z)?)\Z")
SPLIT_END = re.compile(r"_R\d{8}(T\d{6})?\Z")
MOST_FORMER = 5
FIRST_YEAR, LAST_YEAR = 1900, 2200


def find(state: State, table: EventTable, event_id: str) -> Row | None:
    """Return the row with an id, or the slot of a series that the id names."""
    row = table.get(event_id)
    if row is not None:
        return row
    match = INSTANCE_ID.match(event_id)
    if match is None:
        return None
    base, key = match.groups()
    short = state.option("split_instance_ids") == "short"
    for master in _masters(table, base, after_splits=short):
        slot = _readable_slot(key)
        if slot is not None and has_slot(grid_of(master.fields), slot):
            return slot_row(state, table, master=master, slot=slot)
    return None


def _masters(table: EventTable, base: str, *, after_splits: bool) -> Iterator[Row]:
    later = table.splits.get(base, []) if after_splits else []
    for row_id in [base, *later]:
        row = table.get(row_id)
        if row is not None and row.is_master:
            yield row


def _readable_slot(key: str) -> Slot | None:
    try:
        slot = slot_of(key)
    except ValueError:
        return None
    return slot if FIRST_YEAR <= slot.year <= LAST_YEAR else None


def instance_id(state: State, master_id: str, slot: Slot) -> str:
    """Return the id of a slot of a series."""
    base = master_id
    if state.option("split_instance_ids") == "short":
        base = SPLIT_END.sub("", master_id)
    return f"{base}_{key_of(slot)}"


def slot_row(state: State, table: EventTable, *, master: Row, slot: Slot) -> Row:
    """Return the row of a slot: its exception, or one made for the moment."""
    row = table.exception_at(master.id, key_of(slot))
    if row is not None and not row.gone:
        return row
    return Row(
        id=instance_id(state, master.id, slot),
        calendar_id=master.calendar_id,
        fields={"status": "cancelled"} if master.cancelled else {},
        stamp=master.stamp,
        updated=master.updated,
        created=master.created,
        change=master.change,
        master_id=master.id,
        slot=key_of(slot),
    )


def slot_rows(state: State, table: EventTable, master: Row) -> Iterator[Row]:
    """Yield the rows of all slots of a series, in the order of the slots."""
    until = horizon(master.fields, now=state.now())
    for slot in slots(grid_of(master.fields), until=until):
        yield slot_row(state, table, master=master, slot=slot)
    yield from _rows_beside_the_grid(table, master)


def _rows_beside_the_grid(table: EventTable, master: Row) -> Iterator[Row]:
    grid = grid_of(master.fields)
    for row in table.exceptions_of(master.id):
        if not row.gone and not has_slot(grid, slot_of(row.slot or "")):
            yield row


def former_slots(state: State, master: Row, *, since: int) -> Iterator[Slot]:
    """Yield the slots that a series has lost since a change number."""
    now = state.now()
    present = set(_own_slots(state, master)) if master.is_master else set()
    for past in master.former:
        if past["change"] > since:
            grid = grid_of(past)
            for slot in slots(grid, until=horizon(past, now=now)):
                if slot not in present:
                    present.add(slot)
                    yield slot


def _own_slots(state: State, master: Row) -> Iterator[Slot]:
    until = horizon(master.fields, now=state.now())
    return slots(grid_of(master.fields), until=until)


def with_former(old: Row, new: Row, *, change: int) -> Row:
    """Return a series that remembers the grid which it just left."""
    if not old.is_master or _grid(old) == _grid(new):
        return new
    past = {name: old.fields[name] for name in ("start", "end", "recurrence")}
    kept = (*old.former, {**past, "change": change})
    return replace(new, former=kept[-MOST_FORMER:])


def _grid(row: Row) -> Grid | None:
    return grid_of(row.fields) if row.is_master else None


def follow_master(state: State, table: EventTable, *, old: Row, new: Row) -> None:
    """Bring a series' exceptions after a change of its master.

    Exceptions whose slot is gone are dropped, unless the stand-in was told to
    keep them or to shift them with the series; Google's own way is not documented.
    """
    behaviour = state.option("exceptions_after_move")
    moved = _grid(old) != _grid(new)
    if moved and behaviour == "shift" and old.is_master and new.is_master:
        _shift_exceptions(state, table, old=old, new=new)
        return
    for row in table.exceptions_of(new.id):
        _follow_one(state, row, old=old, new=new)


def _follow_one(state: State, row: Row, *, old: Row, new: Row) -> None:
    stays = not new.cancelled and _stays(state, row, new=new)
    if not stays:
        if not row.gone:
            kept = row.fields if new.cancelled else {}
            _put(state, replace(row, gone=True, fields=kept))
    elif row.gone:
        _put(state, replace(row, gone=False))
    else:
        _inherit(state, row, old=old, new=new)


def _stays(state: State, row: Row, *, new: Row) -> bool:
    if not new.is_master:
        return False
    if state.option("exceptions_after_move") == "keep":
        return True
    return has_slot(grid_of(new.fields), slot_of(row.slot or ""))


def _inherit(state: State, row: Row, *, old: Row, new: Row) -> None:
    if not old.is_master or row.cancelled:
        return
    slot = slot_of(row.slot or "")
    before = inherited_fields(old.fields, slot)
    after = inherited_fields(new.fields, slot)
    whole = overlaid(before, row.fields)
    if not state.option("exceptions_inherit"):
        _put(state, replace(row, fields=overlay_of(after, whole)))
    elif overlaid(after, row.fields) != whole:
        _put(state, row)


def _shift_exceptions(state: State, table: EventTable, *, old: Row, new: Row) -> None:
    """Move exceptions to the slots that stand where theirs stood in the order."""
    after = dict(zip(_keys(state, old), _keys(state, new), strict=False))
    moved = []
    for row in table.exceptions_of(new.id):
        if row.gone or after.get(row.slot or "") == row.slot:
            _follow_one(state, row, old=old, new=new)
        else:
            moved.append(row)
            _put(state, replace(row, gone=True, fields={}))
    for row in moved:
        key = after.get(row.slot or "")
        if key is not None:
            row_id = instance_id(state, new.id, slot_of(key))
            _put(state, replace(row, id=row_id, slot=key))


def _keys(state: State, master: Row) -> Iterator[str]:
    return (key_of(slot) for slot in _own_slots(state, master))


def _put(state: State, row: Row) -> None:
    stamp = state.next_stamp()
    state.put_row(replace(row, stamp=stamp, updated=stamp))


def is_dropped(table: EventTable, row: Row) -> bool:
    """Say whether a slot is cancelled because its whole series is."""
    master = table.get(row.master_id or "") if row.is_exception else None
    return master is not None and master.cancelled


def split_id(master: Row, slot: Slot) -> str:
    """Return the id that a series gets which follows on from a split."""
    base = SPLIT_END.sub("", master.id)
    return f"{base}_R{key_of(slot).rstrip('Z')}"


def slots_before(state: State, master: Row, slot: Slot) -> int:
    """Return how many slots of a series lie before one of its slots."""
    earlier = takewhile(lambda found: found != slot, _own_slots(state, master))
    return sum(1 for _ in islice(earlier, MOST_SLOTS))


def series_fields(table: EventTable, row: Row) -> Resource | None:
    """Return the fields of the live master of an exception, if it is here."""
    master = table.get(row.master_id or "")
    return master.fields if master is not None and master.is_master else None
