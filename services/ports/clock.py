"""The time, as a port."""

from datetime import datetime, timedelta
from threading import Event
from typing import Protocol


class Clock(Protocol):
    """The time, for what waits; proofs run in virtual time."""

    def now(self) -> datetime:
        """Return the time, with a zone."""
        ...

    def sleep(self, how_long: timedelta) -> None: ...

    def wait(self, event: Event, how_long: timedelta) -> None:
        """Sleep, but no longer than until the event is set."""
        ...
