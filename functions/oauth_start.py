"""GET and POST /connect/{invitation}: the page that explains, then off to Google."""

from flask import Request, Response

from functions.bootstrap import now, world
from functions.http import door, refused, require_method
from functions.pages import browser_of, language_of, page_response, remember_browser

PREFIX = "/connect/"


@door
def oauth_start(request: Request) -> Response:
    """Show an invitation, or begin the consent that it asks for."""
    from services.consent.consent import asked
    from services.consent.endings import Ended
    from web.pages import invitation_page, outcome_page

    require_method(request, "GET", "POST")
    token = _token(request)
    try:
        if request.method == "POST":
            _require_our_page(request)
            return _started(request, token)
        return page_response(invitation_page(asked(world(), token, now=now())))
    except Ended as ended:
        page = outcome_page(ended.ending, language=language_of(request))
        return page_response(page)


def _token(request: Request) -> str:
    if not request.path.startswith(PREFIX):
        raise refused(404, f"There is nothing at {request.path}.")
    return request.path.removeprefix(PREFIX).rstrip("/")


def _require_our_page(request: Request) -> None:
    # Our pages send no referrer, so the origin is "null" even when it is ours.
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise refused(403, "Please press the button on the page of the invitation.")


def _started(request: Request, token: str) -> Response:
    """Bind the consent to this browser; only a POST does, so no mere link can."""
    from services.consent.consent import start
    from services.consent.states import new_browser

    browser = browser_of(request) or new_browser()
    address = start(world(), token, browser=browser, now=now())
    response = Response(status=303, headers={"Location": address})
    remember_browser(response, browser)
    return response
