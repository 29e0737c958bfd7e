"""The queue on one machine: durable, in a SQLite file, delivered by threads of ours."""

import logging
import sqlite3
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from local.delivery import NO_ANSWER, Answer, Deliver, Delivery, wait_before_retry
from local.owner import Owner
from local.tasks import LaneStats, Taken, TaskTable
from services.lanes import Lane
from services.limits import check_task
from services.ports.clock import Clock
from services.ports.queue import QueueError, Task

logger = logging.getLogger(__name__)

GIVE_UP_AFTER: Final = timedelta(hours=24)
TIMEOUT: Final = timedelta(minutes=5)
MARGIN: Final = timedelta(seconds=30)

_ALL: Final = tuple(Lane)
_LIVE_ONLY: Final = (Lane.LIVE,)

# Tasks that another process put into the file are found this soon; our own at once.
_LOOK_EVERY: Final = timedelta(seconds=1)
_LOOK_FOR_DEAD_EVERY: Final = timedelta(seconds=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stats:
    """How many tasks there are, how many run, and for how long the oldest waits."""

    depth: int
    running: int
    oldest: timedelta
    lanes: Mapping[str, LaneStats]


class LocalQueue:
    """Tasks in a SQLite file, which any number of processes may fill and empty.

    A task that was enqueued survives a kill -9. It is delivered until it is answered
    with 2xx: again after 0.5 seconds, then ever later up to 5 minutes, or when the
    answer says; after 24 hours of that it is logged and dropped. Who takes it has
    `timeout`; when its process dies, others take its tasks at once or within seconds.
    `workers` threads deliver, of which backfill never gets the last one. Within a lane,
    the shards are served in turn.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        deliver: Deliver,
        clock: Clock,
        workers: int = 4,
        timeout: timedelta = TIMEOUT,
    ) -> None:
        self._table = TaskTable(path)
        self._owner = Owner(path)
        self._deliver = deliver
        self._clock = clock
        self._workers = workers
        self._timeout = timeout
        self._change = threading.Condition()
        self._changed = False
        self._stopping = False
        self._running: dict[int, Taken] = {}
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="task")
        self._dispatcher: threading.Thread | None = None
        self._looked_for_dead = clock.now()

    def enqueue(self, task: Task) -> bool:
        """Take the task durably; False when its name is taken. Raises QueueError."""
        now = self._clock.now()
        body = check_task(task, now=now)
        try:
            added = self._table.add(task, body, now=now)
        except sqlite3.Error as error:
            message = f"The queue could not take a task: {error}."
            raise QueueError(message) from error
        if added:
            self._tell()
        return added

    def check(self) -> None:
        """See to it that the file can be read. Raises QueueError."""
        try:
            self._table.next_due(_ALL)
        except sqlite3.Error as error:
            raise QueueError(f"The queue cannot be read: {error}.") from error

    @property
    def process(self) -> str:
        """What names this process to others that share the file, until it ends."""
        return self._owner.name

    def is_dead(self, process: str) -> bool:
        """Return whether the process of that name has ended."""
        return self._owner.is_dead(process)

    def start(self) -> None:
        """Begin to deliver, with what a process that died had taken."""
        self._owner.live()
        self._release_dead()
        self._dispatcher = threading.Thread(
            target=self._dispatch, name="queue", daemon=True
        )
        self._dispatcher.start()

    def stop(self, *, grace: timedelta = timedelta(seconds=10)) -> None:
        """Take nothing new, wait for what runs, and give back what does not finish."""
        with self._change:
            self._stopping = True
            self._change.notify_all()
        if self._dispatcher is not None:
            self._dispatcher.join()
        with self._change:
            seconds = grace.total_seconds()
            finished = self._change.wait_for(lambda: not self._running, seconds)
        self._table.release(self._owner.name, now=self._clock.now())
        self._threads.shutdown(wait=finished, cancel_futures=True)
        self._owner.end()
        self._table.close()

    def step(self) -> bool:
        """Deliver one due task in this thread; False when none is due.

        For proofs in virtual time, in place of `start`. What the delivery raises comes
        through, and the task is put off.
        """
        taken = self._take(_ALL)
        if taken is None:
            return False
        answer = NO_ANSWER
        try:
            answer = self._deliver(self._delivery(taken))
        finally:
            self._settle(taken, answer)
        return True

    def drain(self, timeout: timedelta, *, ahead: timedelta = timedelta(0)) -> bool:
        """Wait until nothing runs and nothing is due, or will be within `ahead`."""
        ends = time.monotonic() + timeout.total_seconds()
        while self._table.unfinished(until=self._clock.now() + ahead):
            if time.monotonic() >= ends:
                return False
            with self._change:
                self._change.wait(0.02)
        return True

    def stats(self) -> Stats:
        """Return how much there is to do."""
        lanes = self._table.stats(now=self._clock.now())
        return Stats(
            depth=sum(lane.depth for lane in lanes.values()),
            running=sum(lane.running for lane in lanes.values()),
            oldest=max((lane.oldest for lane in lanes.values()), default=timedelta(0)),
            lanes=lanes,
        )

    # --- The dispatcher's thread -----------------------------------------------------

    def _dispatch(self) -> None:
        while not self._stopping:
            try:
                self._dispatch_once()
            except sqlite3.Error:
                logger.exception("queue failed", extra={"event": "queue-failed"})
                self._wait(_LOOK_EVERY)

    def _dispatch_once(self) -> None:
        # Noted before looking: what comes while we look ends the wait at once.
        self._changed = False
        lanes = self._free_lanes()
        taken = self._take(lanes) if lanes else None
        if taken is not None:
            self._hand_over(taken)
        elif lanes:
            self._wait(self._until_next(lanes))
            self._release_dead_sometimes()
        else:
            self._wait(_LOOK_EVERY)

    def _free_lanes(self) -> tuple[Lane, ...]:
        with self._change:
            running = [taken.lane for taken in self._running.values()]
        if len(running) >= self._workers:
            return ()
        backfill = len([lane for lane in running if lane == Lane.BACKFILL])
        return _ALL if backfill < max(self._workers - 1, 1) else _LIVE_ONLY

    def _take(self, lanes: tuple[Lane, ...]) -> Taken | None:
        now = self._clock.now()
        until = now + self._timeout + MARGIN
        return self._table.take(lanes, owner=self._owner.name, now=now, until=until)

    def _hand_over(self, taken: Taken) -> None:
        with self._change:
            self._running[taken.id] = taken
        future = self._threads.submit(self._deliver, self._delivery(taken))
        future.add_done_callback(partial(self._finish, taken))

    def _until_next(self, lanes: tuple[Lane, ...]) -> timedelta:
        due = self._table.next_due(lanes)
        if due is None:
            return _LOOK_EVERY
        return min(max(due - self._clock.now(), timedelta(0)), _LOOK_EVERY)

    def _wait(self, how_long: timedelta) -> None:
        with self._change:
            self._change.wait_for(
                lambda: self._changed or self._stopping, how_long.total_seconds()
            )

    def _tell(self) -> None:
        with self._change:
            self._changed = True
            self._change.notify_all()

    def _release_dead_sometimes(self) -> None:
        if self._clock.now() - self._looked_for_dead >= _LOOK_FOR_DEAD_EVERY:
            self._release_dead()

    def _release_dead(self) -> None:
        self._looked_for_dead = now = self._clock.now()
        for name in self._table.owners():
            if name != self._owner.name and self._owner.is_dead(name):
                count = self._table.release(name, now=now)
                fields = {"event": "tasks-released", "count": count}
                logger.info("tasks released", extra=fields)

    # --- The workers' threads --------------------------------------------------------

    def _delivery(self, taken: Taken) -> Delivery:
        return Delivery(
            path=taken.path,
            body=taken.body,
            attempt=taken.attempt,
            timeout=self._timeout,
            name=taken.name,
        )

    def _finish(self, taken: Taken, future: "Future[Answer]") -> None:
        try:
            if not future.cancelled():
                self._settle(taken, _answer(taken, future))
        finally:
            with self._change:
                del self._running[taken.id]
            self._tell()

    def _settle(self, taken: Taken, answer: Answer) -> None:
        now = self._clock.now()
        if answer.is_success:
            self._table.done(taken, now=now)
        elif now - taken.since >= GIVE_UP_AFTER:
            logger.error("task dropped", extra=_fields("task-dropped", taken))
            self._table.done(taken, now=now)
        else:
            self._put_off(taken, answer)

    def _put_off(self, taken: Taken, answer: Answer) -> None:
        wait = wait_before_retry(taken.attempt, answer)
        until = self._clock.now() + wait
        self._table.put_off(taken, owner=self._owner.name, until=until)
        fields = _fields("task-put-off", taken)
        more = {"status": answer.status, "seconds": wait.total_seconds()}
        logger.info("task put off", extra={**fields, **more})


def _answer(taken: Taken, future: "Future[Answer]") -> Answer:
    error = future.exception()
    if error is None:
        return future.result()
    fields = _fields("delivery-failed", taken)
    logger.error("delivery failed", extra=fields, exc_info=error)
    return NO_ANSWER


def _fields(event: str, taken: Taken) -> dict[str, object]:
    return {
        "event": event,
        "task_id": taken.id,
        "task_name": taken.name,
        "path": taken.path,
        "attempt": taken.attempt,
    }
