"""The REST API under /v1: for applications and administrators."""

from flask import Request, Response

from functions import bootstrap
from functions.http import door


@door
def api(request: Request) -> Response:
    """Answer a call of the API, always with JSON."""
    # Here, so that the other doors start without it.
    from functions.routes.answers import Surroundings, respond

    surroundings = Surroundings(
        world=bootstrap.world(),
        operator_key=bootstrap.operator_key(),
        now=bootstrap.now(),
    )
    return respond(request, surroundings)
