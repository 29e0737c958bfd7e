"""What one process remembers while it lives; forgetting it costs time, nothing else."""

import threading
from collections import defaultdict
from dataclasses import dataclass, field

from services.ports import AccessToken


@dataclass(kw_only=True, slots=True)
class Memory:
    """Access tokens by account, one lock for each, and the store's environment."""

    tokens: dict[str, AccessToken] = field(default_factory=dict)
    environment: str | None = None
    _locks: dict[str, threading.Lock] = field(
        default_factory=lambda: defaultdict(threading.Lock), repr=False
    )

    def lock_of(self, account_id: str) -> threading.Lock:
        """Return the lock under which this account's token is refreshed."""
        return self._locks[account_id]
