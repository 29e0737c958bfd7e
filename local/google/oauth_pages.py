"""The pages and endpoints of Google's sign-in: choose, consent, tokens, keys."""

import hmac
import json
from collections.abc import Callable

from flask import Flask, redirect, render_template, request
from werkzeug.wrappers import Response

from local.google.consent import (
    ConsentError,
    ConsentRequest,
    allow,
    boxes_of,
    check_allowed,
    hinted_account,
    needs_consent,
    read_request,
    refusal_url,
)
from local.google.faults import Occasion
from local.google.gateway import closed
from local.google.grants import revoke
from local.google.keys import key_set
from local.google.model import Account, Resource
from local.google.scopes import AUTH, IDENTITY
from local.google.token_endpoint import (
    ISSUER,
    TokenRequest,
    basic_credentials,
    exchange,
)
from local.google.token_errors import TokenError
from local.google.trouble import bodiless, refusal_of
from local.google.world import World

Answer = Response | str | tuple[str, int]
View = Callable[[World], Answer]

AUTHORIZE = "/o/oauth2/v2/auth"
CONFIGURATION = "/.well-known/openid-configuration"
NO_ACCOUNT = "Couldn’t find your Google Account"
MEANINGS = {
    "calendar": "See, edit, share, and permanently delete all your calendars",
    "calendar.readonly": "See and download any calendar you can access",
    "calendar.events": "View and edit events on all your calendars",
    "calendar.events.readonly": "View events on all your calendars",
    "calendar.calendarlist.readonly": "See the list of calendars you are subscribed to",
    "calendar.freebusy": "View your availability in your calendars",
    "calendar.app.created": "Make secondary calendars and manage their events",
}


def register_oauth(app: Flask, world: World) -> None:
    """Give the app Google's sign-in."""
    get, post, both = ["GET"], ["POST"], ["GET", "POST"]
    for name, path, verbs, view in (
        ("oauth2.auth", AUTHORIZE, both, _authorize),
        ("oauth2.auth.v1", "/o/oauth2/auth", both, _authorize),
        ("oauth2.token", "/token", post, _token),
        ("oauth2.token.v4", "/oauth2/v4/token", post, _token),
        ("oauth2.revoke", "/revoke", both, _revoke),
        ("oauth2.certs", "/oauth2/v3/certs", get, _certs),
        ("oauth2.userinfo", "/oauth2/v3/userinfo", get, _userinfo),
        ("openid.userinfo", "/v1/userinfo", get, _userinfo),
        ("openid.configuration", CONFIGURATION, get, _configuration),
    ):
        app.add_url_rule(
            path, endpoint=name, methods=verbs, view_func=_counted(world, name, view)
        )


def _counted(world: World, name: str, view: View) -> Callable[[], Answer]:
    def counted() -> Answer:
        world.count(name)
        return view(world)

    return counted


def _authorize(world: World) -> Answer:
    try:
        asked = read_request(world, request.values)
        if request.method == "POST":
            return _posted(world, asked)
        return _asked(world, asked)
    except ConsentError as error:
        return _error_page(error)


def _token(world: World) -> Response:
    struck = _struck(world, "oauth2.token")
    if struck is not None:
        return struck
    asked = TokenRequest(
        form=request.form,
        basic=basic_credentials(request.headers.get("Authorization")),
        root=request.host_url.rstrip("/"),
    )
    try:
        return _json(exchange(world, asked))
    except TokenError as error:
        return _json(error.body(), status=error.status)


def _revoke(world: World) -> Response:
    if revoke(world.state, request.values.get("token", "")):
        return _json({})
    body = {"error": "invalid_token", "error_description": "Token expired or revoked"}
    return _json(body, status=400)


def _certs(world: World) -> Response:
    response = _json(key_set(world.state))
    response.headers["Cache-Control"] = "public, max-age=19800"
    return response


def _json(body: Resource, *, status: int = 200) -> Response:
    response = Response(
        json.dumps(body), status=status, content_type="application/json; charset=utf-8"
    )
    response.headers["Cache-Control"] = "no-cache, no-store, max-age=0"
    return response


def _struck(world: World, name: str) -> Response | None:
    occasion = Occasion(name=name, verb=request.method, path=request.path)
    kinds = ["server_error_before", "close_before"]
    rule = world.faults.strike(occasion, kinds)
    if rule is None:
        return None
    if rule.kind == "close_before":
        return closed()
    error = refusal_of(rule)
    return bodiless(rule) or _json({"error": "internal_failure"}, status=error.status)


def _error_page(error: ConsentError) -> tuple[str, int]:
    page = render_template(
        "consent_error.html",
        status=error.status,
        error=error.error,
        explanation=error.explanation,
    )
    return page, error.status


