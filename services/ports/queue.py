"""The queue of tasks, as a port: Cloud Tasks, or a table on one machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.lanes import Lane
from services.ports.values import Json


class QueueError(Exception):
    """The queue could not take the task."""


class QueueMissing(QueueError):
    """There is no such queue: an operator has to make it."""


class QueueRefused(QueueError):
    """The queue does not let us: an operator has to grant what the message names."""


class QueueFull(QueueError):
    """The queue takes no more for now; waiting helps."""


class QueuePaused(QueueError):
    """The queue takes tasks and delivers none, because somebody paused it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A POST of `body` as JSON to `path` of ours, at least once, until it answers 2xx.

    Of two tasks with the same `name` in one lane the second is refused, for at least an
    hour after the first is done. `at` is the earliest moment. No lane waits behind a
    slower one, and within a lane the shards are served in turn.
    """

    path: str
    body: Mapping[str, Json]
    name: str | None = None
    at: datetime | None = None
    lane: Lane = Lane.LIVE
    shard: int = 0


class Queue(Protocol):
    def enqueue(self, task: Task) -> bool:
        """Take the task durably; False when its name is taken. Raises QueueError."""
        ...

    def check(self) -> None:
        """See to it that tasks are taken and delivered, as far as can be told.

        Raises QueueMissing, QueueRefused, QueuePaused, QueueError.
        """
        ...
