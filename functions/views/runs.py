"""What the API shows of runs."""

from functions.views.things import time_text
from services.connections.asked_runs import AskedRun
from services.connections.connection import LastRun
from services.connections.journal import Page
from services.ports.values import Json
from services.refusals import Unknown


def checked_run(name: str) -> str:
    """Return the id of a run. Raises Unknown for what can be none."""
    if not name.replace("_", "").isalnum() or not name.isascii() or len(name) > 64:
        raise Unknown("There is no such run.")
    return name


def run_view(run: AskedRun) -> dict[str, Json]:
    """Return a run that was asked for; `run` is its id in the journal."""
    return {
        "id": run.id,
        "run": run.run,
        "asked_for": run.asked_for,
        "outcome": run.outcome,
        "asked_at": time_text(run.asked_at),
        "started_at": time_text(run.started_at),
        "ended_at": time_text(run.ended_at),
        "read": run.read,
        "written": run.written,
    }


def last_run_view(run: LastRun) -> dict[str, Json]:
    """Return the newest run of a connection, for which nobody asked."""
    return {
        "id": run.id,
        "run": run.id,
        "asked_for": "",
        "outcome": run.outcome,
        "asked_at": None,
        "started_at": time_text(run.started_at),
        "ended_at": time_text(run.ended_at),
        "read": run.read,
        "written": run.written,
    }


def written_run_view(page: Page) -> dict[str, Json]:
    """Return an earlier run of which only the journal is kept."""
    return {
        "id": page.run,
        "run": page.run,
        "asked_for": "",
        "outcome": "done",
        "asked_at": None,
        "started_at": time_text(page.at),
        "ended_at": None,
        "read": None,
        "written": None,
    }


def empty_page(run: AskedRun) -> dict[str, Json]:
    """Return what the journal says of a run that wrote nothing."""
    at = run.ended_at or run.started_at or run.asked_at
    return {"id": run.id, "run": run.run, "at": time_text(at), "writes": []}
