"""POST /push/agenda/{agenda}/{mac}: an application says that its agenda changed."""

import logging

from flask import Request, Response

from functions.bootstrap import now, world
from functions.http import door, no_content, refused, require_method
from services.ports.queue import QueueError

logger = logging.getLogger(__name__)


@door
def agenda_webhook(request: Request) -> Response:
    """Queue runs for a genuine hint; say nothing to anybody else."""
    from services.agendas.agenda_hooks import HOOK_PATH, is_genuine, queue_agenda_hint

    if not request.path.startswith(f"{HOOK_PATH}/"):
        raise refused(404, f"There is nothing at {request.path}.")
    require_method(request, "POST")
    agenda, _, mac = request.path.removeprefix(f"{HOOK_PATH}/").partition("/")
    if not is_genuine(world(), agenda, mac):
        logger.info("hint ignored", extra={"event": "hint-ignored"})
        return no_content()
    try:
        queue_agenda_hint(world(), agenda, now())
    except QueueError as error:
        raise refused(503, "The queue does not answer; please repeat this.") from error
    return no_content()
