"""What every door shares: its headers, its refusals, and the one broad `except`."""

import html
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus

from flask import Request, Response
from werkzeug.exceptions import HTTPException

from functions.logs import trace_of, traced
from functions.meters import export_figures
from services.ports.values import Json

logger = logging.getLogger(__name__)

Door = Callable[[Request], Response]

PROBLEM_TYPE = "application/problem+json"

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; object-src 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Why a request is refused, after RFC 9457; `errors` name each bad member."""

    status: int
    detail: str
    type: str = "about:blank"
    title: str = ""
    errors: Sequence[Json] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The request is answered with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def refused(status: int, detail: str) -> Refused:
    """Return the refusal to raise for an ordinary HTTP status."""
    return Refused(Problem(status=status, detail=detail))


def door(view: Door) -> Door:
    """Return an entry point: the view, with its errors answered and headers set."""

    @wraps(view)
    def opened(request: Request) -> Response:
        with traced(trace_of(request.headers)) as trace:
            response = _answered(view, request, trace.id)
            export_figures()
        return secured(response, request)

    return opened


def _answered(view: Door, request: Request, trace: str) -> Response:
    try:
        return view(request)
    except Refused as refusal:
        return _shown(refusal.problem, request)
    except HTTPException as error:
        return _shown(_of_werkzeug(error), request)
    except Exception:
        name = getattr(view, "__name__", "door")
        logger.exception("door failed", extra={"event": "door-failed", "door": name})
        hint = f" It is noted as {trace}." if trace else ""
        detail = f"Something went wrong on our side; please try again.{hint}"
        return _shown(Problem(status=500, detail=detail), request)


def problem_response(problem: Problem) -> Response:
    """Return a problem as `application/problem+json`."""
    body: dict[str, Json] = {
        "type": problem.type,
        "title": problem.title or HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = list(problem.errors)
    response = Response(json.dumps(body), problem.status, content_type=PROBLEM_TYPE)
    response.headers.update(problem.headers)
    return response


def no_content() -> Response:
    """Return 204, which says nothing but that we heard."""
    return Response(status=204)


def require(request: Request, method: str, path: str) -> None:
    """Refuse whatever is not this method on this path."""
    if request.path.rstrip("/") != path:
        raise refused(404, f"There is nothing at {request.path}.")
    require_method(request, method)


def require_method(request: Request, *methods: str) -> None:
    """Refuse any other method; HEAD comes with GET."""
    allowed = {*methods, "HEAD"} if "GET" in methods else set(methods)
    if request.method not in allowed:
        detail = f"{request.path} takes {' or '.join(methods)} only."
        headers = {"Allow": ", ".join(sorted(allowed))}
        raise Refused(Problem(status=405, detail=detail, headers=headers))


def secured(response: Response, request: Request) -> Response:
    """Add the headers that keep a page from being misused; a door's own ones win."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if is_https(request):
        response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
    return response


def is_https(request: Request) -> bool:
    """Return whether the visitor came by https; Google's front end ends the TLS."""
    return "https" in (request.scheme, request.headers.get("X-Forwarded-Proto"))


def _of_werkzeug(error: HTTPException) -> Problem:
    status = error.code or 500
    return Problem(status=status, detail=error.description or "")


def _shown(problem: Problem, request: Request) -> Response:
    """Return the problem as a page to a person's browser, else as JSON."""
    if request.accept_mimetypes.best_match([PROBLEM_TYPE, "text/html"]) != "text/html":
        return problem_response(problem)
    title = html.escape(problem.title or HTTPStatus(problem.status).phrase)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><h1>{title}</h1><p>{html.escape(problem.detail)}</p>"
    )
    response = Response(page, problem.status, content_type="text/html")
    response.headers.update(problem.headers)
    return response
