"""The table of tasks behind the local queue, which processes may share."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from local.sqlite import Database
from services.lanes import Lane
from services.ports.queue import Task

# Google's queue forgets a name about an hour after its task; it may take longer.
NAMES_LAST: Final = timedelta(minutes=70)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_IN_TURN: Final = (
    # Of the shards that have something due: the one with the fewest tasks running, then
    # the one that was served least lately, then the one whose task waits longest.
    "SELECT due.shard, count(running.id) AS busy, max(served.at) AS last, due.oldest"
    " FROM (SELECT shard, min(due) AS oldest FROM tasks WHERE lane = ?1 AND due <= ?2"
    " GROUP BY shard) AS due"
    " LEFT JOIN served ON served.lane = ?1 AND served.shard = due.shard"
    " LEFT JOIN tasks AS running ON running.owner IS NOT NULL AND running.lane = ?1"
    " AND running.shard = due.shard AND running.due > ?2"
    " GROUP BY due.shard ORDER BY busy, last, oldest LIMIT 1"
)
_MICROSECOND: Final = timedelta(microseconds=1)

_SCHEMA: Final = (
    # A task that is taken has an owner, and is due again when its time to be done with
    # is over: whoever finds it then takes it anew.
    """CREATE TABLE IF NOT EXISTS tasks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT,
        path TEXT NOT NULL,
        body BLOB NOT NULL,
        lane TEXT NOT NULL,
        since INTEGER NOT NULL,
        due INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        owner TEXT,
        shard INTEGER NOT NULL DEFAULT 0
    )""",
    "CREATE INDEX IF NOT EXISTS tasks_due ON tasks (lane, due, id)",
    "CREATE INDEX IF NOT EXISTS tasks_owned ON tasks (owner) WHERE owner IS NOT NULL",
    # Names outlive their tasks; `ends` is null as long as the task is there.
    "CREATE TABLE IF NOT EXISTS names (name TEXT PRIMARY KEY, ends INTEGER)",
    "CREATE INDEX IF NOT EXISTS names_ending ON names (ends) WHERE ends IS NOT NULL",
    # When a shard was last served, as a count of what was served before it.
    """CREATE TABLE IF NOT EXISTS served (
        lane TEXT NOT NULL,
        shard INTEGER NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (lane, shard)
    )""",
    "CREATE INDEX IF NOT EXISTS served_at ON served (at)",
)
_IN_SHARDS: Final = (
    "CREATE INDEX IF NOT EXISTS tasks_in_shards ON tasks (lane, shard, due, id)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A task that one process is delivering, for the `attempt`-th time."""

    id: int
    name: str | None
    path: str
    body: bytes
    lane: str
    since: datetime
    attempt: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneStats:
    """A lane's tasks, those of them that run, and how long the oldest is due."""

    depth: int
    running: int
    oldest: timedelta


