"""python -m tests.torture --seed 1 --steps 2000: the proof of convergence."""

import argparse
import os
import sys
import time

from services.ports import Store
from tests.torture.broken import RULES, broken
from tests.torture.chance import seeded
from tests.torture.proof import Proof
from tests.torture.stage import Stage
from tests.torture.stores import NoEmulator, opened
from tests.torture.story import Broken, Story


def main() -> int:
    """Tell a story by its seed; 1 when anything was lost or doubled."""
    asked = _arguments()
    if os.environ.get("PYTHONHASHSEED") != "0":
        # Sets must come in one order, or the seed would not tell the same story twice.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.torture", *sys.argv[1:]])  # noqa: S606  because it is this very program
    try:
        with opened(asked.store) as store:
            return _told(asked, store)
    except NoEmulator as error:
        print(f"The Firestore emulator cannot run here: {error}.")
        return 2


def _told(asked: argparse.Namespace, store: Store) -> int:
    began = time.monotonic()
    with seeded(asked.seed) as luck:
        stage = Stage(store, seed=asked.seed)
        proof = Proof(stage, luck, Story(aloud=asked.story))
        try:
            with broken(asked.broken, stage):
                proof.go(asked.steps)
        except Broken as found:
            _tell_failure(asked.seed, proof, found)
            return 1
    _sum_up(asked, proof, time.monotonic() - began)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--store", choices=("sqlite", "firestore"), default="sqlite")
    parser.add_argument("--story", action="store_true", help="tell all that happens")
    parser.add_argument("--break", dest="broken", choices=RULES, help="on purpose")
    return parser.parse_args()


def _tell_failure(seed: int, proof: Proof, found: Broken) -> None:
    for line in proof.story.of(found.token):
        print(line)
    print(f"SEED={seed} failed by step {proof.story.step}: {found}")


def _sum_up(asked: argparse.Namespace, proof: Proof, took: float) -> None:
    told = [f"{count} {what}" for what, count in sorted(proof.counts.items())]
    watch = proof.stage.watch
    told += [f"{watch.intents} intents", f"{watch.writes} writes at Google"]
    seed, steps = asked.seed, asked.steps
    print(f"SEED={seed} STEPS={steps}: nothing lost, nothing doubled ({took:.0f} s)")
    print(f"  {', '.join(told)}")


if __name__ == "__main__":
    sys.exit(main())
