"""Twins of the outside world that live in memory, for tests."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from connectors.http import Http
from services.limits import check_secret, check_secret_name
from services.ports.store import Document, Query, Store, StoreError, Write
from services.ports.vault import SecretMissing

T = TypeVar("T")


class MemoryVault:
    """Secrets in a dictionary; counts how often it was read."""

    def __init__(self) -> None:
        self._secrets: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self.reads = 0

    def read(self, name: str) -> bytes:
        check_secret_name(name)
        with self._lock:
            self.reads += 1
            if name not in self._secrets:
                raise SecretMissing(f"The vault holds no secret named {name}.")
            return self._secrets[name]

    def read_anew(self, name: str) -> bytes:
        return self.read(name)

    def write(self, name: str, value: bytes) -> None:
        check_secret(name, value)
        with self._lock:
            self._secrets[name] = value

    def write_once(self, name: str, value: bytes) -> bytes:
        check_secret(name, value)
        with self._lock:
            return self._secrets.setdefault(name, value)

    def delete(self, name: str) -> None:
        check_secret_name(name)
        with self._lock:
            self._secrets.pop(name, None)


def no_http() -> Http:
    """Give no client: nothing in this world asks an application anything."""
    raise AssertionError("A test asks an application that is not there.")


class VirtualClock:
    """A clock that moves only when somebody sleeps or advances it."""

    def __init__(self, start: datetime = datetime(2026, 11, 20, 9, tzinfo=UTC)) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def sleep(self, how_long: timedelta) -> None:
        self.advance(how_long)

    def wait(self, event: threading.Event, how_long: timedelta) -> None:
        if not event.is_set():
            self.sleep(how_long)

    def advance(self, how_long: timedelta) -> datetime:
        """Move on and return the time that it is then."""
        with self._lock:
            self._now += max(how_long, timedelta(0))
            return self._now


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How many documents were read and written, as Firestore would charge for them."""

    reads: int = 0
    writes: int = 0

    def __sub__(self, earlier: "Counts") -> "Counts":
        return Counts(
            reads=self.reads - earlier.reads, writes=self.writes - earlier.writes
        )


class CountingStore:
    """A store that counts: each document asked for or found, each one written.

    A query that finds nothing costs one read, and so does looking for what lies below
    a document.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self.counts = Counts()

    @contextmanager
    def counting(self) -> Iterator[Callable[[], Counts]]:
        """Give a function that tells what was counted since here."""
        before = self.counts
        yield lambda: self.counts - before

    def get(self, path: str) -> Document | None:
        self._count(reads=1)
        return self._store.get(path)

    def get_many(self, paths: Sequence[str]) -> Mapping[str, Document]:
        self._count(reads=len(set(paths)))
        return self._store.get_many(paths)

    def query(self, query: Query) -> Sequence[Document]:
        found = self._store.query(query)
        self._count(reads=max(len(found), 1))
        return found

    def commit(self, writes: Sequence[Write]) -> Sequence[str]:
        versions = self._store.commit(writes)
        self._count(writes=len(writes))
        return versions

    def delete_under(self, path: str) -> int:
        removed = self._store.delete_under(path)
        self._count(reads=max(removed, 1), writes=removed)
        return removed

    def _count(self, *, reads: int = 0, writes: int = 0) -> None:
        with self._lock:
            self.counts = Counts(
                reads=self.counts.reads + reads, writes=self.counts.writes + writes
            )


class Fails(StrEnum):
    """Whether an operation was done before the store fails: the caller cannot tell."""

    BEFORE = "before"
    AFTER = "after"


class FaultyStore:
    """A store that fails at one operation of its choice, as if it had crashed there.

    Operations are counted from 1 since `fail_at`. With `stays_broken`, all that follow
    fail too, as they do for a process that has died; `heal` ends that.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._at: int | None = None
        self._when = Fails.BEFORE
        self._stays_broken = False
        self.operations = 0
        self.failures = 0

    def fail_at(
        self, operation: int, when: Fails, *, stays_broken: bool = False
    ) -> None:
        """Fail at the operation that comes as this one from now on."""
        with self._lock:
            self._at, self._when, self._stays_broken = operation, when, stays_broken
            self.operations = 0
            self.failures = 0

    def heal(self) -> None:
        """Fail no more."""
        with self._lock:
            self._at = None

    @property
    def has_failed(self) -> bool:
        """Tell whether the failure was reached; if not, all steps were tried."""
        return self.failures > 0

    def get(self, path: str) -> Document | None:
        return self._do(lambda: self._store.get(path))

    def get_many(self, paths: Sequence[str]) -> Mapping[str, Document]:
        return self._do(lambda: self._store.get_many(paths))

    def query(self, query: Query) -> Sequence[Document]:
        return self._do(lambda: self._store.query(query))

    def commit(self, writes: Sequence[Write]) -> Sequence[str]:
        return self._do(lambda: self._store.commit(writes))

    def delete_under(self, path: str) -> int:
        return self._do(lambda: self._store.delete_under(path))

    def _do(self, deed: Callable[[], T]) -> T:
        fails = self._next_fails()
        if fails is Fails.BEFORE:
            raise StoreError("The store failed, and nothing was done.")
        result = deed()
        if fails is Fails.AFTER:
            raise StoreError("The store failed, after it was done.")
        return result

    def _next_fails(self) -> Fails | None:
        with self._lock:
            self.operations += 1
            if self._at is None or self.operations < self._at:
                return None
            if self.operations > self._at:
                return Fails.BEFORE if self._stays_broken else None
            self.failures += 1
            return self._when
