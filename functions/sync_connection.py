"""POST /tasks/sync: one run of one connection."""

from flask import Request, Response

from functions.bootstrap import world
from functions.http import door, refused
from functions.tasks import task_body, time_in, told
from services.lanes import Lane
from services.queueing import RUN_PATH


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
    outcome = sync(world(), connection, hint=hint)
    return told(outcome=outcome.word, read=outcome.read, written=outcome.written)
