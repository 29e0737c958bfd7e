"""The queue in Cloud Tasks: what only the cloud can do to us."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import jwt
import pytest

from functions.clock import SystemClock
from infra.cloud_tasks import CloudTasksQueue
from infra.task_queues import DEADLINE, RETRIES, task_id
from local.delivery import FIRST_RETRY, LAST_RETRY, Answer
from local.queue import GIVE_UP_AFTER, TIMEOUT
from services.lanes import Lane
from services.ports.queue import (
    QueueError,
    QueueFull,
    QueueMissing,
    QueuePaused,
    QueueRefused,
)
from tests.cloud.cloud_tasks import CloudTasks, Posting, Reply, State
from tests.cloud.id_tokens import Signer
from tests.cloud.serving import Code
from tests.contract.queue_benches import (
    ACCOUNT,
    HOST,
    QUEUES,
    SECOND,
    CloudBench,
    new_cloud_queue,
    posting_to,
    task,
)

Q = QUEUES.partition("?")[0]


@pytest.fixture
def bench(cloud_tasks: CloudTasks) -> Iterator[CloudBench]:
    made = CloudBench(cloud_tasks)
    yield made
    made.queue.close()


def enqueued(queue: CloudTasksQueue) -> Exception | None:
    try:
        queue.enqueue(task())
    except QueueError as error:
        return error
    return None


def test_google_vouches_for_a_delivery_to_the_door_it_is_for(
    bench: CloudBench, google_signer: Signer
) -> None:
    postings: list[Posting] = []

    def post(posting: Posting) -> Reply:
        postings.append(posting)
        return Reply(status=204)

    bench.queue.enqueue(task(7, name="named"))
    bench.tasks.step(post)

    [posting] = postings
    scheme, _, token = posting.headers["Authorization"].partition(" ")
    claims = jwt.decode(
        token, google_signer.public_pem(), algorithms=["RS256"], audience=HOST
    )
    assert scheme == "Bearer"
    assert claims["email"] == ACCOUNT
    assert posting.url == f"{HOST}/tasks/sync"
    assert posting.headers["Content-Type"] == "application/json"
    assert posting.headers["X-CloudTasks-QueueName"] == "sync"
    assert posting.deadline == DEADLINE


def test_each_lane_and_shard_has_its_queue(bench: CloudBench) -> None:
    bench.queue.enqueue(task(1))
    for shard in range(5):
        bench.queue.enqueue(task(shard, lane=Lane.BACKFILL, shard=shard))

    depths = {
        name.removeprefix(Q): len(bench.tasks.tasks(name))
        for name in (Q, f"{Q}-backfill-0", f"{Q}-backfill-1")
    }
    assert depths == {"": 1, "-backfill-0": 3, "-backfill-1": 2}


def test_names_are_spread_so_that_they_do_not_slow_the_queue_down(
    bench: CloudBench,
) -> None:
    for number in range(3):
        bench.queue.enqueue(task(number, name=f"audit-{number}"))

    kept = [one.name.rpartition("/")[2] for one in bench.tasks.tasks(Q)]
    assert kept == [task_id(f"audit-{number}") for number in range(3)]
    assert len({name[:4] for name in kept}) == 3
    assert all("audit-" in name for name in kept)


def test_the_headers_tell_how_often_it_was_tried(bench: CloudBench) -> None:
    headers: list[tuple[str, str, str | None]] = []
    replies = [Reply(status=500), Reply(status=404), Reply(status=200)]

    def post(posting: Posting) -> Reply:
        told = posting.headers
        headers.append(
            (
                told["X-CloudTasks-TaskRetryCount"],
                told["X-CloudTasks-TaskExecutionCount"],
                told.get("X-CloudTasks-TaskPreviousResponse"),
            )
        )
        return replies.pop(0)

    bench.queue.enqueue(task())
    while bench.depth:
        bench.tasks.step(post)
        bench.clock.advance(SECOND)

    assert headers == [("0", "0", None), ("1", "0", "500"), ("2", "1", "404")]


def test_the_set_up_of_the_queues_is_that_of_the_twin() -> None:
    assert RETRIES.min_backoff == FIRST_RETRY
    assert RETRIES.max_backoff == LAST_RETRY
    assert RETRIES.max_retry_duration == GIVE_UP_AFTER
    assert DEADLINE == TIMEOUT


def test_each_trouble_has_a_name_and_says_what_to_do(
    cloud_tasks: CloudTasks, bench: CloudBench
) -> None:
    missing = new_cloud_queue(bench.clock, "projects/p/locations/l/queues/other")
    no_queue = enqueued(missing)
    missing.close()
    cloud_tasks.faults.add("CreateTask", Code.PERMISSION_DENIED, times=1)
    denied = enqueued(bench.queue)
    cloud_tasks.faults.add("CreateTask", Code.RESOURCE_EXHAUSTED, times=1)
    full = enqueued(bench.queue)
    cloud_tasks.faults.add("CreateTask", Code.INTERNAL, times=1)
    broken = enqueued(bench.queue)

    kinds = [type(error) for error in (no_queue, denied, full, broken)]
    assert kinds == [QueueMissing, QueueRefused, QueueFull, QueueError]
    assert "queues/other: make it, or correct TANDEM_QUEUE" in str(no_queue)
    assert "roles/cloudtasks.enqueuer" in str(denied)
    assert "roles/iam.serviceAccountUser" in str(denied)
    assert str(full) == "The queue sync takes no more for now."
    assert str(broken) == "The queue sync took no task: InternalServerError."
    assert bench.depth == 0


def test_a_moment_of_trouble_is_waited_out(
    cloud_tasks: CloudTasks, bench: CloudBench
) -> None:
    cloud_tasks.faults.add("CreateTask", Code.UNAVAILABLE, times=2)

    assert bench.queue.enqueue(task())
    assert bench.depth == 1


@pytest.mark.parametrize("state", [State.PAUSED, State.DISABLED])
def test_a_queue_that_is_paused_takes_tasks_and_says_that_it_delivers_none(
    bench: CloudBench, state: int
) -> None:
    bench.tasks.set_state(f"{Q}-backfill-1", state)

    bench.queue.enqueue(task(1, lane=Lane.BACKFILL, shard=1))
    delivered = bench.step()
    with pytest.raises(QueuePaused, match="The queue sync-backfill-1 is"):
        bench.queue.check()
    bench.tasks.set_state(f"{Q}-backfill-1", State.RUNNING)

    assert not delivered
    assert bench.step()
    bench.queue.check()


def test_a_queue_that_is_missing_is_found_before_it_is_needed(
    bench: CloudBench,
) -> None:
    queue = new_cloud_queue(bench.clock, f"{Q}?backfill=3")

    with pytest.raises(QueueMissing, match="sync-backfill-2"):
        queue.check()

    queue.close()


def test_who_may_only_add_tasks_is_not_called_broken(
    cloud_tasks: CloudTasks, bench: CloudBench
) -> None:
    cloud_tasks.faults.add("GetQueue", Code.PERMISSION_DENIED)

    bench.queue.check()


# --- The fake itself -----------------------------------------------------------------


def test_the_fake_keeps_to_the_rate_of_its_queue(cloud_tasks: CloudTasks) -> None:
    bench = CloudBench(cloud_tasks)
    limits = {"max_dispatches_per_second": 2, "max_burst_size": 3}
    cloud_tasks.make_queue(Q, rate_limits=limits)
    for number in range(12):
        bench.queue.enqueue(task(number))
    delivered: Counter[int] = Counter()

    for second in range(4):
        while bench.step():
            delivered[second] += 1
        bench.clock.advance(SECOND)

    bench.queue.close()
    assert delivered == {0: 3, 1: 2, 2: 2, 3: 2}


def test_the_fake_runs_no_more_at_once_than_its_queue_allows(
    cloud_tasks: CloudTasks,
) -> None:
    bench = CloudBench(cloud_tasks)
    cloud_tasks.make_queue(Q, rate_limits={"max_concurrent_dispatches": 2})
    for number in range(3):
        bench.queue.enqueue(task(number))

    first, second, third = (cloud_tasks.take() for _ in range(3))
    assert first is not None
    cloud_tasks.settle(*first, Reply(status=200))

    bench.queue.close()
    assert second is not None
    assert third is None
    assert cloud_tasks.take() is not None


def test_the_fake_gives_up_after_the_attempts_of_its_queue(
    cloud_tasks: CloudTasks,
) -> None:
    bench = CloudBench(cloud_tasks)
    cloud_tasks.make_queue(Q, retry_config={"max_attempts": 3})
    bench.door.answers = [Answer(status=500)] * 9
    bench.queue.enqueue(task())

    while bench.depth:
        cloud_tasks.step(posting_to(bench.door))
        bench.clock.advance(timedelta(hours=1))

    bench.queue.close()
    assert len(bench.door.taken) == 3
    assert len(cloud_tasks.dropped) == 1


def test_the_fake_backs_off_as_google_documents_it(cloud_tasks: CloudTasks) -> None:
    bench = CloudBench(cloud_tasks)
    retries = {
        "min_backoff": timedelta(seconds=10),
        "max_backoff": timedelta(seconds=300),
        "max_doublings": 3,
    }
    cloud_tasks.make_queue(Q, retry_config=retries)
    bench.queue.enqueue(task())
    waits: list[float] = []

    for _ in range(9):
        taken = cloud_tasks.take()
        assert taken is not None
        cloud_tasks.settle(*taken, Reply(status=500))
        waits.append((taken[1].due - bench.clock.now()) / SECOND)
        bench.clock.advance(timedelta(seconds=300))

    bench.queue.close()
    assert waits == [10, 20, 40, 80, 160, 240, 300, 300, 300]


def test_a_clock_of_ours_that_runs_behind_hurts_nobody(
    cloud_tasks: CloudTasks, bench: CloudBench
) -> None:
    cloud_tasks.begin(SystemClock())
    cloud_tasks.make_queue(Q)

    bench.queue.enqueue(task(at=bench.clock.now()))

    assert cloud_tasks.take() is not None
