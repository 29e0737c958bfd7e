"""Tokens: exchanged, refreshed, outlived, revoked; and what identifies a person."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import jwt
import pytest
import requests
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials

from tests.standin.conftest import Control
from tests.standin.people import AUTH, Person
from tests.standin.test_consent import CALLBACK, EVENTS, allow, asked, exchange


def refreshed(person: Person, token: str, **changes: str) -> requests.Response:
    """Use a refresh token at the token endpoint."""
    form = {
        "grant_type": "refresh_token",
        "refresh_token": token,
        "client_id": "1-app",
        "client_secret": "secret",
        **changes,
    }
    return requests.post(f"{person.url}/token", data=form, timeout=5)


def error(answer: requests.Response) -> tuple[int, str, str]:
    """Return a refusal of the token endpoint."""
    body = answer.json()
    return answer.status_code, body["error"], body["error_description"]


def test_a_code_becomes_tokens(ann: Person) -> None:
    """The answer names what was granted, and for how long.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    code = allow(asked(ann.url, scope=EVENTS, prompt="consent"))["code"]

    tokens = exchange(ann.url, code).json()

    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3599
    assert tokens["scope"] == EVENTS
    assert "id_token" not in tokens
    assert len(code) <= 256
    assert len(tokens["refresh_token"]) <= 512


def test_a_code_is_used_once(ann: Person) -> None:
    """A used code is invalid_grant.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    code = allow(asked(ann.url))["code"]
    exchange(ann.url, code).raise_for_status()

    again = exchange(ann.url, code)

    assert error(again) == (400, "invalid_grant", "Malformed auth code.")


def test_a_code_lives_for_minutes(ann: Person, control: Control) -> None:
    """A code expires soon.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    code = allow(asked(ann.url))["code"]
    control("clock", advance_seconds=3600)

    assert error(exchange(ann.url, code))[:2] == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"redirect_uri": "http://localhost:1/"}, (400, "redirect_uri_mismatch")),
        ({"client_secret": "wrong"}, (401, "invalid_client")),
        ({"client_id": "9-never"}, (401, "invalid_client")),
        ({"code": None}, (400, "invalid_request")),
        ({"code": "4/wrong"}, (400, "invalid_grant")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"grant_type": None}, (400, "invalid_request")),
    ],
)
def test_an_exchange_that_does_not_fit_is_refused(
    ann: Person, changes: dict[str, str | None], expected: tuple[int, str]
) -> None:
    """The token endpoint's errors.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    exchange(ann.url, allow(asked(ann.url))["code"]).raise_for_status()
    code = allow(asked(ann.url, prompt="consent"))["code"]

    answer = exchange(ann.url, **{"code": code, **changes})  # type: ignore[arg-type] # because None leaves the code out

    assert error(answer)[:2] == expected


def test_a_client_may_authenticate_by_header(ann: Person) -> None:
    """`client_secret_basic` is advertised, and works.

    https://developers.google.com/identity/openid-connect/openid-connect
    """
    code = allow(asked(ann.url))["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
    }

    answer = requests.post(
        f"{ann.url}/token", data=form, auth=("1-app", "secret"), timeout=5
    )

    assert "access_token" in answer.json()


@pytest.mark.parametrize("method", ["S256", "plain"])
def test_the_verifier_must_fit_the_challenge(ann: Person, method: str) -> None:
    """PKCE: the code is worth nothing without its verifier.

    https://developers.google.com/identity/protocols/oauth2/native-app
    """
    verifier = "v" * 50
    digest = hashlib.sha256(verifier.encode()).digest()
    hashed = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    challenge = hashed if method == "S256" else verifier

    def code() -> str:
        return allow(
            asked(ann.url, code_challenge=challenge, code_challenge_method=method)
        )["code"]

    none = exchange(ann.url, code())
    wrong = exchange(ann.url, code(), code_verifier="w" * 50)
    right = exchange(ann.url, code(), code_verifier=verifier)

    assert error(none) == (400, "invalid_grant", "Missing code verifier.")
    assert error(wrong) == (400, "invalid_grant", "Invalid code verifier.")
    assert right.status_code == 200


def test_a_refresh_token_comes_the_first_time_only(ann: Person) -> None:
    """Only at the first exchange with offline access, or with `prompt=consent`.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """

    def tokens(**changes: str | None) -> dict[str, Any]:
        address = asked(ann.url, client_id="5-new", **changes)
        answer = exchange(ann.url, allow(address)["code"], client_id="5-new")
        found: dict[str, Any] = answer.json()
        return found

    assert "refresh_token" not in tokens(access_type=None)
    assert "refresh_token" in tokens()
    assert "refresh_token" not in tokens()
    assert "refresh_token" in tokens(prompt="consent")


def test_a_refresh_gives_an_access_token_only(ann: Person) -> None:
    """A refresh answer has no refresh token: the old one stays good.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    first = refreshed(ann, ann.refresh_token)
    second = refreshed(ann, ann.refresh_token)

    assert "refresh_token" not in first.json()
    assert first.json()["access_token"] != second.json()["access_token"]
    assert second.json()["scope"] == f"{AUTH}calendar"


def test_the_library_refreshes_an_outlived_token(ann: Person, control: Control) -> None:
    """Access tokens live for an hour; then 401, and a refresh helps.

    https://developers.google.com/identity/protocols/oauth2
    """
    credentials = Credentials(
        ann.access_token,
        refresh_token=ann.refresh_token,
        token_uri=f"{ann.url}/token",
        client_id="1-app",
        client_secret="secret",
    )
    control("clock", advance_seconds=3600)
    url = ann.api("calendars/primary/events")

    stale = ann.http.get(url)
    with requests.Session() as session:
        credentials.refresh(Request(session))
    fresh = ann.http.get(url, headers={"Authorization": f"Bearer {credentials.token}"})

    assert (stale.status_code, fresh.status_code) == (401, 200)


