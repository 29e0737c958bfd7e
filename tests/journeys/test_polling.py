"""An application that cannot tell of its changes is asked for them, again and again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from connectors.base import Capabilities, Connector
from services.agendas.agenda import change_agenda
from services.connections.connection import UNWATCHED_AFTER
from services.connections.steering import pause
from services.ports.queue import Task
from services.world import Application
from tests.journeys.workbench import Workbench
from tests.standin.people import Person


class Mute:
    """A connector whose application tells nobody of its changes."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    @property
    def capabilities(self) -> Capabilities:
        return replace(self._connector.capabilities, poll_seconds=60)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)


@dataclass
class MuteBench(Workbench):
    """A workbench with such an application."""

    def _connect(self, application: Application) -> Connector:
        connector: Any = Mute(super()._connect(application))
        return connector  # type: ignore[no-any-return]  # because it passes on all else

    def polls(self) -> list[Task]:
        """Return the looks that were asked for, and forget them."""
        found = [task for task in self.queue.tasks if "poll-" in (task.name or "")]
        self.queue.tasks.clear()
        return found


@pytest.fixture
def bench(person: Callable[..., Person]) -> MuteBench:
    made = MuteBench(person("ann@example.com"))
    made.connect()
    made.settle()
    return made


def test_each_run_asks_for_the_next_look_however_many_ask(bench: MuteBench) -> None:
    bench.clock.sleep(timedelta(minutes=2))
    bench.queue.tasks.clear()

    for _ in range(3):
        bench.sync()
    [look] = bench.polls()

    assert look.body == {"connection": bench.connection_id}
    assert look.at is not None
    assert timedelta(0) < look.at - bench.clock.now() <= timedelta(seconds=60)


def test_the_chain_goes_on_look_after_look(bench: MuteBench) -> None:
    moments = []
    for _ in range(3):
        bench.clock.sleep(timedelta(seconds=60))
        bench.sync()
        [look] = bench.polls()
        assert look.at is not None
        assert look.at - bench.clock.now() <= timedelta(seconds=60)
        moments.append(look.at)

    assert all(one < later for one, later in pairwise(moments))


def test_the_setting_says_how_often(bench: MuteBench) -> None:
    change_agenda(bench.world, bench.agenda, {"settings": {"poll_seconds": 600}})
    bench.clock.sleep(timedelta(minutes=20))
    bench.queue.tasks.clear()

    bench.sync()
    [look] = bench.polls()

    assert look.at is not None
    assert look.at - bench.clock.now() <= timedelta(seconds=600)
    assert (look.name or "").split("-")[2] == "600"


def test_a_broken_chain_is_soon_found_by_the_sweep(bench: MuteBench) -> None:
    bench.sync()

    due_at = bench.connection().due_at

    assert due_at is not None
    assert due_at - bench.clock.now() <= UNWATCHED_AFTER


def test_nobody_asks_for_a_connection_that_is_paused(bench: MuteBench) -> None:
    pause(bench.world, bench.connection_id)
    bench.clock.sleep(timedelta(minutes=2))
    bench.queue.tasks.clear()

    bench.sync()

    assert bench.polls() == []
