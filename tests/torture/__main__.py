"""python -m tests.torture --seed 1 --steps 2000: the proof of convergence."""

import argparse
import logging
import os
import sys
import time
import traceback
from dataclasses import replace

from tests.torture.broken import RULES
from tests.torture.proof import Beat, beats
from tests.torture.shrinking import Shrinking
from tests.torture.stores import NoEmulator
from tests.torture.telling import Asked, Told, told

SHRINKS_FOR = 120.0


def main() -> int:
    """Tell a story by its seed; 1 when anything was lost or doubled."""
    given = _arguments()
    logging.disable()
    if os.environ.get("PYTHONHASHSEED") != "0":
        # Sets must come in one order, or the seed would not tell the same story twice.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.torture", *sys.argv[1:]])  # noqa: S606  because it is this very program
    asked = Asked(
        seed=given.seed,
        store=given.store,
        broken=given.broken,
        aloud=given.story,
        hostile=given.hostile,
    )
    try:
        return _told(asked, given)
    except NoEmulator as error:
        print(f"The Firestore emulator cannot run here: {error}.")
        return 2


def _told(asked: Asked, given: argparse.Namespace) -> int:
    began = time.monotonic()
    chosen = _chosen(given.only) if given.only else beats(given.steps)
    found = told(asked, chosen)
    if found.failure is None:
        _sum_up(given, found, time.monotonic() - began)
        return 0
    _tell_failure(asked, found)
    if given.shrink > 0 and not given.only:
        _tell_short(asked, found, chosen, seconds=given.shrink)
    return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--store", choices=("sqlite", "firestore"), default="sqlite")
    parser.add_argument("--story", action="store_true", help="tell all that happens")
    parser.add_argument("--break", dest="broken", choices=RULES, help="on purpose")
    parser.add_argument("--hostile", action="store_true", help="an agenda that is")
    parser.add_argument("--only", default="", help="some beats: 3,17,40q")
    parser.add_argument(
        "--shrink",
        type=float,
        default=SHRINKS_FOR,
        metavar="SECONDS",
        help="how long to look for a shorter story of a failure (0: not at all)",
    )
    return parser.parse_args()


def _chosen(only: str) -> list[Beat]:
    return [
        Beat(int(each.removesuffix("q")), quiet=each.endswith("q"))
        for each in only.split(",")
    ]


def _tell_failure(asked: Asked, found: Told) -> None:
    failure = found.failure
    if failure is None:
        return
    if not asked.aloud:
        for line in found.proof.story.of(failure.token):
            print(line)
    if failure.__cause__ is not None:
        traceback.print_exception(failure.__cause__)
    print(f"SEED={asked.seed} failed by step {found.proof.beat.number}: {failure}")


def _tell_short(
    asked: Asked, found: Told, chosen: list[Beat], *, seconds: float
) -> None:
    """Look for a shorter story and tell it: on SQLite, which is quick."""
    quick = replace(asked, store="sqlite", aloud=False)
    search = Shrinking(lambda beats: told(quick, beats), seconds, chosen, found)
    search.search()
    short = ",".join(str(beat) for beat in search.best)
    count = len(search.best)
    print(f"\nThe same in {count} of its steps ({search.tried} stories were tried):")
    _tell_failure(quick, search.failed)
    broken = f" --break {asked.broken}" if asked.broken else ""
    hostile = " --hostile" if asked.hostile else ""
    again = f"--only {short} --story{broken}{hostile}"
    print(f'Again: make torture SEED={asked.seed} ARGS="{again}"')


def _sum_up(given: argparse.Namespace, found: Told, took: float) -> None:
    proof = found.proof
    counted = [f"{count} {what}" for what, count in sorted(proof.counts.items())]
    watch = proof.stage.watch
    counted += [f"{watch.intents} intents", f"{watch.writes} writes at Google"]
    seed, steps = given.seed, given.steps
    print(f"SEED={seed} STEPS={steps}: nothing lost, nothing doubled ({took:.0f} s)")
    print(f"  {', '.join(counted)}")


if __name__ == "__main__":
    sys.exit(main())