def _asked(world: World, asked: ConsentRequest) -> Response | str:
    hinted = hinted_account(world.state, asked.login_hint)
    if "none" in asked.prompts:
        return _without_asking(world, asked, hinted)
    if hinted is None and asked.login_hint:
        return _chooser(world, asked, NO_ACCOUNT)
    if hinted is None or "select_account" in asked.prompts or hinted.password:
        return _chooser(world, asked)
    return _signed_in(world, asked, hinted)


def _without_asking(
    world: World, asked: ConsentRequest, account: Account | None
) -> Response:
    if account is None:
        return redirect(refusal_url(asked, "login_required"))
    if needs_consent(world.state, asked, account):
        return redirect(refusal_url(asked, "consent_required"))
    url = allow(world.state, asked, account, ticked=asked.scopes)
    return redirect(url)


def _chooser(world: World, asked: ConsentRequest, error: str = "") -> str:
    people = [one for one in world.state.accounts.all() if not one.is_service]
    return render_template(
        "chooser.html", asked=asked, people=people, error=error, hint=asked.login_hint
    )


def _posted(world: World, asked: ConsentRequest) -> Response | str:
    action = request.form.get("action")
    if action == "cancel":
        return redirect(refusal_url(asked, "access_denied"))
    email = request.form.get("email", "").strip().lower() or asked.login_hint.lower()
    account = world.state.accounts.get(email)
    if account is None or account.is_service:
        return _chooser(world, asked, NO_ACCOUNT)
    if account.password and not _knows_password(world, account):
        return _chooser(world, asked, "Wrong password. Try again.")
    if action == "allow":
        check_allowed(asked.client, account)
        ticked = _ticked(world, asked, account)
        return redirect(allow(world.state, asked, account, ticked=ticked))
    return _signed_in(world, asked, account)


def _knows_password(world: World, account: Account) -> bool:
    password = account.password or ""
    if hmac.compare_digest(request.form.get("password", ""), password):
        return True
    return hmac.compare_digest(
        request.form.get("signed_in", ""), _proof(world, account)
    )


def _proof(world: World, account: Account) -> str:
    secret = world.state.secret("sign_in").encode()
    text = f"{account.email}\n{account.password}".encode()
    return hmac.new(secret, text, "sha256").hexdigest()


def _ticked(world: World, asked: ConsentRequest, account: Account) -> list[str]:
    """Return the boxes that were ticked; a script that names none ticks them all."""
    if request.form.get("boxes") or request.form.getlist("scope"):
        return [
            scope for text in request.form.getlist("scope") for scope in text.split()
        ]
    return [] if _start_unticked(world, account) else list(asked.scopes)


def _start_unticked(world: World, account: Account) -> bool:
    occasion = Occasion(
        name="oauth2.auth", verb="GET", path=AUTHORIZE, account=account.email
    )
    return world.faults.strike(occasion, ["untick_boxes"]) is not None


def _signed_in(world: World, asked: ConsentRequest, account: Account) -> Response | str:
    check_allowed(asked.client, account)
    if not needs_consent(world.state, asked, account):
        return redirect(allow(world.state, asked, account, ticked=asked.scopes))
    boxes = [(scope, _meaning(scope)) for scope in boxes_of(asked)]
    return render_template(
        "consent.html",
        asked=asked,
        account=account,
        boxes=boxes,
        ticked=not _start_unticked(world, account),
        signed_in=_proof(world, account),
        identity=[scope for scope in asked.scopes if scope in IDENTITY],
    )


def _meaning(scope: str) -> str:
    name = scope.removeprefix(AUTH)
    return MEANINGS.get(name, name)


def _userinfo(world: World) -> Response:
    token = request.headers.get("Authorization", "").partition(" ")[2]
    access = world.state.access_tokens.get(token)
    account = world.state.accounts.get(access.email) if access else None
    if access is None or account is None or access.expires_at <= world.state.seconds():
        return _json({"error": "invalid_request"}, status=401)
    return _json(
        {"sub": account.subject, "email": account.email, "email_verified": True}
    )


def _configuration(world: World) -> Response:
    root = request.host_url.rstrip("/")
    shown = {
        "issuer": ISSUER,
        "authorization_endpoint": f"{root}{AUTHORIZE}",
        "token_endpoint": f"{root}/token",
        "userinfo_endpoint": f"{root}/v1/userinfo",
        "revocation_endpoint": f"{root}/revoke",
        "jwks_uri": f"{root}/oauth2/v3/certs",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "client_secret_basic",
        ],
        "code_challenge_methods_supported": ["plain", "S256"],
    }
    return _json(shown)
