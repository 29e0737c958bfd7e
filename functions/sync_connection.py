"""POST /tasks/sync: one run of one connection."""

import logging
from datetime import datetime

from flask import Request, Response

from functions.bootstrap import now, world
from functions.http import door, refused
from functions.tasks import due_at, task_body, time_in, told
from services.lanes import Lane
from services.queueing import RUN_PATH

logger = logging.getLogger(__name__)


@door
def sync_connection(request: Request) -> Response:
    """Do a run and tell what it came to."""
    body = task_body(request, RUN_PATH)
    # After the proof: a stranger's request does not even load the engine.
    from services.run.hint import Hint
    from services.run.run import sync

    connection = body.get("connection")
    if not isinstance(connection, str):
        raise refused(400, '"connection" is the id of a connection.')
    hint = Hint(
        channel=body.get("channel"),
        resource=body.get("resource"),
        received_at=time_in(body, "received_at"),
        run=str(body.get("run") or ""),
        quiet=body.get("quiet") is True,
        lane=Lane.BACKFILL if body.get("lane") == Lane.BACKFILL else Lane.LIVE,
    )
    began, due = now(), due_at(request) or hint.received_at
    outcome = sync(world(), connection, hint=hint)
    fields = {
        "event": "run-done",
        "connection_id": connection,
        "outcome": outcome.word,
        "lane": str(hint.lane),
        "read": outcome.read,
        "written": outcome.written,
        **_times(began, due),
    }
    logger.info("run done", extra=fields)
    return told(outcome=outcome.word, read=outcome.read, written=outcome.written)


def _times(began: datetime, due: datetime | None) -> dict[str, float | None]:
    """Return how many seconds a run took, and how many its task had waited before."""
    waited = None if due is None else max(0.0, (began - due).total_seconds())
    return {"seconds": (now() - began).total_seconds(), "waited": waited}
