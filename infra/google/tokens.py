"""Access tokens from Google's token endpoint, without any of the big libraries."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from infra.google.answers import json_object, read_answer
from infra.google.errors import unreadable
from infra.google.http import Response, Transport
from infra.google.oauth_errors import Granting, oauth_error
from services.ports.accounts import AccessToken, Client

TOKEN_ADDRESS = "https://oauth2.googleapis.com/token"  # noqa: S105  because it is no secret
REVOKE_ADDRESS = "https://oauth2.googleapis.com/revoke"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def refresh(
    transport: Transport, client: Client, refresh_token: str, *, now: datetime
) -> AccessToken:
    """Return a new access token for a refresh token."""
    form = {
        "grant_type": "refresh_token",
        "client_id": client.id,
        "client_secret": client.secret,
        "refresh_token": refresh_token,
    }
    return ask_for_token(transport, form, Granting.REFRESH_TOKEN, now=now)


def ask_for_token(
    transport: Transport, form: Mapping[str, str], granting: Granting, *, now: datetime
) -> AccessToken:
    """Return the access token that Google gives for a form, or raise its refusal."""
    response = transport.send("POST", TOKEN_ADDRESS, headers=FORM, body=urlencode(form))
    return access_token(granted(response, granting, now=now), now=now)


def granted(response: Response, granting: Granting, *, now: datetime) -> dict[str, Any]:
    """Return what the token endpoint gave, or raise its refusal."""
    if response.status != 200:
        answer = read_answer(response.status, response.headers, response.body, now=now)
        raise oauth_error(answer, granting)
    answer_object = json_object(response.body)
    if answer_object is None or not _is_grant(answer_object):
        raise unreadable()
    return answer_object


def _is_grant(answer: Mapping[str, Any]) -> bool:
    value, seconds = answer.get("access_token"), answer.get("expires_in")
    return isinstance(value, str) and value != "" and isinstance(seconds, int | float)


def access_token(grant: Mapping[str, Any], *, now: datetime) -> AccessToken:
    """Return the access token of a grant."""
    lasts = timedelta(seconds=grant["expires_in"])
    return AccessToken(value=grant["access_token"], ends_at=now + lasts)


def revoke(transport: Transport, token: str, *, now: datetime) -> None:
    """Withdraw a grant; one that is gone already is success."""
    address = f"{REVOKE_ADDRESS}?{urlencode({'token': token})}"
    response = transport.send("POST", address, headers=FORM, body="")
    if response.status == 200:
        return
    answer = read_answer(response.status, response.headers, response.body, now=now)
    if answer.reason != "invalid_token":
        raise oauth_error(answer, Granting.REFRESH_TOKEN)
