"""The time of this machine, which only the doors ask for."""

import time
from datetime import UTC, datetime, timedelta
from threading import Event


class SystemClock:
    """The clock behind the port in every real run."""

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.now(UTC)

    def sleep(self, how_long: timedelta) -> None:
        """Wait in real time; nothing to wait for is fine."""
        time.sleep(max(how_long.total_seconds(), 0))

    def wait(self, event: Event, how_long: timedelta) -> None:
        """Wait in real time, at most until the event is set."""
        event.wait(max(how_long.total_seconds(), 0))
