"""What the queue promises: in time, again when it failed, once by name.

On one machine and in Cloud Tasks alike; what is one's alone is tested beside this.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from local.delivery import Answer, wait_before_retry
from services.lanes import Lane
from services.limits import NotAllowed, TooLarge
from services.ports.queue import Task
from tests.contract.queue_benches import SECOND, Bench, CloudBench, LocalBench, task


@pytest.fixture(params=["local", "cloud"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """A queue, and the door that its deliveries come to."""
    if request.param == "cloud":
        cloud = CloudBench(request.getfixturevalue("cloud_tasks"))
        yield cloud
        cloud.queue.close()
    else:
        local = LocalBench(tmp_path)
        yield local
        local.queue.stop(grace=SECOND)


def test_a_task_is_delivered_with_exactly_its_body(bench: Bench) -> None:
    body = {"connection": "c1", "text": "Zoë\u2028", "list": [1, None, 0.5]}

    bench.queue.enqueue(Task(path="/tasks/sync", body=body, name="first"))

    assert bench.step()
    assert not bench.step()
    [delivery] = bench.door.taken
    assert delivery.path == "/tasks/sync"
    assert json.loads(delivery.body) == body
    assert (delivery.attempt, delivery.name) == (1, "first")
    assert delivery.timeout == timedelta(minutes=5)


def test_a_task_waits_for_its_time(bench: Bench) -> None:
    bench.queue.enqueue(task(1, at=bench.clock.now() + 2 * SECOND))
    bench.queue.enqueue(task(2, at=bench.clock.now() - 2 * SECOND))

    early = [bench.step(), bench.step()]
    bench.clock.advance(2 * SECOND)
    late = [bench.step(), bench.step()]

    assert early == late == [True, False]
    assert bench.door.numbers == [2, 1]


def test_a_name_is_taken_while_the_task_waits_and_an_hour_after_it_is_done(
    bench: Bench,
) -> None:
    bench.door.answers = [Answer(status=500)]
    named = task(1, name="bucket-1")
    taken = [bench.queue.enqueue(named), bench.queue.enqueue(named)]

    bench.step()
    taken.append(bench.queue.enqueue(named))
    bench.clock.advance(SECOND)
    bench.step()
    taken.append(bench.queue.enqueue(named))
    bench.clock.advance(timedelta(minutes=61))
    taken.append(bench.queue.enqueue(named))
    other = bench.queue.enqueue(task(1, name="bucket-2"))

    assert taken == [True, False, False, False, False]
    assert other
    assert len(bench.door.taken) == 2


def test_tasks_without_a_name_are_all_taken(bench: Bench) -> None:
    for _ in range(3):
        assert bench.queue.enqueue(task(1))

    assert [bench.step() for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("status", [0, 199, 301, 400, 404, 429, 500, 503])
def test_what_is_not_answered_with_success_is_tried_again(
    bench: Bench, status: int
) -> None:
    bench.door.answers = [Answer(status=status), Answer(status=status)]
    bench.queue.enqueue(task())

    for _ in range(3):
        assert bench.step()
        assert not bench.step()
        bench.clock.advance(2 * SECOND)

    assert [delivery.attempt for delivery in bench.door.taken] == [1, 2, 3]
    assert bench.depth == 0


def test_retries_come_ever_later_up_to_five_minutes(bench: Bench) -> None:
    bench.door.answers = [Answer(status=500)] * 20
    bench.queue.enqueue(task())
    waits: list[float] = []

    bench.step()
    for attempt in range(1, 15):
        shortest = wait_before_retry(attempt, Answer(status=500)) / 1.3
        bench.clock.advance(shortest)
        early, begun = bench.step(), bench.clock.now()
        while not bench.step():
            bench.clock.advance(SECOND / 4)
        waits.append((bench.clock.now() - begun + shortest) / SECOND)
        assert not early or shortest >= timedelta(minutes=3)

    assert 0.4 <= waits[0] <= 1.0
    assert waits[:8] == sorted(waits[:8])
    assert 240 <= waits[-1] <= 301


def test_the_answer_may_say_when_to_come_again(bench: Bench) -> None:
    bench.door.answers = [Answer(status=429, retry_after=timedelta(minutes=20))]
    bench.queue.enqueue(task())
    bench.step()

    bench.clock.advance(timedelta(minutes=19))
    early = bench.step()
    bench.clock.advance(timedelta(minutes=1))

    assert not early
    assert bench.step()


def test_a_delivery_that_breaks_is_tried_again(bench: Bench) -> None:
    bench.door.breaks = True
    bench.queue.enqueue(task())

    with pytest.raises(OSError, match="no route"):
        bench.step()

    bench.clock.advance(SECOND)
    bench.door.breaks = False
    assert bench.depth == 1
    assert bench.step()
    assert bench.door.taken[0].attempt == 2


def test_a_task_is_dropped_only_after_a_day_of_failing(bench: Bench) -> None:
    bench.door.answers = [Answer(status=500)] * 2000
    start = bench.clock.now()
    bench.queue.enqueue(task(name="waits-long", at=start + timedelta(days=2)))
    bench.clock.advance(timedelta(days=2))

    while bench.depth:
        bench.step()
        bench.clock.advance(timedelta(minutes=5))

    assert timedelta(days=3) <= bench.clock.now() - start < timedelta(days=3, hours=1)


def test_what_is_live_does_not_wait_for_what_takes_long(bench: Bench) -> None:
    for number in range(10):
        bench.queue.enqueue(task(number, lane=Lane.BACKFILL, shard=number))
    bench.queue.enqueue(task(100))

    for _ in range(3):
        bench.step()

    assert 100 in bench.door.numbers


def test_every_lane_and_shard_is_served(bench: Bench) -> None:
    for number in range(6):
        bench.queue.enqueue(task(number, lane=Lane.BACKFILL, shard=number))

    while bench.step():
        pass

    assert sorted(str(number) for number in bench.door.numbers) == list("012345")


@pytest.mark.parametrize(
    "bad",
    [
        Task(path="tasks/sync", body={}),
        Task(path="/x", body={}, name="with space"),
        Task(path="/x", body={}, name=""),
        Task(path="/x", body={}, name="x" * 501),
        Task(path="/x", body={}, shard=65_536),
        Task(path="/x", body={"n": float("nan")}),
        Task(path="/x", body={"n": {1, 2}}),
        Task(path="/x", body={"n": b"x"}),
    ],
)
def test_a_task_that_the_cloud_would_refuse_is_refused(bench: Bench, bad: Task) -> None:
    with pytest.raises(NotAllowed):
        bench.queue.enqueue(bad)

    assert bench.depth == 0


def test_the_longest_name_and_the_largest_task_are_taken(bench: Bench) -> None:
    longest = [f"{number}" + "x" * 499 for number in range(2)]

    taken = [bench.queue.enqueue(task(1, name=name)) for name in longest * 2]
    bench.queue.enqueue(Task(path="/x", body={"n": "x" * 99_990}))

    assert taken == [True, True, False, False]
    assert bench.depth == 3


def test_a_task_too_large_or_too_far_away_is_refused(bench: Bench) -> None:
    with pytest.raises(TooLarge):
        bench.queue.enqueue(Task(path="/x", body={"n": "x" * 100_001}))
    with pytest.raises(NotAllowed, match="30 days"):
        bench.queue.enqueue(task(at=bench.clock.now() + timedelta(days=31)))


def test_a_queue_that_works_says_so(bench: Bench) -> None:
    bench.queue.check()
