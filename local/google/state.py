"""Everything the stand-in knows, behind one lock."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any

from local.google.clock import Clock
from local.google.model import (
    AccessToken,
    Account,
    Calendar,
    Channel,
    Client,
    Code,
    Grant,
    ListEntry,
    Mail,
    RefreshToken,
    Row,
    ServiceAccount,
)
from local.google.storage import Storage
from local.google.tables import EventTable, Table, ValueTable
from local.google.times import micros

OPTIONS: dict[str, Any] = {
    "exceptions_after_move": "drop",
    "exceptions_inherit": True,
    "revive": "allow",
    "sync_before_answer": False,
    "split_instance_ids": "long",
    "same_content_touches": False,
    "sync_token_days": None,
    "updated_min_days": 30,
    "year_zero": False,
    "unknown_role": False,
    "unknown_event_type": False,
}


class State:
    """The stand-in's memory: tables, event tables, one lock, one file.

    Whoever reads or writes holds `lock`; `flush` saves what changed.
    """

    def __init__(self, *, clock: Clock, path: Path | None = None) -> None:
        self.lock = RLock()
        self.clock = clock
        self.storage = Storage(path)
        self._make_tables()
        self._load()

    def _make_tables(self) -> None:
        self.accounts = Table("account", Account)
        self.clients = Table("client", Client)
        self.service_accounts = Table("service_account", ServiceAccount)
        self.grants = Table("grant", Grant)
        self.codes = Table("code", Code)
        self.access_tokens = Table("access_token", AccessToken)
        self.refresh_tokens = Table("refresh_token", RefreshToken)
        self.calendars = Table("calendar", Calendar)
        self.entries = Table("entry", ListEntry)
        self.rows = Table("row", Row)
        self.channels = Table("channel", Channel)
        self.mails = Table("mail", Mail)
        self.values = ValueTable("value")
        self.events: dict[str, EventTable] = {}
        self.dirty_collections: dict[str, None] = {}
        self.snapshots: dict[tuple[str, str, str, int], list[Row]] = {}

    def tables(self) -> list[Table[Any]]:
        """Return every saved table."""
        return [
            self.accounts,
            self.clients,
            self.service_accounts,
            self.grants,
            self.codes,
            self.access_tokens,
            self.refresh_tokens,
            self.calendars,
            self.entries,
            self.rows,
            self.channels,
            self.mails,
            self.values,
        ]

    def _load(self) -> None:
        by_kind = {table.kind: table for table in self.tables()}
        rows: dict[str, list[Row]] = {}
        for kind, key, body in self.storage.load():
            value = by_kind[kind].load(key, body)
            if isinstance(value, Row):
                rows.setdefault(value.calendar_id, []).append(value)
        for calendar in self.calendars.all():
            self.table_of(calendar.id).load(rows.get(calendar.id, []))
        self.clock.shift = timedelta(seconds=self.values.get("clock_shift") or 0)

    def flush(self) -> None:
        """Save what changed since the last flush."""
        written = [entry for table in self.tables() for entry in table.unsaved()]
        if written:
            self.storage.save(written)

    def reset(self) -> None:
        """Forget everything, as if the stand-in had just been made."""
        for table in self.tables():
            table.clear()
        self.flush()
        self.events.clear()
        self.dirty_collections.clear()
        self.snapshots.clear()
        self.clock.shift = timedelta(0)

    def now(self) -> datetime:
        """Return the stand-in's present instant."""
        return self.clock.now()

    def seconds(self) -> int:
        """Return the present instant in seconds since 1970."""
        return micros(self.now()) // 1_000_000

    def next_stamp(self) -> int:
        """Return the present in microseconds, later than every stamp before."""
        stamp = max(micros(self.now()), (self.values.get("stamp") or 0) + 1)
        self.values.put("stamp", stamp)
        return stamp

    def next_number(self, name: str) -> int:
        """Return the next number of a counter."""
        number = int(self.values.get(name) or 0) + 1
        self.values.put(name, number)
        return number

    def secret(self, name: str) -> str:
        """Return a random text of this stand-in, made at its first use."""
        if name not in self.values:
            self.values.put(name, secrets.token_hex(16))
        return str(self.values.get(name))

    def option(self, name: str) -> Any:
        """Return the value of one of the stand-in's options."""
        chosen = self.values.get("options") or {}
        return chosen.get(name, OPTIONS[name])

    def table_of(self, calendar_id: str) -> EventTable:
        """Return the events of a calendar."""
        table = self.events.get(calendar_id)
        if table is None:
            table = self.events[calendar_id] = EventTable(calendar_id, self.rows)
        return table

    def touch(self, collection: str) -> None:
        """Remember that a collection changed, so that its channels are told."""
        self.dirty_collections[collection] = None

    def put_row(self, row: Row) -> Row:
        """Keep a row as the newest change of its calendar, and tell its channels."""
        self.touch(f"events:{row.calendar_id}")
        return self.table_of(row.calendar_id).put(row)

    def put_calendar(self, calendar: Calendar) -> Calendar:
        """Keep a calendar's facts under a new stamp."""
        return self.calendars.put(
            calendar.id, replace(calendar, stamp=self.next_stamp())
        )
