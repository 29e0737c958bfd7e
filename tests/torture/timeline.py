"""Tasks and pushes on one line of time, in an order that only the seed decides."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.ports.queue import QueueError, Task
from tests.twins import VirtualClock


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A task in the line: when it is due, and how often it was tried."""

    at: datetime
    number: int
    task: Task
    tries: int = 0

    def __lt__(self, other: "Due") -> bool:
        return (self.at, self.number) < (other.at, other.number)


class Timeline:
    """A queue as Cloud Tasks promises it: names count once, at least once each."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.line: list[Due] = []
        self.names: set[str] = set()
        self.number = 0

    def enqueue(self, task: Task) -> bool:
        if task.name is not None and task.name in self.names:
            return False
        if task.name is not None:
            self.names.add(task.name)
        self.add(task)
        return True

    def check(self) -> None:
        """All is well."""

    def add(self, task: Task, *, after: timedelta = timedelta(0)) -> None:
        """Put a task in the line, whatever its name."""
        now = self.clock.now()
        self.number += 1
        at = max(task.at or now, now) + after
        self.line.append(Due(at=at, number=self.number, task=task))
        self.line.sort()

    def due(self) -> list[Due]:
        """Return what is due, the first to come first."""
        now = self.clock.now()
        return [each for each in self.line if each.at <= now]

    def take(self, due: Due) -> Task:
        """Take a task out of the line."""
        self.line.remove(due)
        return due.task

    def again(self, due: Due) -> None:
        """Put a task back that failed, a while later with each try."""
        wait = timedelta(seconds=min(10 * 2**due.tries, 600))
        at = self.clock.now() + wait
        self.line.append(replace(due, at=at, tries=due.tries + 1))
        self.line.sort()


class BrokenQueue(QueueError):
    """The queue was down just now."""