class TaskTable:
    """Tasks in a SQLite file. What was added is there until it is done with."""

    def __init__(self, path: Path | str) -> None:
        self._database = Database(path)
        with self._database.writing() as connection:
            for sql in _SCHEMA:
                connection.execute(sql)
            _add_shards(connection)
            connection.execute(_IN_SHARDS)

    def close(self) -> None:
        self._database.close()

    def add(self, task: Task, body: bytes, *, now: datetime) -> bool:
        """Add a task; False when its name is taken."""
        due = _ticks(max(now, task.at or now))
        with self._database.writing() as connection:
            if task.name and not _reserved(connection, task.name, now=_ticks(now)):
                return False
            connection.execute(
                "INSERT INTO tasks (name, path, body, lane, shard, since, due)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (task.name, task.path, body, str(task.lane), task.shard, due, due),
            )
        return True

    def take(
        self, lanes: Sequence[Lane], *, owner: str, now: datetime, until: datetime
    ) -> Taken | None:
        """Take a due task out of the first lane that has any, the shards in turn."""
        if not self._any_due(lanes, now=now):
            return None
        with self._database.writing() as connection:
            row = _first_due(connection, lanes, now=_ticks(now))
            if row is None:
                return None
            connection.execute(
                "UPDATE tasks SET owner = ?, due = ?, attempts = ? WHERE id = ?",
                (owner, _ticks(until), row["attempts"] + 1, row["id"]),
            )
            connection.execute(
                "INSERT OR REPLACE INTO served (lane, shard, at) VALUES"
                " (?, ?, (SELECT coalesce(max(at), 0) + 1 FROM served))",
                (row["lane"], row["shard"]),
            )
        return _taken(row)

    def done(self, taken: Taken, *, now: datetime) -> None:
        """Remove the task; its name stays taken for a while."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM tasks WHERE id = ?", (taken.id,))
            if taken.name is not None:
                connection.execute(
                    "UPDATE names SET ends = ? WHERE name = ?",
                    (_ticks(now + NAMES_LAST), taken.name),
                )
                connection.execute("DELETE FROM names WHERE ends <= ?", (_ticks(now),))

    def put_off(self, taken: Taken, *, owner: str, until: datetime) -> None:
        """Give the task back, to be taken again later by anyone."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE tasks SET owner = NULL, due = ?"
                " WHERE id = ? AND owner = ? AND attempts = ?",
                (_ticks(until), taken.id, owner, taken.attempt),
            )

    def release(self, owner: str, *, now: datetime) -> int:
        """Give back at once all that an owner had taken; return how many."""
        with self._database.writing() as connection:
            cursor = connection.execute(
                "UPDATE tasks SET owner = NULL, due = ? WHERE owner = ?",
                (_ticks(now), owner),
            )
            return cursor.rowcount

    def owners(self) -> Sequence[str]:
        """Return who has taken tasks."""
        rows = self._rows("SELECT DISTINCT owner FROM tasks WHERE owner IS NOT NULL")
        return [row["owner"] for row in rows]

    def next_due(self, lanes: Sequence[Lane]) -> datetime | None:
        """Return when the next task of these lanes can be taken."""
        dues = [
            row["due"]
            for lane in lanes
            for row in self._rows(
                "SELECT due FROM tasks WHERE lane = ? ORDER BY due LIMIT 1", str(lane)
            )
        ]
        return _EPOCH + min(dues) * _MICROSECOND if dues else None

    def unfinished(self, *, until: datetime) -> bool:
        """Tell whether anything is running, or due by then."""
        sql = "SELECT 1 FROM tasks WHERE owner IS NOT NULL OR due <= ? LIMIT 1"
        return bool(self._rows(sql, _ticks(until)))

    def stats(self, *, now: datetime) -> Mapping[str, LaneStats]:
        """Return the figures of each lane that has tasks."""
        rows = self._rows(
            "SELECT lane, count(*) AS depth, count(owner) AS running,"
            " min(CASE WHEN owner IS NULL THEN due END) AS due"
            " FROM tasks GROUP BY lane"
        )
        return {row["lane"]: _lane_stats(row, now=_ticks(now)) for row in rows}

    def _any_due(self, lanes: Sequence[Lane], *, now: datetime) -> bool:
        # Looking needs no lock, so an idle queue keeps nobody else from writing.
        due = self.next_due(lanes)
        return due is not None and due <= now

    def _rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        with self._database.reading() as connection:
            return _as_dicts(connection.execute(sql, values))


def _reserved(connection: sqlite3.Connection, name: str, *, now: int) -> bool:
    cursor = connection.execute(
        "INSERT INTO names (name, ends) VALUES (?, NULL)"
        " ON CONFLICT (name) DO UPDATE SET ends = NULL WHERE ends <= ?",
        (name, now),
    )
    return cursor.rowcount == 1


def _first_due(
    connection: sqlite3.Connection, lanes: Sequence[Lane], *, now: int
) -> dict[str, Any] | None:
    for lane in lanes:
        for turn in _as_dicts(connection.execute(_IN_TURN, (str(lane), now))):
            cursor = connection.execute(
                "SELECT id, name, path, body, lane, shard, since, attempts FROM tasks"
                " WHERE lane = ? AND shard = ? ORDER BY due, id LIMIT 1",
                (str(lane), turn["shard"]),
            )
            return _as_dicts(cursor)[0]
    return None


def _add_shards(connection: sqlite3.Connection) -> None:
    """Give the column to a file that was made before there were shards."""
    sql = "SELECT name FROM pragma_table_info('tasks')"
    columns = _as_dicts(connection.execute(sql))
    if all(column["name"] != "shard" for column in columns):
        sql = "ALTER TABLE tasks ADD COLUMN shard INTEGER NOT NULL DEFAULT 0"
        connection.execute(sql)


def _as_dicts(cursor: sqlite3.Cursor) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _taken(row: Mapping[str, Any]) -> Taken:
    return Taken(
        id=row["id"],
        name=row["name"],
        path=row["path"],
        body=row["body"],
        lane=row["lane"],
        since=_EPOCH + row["since"] * _MICROSECOND,
        attempt=row["attempts"] + 1,
    )


def _lane_stats(row: Mapping[str, Any], *, now: int) -> LaneStats:
    waited = 0 if row["due"] is None else max(now - row["due"], 0)
    return LaneStats(
        depth=row["depth"], running=row["running"], oldest=waited * _MICROSECOND
    )


def _ticks(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
