"""From a push to a few runs, with nothing read on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate, cycle, repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.google.push import (
    BUCKET,
    COMMITTED_WITHIN,
    SKEW,
    Push,
    channel_token,
    prove,
    queue_hint,
    queue_late_hint,
    queue_look,
    queue_push,
)
from services.lanes import Lane, new_connection_id
from services.ports.queue import QueueError
from services.queueing import RUN_PATH
from tests.twins import CountingStore, Counts
from tests.worlds import MemoryQueue, Stage

CONNECTION = "c_aaaaaaaaaaaaaaaaaaaa"
PUSH = Push(connection=CONNECTION, channel="h_1", resource="r")
NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGINNING = EPOCH + -((EPOCH - NOON) // BUCKET) * BUCKET
"""The beginning of a bucket."""

MILLISECOND = timedelta(milliseconds=1)
LATEST = datetime.max.replace(tzinfo=UTC)
MOST_FOR_A_SECOND = 4


def after(milliseconds: float) -> datetime:
    return BEGINNING + timedelta(milliseconds=milliseconds)


def buckets(count: int) -> datetime:
    return BEGINNING + count * BUCKET


def headers(stage: Stage, **changes: str) -> dict[str, str]:
    token = channel_token(stage.world.signer, channel="h_1", connection=CONNECTION)
    return {
        "X-Goog-Channel-ID": "h_1",
        "X-Goog-Channel-Token": token,
        "X-Goog-Resource-ID": "r",
        "X-Goog-Resource-State": "exists",
        **changes,
    }


def runs(stage: Stage) -> list[datetime | None]:
    return [task.at for task in stage.queue.tasks]


# --- Proof ---------------------------------------------------------------------------


def test_a_genuine_push_is_proved_without_reading_a_document() -> None:
    store = CountingStore(Stage().store)
    stage = Stage(store=store)

    with store.counting() as counted:
        push = prove(stage.world, headers(stage))
        assert push is not None
        queue_push(stage.world, push, BEGINNING)

    assert push == PUSH
    assert counted().reads == counted().writes == 0


def test_a_token_fits_into_what_google_takes() -> None:
    token = channel_token(Stage().world.signer, channel="h_1", connection=CONNECTION)

    assert len(token) <= 256
    assert token.startswith(f"{CONNECTION}.")


@pytest.mark.parametrize(
    "forged",
    [
        {"X-Goog-Channel-Token": ""},
        {"X-Goog-Channel-Token": "nonsense"},
        {"X-Goog-Channel-Token": f"{CONNECTION}.1.x"},
        {"X-Goog-Channel-ID": "h_2"},
        {"X-Goog-Channel-Token": "\x00\ud800.ä.ö"},
    ],
)
def test_a_forged_push_is_nothing(forged: dict[str, str]) -> None:
    stage = Stage()

    assert prove(stage.world, headers(stage, **forged)) is None


def test_the_token_of_one_connection_does_not_open_another() -> None:
    stage = Stage()
    genuine = headers(stage)
    _, _, signature = genuine["X-Goog-Channel-Token"].partition(".")

    other = headers(stage, **{"X-Goog-Channel-Token": f"c_other.{signature}"})

    assert prove(stage.world, other) is None


def test_a_token_made_with_an_older_key_still_proves() -> None:
    stage = Stage()
    before = headers(stage)

    stage.world.signer.rotate()

    assert prove(stage.world, before) == PUSH


# --- Runs ----------------------------------------------------------------------------


def test_a_lone_push_is_run_at_once() -> None:
    stage = Stage()

    queue_push(stage.world, PUSH, NOON)

    [task] = stage.queue.tasks
    assert task.path == RUN_PATH
    assert task.at is None
    assert task.body == {
        "connection": CONNECTION,
        "channel": "h_1",
        "resource": "r",
        "received_at": "2026-11-20T12:00:00+00:00",
    }


def test_what_follows_shares_the_run_of_the_next_bucket() -> None:
    stage = Stage()

    for milliseconds in range(0, 400, 50):
        queue_push(stage.world, PUSH, after(milliseconds))

    assert runs(stage) == [None, buckets(1)]


def test_a_change_right_after_our_own_echo_waits_less_than_a_bucket() -> None:
    stage = Stage()
    echo, change = after(100), after(180)

    queue_push(stage.world, PUSH, echo)
    queue_push(stage.world, PUSH, change)

    [at_once, later] = runs(stage)
    assert at_once is None
    assert later is not None
    assert later - change < BUCKET


def test_buckets_that_follow_each_other_share_a_chain() -> None:
    stage = Stage()

    for milliseconds in range(0, 6500, 20):
        queue_push(stage.world, PUSH, after(milliseconds))

    assert runs(stage) == [None, *(buckets(count) for count in range(1, 12))]


def test_late_in_a_bucket_the_run_after_the_next_is_asked_for_too() -> None:
    stage = Stage()

    for milliseconds in (0, 100, 390, 450, 600):
        queue_push(stage.world, PUSH, after(milliseconds))

    assert runs(stage) == [None, buckets(1), buckets(2)]


def test_two_connections_do_not_wait_for_each_other() -> None:
    stage = Stage()

    queue_push(stage.world, PUSH, NOON)
    queue_push(stage.world, Push(connection="c_2", channel="h", resource=""), NOON)

    assert runs(stage) == [None, None]


@given(
    start=some.integers(0, BUCKET // MILLISECOND),
    lasting=some.integers(900, 1000),
    gaps=some.lists(some.integers(0, 20), min_size=99, max_size=99),
)
@settings(max_examples=300)
def test_a_hundred_pushes_in_a_second_cost_at_most_four_runs(
    start: int, lasting: int, gaps: list[int]
) -> None:
    stage = Stage()
    stretch = lasting / (sum(gaps) or 1)
    moments = accumulate((gap * stretch for gap in gaps), initial=start)

    for moment in moments:
        queue_push(stage.world, PUSH, after(moment))

    assert len(stage.queue.tasks) <= MOST_FOR_A_SECOND


# --- Clocks that differ --------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """A push that some machine hears: when in truth, and how slow its clock is."""

    at: datetime
    slow: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Starting:
    """A queue in which runs start when they are due, or some time later."""

    delays: Iterator[timedelta]
    starts: dict[str, datetime] = field(default_factory=dict)

    def hear(self, stage: Stage, heard: Heard) -> None:
        known = len(stage.queue.tasks)
        queue_push(stage.world, PUSH, heard.at - heard.slow)
        for task in stage.queue.tasks[known:]:
            due = max(heard.at, task.at or heard.at)
            self.starts[str(task.name)] = due + next(self.delays)

    def first_after(self, moment: datetime) -> datetime | None:
        return min((at for at in self.starts.values() if at >= moment), default=None)


def heard_pushes(most_slow: timedelta) -> some.SearchStrategy[list[Heard]]:
    """Return pushes in a row, as some machines hear them; often close together."""

    def heard(drawn: list[tuple[int, int]]) -> list[Heard]:
        moments = accumulate(gap for gap, _ in drawn)
        return [
            Heard(at=after(moment), slow=slow * MILLISECOND)
            for moment, (_, slow) in zip(moments, drawn, strict=True)
        ]

    gaps = some.one_of(some.integers(0, 80), some.integers(0, 900))
    slow = some.integers(0, most_slow // MILLISECOND)
    return some.lists(some.tuples(gaps, slow), min_size=1, max_size=40).map(heard)


@given(
    pushes=heard_pushes(SKEW),
    delays=some.lists(some.integers(0, 1500), min_size=1, max_size=5),
)
@settings(max_examples=500)
def test_every_push_has_a_run_after_it_though_clocks_differ(
    pushes: list[Heard], delays: list[int]
) -> None:
    stage = Stage()
    queue = Starting(delays=cycle(delay * MILLISECOND for delay in delays))

    for push in pushes:
        queue.hear(stage, push)

    assert all(queue.first_after(push.at) for push in pushes)


@given(pushes=heard_pushes(SKEW))
@settings(max_examples=300)
def test_no_push_waits_longer_than_a_bucket_and_what_clocks_differ(
    pushes: list[Heard],
) -> None:
    stage = Stage()
    queue = Starting(delays=repeat(timedelta(0)))

    for push in pushes:
        queue.hear(stage, push)

    waits = [(queue.first_after(push.at) or LATEST) - push.at for push in pushes]
    assert max(waits) <= BUCKET + SKEW


@given(pushes=heard_pushes(timedelta(0)))
def test_no_push_waits_longer_than_a_bucket_where_clocks_agree(
    pushes: list[Heard],
) -> None:
    stage = Stage()
    queue = Starting(delays=repeat(timedelta(0)))

    for push in pushes:
        queue.hear(stage, push)

    waits = [(queue.first_after(push.at) or LATEST) - push.at for push in pushes]
    assert max(waits) <= BUCKET


def test_a_slow_machine_does_not_trust_a_run_that_began_elsewhere() -> None:
    stage = Stage()
    queue = Starting(delays=repeat(timedelta(0)))
    for milliseconds in (0, 655):
        queue.hear(stage, Heard(at=after(milliseconds), slow=timedelta(0)))
    behind = Heard(at=after(660), slow=timedelta(milliseconds=50))

    queue.hear(stage, behind)

    assert queue.first_after(behind.at) == buckets(2)


def test_a_queue_that_is_down_is_told_of() -> None:
    stage = Stage()
    stage.queue.down = True

    with pytest.raises(QueueError):
        queue_push(stage.world, PUSH, NOON)


# --- Hints and looks -----------------------------------------------------------------


def test_the_first_message_of_a_channel_asks_for_a_look_but_tells_of_no_change() -> (
    None
):
    stage = Stage()
    opening = prove(stage.world, headers(stage, **{"X-Goog-Resource-State": "sync"}))
    assert opening is not None

    queue_push(stage.world, opening, after(40))

    [task] = stage.queue.tasks
    assert task.at == buckets(1)
    assert "received_at" not in task.body


def test_a_hint_of_the_agenda_is_run_at_once() -> None:
    stage = Stage()

    queue_hint(stage.world, CONNECTION, NOON)

    [task] = stage.queue.tasks
    assert task.at is None
    assert set(task.body) == {"connection", "received_at"}


@given(milliseconds=some.integers(0, 2000))
def test_a_hint_before_the_commit_waits_for_it(milliseconds: int) -> None:
    stage = Stage()
    heard = after(milliseconds)

    queue_late_hint(stage.world, CONNECTION, heard)

    [at] = runs(stage)
    assert at is not None
    assert COMMITTED_WITHIN <= at - heard < COMMITTED_WITHIN + BUCKET


def test_a_run_for_a_commit_serves_the_pushes_before_it() -> None:
    stage = Stage()

    queue_late_hint(stage.world, CONNECTION, after(0))
    for milliseconds in (10, 20, 500):
        queue_push(stage.world, PUSH, after(milliseconds))

    assert runs(stage) == [buckets(1), None, buckets(2)]


def test_a_look_measures_nothing() -> None:
    stage = Stage()

    queue_look(stage.world, CONNECTION, NOON)

    [task] = stage.queue.tasks
    assert task.body == {
        "connection": CONNECTION,
        "lane": "backfill",
        "quiet": True,
    }


def test_a_push_never_waits_for_a_look_and_no_look_holds_a_push_up() -> None:
    stage = Stage()

    queue_look(stage.world, CONNECTION, NOON)
    queue_push(stage.world, PUSH, NOON)

    look, push = stage.queue.tasks
    assert (look.lane, push.lane) == (Lane.BACKFILL, Lane.LIVE)
    assert push.at is None


def test_a_push_knows_the_shard_of_its_organization_without_reading() -> None:
    store = CountingStore(Stage().store)
    stage = Stage(store=store)
    ours = [new_connection_id("o_1") for _ in range(3)]

    with store.counting() as counted:
        for connection in ours:
            push = Push(connection=connection, channel="h", resource="r")
            queue_push(stage.world, push, NOON)

    assert counted() == Counts()
    assert len({task.shard for task in stage.queue.tasks}) == 1


def test_the_queue_twin_refuses_a_name_that_is_taken() -> None:
    queue = MemoryQueue()
    stage = Stage(queue=queue)

    queue_push(stage.world, PUSH, NOON)
    queue_push(stage.world, PUSH, NOON)

    assert len({task.name for task in queue.tasks}) == 2
