"""From a request to an answer: find the route, judge the key, do it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flask import Request, Response

from functions.description.openapi import description
from functions.http import PROBLEM_TYPE
from functions.problems import ANSWERED, problem, problem_of, text_of
from functions.routes.call import Call, Malformed, read_body
from functions.routes.route import Route
from functions.routes.scope import organization_about
from functions.routes.table import ROUTES
from services.organizations.idempotency import Answer, Attempt, once
from services.organizations.keys import OPERATOR, Key, authenticate
from services.people.looks import NAME, note_look
from services.refusals import Forbidden, Unauthorized, Unknown
from services.world import World

ONE_TIME_SECRETS = frozenset({"api_key", "key", "secret", "url"})
DESCRIPTION_PATH = "/v1/openapi.json"

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_ACK = re.compile(r"[A-Za-z0-9_-]{1,1000}")
_PLAIN = re.compile(r"(?!\.{1,2}$)(?!__)[A-Za-z0-9._@+-]{1,200}")
_EMAIL = re.compile(r"[^@\s]{1,100}@[^@\s]{1,200}")
_FORMS = {
    "ack": _ACK,
    "email": _EMAIL,
    "item": re.compile(r".{1,1000}", re.DOTALL),
}
"""An item's id is judged where it is used: a wrong one is told what is wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What an answer needs besides the request."""

    world: World
    operator_key: str | None = field(repr=False)
    now: datetime


def respond(request: Request, surroundings: Surroundings) -> Response:
    """Return the answer to a request of the API, whatever it is."""
    try:
        answer = _answer(request, surroundings)
    except ANSWERED as error:
        answer = problem_of(error)
    return _response(answer)


def _answer(request: Request, surroundings: Surroundings) -> Answer:
    if request.path == DESCRIPTION_PATH and request.method in ("GET", "HEAD"):
        return Answer(status=200, body=description(ROUTES))
    method = "GET" if request.method == "HEAD" else request.method
    there = dict(_at(request.path))
    if not there:
        raise Unknown(f"There is nothing at {_shown(request.path)}.")
    if method not in there:
        allowed = sorted({*there, *(["HEAD"] if "GET" in there else [])})
        detail = f"This address takes {', '.join(allowed)}."
        headers = {"Allow": ", ".join(allowed)}
        return problem("method-not-allowed", detail, headers=headers)
    route, path = there[method]
    key = _key(request, route, surroundings)
    _check_ids(path)
    return _done(_call(request, route, path, key, surroundings), route, request)


def _at(path: str) -> Iterator[tuple[str, tuple[Route, Mapping[str, str]]]]:
    """Yield what there is at a path, by method."""
    for route in reversed(ROUTES):
        found = route.pattern.fullmatch(path)
        if found is not None:
            yield route.method, (route, found.groupdict())


def _key(request: Request, route: Route, surroundings: Surroundings) -> Key:
    """Return the key of a request, if it opens this route."""
    if route.keys is None:
        return OPERATOR
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthorized("Send a key: Authorization: Bearer KEY.")
    key = authenticate(
        surroundings.world.store,
        secret.strip(),
        operator_key=surroundings.operator_key,
        now=surroundings.now,
    )
    if key.kind not in route.keys:
        kinds = " or ".join(sorted(route.keys))
        raise Forbidden(f"This needs a key of the kind {kinds}, not {key.kind}.")
    return key


def _check_ids(path: Mapping[str, str]) -> None:
    """See to it that what the path names could be the id of something."""
    for name, value in path.items():
        if not _FORMS.get(name, _PLAIN).fullmatch(value):
            raise Unknown(f"There is no such {name}.")


def _call(
    request: Request,
    route: Route,
    path: Mapping[str, str],
    key: Key,
    surroundings: Surroundings,
) -> Call:
    body = read_body(request, any_type=route.any_type)
    return Call(
        world=surroundings.world,
        now=surroundings.now,
        key=key,
        target=f"{route.method} {route.path}",
        path=path,
        query=request.args.to_dict(),
        headers=dict(request.headers),
        body=body,
    )


def _done(call: Call, route: Route, request: Request) -> Answer:
    """Do it, once only where the client gave an Idempotency-Key."""
    if route.keys is not None and call.key.is_an_operators:
        _note_look(call)
    given = request.headers.get("Idempotency-Key")
    if given is None or not route.creates:
        return route.do(call)
    if not _IDEMPOTENCY_KEY.fullmatch(given):
        raise Malformed("An Idempotency-Key is 1 to 255 visible ASCII characters.")
    attempt = Attempt(
        key=given,
        sender=call.key.id,
        target=f"{request.method} {request.path}",
        body=call.body,
        organization=organization_about(call) or "",
    )
    return once(
        call.world.store,
        attempt,
        lambda: route.do(call),
        now=call.now,
        secrets=ONE_TIME_SECRETS,
    )


def _note_look(call: Call) -> None:
    """Write down what an operator is about to see or do."""
    note_look(
        call.world.store,
        call.target,
        organization=organization_about(call) or "",
        who=call.headers.get("Tandem-Operator", "") or _called(call.key),
        about={name: id for name, id in call.path.items() if name != "email"},
        now=call.now,
    )


def _called(key: Key) -> str:
    """Return what an operator's key for a while was named after, if that is a name."""
    named = key.by_operator and NAME.fullmatch(key.name)
    return key.name if named else ""


def _response(answer: Answer) -> Response:
    if answer.status == 204:
        return Response(status=204)
    kind = "application/json" if answer.status < 400 else PROBLEM_TYPE
    response = Response(text_of(answer.body), answer.status, content_type=kind)
    response.headers.update(answer.headers)
    return response


def _shown(path: str) -> str:
    return path[:200].encode("ascii", "replace").decode()
