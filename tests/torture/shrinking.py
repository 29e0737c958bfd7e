"""Make a failing story short: leave out what does not take part in the failure."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from tests.torture.proof import ROUND, Beat


class Outcome(Protocol):
    """What came of telling some beats: how far it got, and how it failed, if it did."""

    @property
    def kind(self) -> str:
        """What kind of failure it was, without its details; empty when all was well."""
        ...

    @property
    def reached(self) -> Beat: ...


T = TypeVar("T", bound=Outcome)


@dataclass(slots=True)
class Shrinking(Generic[T]):
    """A search for the shortest story that fails in the same way, for a limited time.

    It ends when no single beat can be left out any more, or when the time is over.
    `tried` counts the stories that were told.
    """

    tell: Callable[[Sequence[Beat]], T]
    seconds: float
    best: list[Beat]
    failed: T
    tried: int = 0
    ends: float = field(init=False)

    def __post_init__(self) -> None:
        self.ends = time.monotonic() + self.seconds
        self.best = [beat for beat in self.best if beat <= self.failed.reached]

    def search(self) -> None:
        """Find the shortest failing story: `best`, and what came of it, `failed`."""
        self._last_rounds()
        parts = 2
        while len(self.best) > 1 and self._time_is_left():
            size = -(-len(self.best) // parts)
            if self._leave_out(size):
                parts = max(parts - 1, 2)
            elif size == 1:
                return
            else:
                parts = min(parts * 2, len(self.best))

    def _time_is_left(self) -> bool:
        return time.monotonic() < self.ends

    def _last_rounds(self) -> None:
        """Try the last rounds alone: most failures need no more."""
        rounds = 1
        while rounds * ROUND < len(self.best) and self._time_is_left():
            first = self.best[-1].number - rounds * ROUND
            if self._fails([beat for beat in self.best if beat.number > first]):
                return
            rounds *= 2

    def _leave_out(self, size: int) -> bool:
        """Leave out each stretch of this size that is not needed; tell if any was.

        The last beat stays: there it fails.
        """
        found, at = False, 0
        while at < len(self.best) - 1 and self._time_is_left():
            until = min(at + size, len(self.best) - 1)
            if self._fails(self.best[:at] + self.best[until:]):
                found = True
            else:
                at = until
        return found

    def _fails(self, beats: Sequence[Beat]) -> bool:
        """Whether these beats fail in the same way; then they are the best so far."""
        self.tried += 1
        again = self.tell(beats)
        if again.kind != self.failed.kind:
            return False
        self.best = [beat for beat in beats if beat <= again.reached]
        self.failed = again
        return True
