"""Figures: what was measured, beside what it may be."""

import math
import statistics
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

BUDGETS = Path(__file__).with_name("budgets.toml")


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One measured number; `budget` is set where exceeding it is a failure.

    A `detail` explains another figure and is shown on request only.
    """

    case: str
    name: str
    value: float
    unit: str = ""
    budget: float | None = None
    detail: bool = False

    @property
    def is_over(self) -> bool:
        """Whether it costs more than it may."""
        return self.budget is not None and self.value > self.budget


def counted(case: str, **counts: float) -> list[Figure]:
    """Return counts as figures, each with its budget if it has one."""
    budgets = tomllib.loads(BUDGETS.read_text(encoding="utf-8")).get(case, {})
    return [
        Figure(case=case, name=name, value=value, budget=budgets.get(name))
        for name, value in counts.items()
    ]


def timed(case: str, seconds: Sequence[float]) -> list[Figure]:
    """Return median and 95th percentile of what was timed, in milliseconds."""
    marks = {"p50": 0.50, "p95": 0.95}
    return [
        Figure(case=case, name=name, value=1000 * percentile(seconds, mark), unit="ms")
        for name, mark in marks.items()
    ]


def percentile(values: Sequence[float], mark: float) -> float:
    """Return the smallest value that at least this share of all does not exceed."""
    if not values:
        return math.nan
    if mark == 0.5:
        return statistics.median(values)
    place = math.ceil(mark * len(values)) - 1
    return sorted(values)[max(place, 0)]


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as a table for people."""
    lines = [f"{'case':<24} {'figure':<26} {'measured':>10} {'budget':>8}", "-" * 74]
    for figure in figures:
        unit = f" {figure.unit}" if figure.unit else ""
        measured = f"{figure.value:.0f}{unit}"
        budget = "" if figure.budget is None else f"{figure.budget:.0f}"
        mark = "  OVER" if figure.is_over else ""
        lines.append(
            f"{figure.case:<24} {figure.name:<26} {measured:>10} {budget:>8}{mark}"
        )
    return "\n".join(lines)
