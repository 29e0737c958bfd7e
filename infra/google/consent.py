"""The consent page of Google, and the grant that comes of it.

https://developers.google.com/identity/protocols/oauth2/web-server
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import requests
from google_auth_oauthlib.flow import Flow
from requests.adapters import BaseAdapter

from infra.google.http import Response, Transport
from infra.google.identity import Keys, identify
from infra.google.oauth_errors import Granting
from infra.google.tokens import TOKEN_ADDRESS, access_token, granted
from services.ports.accounts import Client, Grant
from sync.errors import AccessRevoked

CONSENT_ADDRESS = "https://accounts.google.com/o/oauth2/v2/auth"

SHORT_SCOPES = {
    "https://www.googleapis.com/auth/userinfo.email": "email",
    "https://www.googleapis.com/auth/userinfo.profile": "profile",
}
"""Google gives these back under another name than they were asked for."""


def consent_url(
    transport: Transport,
    client: Client,
    *,
    redirect_uri: str,
    state: str,
    nonce: str,
    verifier: str,
    login_hint: str,
    scopes: Sequence[str],
) -> str:
    """Return the address of the consent page.

    `prompt=consent` because Google gives a refresh token only at the first consent, or
    at one that was forced.
    """
    flow = _flow(client, redirect_uri=redirect_uri, verifier=verifier, scopes=scopes)
    hint = {"login_hint": login_hint} if login_hint else {}
    address, _ = flow.authorization_url(
        access_type="offline", prompt="consent", state=state, nonce=nonce, **hint
    )
    return transport.address(address)


def exchange(
    transport: Transport,
    client: Client,
    *,
    redirect_uri: str,
    code: str,
    verifier: str,
    keys: Keys,
    now: datetime,
) -> Grant:
    """Turn the code of the callback into a grant."""
    # Without scopes: a person may untick some, and the library would make that an
    # error unless an environment variable allows it.
    flow = _flow(client, redirect_uri=redirect_uri, verifier=verifier, scopes=None)
    answer = _fetch(flow, transport, code=code, now=now)
    if not isinstance(answer.get("id_token"), str):
        raise AccessRevoked("Google did not say whose account this is: try once more.")
    identity = identify(answer["id_token"], keys, client_id=client.id, now=now)
    return Grant(
        subject=identity.subject,
        email=identity.email,
        email_verified=identity.email_verified,
        scopes=_scopes(answer),
        access=access_token(answer, now=now),
        refresh_token=answer.get("refresh_token") or None,
        nonce=identity.nonce,
        ends_at=_ends_at(answer, now=now),
    )


def _flow(
    client: Client,
    *,
    redirect_uri: str,
    verifier: str,
    scopes: Sequence[str] | None,
) -> Flow:
    config = {
        "web": {
            "client_id": client.id,
            "client_secret": client.secret,
            "auth_uri": CONSENT_ADDRESS,
            "token_uri": TOKEN_ADDRESS,
        }
    }
    flow: Flow = Flow.from_client_config(
        config,
        scopes=scopes,
        redirect_uri=redirect_uri,
        code_verifier=verifier,
        autogenerate_code_verifier=False,
    )
    return flow


def _fetch(
    flow: Flow, transport: Transport, *, code: str, now: datetime
) -> Mapping[str, Any]:
    answers: list[Mapping[str, Any]] = []

    def checked(response: requests.Response) -> requests.Response:
        # Here, because the library looks neither at the status nor for HTML.
        plain = Response(
            status=response.status_code,
            reason="",
            headers={k.lower(): v for k, v in response.headers.items()},
            body=response.content,
        )
        answers.append(granted(plain, Granting.CODE, now=now))
        return response

    session = flow.oauth2session
    session.trust_env = False
    session.mount("https://", TransportAdapter(transport))
    session.register_compliance_hook("access_token_response", checked)
    flow.fetch_token(code=code, include_client_id=True)
    return answers[-1]


class TransportAdapter(BaseAdapter):
    """Lets `requests`, on which the OAuth library stands, send by our transport."""

    def __init__(self, transport: Transport) -> None:
        super().__init__()
        self._transport = transport

    def send(
        self, request: requests.PreparedRequest, *_: object, **__: object
    ) -> requests.Response:
        """Return the answer in the form of `requests`."""
        answer = self._transport.send(
            request.method or "GET",
            request.url or "",
            headers=dict(request.headers),
            body=request.body,
        )
        response = requests.Response()
        response.request = request
        response.url = request.url or ""
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response.raw = BytesIO(answer.body)
        return response

    def close(self) -> None:
        """Leave the connections open: they are the process's."""


def _scopes(answer: Mapping[str, Any]) -> frozenset[str]:
    given = str(answer.get("scope", "")).split()
    return frozenset(SHORT_SCOPES.get(scope, scope) for scope in given)


def _ends_at(answer: Mapping[str, Any], *, now: datetime) -> datetime | None:
    seconds = answer.get("refresh_token_expires_in")
    if not isinstance(seconds, int | float) or seconds <= 0:
        return None
    return now + timedelta(seconds=seconds)
