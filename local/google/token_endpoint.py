"""The token endpoint: codes, refreshes and service accounts become tokens.

https://developers.google.com/identity/protocols/oauth2/web-server
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace

from local.google.grants import (
    ACCESS_SECONDS,
    new_access_token,
    new_refresh_token,
    use_refresh_token,
)
from local.google.keys import signed
from local.google.model import Client, Code, Resource
from local.google.service_accounts import token_for_assertion
from local.google.state import State
from local.google.token_errors import TokenError, invalid_grant
from local.google.world import World

ISSUER = "https://accounts.google.com"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRequest:
    """What was sent to the token endpoint, and from where."""

    form: Mapping[str, str]
    basic: tuple[str, str] | None
    root: str


def exchange(world: World, request: TokenRequest) -> Resource:
    """Return tokens for what was sent, or raise the TokenError."""
    grant_type = request.form.get("grant_type")
    if grant_type == JWT_BEARER:
        return token_for_assertion(world.state, request.form, root=request.root)
    if grant_type == "authorization_code":
        client = _authenticated(world, request)
        return _exchange_code(world.state, request.form, client)
    if grant_type == "refresh_token":
        client = _authenticated(world, request)
        return _refresh(world.state, request.form, client)
    if not grant_type:
        raise TokenError("invalid_request", "Missing required parameter: grant_type")
    raise TokenError("unsupported_grant_type", f"Invalid grant_type: {grant_type}")


def _authenticated(world: World, request: TokenRequest) -> Client:
    form, basic = request.form, request.basic
    client_id = basic[0] if basic else form.get("client_id")
    secret = basic[1] if basic else form.get("client_secret")
    if not client_id:
        raise TokenError(
            "invalid_request", "Could not determine client ID from request."
        )
    client = world.state.clients.get(client_id)
    if client is None:
        raise TokenError("invalid_client", "The OAuth client was not found.", 401)
    if client.status == "deleted":
        raise TokenError("deleted_client", "The OAuth client was deleted.", 401)
    return _with_right_secret(world.state, client, secret)


def _with_right_secret(state: State, client: Client, secret: str | None) -> Client:
    if client.secret is None and client.status == "unspecified" and secret:
        return state.clients.put(client.client_id, replace(client, secret=secret))
    if client.secret is None:
        return client
    if not secret and client.kind != "desktop":
        raise TokenError("invalid_request", "client_secret is missing.")
    if secret and not hmac.compare_digest(client.secret.encode(), secret.encode()):
        raise TokenError("invalid_client", "Unauthorized", 401)
    return client


def _exchange_code(state: State, form: Mapping[str, str], client: Client) -> Resource:
    text = form.get("code")
    if not text:
        raise TokenError("invalid_request", "Missing required parameter: code")
    code = state.codes.get(text)
    if code is None or code.client_id != client.client_id:
        raise invalid_grant("Malformed auth code.")
    if form.get("redirect_uri") != code.redirect_uri:
        raise TokenError("redirect_uri_mismatch", "Bad Request")
    state.codes.drop(text)
    if code.expires_at <= state.seconds():
        raise invalid_grant("Bad Request")
    _check_verifier(code, form.get("code_verifier"))
    return _tokens(state, client, code)


def _check_verifier(code: Code, verifier: str | None) -> None:
    if code.challenge is None:
        return
    if not verifier:
        raise invalid_grant("Missing code verifier.")
    expected = verifier
    if code.challenge_method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        expected = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if not hmac.compare_digest(expected.encode(), code.challenge.encode()):
        raise invalid_grant("Invalid code verifier.")


def _tokens(state: State, client: Client, code: Code) -> Resource:
    refresh = None
    if code.offline:
        refresh = new_refresh_token(state, code.email, client, code.scopes)
    tokens: Resource = {
        "access_token": new_access_token(
            state,
            code.email,
            client_id=client.client_id,
            project=client.project,
            scopes=code.scopes,
            refresh_token=refresh,
        ),
        "expires_in": ACCESS_SECONDS,
        "scope": " ".join(code.scopes),
        "token_type": "Bearer",
    }
    if refresh is not None:
        tokens["refresh_token"] = refresh
    if "openid" in code.scopes:
        tokens["id_token"] = signed(state, id_claims(state, client, code))
    return tokens


def id_claims(state: State, client: Client, code: Code) -> Resource:
    """Return what an id token says about the person.

    https://developers.google.com/identity/openid-connect/openid-connect
    """
    account = state.accounts.get(code.email)
    if account is None:
        raise invalid_grant("Bad Request")
    now = state.seconds()
    claims: Resource = {
        "iss": ISSUER,
        "azp": client.client_id,
        "aud": client.client_id,
        "sub": account.subject,
        "iat": now,
        "exp": now + 3600,
    }
    if any("email" in scope for scope in code.scopes):
        claims.update({"email": account.email, "email_verified": True})
    if any("profile" in scope for scope in code.scopes):
        claims["name"] = account.name or account.email.partition("@")[0]
    domain = account.email.partition("@")[2]
    if domain not in ("gmail.com", "googlemail.com"):
        claims["hd"] = domain
    return {**claims, "nonce": code.nonce} if code.nonce else claims


def _refresh(state: State, form: Mapping[str, str], client: Client) -> Resource:
    token = form.get("refresh_token")
    if not token:
        raise TokenError("invalid_request", "Missing required parameter: refresh_token")
    found = use_refresh_token(state, token, client)
    if found is None:
        raise invalid_grant("Token has been expired or revoked.")
    scopes = found.scopes
    if form.get("scope"):
        scopes = tuple(form["scope"].split())
        if not set(scopes) <= set(found.scopes):
            raise TokenError("invalid_scope", "Bad Request")
    return {
        "access_token": new_access_token(
            state,
            found.email,
            client_id=client.client_id,
            project=client.project,
            scopes=scopes,
            refresh_token=token,
        ),
        "expires_in": ACCESS_SECONDS,
        "scope": " ".join(scopes),
        "token_type": "Bearer",
    }


def basic_credentials(header: str | None) -> tuple[str, str] | None:
    """Return client id and secret of an HTTP Basic header."""
    kind, _, packed = (header or "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(packed).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return client_id, secret
