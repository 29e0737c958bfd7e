"""Tables of frozen values that know which keys still have to be saved."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any, Generic, TypeVar

from local.google.model import Row
from local.google.storage import Written

T = TypeVar("T")


class Table(Generic[T]):
    """Values by key, each change remembered until it is saved."""

    def __init__(self, kind: str, make: type[T]) -> None:
        self.kind = kind
        self._make = make
        self._values: dict[str, T] = {}
        self._touched: set[str] = set()

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def get(self, key: str) -> T | None:
        """Return the value under a key, if there is one."""
        return self._values.get(key)

    def all(self) -> list[T]:
        """Return every value."""
        return list(self._values.values())

    def items(self) -> list[tuple[str, T]]:
        """Return every key with its value."""
        return list(self._values.items())

    def put(self, key: str, value: T) -> T:
        """Keep a value under a key."""
        self._values[key] = value
        self._touched.add(key)
        return value

    def drop(self, key: str) -> None:
        """Forget a key."""
        if self._values.pop(key, None) is not None:
            self._touched.add(key)

    def clear(self) -> None:
        """Forget every key."""
        self._touched.update(self._values)
        self._values.clear()

    def load(self, key: str, body: dict[str, Any]) -> T:
        """Take a saved document back."""
        plain = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in body.items()
        }
        value = self._make(**plain)
        self._values[key] = value
        return value

    def unsaved(self) -> Iterator[Written]:
        """Yield what has to be saved, once."""
        touched, self._touched = self._touched, set()
        for key in touched:
            value = self._values.get(key)
            body = None if value is None else _document(value)
            yield self.kind, key, body

    def forget_unsaved(self) -> None:
        """Count everything as saved."""
        self._touched.clear()


class ValueTable(Table[Any]):
    """A table of plain JSON values."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind, dict)

    def load(self, key: str, body: dict[str, Any]) -> Any:
        """Take a saved value back."""
        self._values[key] = body["value"]
        return body["value"]

    def unsaved(self) -> Iterator[Written]:
        """Yield what has to be saved, once."""
        touched, self._touched = self._touched, set()
        for key in touched:
            kept = key in self._values
            yield self.kind, key, {"value": self._values[key]} if kept else None


def drop_all(table: Table[T], condemned: Callable[[T], bool]) -> None:
    """Forget every value of a table that is condemned."""
    for key, value in table.items():
        if condemned(value):
            table.drop(key)


def _document(value: Any) -> dict[str, Any]:
    if isinstance(value, Row):
        names = value.__dataclass_fields__
        return {name: getattr(value, name) for name in names}
    return asdict(value)


class EventTable:
    """One calendar's rows, in the order in which they last changed.

    The log is read from any change number without looking at older rows; places
    that a row has left are skipped, and dropped when they outnumber the rows.
    """

    def __init__(self, calendar_id: str, saved: Table[Row]) -> None:
        self.calendar_id = calendar_id
        self.rows: dict[str, Row] = {}
        self.exceptions: dict[str, dict[str, str]] = {}
        self.by_uid: dict[str, set[str]] = {}
        self.splits: dict[str, list[str]] = {}
        self.last_change = 0
        self._saved = saved
        self._changes: list[int] = []
        self._changed_ids: list[str] = []

    def get(self, row_id: str) -> Row | None:
        """Return the row with an id, tombstones included."""
        return self.rows.get(row_id)

    def put(self, row: Row) -> Row:
        """Keep a row as the newest change."""
        self.last_change += 1
        kept = replace(row, change=self.last_change)
        self._saved.put(self._key(row.id), kept)
        self._take(kept)
        return kept

    def load(self, rows: list[Row]) -> None:
        """Take saved rows back, in the order of their changes."""
        for row in sorted(rows, key=lambda row: row.change):
            self.last_change = row.change
            self._take(row)

    def forget(self, row_id: str) -> None:
        """Remove a row without a trace."""
        row = self.rows.pop(row_id, None)
        if row is None:
            return
        self._saved.drop(self._key(row_id))
        self.by_uid.get(row.fields.get("iCalUID", ""), set()).discard(row_id)
        if row.master_id and row.slot:
            self.exceptions.get(row.master_id, {}).pop(row.slot, None)

    def since(self, change: int) -> Iterator[Row]:
        """Yield the rows that changed after a change number, oldest change first."""
        start = bisect_right(self._changes, change)
        for place in range(start, len(self._changes)):
            row = self.rows.get(self._changed_ids[place])
            if row is not None and row.change == self._changes[place]:
                yield row

    def exceptions_of(self, master_id: str) -> list[Row]:
        """Return the rows of a series' single slots, by slot."""
        slots = self.exceptions.get(master_id, {})
        return [self.rows[slots[slot]] for slot in sorted(slots)]

    def exception_at(self, master_id: str, slot: str) -> Row | None:
        """Return the row that a slot of a series has, if it has one."""
        row_id = self.exceptions.get(master_id, {}).get(slot)
        return self.rows[row_id] if row_id else None

    def _key(self, row_id: str) -> str:
        return f"{self.calendar_id}\n{row_id}"

    def _take(self, row: Row) -> None:
        self._index(row)
        self.rows[row.id] = row
        self._changes.append(row.change)
        self._changed_ids.append(row.id)
        if len(self._changes) > 2 * len(self.rows) + 1000:
            self._compact()

    def _index(self, row: Row) -> None:
        old = self.rows.get(row.id)
        if old and old.master_id and old.slot and old.master_id != row.master_id:
            self.exceptions[old.master_id].pop(old.slot, None)
        if row.master_id and row.slot:
            self.exceptions.setdefault(row.master_id, {})[row.slot] = row.id
        uid = row.fields.get("iCalUID")
        if uid:
            self.by_uid.setdefault(uid, set()).add(row.id)
        base, split, _ = row.id.partition("_R")
        if split and row.id not in self.rows and not row.slot:
            self.splits.setdefault(base, []).append(row.id)

    def _compact(self) -> None:
        alive = sorted((row.change, row.id) for row in self.rows.values())
        self._changes = [change for change, _ in alive]
        self._changed_ids = [row_id for _, row_id in alive]
