"""What Cloud Scheduler does in the cloud: the sweep and the renewal, at their times."""

import logging
import threading
from datetime import datetime, timedelta

from services.ports.clock import Clock
from services.ports.queue import Queue, QueueError, Task

logger = logging.getLogger(__name__)

ROUNDS = (
    ("/tasks/sweep", timedelta(minutes=1)),
    ("/tasks/renew-channels", timedelta(minutes=15)),
)


class Schedule:
    """Queues each round at its time, from the start on."""

    def __init__(self, queue: Queue, *, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._ring, args=each, name=each[0], daemon=True)
            for each in ROUNDS
        ]

    def start(self) -> None:
        """Begin to ring."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ring no more."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _ring(self, path: str, every: timedelta) -> None:
        while not self._ended.is_set():
            try:
                self._queue.enqueue(_task(path, every, self._clock.now()))
            except QueueError:
                fields = {"event": "round-not-queued", "path": path}
                logger.exception("round not queued", extra=fields)
            self._ended.wait(every.total_seconds())


def _task(path: str, every: timedelta, now: datetime) -> Task:
    # Named by its time, so that two servers on one file do not do it twice.
    round_number = int(now.timestamp() // every.total_seconds())
    name = f"{path.strip('/').replace('/', '-')}-{round_number}"
    return Task(path=path, body={}, name=name)
