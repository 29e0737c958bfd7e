"""Which queue of Cloud Tasks takes a task, under which name, and how they are set up.

`Q` alone takes everything. With `Q?backfill=4`, `Q` takes what is live, and what takes
long is spread over `Q-backfill-0` to `Q-backfill-3`, which the set-up has to make.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.lanes import Lane
from services.ports.queue import Task

LONGEST_ID: Final = 500
DEADLINE: Final = timedelta(minutes=5)
"""How long a door has to answer, before its task is delivered again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Retries:
    """How a queue repeats what failed, in the words of Cloud Tasks."""

    min_backoff: timedelta
    max_backoff: timedelta
    max_doublings: int
    max_retry_duration: timedelta


RETRIES: Final = Retries(
    min_backoff=timedelta(seconds=0.5),
    max_backoff=timedelta(minutes=5),
    max_doublings=9,
    max_retry_duration=timedelta(hours=24),
)
"""What the set-up gives every queue, with unlimited attempts (-1): the sweep finds
whatever was dropped after a day of failing."""


def queue_of(task: Task, *, queues: str) -> str:
    """Return the full name of the queue for a task; `queues` is as the setting says."""
    name, number = _read(queues)
    if task.lane is Lane.LIVE or not number:
        return name
    return _backfill(name, task.shard % number)


def all_queues(queues: str) -> list[str]:
    """Return the full names of all queues that a setting speaks of."""
    name, number = _read(queues)
    return [name, *(_backfill(name, one) for one in range(number))]


def task_id(name: str) -> str:
    """Return the id under which Cloud Tasks keeps a task of this name.

    It begins with a hash: ids in a row, such as times, slow Cloud Tasks down.
    """
    digest = hashlib.sha256(name.encode()).hexdigest()
    known = f"{digest[:8]}-{name}"
    return known if len(known) <= LONGEST_ID else digest


def _read(queues: str) -> tuple[str, int]:
    name, _, backfill = queues.partition("?backfill=")
    return name, int(backfill or 0)


def _backfill(name: str, number: int) -> str:
    return f"{name}-backfill-{number}"
