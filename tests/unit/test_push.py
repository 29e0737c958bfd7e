"""From a push to a few runs, with nothing read on the way."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.ports import QueueError
from services.push import (
    RUN_PATH,
    Push,
    channel_token,
    prove,
    queue_hint,
    queue_look,
    queue_push,
)
from tests.twins import CountingStore
from tests.worlds import MemoryQueue, Stage

CONNECTION = "c_aaaaaaaaaaaaaaaaaaaa"
PUSH = Push(connection=CONNECTION, channel="h_1", resource="r")
BUCKET = datetime(2026, 11, 20, 9, 0, 0, tzinfo=UTC)
"""The beginning of a stretch of two seconds."""


def after(seconds: float) -> datetime:
    return BUCKET + timedelta(seconds=seconds)


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
        queue_push(stage.world, push, BUCKET)

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

    queue_push(stage.world, PUSH, after(0.3))

    [task] = stage.queue.tasks
    assert task.path == RUN_PATH
    assert task.at is None
    assert task.body == {
        "connection": CONNECTION,
        "channel": "h_1",
        "resource": "r",
        "received_at": "2026-11-20T09:00:00.300000+00:00",
    }


def test_what_follows_shares_one_run_after_the_stretch() -> None:
    stage = Stage()

    for tenth in range(10):
        queue_push(stage.world, PUSH, after(tenth / 10))

    assert runs(stage) == [None, after(3)]


def test_late_in_the_stretch_the_next_tail_is_asked_for_too() -> None:
    stage = Stage()

    for seconds in (0.1, 0.2, 1.6, 1.7, 1.8, 1.9):
        queue_push(stage.world, PUSH, after(seconds))

    assert runs(stage) == [None, after(3), after(5)]


def test_two_connections_do_not_wait_for_each_other() -> None:
    stage = Stage()

    queue_push(stage.world, PUSH, after(0))
    queue_push(stage.world, Push(connection="c_2", channel="h", resource=""), after(0))

    assert runs(stage) == [None, None]


@given(
    start=some.floats(0, 2, exclude_max=True),
    gaps=some.lists(some.floats(0, 0.02), min_size=99, max_size=99),
)
def test_a_hundred_pushes_in_a_second_cost_at_most_four_runs(
    start: float, gaps: list[float]
) -> None:
    stage = Stage()
    shrink = min(1.0, 1.0 / (sum(gaps) or 1.0))
    moments = [start]
    for gap in gaps:
        moments.append(moments[-1] + gap * shrink)

    for moment in moments:
        queue_push(stage.world, PUSH, after(moment))

    assert len(stage.queue.tasks) <= 4


@given(moments=some.lists(some.floats(0, 20), min_size=1, max_size=60))
def test_the_last_push_always_has_a_run_after_it(moments: list[float]) -> None:
    stage = Stage()
    at_once: list[datetime] = []

    for moment in sorted(moments):
        known = len(stage.queue.tasks)
        queue_push(stage.world, PUSH, after(moment))
        heads = [task for task in stage.queue.tasks[known:] if task.at is None]
        at_once += [after(moment)] * len(heads)

    delayed = [at for at in runs(stage) if at is not None]
    last = after(max(moments))
    assert any(run >= last for run in at_once + delayed)


@given(
    truth=some.floats(2, 20),
    slow=some.floats(0, 1.5),
    others=some.lists(some.floats(0, 20), max_size=30),
)
def test_a_clock_that_is_slow_by_a_second_and_a_half_leaves_no_push_without_a_run(
    truth: float, slow: float, others: list[float]
) -> None:
    stage = Stage()
    for moment in sorted(moment for moment in others if moment <= truth):
        queue_push(stage.world, PUSH, after(moment))
    known = len(stage.queue.tasks)

    queue_push(stage.world, PUSH, after(truth - slow))

    at_once = [task for task in stage.queue.tasks[known:] if task.at is None]
    later = [at for at in runs(stage) if at is not None and at >= after(truth)]
    assert at_once or later


def test_a_queue_that_is_down_is_told_of() -> None:
    stage = Stage()
    stage.queue.down = True

    with pytest.raises(QueueError):
        queue_push(stage.world, PUSH, BUCKET)


# --- Hints and looks -----------------------------------------------------------------


def test_the_first_message_of_a_channel_asks_for_a_look_but_tells_of_no_change() -> (
    None
):
    stage = Stage()
    opening = prove(stage.world, headers(stage, **{"X-Goog-Resource-State": "sync"}))
    assert opening is not None

    queue_push(stage.world, opening, after(0.5))

    [task] = stage.queue.tasks
    assert task.at == after(3)
    assert "received_at" not in task.body


def test_a_hint_of_the_agenda_is_run_at_once() -> None:
    stage = Stage()

    queue_hint(stage.world, CONNECTION, after(0.5))

    [task] = stage.queue.tasks
    assert task.at is None
    assert set(task.body) == {"connection", "received_at"}


def test_a_hint_before_the_commit_waits_for_it() -> None:
    stage = Stage()

    queue_hint(stage.world, CONNECTION, after(0.5), tail_only=True)

    assert runs(stage) == [after(3)]


def test_a_look_measures_nothing() -> None:
    stage = Stage()

    queue_look(stage.world, CONNECTION, BUCKET)

    assert stage.queue.bodies(RUN_PATH) == [{"connection": CONNECTION}]


def test_the_queue_twin_refuses_a_name_that_is_taken() -> None:
    queue = MemoryQueue()
    stage = Stage(queue=queue)

    queue_look(stage.world, CONNECTION, BUCKET)
    queue_look(stage.world, CONNECTION, BUCKET)

    assert len({task.name for task in queue.tasks}) == 2
