"""The way in and out of the Calendar API: who calls, what is answered."""

import json
import time
from typing import Any

from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Request, Response

from local.google.calls import Call, Method
from local.google.errors import (
    ApiError,
    insufficient_scopes,
    invalid_credentials,
    login_required,
    parse_error,
    usage_limit,
)
from local.google.faults import Occasion, Rule
from local.google.grants import revoke
from local.google.list_tokens import expire_sync_tokens
from local.google.model import AccessToken, Resource
from local.google.partial import selected
from local.google.scopes import urls
from local.google.trouble import AFTER, BEFORE, bodiless, refusal_of
from local.google.visit import Viewer
from local.google.world import World

MINUTE = 60.0
IDLE_WAIT = 2.0
CLOSE = "X-Close-Connection"


def closed() -> Response:
    """Return the answer for which the server closes the connection instead."""
    return Response(headers={CLOSE: "now"})


def answer(
    world: World, method: Method, request: Request, path: dict[str, str]
) -> Response:
    """Return the answer to a call, whatever happens on the way."""
    world.count(method.name)
    try:
        return _answer(world, method, request, path)
    except ApiError as error:
        return refused(error)


def refused(error: ApiError) -> Response:
    """Return a refusal as Google sends it."""
    response = _json(error.body(), status=error.status)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = (
            'Bearer realm="https://accounts.google.com/"'
        )
    return response


def _answer(
    world: World, method: Method, request: Request, path: dict[str, str]
) -> Response:
    token = _token_of(request)
    occasion = _occasion(world, method, request, token)
    struck = _before(world, occasion, request, token)
    if struck is not None:
        return struck
    with world.state.lock:
        try:
            body = _called(world, method, request, path, occasion=occasion, token=token)
        finally:
            world.pusher.announce(world.state)
            world.state.flush()
    if method.name.endswith(".watch") and world.state.option("sync_before_answer"):
        world.pusher.wait_until_idle(IDLE_WAIT)
    lost = world.faults.strike(occasion, [*AFTER, "close_after"])
    if lost is not None:
        return _lost(lost)
    return _response(request, body)


def _occasion(
    world: World, method: Method, request: Request, token: str | None
) -> Occasion:
    access = world.state.access_tokens.get(token or "")
    return Occasion(
        name=method.name,
        verb=request.method,
        path=request.path,
        account=access.email if access else None,
        sent=request.get_data(as_text=True) if world.faults.rules else "",
    )


def _before(
    world: World, occasion: Occasion, request: Request, token: str | None
) -> Response | None:
    slow = world.faults.strike(occasion, ["slow"])
    delay = world.faults.latency_ms / 1000 + (slow.seconds if slow else 0)
    if delay:
        time.sleep(delay)
    rule = world.faults.strike(occasion, [*BEFORE, "close_before"])
    if rule is not None:
        return _lost(rule)
    _strike_tokens(world, occasion, request, token)
    return None


def _strike_tokens(
    world: World, occasion: Occasion, request: Request, token: str | None
) -> None:
    strike = world.faults.strike
    if "syncToken" in request.args and strike(occasion, ["gone"]):
        raise refusal_of(Rule(kind="gone"))
    with world.state.lock:
        if strike(occasion, ["expire_sync_tokens"]):
            expire_sync_tokens(world.state)
        if token and strike(occasion, ["revoke_grant"]):
            revoke(world.state, token)


def _lost(rule: Rule) -> Response:
    if rule.kind.startswith("close"):
        return closed()
    return bodiless(rule) or refused(refusal_of(rule))


def _called(
    world: World,
    method: Method,
    request: Request,
    path: dict[str, str],
    *,
    occasion: Occasion,
    token: str | None,
) -> Resource | None:
    viewer = _viewer(world, method, token)
    _check_quota(world, request, viewer)
    call = Call(
        world=world,
        viewer=viewer,
        arguments=request.args,
        path=path,
        sent=_sent(request),
        headers=request.headers,
        occasion=occasion,
    )
    return method.handler(call)


def _token_of(request: Request) -> str | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return token.strip()
    return request.args.get("access_token") or request.args.get("oauth_token")


def _viewer(world: World, method: Method, token: str | None) -> Viewer:
    if not token:
        raise login_required()
    access = world.state.access_tokens.get(token)
    if access is None or access.expires_at <= world.state.seconds():
        raise invalid_credentials()
    if access.email not in world.state.accounts:
        raise invalid_credentials()
    return viewer_of(access, method)


def viewer_of(access: AccessToken, method: Method) -> Viewer:
    """Return whom a token lets act, or raise the 403 when no scope fits."""
    opening = urls(method.scopes) & frozenset(access.scopes)
    if not opening:
        raise insufficient_scopes()
    return Viewer(
        email=access.email,
        client_id=access.client_id,
        project=access.project,
        scopes=opening,
        service_account=access.service_account,
    )


def _check_quota(world: World, request: Request, viewer: Viewer) -> None:
    quota = world.quota
    charged = request.args.get("quotaUser") or request.headers.get("X-Goog-Quota-User")
    user = charged or viewer.service_account or viewer.email
    project = viewer.project
    _count(world, f"user {project} {user}", quota.per_user, reason="user")
    _count(world, f"project {project}", quota.per_project, reason="project")


def _count(world: World, name: str, limit: int | None, *, reason: str) -> None:
    if limit is None:
        return
    now = world.state.now().timestamp()
    calls = world.quota.calls[name]
    while calls and calls[0] <= now - MINUTE:
        calls.popleft()
    if len(calls) >= limit:
        raise _over_quota(world.quota.status, reason)
    calls.append(now)


def _over_quota(status: int, reason: str) -> ApiError:
    if reason == "user" and status == 403:
        return usage_limit(403, "userRateLimitExceeded", "User Rate Limit Exceeded")
    return usage_limit(status, "rateLimitExceeded", "Rate Limit Exceeded")


def _sent(request: Request) -> Any:
    data = request.get_data()
    if not data:
        return {}
    try:
        return json.loads(data)
    except (ValueError, BadRequest):
        raise parse_error() from None


def _response(request: Request, body: Resource | None) -> Response:
    if body is None:
        return Response(status=204)
    etag = body.get("etag")
    asked = request.headers.get("If-None-Match")
    if request.method == "GET" and etag and asked in (etag, "*"):
        return Response(status=304, headers={"ETag": str(etag)})
    fields = request.args.get("fields")
    response = _json(selected(body, fields) if fields else body)
    if etag:
        response.headers["ETag"] = str(etag)
    return response


def _json(body: Resource, *, status: int = 200) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(
        text.encode(), status=status, content_type="application/json; charset=UTF-8"
    )
