"""Twins of the outside world that live in memory, for tests."""

import threading
from datetime import UTC, datetime, timedelta

from services.ports import SecretMissing


class MemoryVault:
    """Secrets in a dictionary; counts how often it was read."""

    def __init__(self) -> None:
        self._secrets: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self.reads = 0

    def read(self, name: str) -> bytes:
        with self._lock:
            self.reads += 1
            if name not in self._secrets:
                raise SecretMissing(f"The vault holds no secret named {name}.")
            return self._secrets[name]

    def write(self, name: str, value: bytes) -> None:
        with self._lock:
            self._secrets[name] = value

    def write_once(self, name: str, value: bytes) -> bytes:
        with self._lock:
            return self._secrets.setdefault(name, value)

    def delete(self, name: str) -> None:
        with self._lock:
            self._secrets.pop(name, None)


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

    def advance(self, how_long: timedelta) -> datetime:
        """Move on and return the time that it is then."""
        with self._lock:
            self._now += max(how_long, timedelta(0))
            return self._now
