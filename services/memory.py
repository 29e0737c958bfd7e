"""What one process remembers while it lives; forgetting it costs time, nothing else."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.ports.accounts import AccessToken
from services.ports.values import Json


@dataclass(kw_only=True, slots=True)
class Memory:
    """Tokens and projects by account, a lock for each, the store's environment, health.

    `applications` holds, by the vault's name for an application's secrets, what was
    read there and what the connector remembers for just these.
    """

    tokens: dict[str, AccessToken] = field(default_factory=dict)
    projects: dict[str, str] = field(default_factory=dict)
    environment: tuple[str, datetime] | None = None
    applications: dict[str, "Remembered"] = field(default_factory=dict)
    health: "Health | None" = None
    _bells: dict[str, threading.Event] = field(default_factory=dict, repr=False)
    _ringing: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _locks: dict[str, threading.Lock] = field(
        default_factory=lambda: defaultdict(threading.Lock), repr=False
    )

    def bell_of(self, agenda: str) -> threading.Event:
        """Return what is set when something changes in an agenda, in this process.

        Each asker gets it once; ask before looking, so that no change comes between.
        """
        with self._ringing:
            return self._bells.setdefault(agenda, threading.Event())

    def ring(self, agenda: str) -> None:
        """Wake whoever waits for a change in an agenda."""
        with self._ringing:
            bell = self._bells.pop(agenda, None)
        if bell is not None:
            bell.set()

    def lock_of(self, account_id: str) -> threading.Lock:
        """Return the lock under which this account's token is refreshed."""
        return self._locks[account_id]


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """Whether something answered, and after how long."""

    works: bool
    took: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What was found when everything that is needed was asked last."""

    at: datetime
    checks: Mapping[str, Checked]


@dataclass(kw_only=True, slots=True)
class Remembered:
    """The secrets of one application, and what its connector noted for itself."""

    secrets: Mapping[str, Json]
    notes: dict[str, Any] = field(default_factory=dict)
