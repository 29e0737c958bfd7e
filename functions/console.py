"""The pages for people who did not come by an invitation."""

from flask import Request, Response

from functions.bootstrap import now, world
from functions.http import door, require_method
from functions.pages import language_of, page_response


@door
def console(request: Request) -> Response:
    """Show the front page, the health page, or how a connection does."""
    require_method(request, "GET")
    match request.path.strip("/").split("/"):
        case [""]:
            return _front(request)
        case ["health"]:
            return _health(request)
        case ["status", connection, signature]:
            return _status(request, connection, signature)
        case _:
            return _unknown(request)


def _front(request: Request) -> Response:
    from web.pages import front_page

    return page_response(front_page(language_of(request)))


def _health(request: Request) -> Response:
    from services.rounds.health import check_health
    from web.pages import health_page

    checks = check_health(world(), now=now()).values()
    healthy = all(check.works for check in checks)
    return page_response(health_page(language_of(request), healthy=healthy))


def _status(request: Request, connection: str, signature: str) -> Response:
    from services.connections.status import status_of
    from services.refusals import Unknown
    from web.pages import status_page

    try:
        status = status_of(world(), connection, signature, now=now())
    except Unknown:
        return _unknown(request)
    return page_response(status_page(status, language_of(request)))


def _unknown(request: Request) -> Response:
    from web.pages import unknown_page

    return page_response(unknown_page(language_of(request)))
