"""Announcing a change: who is asked for a run because of it."""

from services.agendas.announcing import Announcement, announce
from services.connections.connection import State
from services.items.records import ENGINE
from services.ports.queue import Task
from tests.worlds import Stage


def hinted(state: State, *, author: str = "k_1") -> list[Task]:
    """Return what is queued after a change in the agenda of one connection."""
    stage = Stage()
    connection = stage.connection(state=state)
    told = Announcement(agenda=connection.agenda, number=1, author=author, webhook=None)

    announce(stage.world, told, now=stage.now)

    return stage.queue.tasks


def test_a_change_by_an_application_asks_for_a_run() -> None:
    assert len(hinted(State.ACTIVE)) == 1


def test_a_change_by_the_engine_asks_for_none() -> None:
    assert hinted(State.ACTIVE, author=ENGINE) == []


def test_a_connection_that_may_not_run_is_left_alone() -> None:
    assert hinted(State.PAUSED) == hinted(State.NEEDS_RECONNECT) == []
