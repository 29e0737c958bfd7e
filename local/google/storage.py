"""Write-through storage: one SQLite table of JSON documents.

What was answered was committed first, so a killed process loses nothing.
"""

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS documents"
    " (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID"
)

Written = tuple[str, str, dict[str, Any] | None]


class Storage:
    """Documents on disk, or nowhere when there is no path."""

    def __init__(self, path: Path | None) -> None:
        self._connection = _open(path) if path else None

    def load(self) -> Iterable[tuple[str, str, dict[str, Any]]]:
        """Yield every document: kind, key, body."""
        if self._connection is None:
            return
        query = "SELECT kind, key, body FROM documents"
        for kind, key, body in self._connection.execute(query):
            yield kind, key, json.loads(body)

    def save(self, written: Iterable[Written]) -> None:
        """Commit documents, where a body of None removes one."""
        if self._connection is None:
            return
        removed, kept = [], []
        for kind, key, body in written:
            if body is None:
                removed.append((kind, key))
            else:
                kept.append((kind, key, json.dumps(body)))
        with self._connection as transaction:
            transaction.executemany(
                "DELETE FROM documents WHERE kind = ? AND key = ?", removed
            )
            transaction.executemany(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", kept
            )

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(SCHEMA)
    connection.commit()
    return connection
