"""Pages as HTTP answers, and the cookie by which a browser is known again."""

from typing import Protocol

from flask import Request, Response

from functions.bootstrap import settings
from functions.http import SECURITY_HEADERS
from services.texts import FALLBACK

BROWSER_COOKIE = "tandem_browser"
GOOGLE = "https://accounts.google.com"


class Page(Protocol):
    """A page of `web/`, which comes with the doors that show pages, and only then."""

    @property
    def html(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def style_source(self) -> str: ...


def page_response(page: Page) -> Response:
    """Return a page; its policy lets our own style in, and forms go on to Google."""
    response = Response(page.html, page.status, content_type="text/html; charset=utf-8")
    # Browsers that follow a form's redirect ask the policy about its target as well.
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    policy = policy.replace("form-action 'self'", f"form-action 'self' {_google()}")
    policy = f"{policy}; style-src {page.style_source}; script-src 'none'"
    response.headers["Content-Security-Policy"] = policy
    return response


def language_of(request: Request) -> str:
    """Return the language that the visitor's browser likes best; we may lack it."""
    return next(iter(request.accept_languages.values()), FALLBACK)


def browser_of(request: Request) -> str | None:
    """Return the secret of the visitor's browser, if we gave it one."""
    return request.cookies.get(BROWSER_COOKIE)


def remember_browser(response: Response, browser: str) -> None:
    """Give the browser its secret, for as long as a consent may take and some more."""
    response.set_cookie(
        BROWSER_COOKIE,
        browser,
        max_age=3600,
        path="/",
        secure=settings().base_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )


def _google() -> str:
    return settings().google_url or GOOGLE
