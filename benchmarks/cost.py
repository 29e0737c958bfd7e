"""What a month costs: measured operations times published prices.

`make cost AGENDAS=1000 CHANGES=50`: so many agendas, each with so many changes a day.
The operations are those that CI holds us to (budgets.toml), the prices those of
prices.toml.
"""

import argparse
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.connections.connection import SWEEP_AFTER
from services.google.channels import LASTS
from services.google.renewal import RENEW_BEFORE_END

HERE = Path(__file__).parent
DAYS = 30.4
A_DAY = 86_400
SCHEDULER_JOBS = 3
SWEEPS_A_DAY = 24 * 60
RENEWALS_A_DAY = 24 * 4
GIB = 1024**3

Table = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """What happens on one day, in numbers of things."""

    runs: float
    quiet_runs: float
    pushes: float
    api_calls: float
    reads: float
    writes: float
    tasks: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the bill: dollars a month, and of what."""

    name: str
    dollars: float
    of: str


def day_of(agendas: int, changes: float, budgets: Table, assumed: Table) -> Day:
    """Return what a day of so many agendas is, each with so many changes.

    A change from Google is a push and a run. One from the application is a request and
    a run, and its echo a push and a run that finds nothing new. Quiet connections are
    looked at by the sweep, and their channels renewed before they end.
    """
    from_google = agendas * changes * assumed["assumed"]["share_from_google"]
    from_agenda = agendas * changes - from_google
    looks = agendas * (A_DAY / SWEEP_AFTER.total_seconds())
    lasts = (LASTS - RENEW_BEFORE_END).total_seconds() / A_DAY
    quiet = from_agenda + looks
    pushes = from_google + from_agenda + agendas / lasts
    google, own, idle = (
        budgets[name]
        for name in ("change-from-google", "change-from-the-agenda", "quiet-run")
    )
    return Day(
        runs=from_google + from_agenda,
        quiet_runs=quiet,
        pushes=pushes,
        api_calls=from_agenda,
        reads=from_google * google["document_reads"]
        + from_agenda * own["document_reads"]
        + quiet * idle["document_reads"],
        writes=from_google * google["document_writes"]
        + from_agenda * own["document_writes"]
        + quiet * idle["document_writes"],
        tasks=pushes + from_agenda + looks,
    )


def bill(agendas: int, day: Day, prices: Table) -> list[Line]:
    """Return the lines of a month's bill, the dearest first."""
    assumed, documents = prices["assumed"], prices["firestore"]
    clock = SWEEPS_A_DAY + RENEWALS_A_DAY
    requests = (day.runs + day.quiet_runs + day.pushes + day.api_calls + clock) * DAYS
    busy = (
        day.runs * assumed["run_seconds"]
        + (day.quiet_runs + clock) * assumed["quiet_run_seconds"]
        + day.pushes * assumed["push_seconds"]
        + day.api_calls * assumed["api_seconds"]
    )
    seconds = busy * DAYS / assumed["at_once"]
    stored = agendas * assumed["links"] * assumed["link_bytes"] / GIB
    logged = requests * assumed["log_bytes"] / GIB
    run, secrets = prices["run"], prices["secrets"]
    second = run["vcpu_second"] + run["gib_second"] * assumed["memory_gib"]
    lines = [
        _line("documents read", day.reads * DAYS, documents["read"], "reads"),
        _line("documents written", day.writes * DAYS, documents["write"], "writes"),
        _line("documents kept", stored, documents["gib_month"], "GiB"),
        _line("functions, time", seconds, second, "vCPU seconds"),
        _line("functions, requests", requests, run["request"], "requests"),
        _line(
            "queue", 2 * day.tasks * DAYS, prices["tasks"]["operation"], "operations"
        ),
        _line("clock", SCHEDULER_JOBS, prices["scheduler"]["job_month"], "jobs"),
        _line("secrets", 2 * 6, secrets["version_month"], "versions"),
        _line("logs", logged, prices["logs"]["gib"], "GiB"),
    ]
    return sorted(lines, key=lambda line: -line.dollars)


def _line(name: str, amount: float, price: float, unit: str) -> Line:
    return Line(name=name, dollars=amount * price, of=f"{amount:,.0f} {unit}")


def tables() -> tuple[Table, Table]:
    """Return the budgets and the prices as they are kept beside this file."""
    return _table("budgets.toml"), _table("prices.toml")


def _table(name: str) -> Table:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def main(arguments: list[str] | None = None) -> int:
    """Print the bill."""
    parser = argparse.ArgumentParser(prog="make cost", description=__doc__)
    parser.add_argument("--agendas", type=_positive, default=1000)
    parser.add_argument("--changes", type=_positive, default=50, help="a day, each")
    chosen = parser.parse_args(arguments)
    budgets, prices = tables()
    day = day_of(chosen.agendas, chosen.changes, budgets, prices)
    lines = bill(chosen.agendas, day, prices)
    total = sum(line.dollars for line in lines)
    print(f"{chosen.agendas:,} agendas, {chosen.changes:,} changes a day in each:\n")
    for line in lines:
        print(f"  {line.name:22}{line.dollars:10,.2f} USD   {line.of}")
    print(f"\n  {'a month':22}{total:10,.2f} USD")
    print(f"  {'an agenda':22}{total / chosen.agendas:10,.4f} USD")
    print(f"\nPrices as of {prices['as_of']}, without free quotas; how long a request")
    print("takes is assumed (benchmarks/prices.toml). Google's Calendar API is free.")
    return 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    raise SystemExit(main())