def test_a_revoked_token_is_an_invalid_grant(ann: Person) -> None:
    """Revoking ends all that the person gave the project.

    https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke
    """
    url = f"{ann.url}/revoke"

    first = requests.post(url, data={"token": ann.access_token}, timeout=5)
    second = requests.post(url, data={"token": ann.access_token}, timeout=5)
    answer = refreshed(ann, ann.refresh_token)
    call = ann.http.get(ann.api("calendars/primary/events"))

    assert (first.status_code, second.status_code) == (200, 400)
    assert second.json()["error"] == "invalid_token"
    expected = "Token has been expired or revoked."
    assert error(answer) == (400, "invalid_grant", expected)
    assert call.status_code == 401


def test_revoking_reaches_all_clients_of_the_project(
    ann: Person, person: Callable[..., Person]
) -> None:
    """Consent belongs to the project, so revoking one client's token kills all.

    https://developers.google.com/identity/protocols/oauth2/cross-client-identity
    """
    same = person(ann.email, client_id="1-second")
    other = person(ann.email, client_id="2-app")

    requests.post(f"{ann.url}/revoke", params={"token": ann.refresh_token}, timeout=5)

    url = ann.api("calendars/primary/events")
    assert same.http.get(url).status_code == 401
    assert other.http.get(url).status_code == 200


def test_the_library_reports_an_invalid_grant(ann: Person) -> None:
    """A refresh token that nobody gave is invalid_grant.

    https://developers.google.com/identity/protocols/oauth2
    """
    credentials = Credentials(
        None,
        refresh_token="1//wrong",
        token_uri=f"{ann.url}/token",
        client_id="1-app",
        client_secret="secret",
    )

    with requests.Session() as session, pytest.raises(RefreshError, match="revoked"):
        credentials.refresh(Request(session))


def test_a_testing_app_loses_its_grants_after_a_week(
    ann: Person, control: Control
) -> None:
    """External apps in testing get seven days.

    https://developers.google.com/identity/protocols/oauth2#expiration
    """
    control("clients", client_id="6-test", client_secret="secret", status="testing")
    tokens = control("tokens", email=ann.email, client_id="6-test").json()

    early = refreshed(ann, tokens["refresh_token"], client_id="6-test")
    control("clock", advance_seconds=7 * 86_400)
    late = refreshed(ann, tokens["refresh_token"], client_id="6-test")
    other = refreshed(ann, ann.refresh_token)

    assert early.status_code == 200
    assert error(late)[:2] == (400, "invalid_grant")
    assert other.status_code == 200


def test_an_unused_refresh_token_dies(ann: Person, control: Control) -> None:
    """Six months without use.

    https://developers.google.com/identity/protocols/oauth2#expiration
    """
    control("clock", advance_seconds=181 * 86_400)

    assert error(refreshed(ann, ann.refresh_token))[:2] == (400, "invalid_grant")


def test_the_oldest_of_too_many_refresh_tokens_dies(
    ann: Person, control: Control
) -> None:
    """A hundred for one account and client; the oldest goes without a word.

    https://developers.google.com/identity/protocols/oauth2#expiration
    """
    for _ in range(100):
        last = control("tokens", email=ann.email, client_id="1-app").json()

    assert error(refreshed(ann, ann.refresh_token))[:2] == (400, "invalid_grant")
    assert refreshed(ann, last["refresh_token"]).status_code == 200


def test_a_deleted_account_is_an_invalid_grant(ann: Person) -> None:
    """An account that is gone.

    https://developers.google.com/identity/protocols/oauth2#expiration
    """
    requests.delete(f"{ann.url}/_/accounts/{ann.email}", timeout=5)

    assert error(refreshed(ann, ann.refresh_token))[:2] == (400, "invalid_grant")
    assert ann.http.get(ann.api("calendars/primary/events")).status_code == 401


def test_an_id_token_tells_who_it_was(ann: Person) -> None:
    """RS256, checked with the published keys; `sub` identifies, `nonce` returns.

    https://developers.google.com/identity/openid-connect/openid-connect
    """
    code = allow(asked(ann.url, scope="openid email", nonce="n1"))["code"]
    token = exchange(ann.url, code).json()["id_token"]
    keys = requests.get(f"{ann.url}/oauth2/v3/certs", timeout=5).json()
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(one for one in jwt.PyJWKSet.from_dict(keys).keys if one.key_id == kid)

    claims = jwt.decode(token, key, algorithms=["RS256"], audience="1-app")

    assert claims["iss"] == "https://accounts.google.com"
    assert claims["email"] == ann.email
    assert claims["email_verified"] is True
    assert claims["nonce"] == "n1"
    assert claims["hd"] == "example.com"
    assert claims["sub"].isdigit()


def test_the_configuration_names_the_endpoints(ann: Person) -> None:
    """The discovery document of OpenID Connect.

    https://developers.google.com/identity/openid-connect/openid-connect
    """
    url = f"{ann.url}/.well-known/openid-configuration"

    found = requests.get(url, timeout=5).json()

    assert found["issuer"] == "https://accounts.google.com"
    assert found["token_endpoint"] == f"{ann.url}/token"
    assert found["jwks_uri"] == f"{ann.url}/oauth2/v3/certs"
