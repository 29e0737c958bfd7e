"""`python -m benchmarks [--quick] [--explain]`: measure and keep the budgets."""

import argparse
import sys
import time
from collections.abc import Iterator

from benchmarks import cases
from benchmarks.figures import Figure, table
from benchmarks.people import Failed
from benchmarks.stage import Stage, set_up

DESKS = 10


def main() -> int:
    """Print the figures; return 1 when a count is over its budget."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute")
    parser.add_argument("--explain", action="store_true", help="which documents")
    chosen = parser.parse_args()
    began = time.perf_counter()
    figures: list[Figure] = []
    problems: list[str] = []
    try:
        with set_up() as stage:
            for measured in measure(stage, rounds=1 if chosen.quick else 10):
                figures += measured
    except Failed as failed:
        problems.append(f"Measuring ended early: {failed}")
    print(table(one for one in figures if chosen.explain or not one.detail))
    print(f"\nMeasured in {time.perf_counter() - began:.0f} s, stand-in latency zero.")
    over = [figure for figure in figures if figure.is_over]
    problems += [f"Over its budget: {one.case} {one.name}" for one in over]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def measure(stage: Stage, *, rounds: int) -> Iterator[list[Figure]]:
    """Run every case, one after the other, on calendars that are already in sync."""
    prepared = cases.prepare(stage, desks=DESKS)
    yield cases.quiet_run(stage, prepared)
    yield cases.change_from_google(stage, prepared, rounds=rounds)
    yield cases.change_of_a_series(stage, prepared)
    yield cases.change_from_the_agenda(stage, prepared, rounds=rounds)
    yield cases.burst(stage, prepared[0])
    yield cases.counted_alike(stage)
    yield cases.first_read(stage, events=10_000)


if __name__ == "__main__":
    sys.exit(main())
