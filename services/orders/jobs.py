"""Jobs: what a person asked to be done to a whole connection, in paced slices.

A job lies on its connection until it is done, so that any run goes on with it after a
crash. What it does to links are orders on them; no other syncing happens meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

BEGUN_WITHIN = timedelta(minutes=5)
"""As long as placing a job's orders may take; after that its asker has died."""


class JobKind(StrEnum):
    """What the whole is about."""

    RESET = "reset"
    LEAVE = "leave"


class Phase(StrEnum):
    """How far a job is."""

    ORDERING = "ordering"
    WORKING = "working"
    FORGETTING = "forgetting"
    CANCELLING = "cancelling"


class Next(StrEnum):
    """What is synced after a reset: all there is, or only what is new or edited."""

    NEW_ONLY = "new_only"
    ALL = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One job; `id` is that of its orders, `run` the run that its asker was told of.

    `total` counts its orders, `left_alone` what it may not touch. `after` is the last
    link that was forgotten. `lost` says why the calendar can no longer be reached.
    """

    id: str
    kind: JobKind
    started_at: datetime
    run: str = ""
    phase: Phase = Phase.ORDERING
    total: int = 0
    left_alone: int = 0
    next: Next = Next.ALL
    revoke: bool = False
    after: str = ""
    lost: str = ""

    def told(self, waiting: int) -> str:
        """Return how far it is, where so many of its orders wait, as a sentence."""
        if self.phase is Phase.CANCELLING:
            return "It is being cancelled; what was done stays done."
        what = "Resetting" if self.kind is JobKind.RESET else "Removing our copies"
        done = max(self.total - waiting, 0)
        left = f" {self.left_alone:,} are left alone." if self.left_alone else ""
        return f"{what}: {done:,} of {self.total:,} done.{left}"

    def is_abandoned(self, now: datetime) -> bool:
        """Return whether it was begun, and its orders were never all placed."""
        return self.phase is Phase.ORDERING and now - self.started_at > BEGUN_WITHIN
