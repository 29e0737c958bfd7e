"""python -m tests.torture --seed 1 --steps 2000: the proof of convergence."""

import argparse
import os
import sys
import time

from local.store import SqliteStore
from tests.torture.chance import seeded
from tests.torture.proof import Proof
from tests.torture.stage import Stage
from tests.torture.story import Broken, Story


def main() -> int:
    """Tell a story by its seed; 1 when anything was lost or doubled."""
    asked = _arguments()
    if os.environ.get("PYTHONHASHSEED") != "0":
        # Sets must come in one order, or the seed would not tell the same story twice.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.torture", *sys.argv[1:]])  # noqa: S606  because it is this very program
    began = time.monotonic()
    with seeded(asked.seed) as luck:
        stage = Stage(SqliteStore(":memory:"), seed=asked.seed)
        proof = Proof(stage, luck, Story(aloud=asked.story))
        try:
            proof.go(asked.steps)
        except Broken as broken:
            _tell(asked.seed, proof, broken)
            return 1
    _sum_up(asked.seed, asked.steps, proof, time.monotonic() - began)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--story", action="store_true")
    return parser.parse_args()


def _tell(seed: int, proof: Proof, broken: Broken) -> None:
    print(f"SEED={seed} failed by step {proof.story.step}: {broken}")
    for line in proof.story.of(broken.token):
        print(line)


def _sum_up(seed: int, steps: int, proof: Proof, took: float) -> None:
    told = [f"{count} {what}" for what, count in sorted(proof.counts.items())]
    print(f"SEED={seed} STEPS={steps}: nothing lost, nothing doubled ({took:.0f} s)")
    print(f"  {', '.join(told)}")


sys.exit(main())
