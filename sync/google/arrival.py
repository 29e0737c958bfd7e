"""Rows put where they belong, in whatever order they arrive.

Google shows a page's rows in no order: an exception may come before its master, or
before the new form of its master. So an exception is always kept, and judged when the
rows are folded. What is dropped, when a master changes its start, zone or rules, is
each exception that stood on the old grid and has no place on the new one: Google
dropped those as well, without a word about each.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from sync.content import Content
from sync.google.errors import Unreadable, understood
from sync.google.folding import has_place, series_of, slot_on
from sync.google.guests import with_known_guests
from sync.google.moments import UTC_NAME, slot_key
from sync.google.recurrence import Lines
from sync.google.rows import Row, is_deleted, is_instance, master_id, reduced
from sync.google.series import Rows

_KEY_IN_ID = re.compile(r"_(\d{8}(?:T\d{6}Z)?)\Z")
_GRID = ("start", "recurrence")


@understood
def with_row(rows: Rows, row: Row) -> Rows:
    """Return the rows with one more, or with a newer form of one.

    An instance that already stands here as an event of its own stays one.
    """
    row = reduced(_with_guests(rows, row))
    if is_instance(row) and rows.master and rows.master["id"] == row["id"]:
        return _with_master(rows, lone(row))
    if is_instance(row):
        return _with_exception(rows, row)
    known = _known_exception(rows, row)
    if known is None:
        return _with_master(rows, row)
    # Once its series is gone from view, a deleted instance comes as a bare id.
    named = ("recurringEventId", "originalStartTime")
    kept = {name: rows.exceptions[known][name] for name in named}
    return _with_exception(rows, reduced({**row, **kept}))


def _with_guests(rows: Rows, row: Row) -> Row:
    """Return a row with the guests that its older form had, where they were omitted."""
    if not row.get("attendeesOmitted"):
        return row
    known = (rows.master, *rows.exceptions.values())
    older = next((each for each in known if each and each["id"] == row["id"]), None)
    return with_known_guests(row, older)


def lone(row: Row) -> Row:
    """Return an instance as an event of its own: we may not see its series."""
    of_series = {"recurringEventId", "originalStartTime"}
    return {name: value for name, value in row.items() if name not in of_series}


def gathered(rows: Iterable[Row], *, event_id: str) -> Rows:
    """Return the rows of one event among others, as read anew.

    A search by iCalUID also finds the series that was split off, which is another.
    """
    found = Rows()
    for row in rows:
        if row.get("id") == event_id:
            found = with_row(found, lone(row))
        elif row.get("id") and master_id(row) == event_id:
            found = with_row(found, row)
    return found


def _with_exception(rows: Rows, row: Row) -> Rows:
    key = _key(row)
    if key is None:
        return rows
    original = {"originalStartTime": row.get("originalStartTime") or _original(key)}
    kept = reduced({**row, **original})
    return replace(rows, exceptions={**rows.exceptions, key: kept})


def _key(row: Row) -> str | None:
    """Return the slot's key; from the id only where Google forgot to name the slot."""
    if row.get("originalStartTime"):
        return slot_key(row["originalStartTime"])
    found = _KEY_IN_ID.search(row["id"])
    return found[1] if found else None


def _original(key: str) -> Row:
    return {"dateTime": key} if "T" in key else {"date": key}


def _known_exception(rows: Rows, row: Row) -> str | None:
    if rows.master is not None and rows.master["id"] == row["id"]:
        return None
    found = (key for key, each in rows.exceptions.items() if each["id"] == row["id"])
    return next(found, None)


def _with_master(rows: Rows, master: Row) -> Rows:
    exceptions = rows.exceptions
    if rows.master is not None and exceptions:
        old = rows.master
        stale = () if _same_grid(old, master) else _stale(rows, old, master)
        exceptions = {key: row for key, row in exceptions.items() if key not in stale}
    return Rows(master=master, exceptions=exceptions)


def _same_grid(old: Row, new: Row) -> bool:
    if is_deleted(old) or is_deleted(new):
        return True
    return all(old.get(name) == new.get(name) for name in _GRID)


def _stale(rows: Rows, old: Row, new: Row) -> Collection[str]:
    """Return the keys of the exceptions that the change of a master leaves behind."""
    if not old.get("recurrence"):
        return ()
    if not new.get("recurrence"):
        return rows.exceptions.keys()
    try:
        before, after = _grid(old), _grid(new)
    except Unreadable:
        return ()
    keys = rows.exceptions.keys()
    return [key for key in keys if _stands(before, key) and not _stands(after, key)]


def _grid(master: Row) -> tuple[Content, Lines]:
    # Google has no series without a zone, so the calendar's is not asked for here.
    return series_of(master, zone=UTC_NAME)


def _stands(grid: tuple[Content, Lines], key: str) -> bool:
    series, lines = grid
    slot = slot_on(series, lines, key)
    return slot is not None and has_place(series, lines, slot)
