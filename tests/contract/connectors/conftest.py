"""The shared suite's applications, as fixtures."""

from collections.abc import Iterator

import pytest

from tests.contract.connectors.rig import Rig
from tests.contract.connectors.rigs import RIGS
from tests.standin.conftest import google, person, running

__all__ = ["google", "person", "running"]


@pytest.fixture(params=RIGS)
def rig_name(request: pytest.FixtureRequest) -> str:
    """Give the name of one application after the other."""
    return str(request.param)


@pytest.fixture
def rig(rig_name: str) -> Iterator[Rig]:
    """Give that application, empty."""
    with RIGS[rig_name]() as made:
        yield made
