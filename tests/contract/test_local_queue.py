"""The queue of one machine: durable in its file, shared by processes, fair to all."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from functions.clock import SystemClock
from local.delivery import Answer, Delivery, wait_before_retry
from local.queue import LocalQueue
from services.lanes import Lane
from tests.contract.queue_benches import OK, SECOND, Door, task
from tests.twins import VirtualClock

NewQueue = Callable[..., LocalQueue]


@pytest.fixture
def new_queue(tmp_path: Path) -> Iterator[NewQueue]:
    """Return a way to open queues on one file; all are stopped at the end."""
    opened: list[LocalQueue] = []

    def new(deliver: Callable[[Delivery], Answer], **settings: object) -> LocalQueue:
        settings = {"clock": SystemClock(), **settings}
        queue = LocalQueue(tmp_path / "queue.db", deliver=deliver, **settings)  # type: ignore[arg-type] # because each test gives its own settings
        opened.append(queue)
        return queue

    yield new
    for queue in opened:
        queue.stop(grace=SECOND)


# --- In virtual time -----------------------------------------------------------------


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def test_tasks_come_in_order_and_live_ones_first(
    new_queue: NewQueue, clock: VirtualClock
) -> None:
    door = Door()
    queue = new_queue(door, clock=clock)
    queue.enqueue(task(1, lane=Lane.BACKFILL))
    queue.enqueue(task(2, lane=Lane.BACKFILL))
    queue.enqueue(task(3))
    queue.enqueue(task(4))

    while queue.step():
        pass

    assert door.numbers == [3, 4, 1, 2]


def test_one_organization_never_starves_another(
    new_queue: NewQueue, clock: VirtualClock
) -> None:
    door = Door()
    queue = new_queue(door, clock=clock)
    for number in range(20):
        queue.enqueue(task(number, lane=Lane.BACKFILL, shard=7))
    clock.advance(SECOND)
    for number in (100, 101):
        queue.enqueue(task(number, lane=Lane.BACKFILL, shard=8))

    while queue.step():
        clock.advance(SECOND)

    numbers = door.numbers
    assert numbers[:4] == [0, 100, 1, 101]
    assert len(numbers) == 22


def test_whoever_goes_on_and_on_lets_each_other_shard_go_first(
    new_queue: NewQueue, clock: VirtualClock
) -> None:
    served: list[int] = []

    def go_on(delivery: Delivery) -> Answer:
        number = json.loads(delivery.body)["n"]
        served.append(number)
        if number == 1 and len(served) < 50:
            queue.enqueue(task(1, lane=Lane.BACKFILL, shard=1))
        clock.advance(SECOND)
        return OK

    queue = new_queue(go_on, clock=clock)
    queue.enqueue(task(1, lane=Lane.BACKFILL, shard=1))
    for shard in range(2, 7):
        queue.enqueue(task(shard, lane=Lane.BACKFILL, shard=shard))

    while queue.step():
        pass

    assert sorted(served[:6]) == [1, 2, 3, 4, 5, 6]


def test_a_shard_that_runs_already_lets_another_have_the_free_worker(
    new_queue: NewQueue, clock: VirtualClock
) -> None:
    queue = new_queue(Door(), clock=clock)
    for number in range(3):
        queue.enqueue(task(number, lane=Lane.BACKFILL, shard=1))
    queue.enqueue(task(9, lane=Lane.BACKFILL, shard=2))

    taken = [queue._take((Lane.BACKFILL,)) for _ in range(3)]

    shards = [json.loads(one.body)["n"] for one in taken if one is not None]
    assert shards == [0, 9, 1]


def test_a_file_from_before_there_were_shards_goes_on(
    new_queue: NewQueue, clock: VirtualClock, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "queue.db") as database:
        database.execute(
            "CREATE TABLE tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT,"
            " path TEXT NOT NULL, body BLOB NOT NULL, lane TEXT NOT NULL,"
            " since INTEGER NOT NULL, due INTEGER NOT NULL,"
            " attempts INTEGER NOT NULL DEFAULT 0, owner TEXT)"
        )
        database.execute(
            "INSERT INTO tasks (path, body, lane, since, due)"
            " VALUES ('/x', '{\"n\": 5}', 'live', 0, 0)"
        )
    database.close()
    door = Door()

    queue = new_queue(door, clock=clock)

    assert queue.step()
    assert door.numbers == [5]


def test_a_name_is_taken_until_an_hour_after_the_task_is_done(
    new_queue: NewQueue, clock: VirtualClock
) -> None:
    door = Door()
    door.answers = [Answer(status=500)]
    queue = new_queue(door, clock=clock)
    named = task(1, name="bucket-1")
    taken = [queue.enqueue(named), queue.enqueue(named)]

    queue.step()
    taken.append(queue.enqueue(named))
    clock.advance(SECOND)
    queue.step()
    taken.append(queue.enqueue(named))
    clock.advance(timedelta(minutes=61))
    taken.append(queue.enqueue(named))
    other = queue.enqueue(task(1, name="bucket-2"))
    clock.advance(timedelta(minutes=30))
    taken.append(queue.enqueue(named))

    assert taken == [True, False, False, False, False, True]
    assert other
    assert len(door.taken) == 2


def test_retries_come_ever_later_up_to_five_minutes() -> None:
    waits = [wait_before_retry(attempt, Answer(status=500)) for attempt in range(1, 50)]

    seconds = [wait.total_seconds() for wait in waits]
    assert 0.5 <= seconds[0] < 0.7
    assert 1 <= seconds[1] < 1.4
    assert all(seconds[n] < seconds[n + 1] for n in range(8))
    assert seconds[-1] == 300
    assert wait_before_retry(2, Answer(status=500)) != waits[1]


def test_what_a_process_took_and_never_finished_is_taken_again(
    new_queue: NewQueue, clock: VirtualClock
) -> None:
    def hang(delivery: Delivery) -> Answer:
        raise KeyboardInterrupt

    first = new_queue(hang, clock=clock, timeout=60 * SECOND)
    first.enqueue(task())
    taken = first._take((Lane.LIVE,))
    door = Door()
    second = new_queue(door, clock=clock, timeout=60 * SECOND)

    early = second.step()
    clock.advance(timedelta(seconds=91))

    assert taken is not None
    assert not early
    assert second.step()
    assert door.taken[0].attempt == 2


def test_who_comes_too_late_with_a_failure_changes_nothing(
    new_queue: NewQueue, clock: VirtualClock
) -> None:
    door = Door()
    queue = new_queue(door, clock=clock)

    def slow(delivery: Delivery) -> Answer:
        clock.advance(timedelta(minutes=10))
        assert queue.step()
        return Answer(status=500)

    late = new_queue(slow, clock=clock)
    late.enqueue(task())

    assert late.step()

    clock.advance(timedelta(hours=1))
    assert len(door.taken) == 1
    assert not queue.step()


def test_stats_tell_depth_and_age_by_lane(
    new_queue: NewQueue, clock: VirtualClock
) -> None:
    queue = new_queue(Door(), clock=clock)
    queue.enqueue(task(1))
    queue.enqueue(task(2, at=clock.now() + timedelta(hours=1)))
    clock.advance(5 * SECOND)
    queue.enqueue(task(3, lane=Lane.BACKFILL))
    clock.advance(SECOND)

    stats = queue.stats()

    assert (stats.depth, stats.running, stats.oldest) == (3, 0, 6 * SECOND)
    assert {lane: one.depth for lane, one in stats.lanes.items()} == {
        "live": 2,
        "backfill": 1,
    }
    assert stats.lanes["backfill"].oldest == SECOND


# --- In real time, with threads ------------------------------------------------------


def test_a_task_starts_at_once_and_a_delayed_one_in_time(new_queue: NewQueue) -> None:
    door = Door()
    queue = new_queue(door)
    queue.start()
    queue.drain(SECOND)

    begun = time.perf_counter()
    queue.enqueue(task(1, at=SystemClock().now() + timedelta(seconds=0.2)))
    queue.enqueue(task(2))
    queue.drain(5 * SECOND, ahead=SECOND)

    assert door.numbers == [2, 1]
    assert door.times[1] - begun >= 0.2


def test_a_failed_task_is_delivered_again_by_itself(new_queue: NewQueue) -> None:
    door = Door()
    door.answers = [Answer(status=503)]
    queue = new_queue(door)
    queue.start()

    queue.enqueue(task())

    assert queue.drain(5 * SECOND, ahead=10 * SECOND)
    assert [delivery.attempt for delivery in door.taken] == [1, 2]
    assert door.times[1] - door.times[0] >= 0.5


def test_a_worker_survives_a_delivery_that_breaks(
    new_queue: NewQueue, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[int] = []

    def deliver(delivery: Delivery) -> Answer:
        if delivery.attempt == 1:
            raise RuntimeError("broken")
        done.append(delivery.attempt)
        return OK

    queue = new_queue(deliver, workers=1)
    queue.start()
    queue.enqueue(task())

    assert queue.drain(5 * SECOND, ahead=10 * SECOND)
    assert done == [2]
    assert "delivery failed" in caplog.messages


def test_backfill_leaves_a_worker_to_what_is_live(new_queue: NewQueue) -> None:
    lock, go_on = threading.Lock(), threading.Event()
    running: Counter[str] = Counter()
    most: Counter[str] = Counter()

    def deliver(delivery: Delivery) -> Answer:
        lane = (json.loads(delivery.body)["n"] and "backfill") or "live"
        with lock:
            running[lane] += 1
            most[lane] = max(most[lane], running[lane])
        if lane == "backfill":
            go_on.wait(5)
        with lock:
            running[lane] -= 1
        return OK

    queue = new_queue(deliver, workers=3)
    queue.start()
    for _ in range(6):
        queue.enqueue(task(1, lane=Lane.BACKFILL))
    until(lambda: running["backfill"] == 2)

    queue.enqueue(task(0))
    until(lambda: most["live"] == 1 and not running["live"])

    go_on.set()
    assert queue.drain(5 * SECOND)
    assert most == {"backfill": 2, "live": 1}


def until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 5
    while not true():
        assert time.monotonic() < ends, "It did not happen within five seconds."
        time.sleep(0.005)


def test_all_workers_work_and_each_task_runs_once(new_queue: NewQueue) -> None:
    barrier = threading.Barrier(4)

    def deliver(delivery: Delivery) -> Answer:
        barrier.wait(5)
        return OK

    queue = new_queue(deliver, workers=4)
    for number in range(20):
        queue.enqueue(task(number))
    queue.start()

    assert queue.drain(10 * SECOND)


def test_stopping_waits_for_what_runs_and_keeps_what_waits(
    new_queue: NewQueue,
) -> None:
    started = threading.Event()

    def slow(delivery: Delivery) -> Answer:
        started.set()
        time.sleep(0.2)
        return OK

    queue = new_queue(slow, workers=1)
    for number in range(3):
        queue.enqueue(task(number))
    queue.start()
    started.wait(5)

    queue.stop()

    assert queue.stats().depth == 2
    assert queue.stats().running == 0


def test_stopping_gives_back_what_does_not_finish(new_queue: NewQueue) -> None:
    started, go_on = threading.Event(), threading.Event()

    def hang(delivery: Delivery) -> Answer:
        started.set()
        go_on.wait(5)
        return OK

    queue = new_queue(hang)
    queue.enqueue(task())
    queue.start()
    started.wait(5)

    queue.stop(grace=timedelta(seconds=0.05))

    other = new_queue(Door(), clock=SystemClock())
    assert other.step()
    go_on.set()


def test_two_queues_share_a_file_and_no_task_runs_twice(new_queue: NewQueue) -> None:
    counts: Counter[object] = Counter()
    lock = threading.Lock()

    def deliver(delivery: Delivery) -> Answer:
        with lock:
            counts[json.loads(delivery.body)["n"]] += 1
        return OK

    queues = [new_queue(deliver), new_queue(deliver)]
    for number in range(100):
        queues[number % 2].enqueue(task(number))
    for queue in queues:
        queue.start()

    assert all(queue.drain(10 * SECOND) for queue in queues)
    assert counts == Counter(range(100))


# --- Across processes and their deaths -----------------------------------------------


def worker(tmp_path: Path, deed: str, *more: str) -> subprocess.Popen[str]:
    script = Path(__file__).with_name("queue_process.py")
    command = [sys.executable, str(script), deed, str(tmp_path), *more]
    environment = {**os.environ, "PYTHONPATH": str(script.parent.parent.parent)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_task_of_another_process_is_found(
    new_queue: NewQueue, tmp_path: Path
) -> None:
    door = Door()
    queue = new_queue(door)
    queue.start()

    process = worker(tmp_path, "enqueue", "3")
    process.communicate(timeout=10)

    until(lambda: len(door.taken) == 3)


def test_what_was_enqueued_survives_kill_9_and_names_too(
    new_queue: NewQueue, tmp_path: Path
) -> None:
    process = worker(tmp_path, "enqueue", "100000")
    assert process.stdout is not None
    acknowledged = [process.stdout.readline() for _ in range(200)]
    kill(process)
    door = Door()
    queue = new_queue(door, workers=4)

    again = queue.enqueue(task(name=acknowledged[-1].strip()))
    queue.start()

    assert not again
    assert queue.drain(20 * SECOND)
    names = {delivery.name for delivery in door.taken}
    assert {line.strip() for line in acknowledged} <= names
    assert len(names) == len(door.taken)


def test_the_tasks_of_a_dead_process_are_released_at_once(
    new_queue: NewQueue, tmp_path: Path
) -> None:
    queue = new_queue(door := Door())
    queue.enqueue(task(1))
    process = worker(tmp_path, "hang")
    assert process.stdout is not None
    assert process.stdout.readline() == "taken\n"
    kill(process)

    queue.start()

    assert queue.drain(2 * SECOND)
    assert [delivery.attempt for delivery in door.taken] == [2]
    assert not list(tmp_path.glob("*.owner-*"))[1:]


def test_the_tasks_of_a_living_process_are_left_alone(
    new_queue: NewQueue, tmp_path: Path
) -> None:
    queue = new_queue(door := Door())
    queue.enqueue(task(1))
    process = worker(tmp_path, "hang")
    assert process.stdout is not None
    process.stdout.readline()

    queue.start()
    drained = queue.drain(timedelta(seconds=0.3))
    kill(process)

    assert not drained
    assert door.taken == []


def test_kill_9_at_any_moment_loses_no_task(
    new_queue: NewQueue, tmp_path: Path
) -> None:
    queue = new_queue(door := Door(), workers=4)
    for number in range(300):
        queue.enqueue(task(number, name=f"task-{number}"))
    dice = random.Random(7)
    done = tmp_path / "done"

    for _ in range(6):
        process = worker(tmp_path, "work", str(done))
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(dice.uniform(0, 0.02))
        kill(process)
    before = Counter(done.read_text().split())
    queue.start()
    assert queue.drain(20 * SECOND)

    here = Counter(str(number) for number in door.numbers)
    everything = before + here
    assert set(everything) == {str(number) for number in range(300)}
    assert len(before) < 300, "The processes finished before they were killed."
    # At each death at most the running ones, of which there are four, run again.
    assert everything.total() <= 300 + 6 * 4
    assert queue.stats().depth == 0
