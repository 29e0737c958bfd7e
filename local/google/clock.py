"""The stand-in's clock, which tests may push forward."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Now = Callable[[], datetime]


def wall_clock() -> datetime:
    """Return the present instant in UTC."""
    return datetime.fromtimestamp(time.time(), tz=UTC)


class Clock:
    """A clock that runs with its source, shifted by what tests asked for."""

    def __init__(self, source: Now = wall_clock) -> None:
        self._source = source
        self.shift = timedelta(0)

    def now(self) -> datetime:
        """Return the stand-in's present instant in UTC."""
        return self._source() + self.shift

    def advance(self, by: timedelta) -> None:
        """Move the clock by a while, forward or back."""
        self.shift += by

    def set(self, instant: datetime) -> None:
        """Make the given instant the present; the clock runs on from there."""
        self.shift = instant - self._source()
