"""The store on one machine: a SQLite table of JSON documents."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from local.finding import index_name, index_statement, statements
from local.packing import packed, unpacked
from local.sqlite import Database
from services.indexes import INDEXES, Index, covering
from services.limits import check_path, check_query, check_size, check_writes
from services.ports.store import (
    Conflict,
    Create,
    Delete,
    Document,
    Query,
    Replace,
    StoreError,
    Update,
    Write,
)

_PAGE: Final = 1_000

_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS documents (
        path TEXT PRIMARY KEY,
        collection TEXT NOT NULL,
        name TEXT NOT NULL,
        version INTEGER NOT NULL,
        data TEXT NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS by_collection ON documents (collection, path)",
    """CREATE INDEX IF NOT EXISTS by_name
        ON documents (name, replace(path, '/', char(1)))""",
    "CREATE TABLE IF NOT EXISTS versions (last INTEGER NOT NULL)",
    "INSERT INTO versions SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM versions)",
)


class SqliteStore:
    """Documents in one SQLite file, shared by any number of threads and processes.

    A version is a number that is never given twice. A commit that was acknowledged
    survives a kill -9, though not a power cut. ":memory:" is forgotten with the store.
    """

    def __init__(self, path: Path | str, *, indexes: Sequence[Index] = INDEXES) -> None:
        self._database = Database(path)
        self._indexes = indexes
        with _translated(), self._database.writing() as connection:
            _prepare(connection, indexes)

    def close(self) -> None:
        """Close the file; the store can still be used and opens it again."""
        self._database.close()

    def get(self, path: str) -> Document | None:
        """Return the document, if it exists."""
        check_path(path)
        with _translated(), self._database.reading() as connection:
            row = connection.execute(
                "SELECT path, version, data FROM documents WHERE path = ?", (path,)
            ).fetchone()
        return None if row is None else _document(row)

    def get_many(self, paths: Sequence[str]) -> Mapping[str, Document]:
        """Return the documents that exist, by path, as they were at one moment."""
        for path in paths:
            check_path(path)
        with _translated(), self._database.reading() as connection:
            rows = connection.execute(
                "SELECT path, version, data FROM documents"
                " WHERE path IN (SELECT value FROM json_each(?))",
                (_json_list(paths),),
            ).fetchall()
        found = {row[0]: _document(row) for row in rows}
        return {path: found[path] for path in paths if path in found}

    def query(self, query: Query) -> Sequence[Document]:
        """Return the documents that fit; raises IndexMissing without an index."""
        check_query(query)
        found: list[Document] = []
        for statement in statements(query, covering(query, self._indexes)):
            values = [*statement.values, query.limit - len(found)]
            with _translated(), self._database.reading() as connection:
                rows = connection.execute(statement.text, values).fetchall()
            found += map(_document, rows)
        return found

    def commit(self, writes: Sequence[Write]) -> Sequence[str]:
        """Do all writes or none; a write that changes nothing keeps the version."""
        check_writes(writes)
        if not writes:
            return []
        with _translated(), self._database.writing() as connection:
            version = _next_version(connection)
            return [_do(connection, write, version=version) for write in writes]

    def delete_under(self, path: str) -> int:
        """Remove the document and all below it, a thousand at a time."""
        check_path(path)
        removed = 0
        while True:
            with _translated(), self._database.writing() as connection:
                count = _delete_some(connection, path)
            removed += count
            if count < _PAGE:
                return removed


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"SQLite could not do it: {error}.") from error


def _prepare(connection: sqlite3.Connection, indexes: Sequence[Index]) -> None:
    for sql in _SCHEMA:
        connection.execute(sql)
    wanted = {index_name(index): index for index in indexes}
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")
    existing = {name for (name,) in rows if name.startswith("members_")}
    for name in existing - wanted.keys():
        connection.execute(f"DROP INDEX {name}")
    for name in wanted.keys() - existing:
        connection.execute(index_statement(wanted[name]))


def _document(row: tuple[str, int, str]) -> Document:
    path, version, data = row
    return Document(path=path, data=unpacked(data), version=str(version))


def _json_list(paths: Sequence[str]) -> str:
    return packed({"paths": paths})[len('{"paths":') : -1]


def _next_version(connection: sqlite3.Connection) -> int:
    connection.execute("UPDATE versions SET last = last + 1")
    version: int = connection.execute("SELECT last FROM versions").fetchone()[0]
    return version


def _do(connection: sqlite3.Connection, write: Write, *, version: int) -> str:
    there = connection.execute(
        "SELECT version, data FROM documents WHERE path = ?", (write.path,)
    ).fetchone()
    _check_precondition(write, None if there is None else str(there[0]))

    if isinstance(write, Delete):
        connection.execute("DELETE FROM documents WHERE path = ?", (write.path,))
        return ""
    data = _data_after(write, there)
    if there is None:
        _insert(connection, write.path, version=version, data=data)
    elif there[1] == data:
        return str(there[0])
    else:
        connection.execute(
            "UPDATE documents SET version = ?, data = ? WHERE path = ?",
            (version, data, write.path),
        )
    return str(version)


def _check_precondition(write: Write, found: str | None) -> None:
    match write:
        case Create():
            fits = found is None
        case Update(version=None):
            fits = found is not None
        case Replace(version=None) | Delete(version=None):
            fits = True
        case _:
            fits = found == write.version
    if not fits:
        raise Conflict(write.path)


def _data_after(write: Create | Replace | Update, there: tuple[int, str] | None) -> str:
    if not isinstance(write, Update) or there is None:
        return packed(write.data)
    data: dict[str, Any] = {**unpacked(there[1]), **write.data}
    check_size(write.path, data)
    return packed(data)


def _insert(
    connection: sqlite3.Connection, path: str, *, version: int, data: str
) -> None:
    collection = path.rpartition("/")[0]
    name = collection.rpartition("/")[2]
    connection.execute(
        "INSERT INTO documents (path, collection, name, version, data)"
        " VALUES (?, ?, ?, ?, ?)",
        (path, collection, name, version, data),
    )


def _delete_some(connection: sqlite3.Connection, path: str) -> int:
    # "0" follows "/" in Unicode: all that begins with the path and a slash.
    cursor = connection.execute(
        "DELETE FROM documents WHERE path IN (SELECT path FROM documents"
        " WHERE path = ? OR (path > ? AND path < ?) LIMIT ?)",
        (path, f"{path}/", f"{path}0", _PAGE),
    )
    return cursor.rowcount
