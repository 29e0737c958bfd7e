"""POST /tasks/renew-channels: no push channel ends unnoticed."""

from flask import Request, Response

from functions.bootstrap import now, world
from functions.http import door
from functions.tasks import task_body, time_in, told


@door
def renew_channels(request: Request) -> Response:
    """Renew the channels that end within a day."""
    from services.google.renewal import RENEW_PATH, renew_due

    body = task_body(request, RENEW_PATH)
    done = renew_due(world(), now(), after=time_in(body, "after"))
    return told(renewed=done.renewed, failed=done.failed, more=done.more)
