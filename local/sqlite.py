"""SQLite files that many threads and processes share."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from local.folders import make_file, make_folder

MEMORY: Final = ":memory:"
BUSY_SECONDS: Final = 10.0
PAUSE_SECONDS: Final = 0.005

# NORMAL: in WAL mode a commit that was acknowledged survives a kill -9 of the process,
# since the operating system has it. A power cut may take the last commits with it, but
# never breaks the file. FULL, with one fsync per commit, made commits four times slower
# on a virtual disk, where fsync is cheap.
_PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -8000",
    "PRAGMA journal_size_limit = 67108864",
)


class Database:
    """A SQLite file, with a connection for each thread that is using it just now.

    Connections are lent and given back, so a server with a thread per request does not
    open one per request. ":memory:" has one connection, which threads take in turns.
    A file that is made here is its owner's alone.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        self._idle: list[sqlite3.Connection] = []
        self._process = os.getpid()
        self._turn = threading.Lock()
        if self.path != MEMORY:
            make_folder(Path(self.path).absolute().parent)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection; each statement sees what was committed before it."""
        if self.path == MEMORY:
            with self._turn, self._lent() as connection:
                yield connection
        else:
            with self._lent() as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside a transaction: all of it is kept, or nothing."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close what is not in use."""
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _lent(self) -> Iterator[sqlite3.Connection]:
        connection = self._take()
        try:
            yield connection
        except sqlite3.Error:
            # It may be in the middle of anything; a memory file has no other, though.
            if self.path == MEMORY and not connection.in_transaction:
                self._idle.append(connection)
            else:
                connection.close()
            raise
        except BaseException:
            self._idle.append(connection)
            raise
        self._idle.append(connection)

    def _take(self) -> sqlite3.Connection:
        if self._process != os.getpid():
            # SQLite forbids carrying a connection across a fork, even to close it.
            self._process, self._idle = os.getpid(), []
        try:
            return self._idle.pop()
        except IndexError:
            return self._opened()

    def _opened(self) -> sqlite3.Connection:
        if self.path != MEMORY:
            # SQLite gives the files beside it (-wal, -shm) the rights of this one.
            make_file(Path(self.path))
        connection = sqlite3.connect(
            self.path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        try:
            for pragma in _PRAGMAS:
                _patiently(connection, pragma)
        except BaseException:
            connection.close()
            raise
        return connection


def _patiently(connection: sqlite3.Connection, sql: str) -> None:
    """Do it, however many others open the file just now.

    Who turns on the WAL mode while somebody else does so is refused at once: SQLite
    does not wait there, since both would wait for each other.
    """
    ends = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute(sql)
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > ends:
                raise
        else:
            return
        time.sleep(PAUSE_SECONDS)
