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
SECONDS_AFTER_FAILURE = 300.0
"""A receiver that is down must not keep every request waiting."""
EVENTS = frozenset(metric.event for metric in METRICS)


class Meters(Protocol):
    """What turns the events of the log into figures and sends them."""

    def take(self, event: str, members: Mapping[str, object]) -> None: ...
    def export(self) -> bool: ...


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
        self._fresh, self._next_at = False, seconds() + SECONDS_BETWEEN_EXPORTS

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record, if it is an event that is measured."""
        event = record.__dict__.get("event")
        if event in EVENTS:
            with self._making:
                self._meters = self._meters or self._make()
            self._meters.take(str(event), record.__dict__)
            self._fresh = True

    def export_if_due(self) -> None:
        """Send what was measured, if the last time is a while ago."""
        if self._seconds() >= self._next_at:
            self.export()

    def export(self) -> None:
        """Send what was measured since the last time."""
        with self._making:
            if self._meters is None or not self._fresh:
                return
            self._fresh = False
            # Nobody else shall send while this one does.
            self._next_at = self._seconds() + SECONDS_AFTER_FAILURE
        if self._meters.export():
            self._next_at = self._seconds() + SECONDS_BETWEEN_EXPORTS


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
        _measuring.export_if_due()
