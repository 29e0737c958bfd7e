"""Short stories by a few seeds, so that each change of the engine meets some trouble.

`make torture` tells long ones. And the proof is proven: where one of the rules on which
everything rests is broken on purpose, it must fail. See docs/torture.md.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from tests.torture.broken import RULES
from tests.torture.proof import Beat, beats
from tests.torture.shrinking import Shrinking
from tests.torture.stores import EMULATOR

SEEDS, STEPS = (1, 2, 3), 150
FEW_STEPS = 60
LUCKLESS = range(1, 9)
SOON = 320
"""Most seeds notice each broken rule within so many steps."""

Run = subprocess.CompletedProcess[str]


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_or_doubled_by_this_seed(seed: int) -> None:
    told = torture(seed, STEPS)

    assert told.returncode == 0, told.stdout + told.stderr
    assert "nothing lost, nothing doubled" in told.stdout


def test_a_hostile_agenda_starts_no_loop_and_loses_nothing_that_it_holds() -> None:
    told = torture(1, STEPS, "--hostile")

    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.firestore
def test_nothing_is_lost_or_doubled_on_firestore(
    firestore_emulator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(EMULATOR, firestore_emulator)

    told = torture(2, FEW_STEPS, "--store", "firestore")

    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize("rule", RULES)
def test_the_proof_notices_that_this_rule_is_broken(rule: str) -> None:
    ended = next((one for one in _stories_without(rule) if one.returncode == 1), None)

    assert ended is not None, f"Nobody misses the rule {rule}."
    assert re.search(r"^SEED=\d failed by step \d+: ", ended.stdout, re.MULTILINE)


def test_a_failing_story_comes_with_a_shorter_one_that_fails_too() -> None:
    failed = torture(1, SOON, "--break", "whole-answer-as-seen", "--shrink", "5")

    assert failed.returncode == 1
    short = re.search(r"--only (\S+) ", failed.stdout)
    assert short is not None, failed.stdout
    only = ("--only", short.group(1))
    assert torture(1, 1, "--break", "whole-answer-as-seen", *only).returncode == 1
    assert torture(1, 1, *only).returncode == 0


def test_nothing_that_can_be_left_out_stays_in_a_short_story() -> None:
    needed = {Beat(7), Beat(131), Beat(160, quiet=True)}

    def tell(beats: Sequence[Beat]) -> Ending:
        lost = needed <= {*beats}
        return Ending("lost" if lost else "", max(needed) if lost else max(beats))

    whole = beats(400)
    search = Shrinking(tell, 600, whole, tell(whole))
    search.search()

    assert set(search.best) == needed


@dataclass(frozen=True)
class Ending:
    """How some beats end, as a test says it."""

    kind: str
    reached: Beat


def _stories_without(rule: str) -> Iterator[Run]:
    for seed in LUCKLESS:
        yield torture(seed, SOON, "--break", rule, "--shrink", "0")


def torture(seed: int, steps: int, *more: str) -> Run:
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
