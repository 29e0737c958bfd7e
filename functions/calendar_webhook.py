"""POST /push/google: Google says that a calendar changed.

The whole internet can call this, so it proves, queues and answers, and does no more.
"""

import logging

from flask import Request, Response

from functions.bootstrap import now, world
from functions.http import door, no_content, refused, require
from services.google.push import PUSH_PATH, prove, queue_push
from services.ports.queue import QueueError

logger = logging.getLogger(__name__)


@door
def calendar_webhook(request: Request) -> Response:
    """Queue a run for a genuine push; say nothing to anybody else.

    503 when the queue is down: Google repeats the push then.
    """
    require(request, "POST", PUSH_PATH)
    push = prove(world(), request.headers)
    if push is None:
        logger.info("push ignored", extra={"event": "push-ignored"})
        return no_content()
    try:
        queue_push(world(), push, now())
    except QueueError as error:
        raise refused(503, "The queue does not answer; please repeat this.") from error
    return no_content()
