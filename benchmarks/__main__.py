"""`python -m benchmarks [--quick]`: measure, print the table, keep the budgets."""

import argparse
import sys
import time

from benchmarks import cases
from benchmarks.figures import Figure, table
from benchmarks.people import Failed
from benchmarks.stage import Stage, set_up


def main() -> int:
    """Print the figures; return 1 when a count is over its budget."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute")
    quick = parser.parse_args().quick
    began = time.perf_counter()
    try:
        with set_up() as stage:
            figures = measure(stage, desks=10, rounds=1 if quick else 10)
    except Failed as failed:
        print(f"Nothing could be measured: {failed}", file=sys.stderr)
        return 1
    print(table(figures))
    print(f"\nMeasured in {time.perf_counter() - began:.0f} s, stand-in latency zero.")
    over = [figure for figure in figures if figure.is_over]
    for figure in over:
        print(f"Over its budget: {figure.case} {figure.name}", file=sys.stderr)
    return 1 if over else 0


def measure(stage: Stage, *, desks: int, rounds: int) -> list[Figure]:
    """Run every case, one after the other, on calendars that are already in sync."""
    joined = [stage.join(stage.person()) for _ in range(desks)]
    for desk in joined:
        stage.wait_until_synced(desk)
    stage.settle(since=stage.mark())
    return [
        *cases.quiet_run(stage, joined),
        *cases.change_from_google(stage, joined, rounds=rounds),
        *cases.change_of_a_series(stage, joined),
        *cases.change_from_the_agenda(stage, joined, rounds=rounds),
        *cases.burst(stage, joined[0]),
        *cases.first_read(stage, events=10_000),
        *cases.counted_alike(stage),
    ]


if __name__ == "__main__":
    sys.exit(main())
