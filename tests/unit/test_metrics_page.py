"""docs/metrics.md lists every figure with its event, as the code has it."""

from services.metrics import METRICS, SECONDS, Metric
from tests.house import ROOT, production

PAGE = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
HEAD = (
    "| metric | reading | event | value | labels | unit | means |\n"
    "|---|---|---|---|---|---|---|\n"
)


def table() -> str:
    """Return the table of the page as it ought to be."""
    return HEAD + "".join(f"{row(metric)}\n" for metric in METRICS)


def row(metric: Metric) -> str:
    value = f"`{metric.value}`" if metric.value else ""
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    cells = (f"`{metric.name}`", str(metric.reading), f"`{metric.event}`", value)
    return f"| {' | '.join((*cells, labels, metric.unit, metric.means))} |"


def test_the_page_lists_every_figure_as_it_is() -> None:
    assert table() in PAGE, f"docs/metrics.md ought to hold:\n\n{table()}"


def test_the_page_tells_the_bounds_of_a_spread() -> None:
    bounds = ", ".join(f"{bound:g}" for bound in SECONDS)

    assert bounds in " ".join(PAGE.split()), bounds


def test_every_figure_is_read_from_an_event_that_is_logged() -> None:
    logged = "".join(module.text for module in production())

    for metric in METRICS:
        assert f'"event": "{metric.event}"' in logged, metric.event
