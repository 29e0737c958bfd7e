"""POST /tasks/sweep: what was quiet too long is looked at."""

from flask import Request, Response

from functions.bootstrap import now, world
from functions.http import door
from functions.tasks import task_body, time_in, told


@door
def sweep(request: Request) -> Response:
    """Queue quiet connections and remove what has expired."""
    from services import sweep as deeds

    body = task_body(request, deeds.SWEEP_PATH)
    done = deeds.sweep(world(), now(), after=time_in(body, "after"))
    return told(queued=done.queued, removed=done.removed, more=done.more)
