"""GET /oauth/callback: Google sends the owner back, with a yes or a no."""

from flask import Request, Response

from functions.bootstrap import now, world
from functions.http import door, require
from functions.pages import browser_of, language_of, page_response


@door
def oauth_callback(request: Request) -> Response:
    """Connect the calendar if all is as it must be, and tell how it ended."""
    from services.connections.status import status_url
    from services.consent.consent import CALLBACK_PATH, Answer, answered
    from web.pages import outcome_page

    require(request, "GET", CALLBACK_PATH)
    answer = Answer(
        state=request.args.get("state", ""),
        code=request.args.get("code", ""),
        error=request.args.get("error", ""),
        browser=browser_of(request),
    )
    ending = answered(world(), answer, now=now())
    status = status_url(world(), ending.connection) if ending.connection else ""
    page = outcome_page(ending, language=language_of(request), status_url=status)
    return page_response(page)
