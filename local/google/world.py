"""What one running stand-in consists of."""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from threading import Lock

from local.google.faults import Faults
from local.google.push import Pusher
from local.google.state import State


@dataclass(kw_only=True, slots=True)
class Quota:
    """The limits per minute; None: as many as anybody likes."""

    per_user: int | None = None
    per_project: int | None = None
    status: int = 403
    calls: defaultdict[str, deque[float]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    def clear(self) -> None:
        """Let there be no limits."""
        self.per_user = self.per_project = None
        self.status = 403
        self.calls.clear()


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """The state, its faults, its pushes and its counts."""

    state: State
    faults: Faults
    pusher: Pusher
    any_client: bool
    quota: Quota = field(default_factory=Quota)
    requests: Counter[str] = field(default_factory=Counter)
    counting: Lock = field(default_factory=Lock)

    def count(self, method: str) -> None:
        """Count a call of a method."""
        with self.counting:
            self.requests[method] += 1
