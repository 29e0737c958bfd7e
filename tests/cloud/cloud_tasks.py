"""A fake of Cloud Tasks: names, limits, retries and tokens as Google has them.

A name stays taken after its task is gone. A paused queue takes tasks and delivers none.
Rates, concurrency and backoff are those of each queue. Time is the given clock's, so
that hours of retries pass at once.

https://cloud.google.com/tasks/docs/reference/rpc/google.cloud.tasks.v2
"""

import itertools
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from google.cloud import tasks_v2 as messages

from services.ports.clock import Clock
from tests.cloud.serving import Code, Faults, Method, Refusal, Served

State = messages.Queue.State
SERVICE = "google.cloud.tasks.v2.CloudTasks"
NAMES_LAST = timedelta(hours=24)
LARGEST = 100 * 1024
FARTHEST = timedelta(days=30)
DEADLINES = (timedelta(seconds=15), timedelta(minutes=30))
SECOND = timedelta(seconds=1)

Token = Callable[[str, str], str]


@dataclass
class Waiting:
    """A task that is not done yet."""

    message: Any
    due: datetime
    first_try: datetime | None = None
    tries: int = 0
    responses: int = 0
    last: int = 0
    running: bool = False


@dataclass
class Kept:
    """One queue."""

    message: Any
    tasks: dict[str, Waiting] = field(default_factory=dict)
    names: dict[str, datetime | None] = field(default_factory=dict)
    tokens: float = 0.0
    filled_at: datetime | None = None

    @property
    def running(self) -> int:
        return sum(task.running for task in self.tasks.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """A delivery as it goes over the wire."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    deadline: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What the door answered; 0: nothing in time."""

    status: int
    retry_after: timedelta | None = None


Post = Callable[[Posting], Reply]


class CloudTasks:
    """Serves at `address`; whoever delivers takes turns with `step` or a thread.

    `token` signs for an account and an audience, as Google does for each delivery.
    """

    def __init__(self, *, token: Token) -> None:
        self.faults = Faults()
        self.token = token
        self.dropped: list[str] = []
        self._clock: Clock
        self._lock = threading.RLock()
        self._numbers = itertools.count(10**18)
        self._queues: dict[str, Kept] = {}
        self._served = Served(SERVICE, self._methods(), self.faults)
        self.address = self._served.address

    def begin(self, clock: Clock) -> None:
        """Forget everything, and live by this clock from now on."""
        with self._lock:
            self._clock = clock
            self._queues.clear()
            self.dropped.clear()
            self.faults.clear()

    def stop(self) -> None:
        self._served.stop()

    # --- For tests and operators -----------------------------------------------------

    def make_queue(self, name: str, **members: Any) -> None:
        """Make a queue, with `rate_limits` and `retry_config` as Google takes them."""
        if not re.fullmatch(
            r"projects/[\w.:-]+/locations/[\w-]+/queues/[A-Za-z0-9-]{1,100}", name
        ):
            raise ValueError(f"{name} cannot be the name of a queue.")
        queue = messages.Queue(name=name, state=State.RUNNING, **members)
        limits: Any = queue.rate_limits
        retries: Any = queue.retry_config
        limits.max_concurrent_dispatches = limits.max_concurrent_dispatches or 1000
        limits.max_dispatches_per_second = limits.max_dispatches_per_second or 500
        limits.max_burst_size = limits.max_burst_size or 100
        retries.max_attempts = retries.max_attempts or 100
        retries.max_doublings = retries.max_doublings or 16
        retries.min_backoff = retries.min_backoff or timedelta(seconds=0.1)
        retries.max_backoff = retries.max_backoff or timedelta(hours=1)
        self._queues[name] = Kept(queue, tokens=float(limits.max_burst_size))

    def set_state(self, name: str, state: int) -> None:
        """Pause, resume or disable a queue."""
        self._queues[name].message.state = state

    def tasks(self, name: str) -> list[Any]:
        """Return a queue's tasks as Google would describe them, soonest first."""
        with self._lock:
            found = sorted(self._queues[name].tasks.values(), key=lambda one: one.due)
            return [one.message for one in found]

    @property
    def depth(self) -> int:
        """How many tasks all queues hold."""
        with self._lock:
            return sum(len(queue.tasks) for queue in self._queues.values())

    def busy(self, *, ahead: timedelta = timedelta(0)) -> bool:
        """Tell whether a task runs, or is due by then."""
        until = self._clock.now() + ahead
        with self._lock:
            return any(
                task.running or task.due <= until
                for queue in self._queues.values()
                for task in queue.tasks.values()
            )

    # --- Delivering ------------------------------------------------------------------

    def step(self, post: Post) -> bool:
        """Deliver one task that is due in this thread; False when none may go."""
        taken = self.take()
        if taken is None:
            return False
        queue, task = taken
        reply = Reply(status=0)
        try:
            reply = post(self._posting(queue, task))
        finally:
            self.settle(queue, task, reply)
        return True

    def take(self) -> tuple[Kept, Waiting] | None:
        """Take the task that is due the longest, of all queues that may go on."""
        now = self._clock.now()
        with self._lock:
            ready = [
                (task.due, number, queue, task)
                for number, queue in enumerate(self._queues.values())
                if self._may_go(queue, now)
                for task in queue.tasks.values()
                if task.due <= now and not task.running
            ]
            if not ready:
                return None
            _, _, queue, task = min(ready, key=lambda one: one[:2])
            queue.tokens -= 1
            task.running = True
            task.first_try = task.first_try or now
            return queue, task

    def posting_of(self, queue: Kept, task: Waiting) -> Posting:
        """Return the delivery of a task that was taken."""
        return self._posting(queue, task)

    def settle(self, queue: Kept, task: Waiting, reply: Reply) -> None:
        """Remove the task, or put it off as its queue says."""
        with self._lock:
            now = self._clock.now()
            task.running = False
            task.tries += 1
            task.last = reply.status
            if reply.status and reply.status < 500:
                task.responses += 1
            if 200 <= reply.status < 300:
                self._remove(queue, task, now)
            elif self._is_over(queue, task, now):
                self.dropped.append(task.message.name)
                self._remove(queue, task, now)
            else:
                task.due = now + _backoff(queue, task, reply)

    def _may_go(self, queue: Kept, now: datetime) -> bool:
        limits = queue.message.rate_limits
        before = queue.filled_at or now
        gained = (now - before) / SECOND * limits.max_dispatches_per_second
        queue.tokens = min(queue.tokens + gained, float(limits.max_burst_size))
        queue.filled_at = now
        return (
            queue.message.state == State.RUNNING
            and queue.running < limits.max_concurrent_dispatches
            and queue.tokens >= 1
        )

    def _posting(self, queue: Kept, task: Waiting) -> Posting:
        asked = task.message.http_request
        token = asked.oidc_token
        headers = {
            "User-Agent": "Google-Cloud-Tasks",
            **dict(asked.headers),
            "X-CloudTasks-QueueName": queue.message.name.rpartition("/")[2],
            "X-CloudTasks-TaskName": task.message.name.rpartition("/")[2],
            "X-CloudTasks-TaskRetryCount": str(task.tries),
            "X-CloudTasks-TaskExecutionCount": str(task.responses),
            "X-CloudTasks-TaskETA": f"{task.due.timestamp():.6f}",
        }
        if task.last:
            headers["X-CloudTasks-TaskPreviousResponse"] = str(task.last)
        if token.service_account_email:
            audience = token.audience or asked.url
            signed = self.token(token.service_account_email, audience)
            headers["Authorization"] = f"Bearer {signed}"
        deadline = task.message.dispatch_deadline or timedelta(minutes=10)
        return Posting(
            url=asked.url, body=asked.body, headers=headers, deadline=deadline
        )

    def _is_over(self, queue: Kept, task: Waiting, now: datetime) -> bool:
        retries = queue.message.retry_config
        enough = bool(0 < retries.max_attempts <= task.tries)
        lasts = retries.max_retry_duration
        if not lasts or task.first_try is None:
            return enough
        late = now - task.first_try >= lasts
        return late and (enough or bool(retries.max_attempts < 0))

    def _remove(self, queue: Kept, task: Waiting, now: datetime) -> None:
        queue.tasks.pop(task.message.name, None)
        queue.names[task.message.name] = now + NAMES_LAST

    # --- The service -----------------------------------------------------------------

    def _methods(self) -> dict[str, Method]:
        return {
            "GetQueue": Method(
                takes=messages.GetQueueRequest,
                answers=messages.Queue,
                does=lambda request: self._found(request.name).message,
            ),
            "CreateTask": Method(
                takes=messages.CreateTaskRequest,
                answers=messages.Task,
                does=self._create,
            ),
        }

    def _found(self, name: str) -> Kept:
        if name not in self._queues:
            raise Refusal(Code.NOT_FOUND, "Requested entity was not found.")
        return self._queues[name]

    def _create(self, request: Any) -> Any:
        queue, task = self._found(request.parent), request.task
        now = self._clock.now()
        _check(request, now=now)
        named = bool(task.name)
        task.name = task.name or f"{request.parent}/tasks/{next(self._numbers)}"
        task.schedule_time = max(task.schedule_time or now, now)
        with self._lock:
            if named:
                self._reserve(queue, task.name, now)
            queue.tasks[task.name] = Waiting(task, due=task.schedule_time)
        return task

    def _reserve(self, queue: Kept, name: str, now: datetime) -> None:
        ends = queue.names.get(name, now)
        if name in queue.tasks or ends is None or ends > now:
            message = "The task cannot be created because a task with this name existed"
            raise Refusal(Code.ALREADY_EXISTS, f"{message} too recently.")
        queue.names[name] = None


def _check(request: Any, *, now: datetime) -> None:
    task, asked = request.task, request.task.http_request
    name = re.escape(request.parent) + r"/tasks/[A-Za-z0-9_-]{1,500}"
    wrong = {
        "name": bool(task.name) and not re.fullmatch(name, task.name),
        "url": not asked.url.startswith(("http://", "https://")),
        "size": len(asked.body) > LARGEST,
        "time": bool(task.schedule_time) and task.schedule_time > now + FARTHEST,
        "deadline": bool(task.dispatch_deadline)
        and not DEADLINES[0] <= task.dispatch_deadline <= DEADLINES[1],
    }
    found = [member for member, is_wrong in wrong.items() if is_wrong]
    if found:
        raise Refusal(Code.INVALID_ARGUMENT, f"Invalid: {', '.join(found)}.")


def _backoff(queue: Kept, task: Waiting, reply: Reply) -> timedelta:
    """Doubled so often, then longer by as much each time, up to the longest."""
    retries, tries = queue.message.retry_config, task.tries - 1
    doubled: timedelta = retries.min_backoff * 2 ** min(tries, retries.max_doublings)
    steps = max(tries - retries.max_doublings, 0) + 1
    wait: timedelta = min(doubled * steps, retries.max_backoff)
    return max(wait, reply.retry_after or wait)
