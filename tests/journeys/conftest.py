"""What the journeys share.

One stand-in for Google for all journeys of a process, emptied before each; and for
those that go through the doors, Tandem with a stand-in of its own.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.tandem import ANNA, Browser, Tandem, running_tandem
from tests.journeys.tandem_server import tandem_process
from tests.journeys.trouble import mails
from tests.journeys.workbench import Workbench
from tests.standin.conftest import Control, ann, bob, control, google, person, running
from tests.standin.people import Person

__all__ = [
    "Control",
    "ann",
    "bob",
    "control",
    "google",
    "person",
    "running",
    "tandem_process",
]

# What a walk waits for is asserted there, and is to be told in full.
pytest.register_assert_rewrite("tests.journeys.walks")


@pytest.fixture
def tandem(tmp_path: Path) -> Iterator[Tandem]:
    """Tandem and a stand-in for Google, in which Anna has an account."""
    with running_tandem(tmp_path) as both:
        both.person(ANNA)
        yield both


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A browser without any cookies."""
    fresh = Browser()
    yield fresh
    fresh.session.close()


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    """A Tandem that has read everything there is, and that never mails a guest."""
    made = Workbench(ann)
    made.connect()
    made.settle()
    yield made
    assert mails(made) == []


@pytest.fixture
def bench_with(ann: Person) -> Callable[..., Workbench]:
    """Return a maker of Tandems with settings, all read and nothing there."""

    def made(**settings: Any) -> Workbench:
        bench = Workbench(ann, settings=settings)
        bench.connect()
        bench.settle()
        return bench

    return made
