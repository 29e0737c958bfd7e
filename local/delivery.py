"""What the local queue hands to whoever posts its tasks, and what it gets back."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

FIRST_RETRY: Final = timedelta(seconds=0.5)
LAST_RETRY: Final = timedelta(minutes=5)
LONGEST_RETRY_AFTER: Final = timedelta(hours=24)
JITTER: Final = 0.25


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """A task to be posted: exactly these bytes to this path, within `timeout`.

    Whoever posts it proves that it comes from the queue: local tasks are signed over
    path, hash of the body and time.
    """

    path: str
    body: bytes
    attempt: int
    timeout: timedelta
    name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back: an HTTP status (0: nothing), and when to come again if said."""

    status: int
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


Deliver = Callable[[Delivery], Answer]
NO_ANSWER: Final = Answer(status=0)


def wait_before_retry(attempt: int, answer: Answer) -> timedelta:
    """Return how long a task waits after its `attempt`-th failure."""
    if answer.retry_after is not None:
        return min(max(answer.retry_after, FIRST_RETRY), LONGEST_RETRY_AFTER)
    doubled: timedelta = FIRST_RETRY * 2 ** min(attempt - 1, 20)
    # Not secret: it only keeps tasks that failed together from coming back together.
    jitter = 1 + JITTER * random.random()  # noqa: S311 because of that
    return min(doubled * jitter, LAST_RETRY)
