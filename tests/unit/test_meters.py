"""Figures are taken from the log's events, and cost nothing where nobody wants them."""

import logging
import subprocess
import sys
from collections.abc import Mapping

import pytest

from functions.meters import SECONDS_BETWEEN_EXPORTS, Measuring
from tests.house import ROOT


class Kept:
    """Meters that keep what they are given."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, object]] = []
        self.exports = 0
        self.works = True

    def take(self, event: str, members: Mapping[str, object]) -> None:
        self.taken.append((event, members.get("written")))

    def export(self) -> bool:
        self.exports += 1
        return self.works


class Seconds:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def record(event: str, **members: object) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": "m", "event": event, **members})


def test_only_what_is_measured_reaches_the_meters() -> None:
    made: list[Kept] = []

    def make() -> Kept:
        made.append(Kept())
        return made[-1]

    handler = Measuring(make)

    handler.handle(record("agenda-deleted"))
    assert made == []
    handler.handle(record("run-done", written=3))

    assert made[0].taken == [("run-done", 3)]


def test_figures_are_sent_now_and_then_and_at_the_end() -> None:
    kept, seconds = Kept(), Seconds()
    handler = Measuring(lambda: kept, seconds=seconds)
    handler.handle(record("run-done"))

    handler.export_if_due()
    assert kept.exports == 0
    seconds.now += SECONDS_BETWEEN_EXPORTS
    handler.export_if_due()
    handler.export_if_due()
    assert kept.exports == 1
    handler.handle(record("run-done"))
    handler.export()

    assert kept.exports == 2


def test_a_receiver_that_is_down_is_left_alone_for_minutes() -> None:
    kept, seconds = Kept(), Seconds()
    kept.works = False
    handler = Measuring(lambda: kept, seconds=seconds)

    for _ in range(30):
        seconds.now += SECONDS_BETWEEN_EXPORTS
        handler.handle(record("run-done"))
        handler.export_if_due()

    assert kept.exports == 1


@pytest.mark.parametrize("library", ["opentelemetry", "google.auth"])
def test_a_start_without_an_exporter_loads_nothing_of_it(library: str) -> None:
    program = (
        "import sys, main\n"
        f"print(any(name.startswith({library!r}) for name in sys.modules))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "False"
