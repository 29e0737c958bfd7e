"""The census counts how everything stands, piece by piece, and logs it once."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from services.connections.connection import Counts, State
from services.google.accounts import AccountState
from services.metrics import METRICS
from services.rounds import census
from services.rounds.census import CENSUS_PATH
from tests.worlds import Stage


@pytest.fixture(autouse=True)
def _every_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def taken(stage: Stage) -> int:
    """Take the census to its end; return how many pieces that were."""
    body: Any = {}
    for pieces in range(1, 100):
        if not census.go_on(stage.world, body, now=stage.now):
            return pieces
        body = stage.queue.bodies(CENSUS_PATH)[-1]
    raise AssertionError("The census never ends.")


def logged(caplog: pytest.LogCaptureFixture, event: str) -> list[dict[str, Any]]:
    lines = [record.__dict__ for record in caplog.records]
    return [line for line in lines if line.get("event") == event]


def test_what_stands_ill_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage()
    stage.connection(counts=Counts(links=5, dirty=2, parked=1), silent=True)
    stage.connection(due_at=stage.now - timedelta(hours=2), channel="ch_1")
    stage.connection(state=State.PAUSED, silent=True)
    stage.connection(state=State.DISCONNECTED, counts=Counts(links=9))

    taken(stage)

    [line] = logged(caplog, "census")
    assert (line["links"], line["dirty"], line["parked"]) == (5, 2, 1)
    assert (line["channels_silent"], line["channels_missing"]) == (1, 1)
    assert line["overdue_seconds"] == 7200
    states = {
        line["state"]: line["connections"] for line in logged(caplog, "census-state")
    }
    assert set(states) == set(State)
    assert (states["active"], states["paused"], states["disconnected"]) == (2, 1, 1)


def test_grants_that_die_are_seen_before_they_are_dead(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stage = Stage()
    stage.account("o_1")
    stage.account("o_2", state=AccountState.NEEDS_RECONNECT)
    stage.account("o_3", access_ends_at=stage.now - timedelta(days=2))

    taken(stage)

    [line] = logged(caplog, "census")
    assert (line["tokens_dead"], line["tokens_dying"]) == (1, 1)


def test_many_are_counted_by_several_tasks(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(census, "PAGE", 2)
    stage = Stage()
    for _ in range(11):
        stage.connection(counts=Counts(links=1))

    pieces = taken(stage)

    assert pieces > 2
    [line] = logged(caplog, "census")
    assert line["links"] == 11


def test_a_half_hour_has_one_census() -> None:
    stage = Stage()

    census.begin(stage.world, stage.now)
    census.begin(stage.world, stage.now)
    stage.clock.advance(timedelta(minutes=31))
    census.begin(stage.world, stage.now)

    assert len(stage.queue.bodies(CENSUS_PATH)) == 2


def test_every_level_is_a_member_of_the_census(
    caplog: pytest.LogCaptureFixture,
) -> None:
    taken(Stage())

    for metric in METRICS:
        if metric.event.startswith("census"):
            line = logged(caplog, metric.event)[0]
            assert isinstance(line[metric.value], int)
            assert all(label in line for label in metric.labels)
