"""POST /tasks/sweep, /tasks/deliver-hook: what is left over, and what is to be told.

Messages to webhooks share this door: both may wait, and neither is called by strangers.
"""

from flask import Request, Response

from functions.bootstrap import now, world
from functions.http import door
from functions.tasks import task_body, time_in, told


@door
def sweep(request: Request) -> Response:
    """Queue quiet connections and remove what has expired, or deliver a message."""
    from services import hooks
    from services import sweep as deeds

    if request.path == hooks.DELIVER_PATH:
        message = task_body(request, hooks.DELIVER_PATH)
        return told(delivered=hooks.deliver(world(), message, now=now()))
    body = task_body(request, deeds.SWEEP_PATH)
    done = deeds.sweep(world(), now(), after=time_in(body, "after"))
    return told(queued=done.queued, removed=done.removed, more=done.more)
