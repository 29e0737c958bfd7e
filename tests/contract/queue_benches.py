"""The queue as the contract's tests see it: on one machine, and in Cloud Tasks.

Time is virtual on both: a test takes one delivery at a time, and answers it.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from infra.cloud_tasks import CloudTasksQueue
from infra.task_queues import RETRIES, all_queues
from local.delivery import Answer, Delivery
from local.queue import LocalQueue
from services.ports.queue import Queue, Task
from tests.cloud.cloud_tasks import CloudTasks, Posting, Reply
from tests.twins import VirtualClock

SECOND = timedelta(seconds=1)
OK = Answer(status=204)
QUEUES = "projects/p/locations/europe-west1/queues/sync?backfill=2"
HOST = "https://tandem.example.com"
ACCOUNT = "tasks@p.iam.gserviceaccount.com"


class Door:
    """Takes deliveries and answers as it is told; by default that all is well."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.taken: list[Delivery] = []
        self.times: list[float] = []
        self.breaks = False

    def __call__(self, delivery: Delivery) -> Answer:
        if self.breaks:
            raise OSError("no route")
        self.times.append(time.perf_counter())
        self.taken.append(delivery)
        return self.answers.pop(0) if self.answers else OK

    @property
    def numbers(self) -> list[object]:
        return [json.loads(delivery.body)["n"] for delivery in self.taken]


class Bench(Protocol):
    """A queue whose deliveries go to `door`, when the test says so."""

    clock: VirtualClock
    door: Door

    @property
    def queue(self) -> Queue: ...

    @property
    def depth(self) -> int:
        """How many tasks there are that are not done."""
        ...

    def step(self) -> bool:
        """Deliver one task that is due; False when none may be delivered."""
        ...


class LocalBench:
    """The queue of one machine."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.door = VirtualClock(), Door()
        self.queue = LocalQueue(
            folder / "queue.db", deliver=self.door, clock=self.clock
        )

    @property
    def depth(self) -> int:
        return self.queue.stats().depth

    def step(self) -> bool:
        return self.queue.step()


class CloudBench:
    """Cloud Tasks, with a queue for each lane and shard as Terraform makes them."""

    def __init__(self, tasks: CloudTasks) -> None:
        self.clock, self.door, self.tasks = VirtualClock(), Door(), tasks
        tasks.begin(self.clock)
        for name in all_queues(QUEUES):
            retries = {**asdict(RETRIES), "max_attempts": -1}
            tasks.make_queue(name, retry_config=retries)
        self.queue = new_cloud_queue(self.clock)

    @property
    def depth(self) -> int:
        return self.tasks.depth

    def step(self) -> bool:
        return self.tasks.step(posting_to(self.door))


def new_cloud_queue(clock: VirtualClock, queues: str = QUEUES) -> CloudTasksQueue:
    """Return the adapter as another process would open it."""
    return CloudTasksQueue(
        queues,
        address=lambda path: HOST + path,
        audience=lambda path: HOST,
        account=ACCOUNT,
        clock=clock,
    )


def posting_to(door: Callable[[Delivery], Answer]) -> Callable[[Posting], Reply]:
    """Return a way to post over the wire that ends at a door."""

    def post(posting: Posting) -> Reply:
        name = posting.headers["X-CloudTasks-TaskName"].partition("-")[2]
        delivery = Delivery(
            path=urlsplit(posting.url).path,
            body=posting.body,
            attempt=int(posting.headers["X-CloudTasks-TaskRetryCount"]) + 1,
            timeout=posting.deadline,
            name=name or None,
        )
        answer = door(delivery)
        return Reply(status=answer.status, retry_after=answer.retry_after)

    return post


def task(number: int = 0, **more: object) -> Task:
    """Return a task with a number for a body."""
    return Task(path="/tasks/sync", body={"n": number}, **more)  # type: ignore[arg-type] # because each test gives its own members
