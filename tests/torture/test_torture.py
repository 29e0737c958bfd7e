"""Short stories by a few seeds, so that each change of the engine meets some trouble.

`make torture` tells long ones. See docs/torture.md.
"""

import os
import subprocess
import sys

import pytest

SEEDS, STEPS = (1, 2, 3), 150


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_or_doubled_by_this_seed(seed: int) -> None:
    told = torture(seed, STEPS)

    assert told.returncode == 0, told.stdout + told.stderr
    assert "nothing lost, nothing doubled" in told.stdout


def torture(seed: int, steps: int, *more: str) -> "subprocess.CompletedProcess[str]":
    """Return what `make torture` says: in a process of its own, as its luck asks."""
    asked = ["--seed", str(seed), "--steps", str(steps), *more]
    return subprocess.run(
        [sys.executable, "-m", "tests.torture", *asked],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
