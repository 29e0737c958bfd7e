"""Which row a write whose answer was never seen has reached: it says so itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sync.content import Content, Slot
from sync.google.moments import key_of
from sync.google.rows import Row, is_deleted, write_of
from sync.google.series import Rows


def landed_in(
    before: Rows,
    now: Rows,
    slots: Iterable[Slot | None],
    *,
    intent: str,
    grid: Content,
) -> Mapping[Slot | None, bool]:
    """Return for each slot whether this intent's PATCH reached its row, as far as told.

    None is the master. Every PATCH of ours leaves its intent on its row, so a row that
    names the intent was reached, and one that names what it named before was not. A row
    that names another was written since, or is not ours alone: it tells nothing, nor
    does a cancelled instance, of which Google keeps hardly more than its name.
    """
    asked = set(slots)
    if now.master is not None and write_of(now.master) == intent:
        # One row is written at a time, and instances take over what their series names.
        return {None: True} if None in asked else {}
    found = {}
    for slot in asked:
        row, was = _row(now, slot, grid), _row(before, slot, grid)
        told = None if row is None else _told(row, was or before.master, intent)
        if told is not None:
            found[slot] = told
    return found


def _row(rows: Rows, slot: Slot | None, grid: Content) -> Row | None:
    if slot is None:
        return rows.master
    if isinstance(slot, datetime) and grid.details.when.zone is None:
        # The series lasts whole days now: it has no row at such a slot.
        return None
    return rows.exceptions.get(key_of(slot, grid.details.when))


def _told(row: Row, was: Row | None, intent: str) -> bool | None:
    name = write_of(row)
    if name == intent:
        return True
    if is_deleted(row) or was is None or name != write_of(was):
        return None
    return False
