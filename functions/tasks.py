"""What the doors under /tasks share: their bodies and their answers."""

import json
import logging
from datetime import UTC, datetime
from typing import Final

from flask import Request, Response

from functions.http import refused, require
from functions.proof import require_proof
from services.ports.values import Json

logger = logging.getLogger(__name__)

TRIES_HEADER: Final = "X-CloudTasks-TaskRetryCount"
MANY_TRIES: Final = 10
"""From so many on, about twenty minutes, somebody had better look."""


def task_body(request: Request, path: str) -> dict[str, Json]:
    """Return the body of a task that is proved to come from our queue or scheduler."""
    require(request, "POST", path)
    require_proof(request)
    _note_tries(request)
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError as error:
        raise refused(400, "The body of a task is JSON.") from error
    if not isinstance(body, dict):
        raise refused(400, "The body of a task is a JSON object.")
    return body


def tries_of(request: Request) -> int:
    """Return how often the queue delivered this task before, in vain."""
    text = request.headers.get(TRIES_HEADER, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _note_tries(request: Request) -> None:
    tries = tries_of(request)
    if not tries:
        return
    fields = {"tries": tries, "path": request.path, "answer": _last_answer(request)}
    if tries < MANY_TRIES:
        logger.info("task again", extra={"event": "task-again", **fields})
    else:
        logger.warning("task failing", extra={"event": "task-failing", **fields})


def _last_answer(request: Request) -> str:
    """Return the status of the try before this one, if the queue tells it."""
    text = request.headers.get("X-CloudTasks-TaskPreviousResponse", "")
    return text if text.isascii() and text.isdigit() and len(text) < 4 else ""


def due_at(request: Request) -> datetime | None:
    """Return when the queue was to deliver a task, if it is one that says so.

    https://cloud.google.com/tasks/docs/creating-http-target-tasks#handler
    """
    text = request.headers.get("X-CloudTasks-TaskETA", "")
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def time_in(body: dict[str, Json], name: str) -> datetime | None:
    """Return a time of a task's body, if it is there."""
    text = body.get(name)
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise refused(400, f'"{name}" is a time with a zone.') from error
    if time.tzinfo is None:
        raise refused(400, f'"{name}" is a time with a zone.')
    return time


def told(**members: Json) -> Response:
    """Return what a task did, for whoever reads the queue's log."""
    return Response(json.dumps(members), content_type="application/json")
