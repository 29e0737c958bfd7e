"""The sweep finds what nothing else has found."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from services.connections.connection import State
from services.ports.store import Create, Store, Update, Write
from services.queueing import RUN_PATH
from services.rounds.sweep import PAGE, SWEEP_PATH, sweep
from tests.worlds import Stage


class RenewingStore:
    """A store in which something is written between a look and the removal."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.renews: Sequence[Write] = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, writes: Sequence[Write]) -> Sequence[str]:
        renews, self.renews = self.renews, ()
        self._store.commit(renews)
        return self._store.commit(writes)


def test_a_quiet_connection_is_looked_at() -> None:
    stage = Stage()
    quiet = stage.connection()
    stage.clock.advance(timedelta(minutes=31))
    stage.connection(due_at=stage.now + timedelta(minutes=1))

    done = sweep(stage.world, stage.now)

    assert (done.queued, done.more) == (1, False)
    [task] = stage.queue.bodies(RUN_PATH)
    assert task == {"connection": quiet.id, "lane": "backfill", "quiet": True}


def test_a_connection_that_is_not_due_at_all_is_left_alone() -> None:
    stage = Stage()
    stage.connection(due_at=None, state=State.PAUSED)
    stage.clock.advance(timedelta(days=1))

    assert sweep(stage.world, stage.now).queued == 0


def test_two_sweeps_at_once_queue_a_connection_once() -> None:
    stage = Stage()
    stage.connection(due_at=stage.now)

    sweep(stage.world, stage.now)
    sweep(stage.world, stage.now)

    at_once = [task for task in stage.queue.tasks if task.at is None]
    assert len(at_once) == 1


def test_a_lost_channel_is_opened_again() -> None:
    stage = Stage()
    connection = stage.connection(due_at=stage.now)

    sweep(stage.world, stage.now)

    assert stage.loaded(connection).channel is not None


def test_a_calendar_that_cannot_be_watched_is_not_tried_again() -> None:
    stage = Stage()
    stage.connection(due_at=stage.now, watchable=False)

    sweep(stage.world, stage.now)

    assert not stage.google.watched


def test_what_has_expired_is_removed_and_the_rest_stays() -> None:
    stage = Stage()
    past, future = stage.now - timedelta(days=400), stage.now + timedelta(days=1)
    ended = ["invitations/i", "oauth_states/s", "idempotency/k", "agendas/a/items/i"]
    ended += ["connections/c/journal/j", "connections/c/links/l"]
    ended += ["connections/c/previews/p"]
    stays = [f"{path}-stays" for path in ended]
    never = [f"{path}-never" for path in ended]
    stage.store.commit(
        [Create(path=path, data={"expires_at": past}) for path in ended]
        + [Create(path=path, data={"expires_at": future}) for path in stays]
        + [Create(path=path, data={"expires_at": None}) for path in never]
    )

    done = sweep(stage.world, stage.now)

    assert done.removed == len(ended)
    assert not stage.store.get_many(ended)
    assert len(stage.store.get_many(stays + never)) == 2 * len(ended)


def test_what_is_renewed_while_it_is_removed_stays() -> None:
    store = RenewingStore(Stage().store)
    stage = Stage(store=store)
    past = stage.now - timedelta(days=1)
    paths = [f"idempotency/k{number}" for number in range(3)]
    store.commit([Create(path=path, data={"expires_at": past}) for path in paths])
    store.renews = [Update(path=paths[1], data={"expires_at": stage.now})]

    done = sweep(stage.world, stage.now)

    assert done.removed == 2
    assert list(stage.store.get_many(paths)) == [paths[1]]


def test_a_sweep_is_bounded_and_a_task_continues_it() -> None:
    stage = Stage()
    past = stage.now - timedelta(days=2)
    stage.store.commit(
        [
            Create(path=f"idempotency/k{number}", data={"expires_at": past})
            for number in range(PAGE + 1)
        ]
    )

    first = sweep(stage.world, stage.now)
    second = sweep(stage.world, stage.now, after=stage.now)

    assert (first.removed, first.more) == (PAGE, True)
    assert (second.removed, second.more) == (1, False)
    assert len(stage.queue.bodies(SWEEP_PATH)) == 1
