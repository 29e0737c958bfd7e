"""The queue of tasks, as a port: Cloud Tasks, or a table on one machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.lanes import Lane
from services.ports.values import Json


class QueueError(Exception):
    """The queue could not take the task."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A POST of `body` as JSON to `path` of ours, at least once, until it answers 2xx.

    Of two tasks with the same `name` the second is refused, for at least an hour after
    the first is done. `at` is the earliest moment. No lane waits behind a slower one,
    and within a lane the shards are served in turn.
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
