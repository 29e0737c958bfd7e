"""The API's own description, OpenAPI 3.1, made from its routes and schemas."""

from collections.abc import Mapping, Sequence
from functools import cache

from functions.description.parts import (
    MOMENT,
    TEXT,
    YES_OR_NO,
    Schema,
    one_of,
    ref,
    whole,
)
from functions.description.schemas import SCHEMAS
from functions.http import PROBLEM_TYPE
from functions.problems import TYPES
from functions.routes.route import Route
from functions.views.things import WAITING
from services.organizations.keys import Scope
from services.ports.values import Json

ITEM = r"^[A-Za-z0-9._~:@-]{1,200}$"
EMAIL = r"^[^@\s/]{1,100}@[^@\s/]{1,200}$"
PLAIN = r"^(?!\.{1,2}$)(?!__)[A-Za-z0-9._@+-]{1,200}$"
FORMS = {"item": ITEM, "email": EMAIL}

QUERY: Mapping[str, Schema] = {
    "limit": whole(1, 500),
    "page_token": TEXT,
    "organization": TEXT,
    "agenda": TEXT,
    "state": TEXT,
    "run": TEXT,
    "link": TEXT,
    "waiting": one_of(*WAITING),
    "item": TEXT,
    "event": TEXT,
    "start": MOMENT,
    "end": MOMENT,
    "expand": YES_OR_NO,
    "cursor": TEXT,
    "wait": whole(0, 25),
    "all": YES_OR_NO,
}

INTRODUCTION = """Keeps the agendas of business applications and Google calendars the
same, both ways.

Keys: `Authorization: Bearer KEY`, for the operator, an organization, or one agenda.
What is not a key's own does not exist for it: 404.

Lists take `limit` and `page_token`. PATCH takes a merge patch (RFC 7396). A POST that
creates takes `Idempotency-Key`: sent again within a day it gives the first answer
again, one-time secrets as null.

Errors are `application/problem+json` (RFC 9457). `type` is one of:

| type | status | means |
|---|---|---|
"""


@cache
def description(routes: Sequence[Route]) -> Mapping[str, Json]:
    """Return the description of these routes."""
    paths: dict[str, dict[str, Json]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tandem",
            "version": "1",
            "description": INTRODUCTION + _table(),
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _table() -> str:
    rows = (
        f"| `/problems/{kind}` | {known.status} | {known.means} |"
        for kind, known in TYPES.items()
    )
    return "\n".join(rows)


def _operation(route: Route) -> dict[str, Json]:
    operation: dict[str, Json] = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": (route.do.__doc__ or route.name).partition("\n")[0],
        "description": _who(route),
        "parameters": [*_in_path(route), *_in_query(route), *_in_headers(route)],
        "responses": _responses(route),
        "security": [] if route.keys is None else [{"key": []}],
    }
    if route.body is not None:
        content = {"application/json": {"schema": ref(route.body)}}
        operation["requestBody"] = {"content": content, "required": True}
    return operation


def _who(route: Route) -> str:
    if route.keys is None:
        return "Open to everybody."
    return f"Keys: {', '.join(sorted(route.keys))}."


def _in_path(route: Route) -> list[Json]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {**TEXT, "pattern": FORMS.get(name, PLAIN)},
        }
        for name in route.parameters
    ]


def _in_query(route: Route) -> list[Json]:
    return [
        {"name": name, "in": "query", "schema": QUERY[name]} for name in route.query
    ]


def _in_headers(route: Route) -> list[Json]:
    names = ["Idempotency-Key"] if route.creates else []
    if Scope.OPERATOR in (route.keys or ()):
        names += ["Tandem-Operator"]
    if route.conditional:
        names += ["If-Match"]
    if route.conditional and route.method == "PUT":
        names += ["If-None-Match"]
    return [{"name": name, "in": "header", "schema": TEXT} for name in names]


def _responses(route: Route) -> dict[str, Json]:
    """Return every status that the route can answer with."""
    answers = {
        str(status): _answer(name, problem=status >= 400)
        for status, name in route.answers.items()
    }
    refused = {400, 413, 415, 422, 500, 503, *route.refuses}
    if route.keys is not None:
        refused |= {401, 403}
    if route.parameters:
        refused.add(404)
    if route.creates:
        refused.add(409)
    for status in sorted(refused):
        answers.setdefault(str(status), _answer("Problem", problem=True))
    return answers


def _answer(name: str | None, *, problem: bool) -> dict[str, Json]:
    if name is None:
        return {"description": "Done."}
    kind = PROBLEM_TYPE if problem else "application/json"
    words = "Refused; see the problem." if problem else f"{name}."
    return {"description": words, "content": {kind: {"schema": ref(name)}}}
