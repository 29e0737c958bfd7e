"""`python -m benchmarks [--quick] [--explain]`: measure and keep the budgets."""

import argparse
import sys
import time

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
    try:
        with set_up() as stage:
            figures = measure(stage, rounds=1 if chosen.quick else 10)
    except Failed as failed:
        print(f"Nothing could be measured: {failed}", file=sys.stderr)
        return 1
    print(table(one for one in figures if chosen.explain or not one.detail))
    print(f"\nMeasured in {time.perf_counter() - began:.0f} s, stand-in latency zero.")
    over = [figure for figure in figures if figure.is_over]
    for figure in over:
        print(f"Over its budget: {figure.case} {figure.name}", file=sys.stderr)
    return 1 if over else 0


def measure(stage: Stage, *, rounds: int) -> list[Figure]:
    """Run every case, one after the other, on calendars that are already in sync."""
    prepared = cases.prepare(stage, desks=DESKS)
    return [
        *cases.quiet_run(stage, prepared),
        *cases.change_from_google(stage, prepared, rounds=rounds),
        *cases.change_of_a_series(stage, prepared),
        *cases.change_from_the_agenda(stage, prepared, rounds=rounds),
        *cases.burst(stage, prepared[0]),
        *cases.counted_alike(stage),
        *cases.first_read(stage, events=10_000),
    ]


if __name__ == "__main__":
    sys.exit(main())
