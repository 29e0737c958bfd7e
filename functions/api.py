"""The REST API under /v1: for applications and administrators."""

from flask import Request, Response

from functions import bootstrap
from functions.api_answers import Surroundings, respond
from functions.http import door


@door
def api(request: Request) -> Response:
    """Answer a call of the API, always with JSON."""
    surroundings = Surroundings(
        world=bootstrap.world(),
        operator_key=bootstrap.operator_key(),
        now=bootstrap.now(),
    )
    return respond(request, surroundings)
