"""Figures for OpenTelemetry, where an operator wants them; else this costs nothing.

In the cloud a process has time only while a request is answered, so what was measured
is sent at the end of a request, now and then, and when the process ends.
"""

import atexit
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from services.metrics import METRICS

SECONDS_BETWEEN_EXPORTS = 10.0
EVENTS = frozenset(metric.event for metric in METRICS)


class Meters(Protocol):
    """What turns the events of the log into figures and sends them."""

    def take(self, event: str, members: Mapping[str, object]) -> None: ...
    def export(self) -> None: ...


class Measuring(logging.Handler):
    """Hands each event that is a figure to the meters, which are made at the first."""

    def __init__(
        self,
        make: Callable[[], Meters],
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(level=logging.INFO)
        self._make, self._seconds = make, seconds
        self._making = threading.Lock()
        self._meters: Meters | None = None
        self._fresh, self._sent_at = False, seconds()

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record, if it is an event that is measured."""
        event = record.__dict__.get("event")
        if event in EVENTS:
            with self._making:
                self._meters = self._meters or self._make()
            self._meters.take(str(event), record.__dict__)
            self._fresh = True

    def export(self, *, at_least_after: float = 0.0) -> None:
        """Send what was measured, unless that was done so many seconds ago or less."""
        with self._making:
            due = self._seconds() - self._sent_at >= at_least_after
            if self._meters is None or not self._fresh or not due:
                return
            self._fresh, self._sent_at = False, self._seconds()
        self._meters.export()


_measuring: Measuring | None = None


def measure_with(make: Callable[[], Meters]) -> None:
    """Measure from now on, with what `make` returns at the first event."""
    global _measuring
    _measuring = Measuring(make)
    logging.getLogger().addHandler(_measuring)
    atexit.register(_measuring.export)


def export_figures() -> None:
    """Send what this process measured, if it measures and the last time is a while ago.

    Called at the end of each request.
    """
    if _measuring is not None:
        _measuring.export(at_least_after=SECONDS_BETWEEN_EXPORTS)
