"""What Google signs is checked, and what it refuses is told apart.

Against a server that says what a test wants Google to say; the walk through the real
pages is in test_google_accounts.py.
"""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.google.accounts import GoogleAccounts
from services.ports.accounts import AccessToken, Accounts, Client, Grant
from sync.errors import AccessRevoked, OperatorFault, SyncError, TransientError
from tests.contract.google_refusals import token_refusal
from tests.contract.scripted import Reply, Scripted, scripted_server
from tests.twins import VirtualClock

CLIENT = Client(id="client-1", secret="secret-1")
CALENDAR_SCOPE = "https://www.googleapis.com/auth/calendar.events"
LIST_SCOPE = "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
SUBJECT = "someone@example.com"


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """Return a key; the same name, the same key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificates(*names: str, max_age: int = 3600) -> Reply:
    """Return the answer of Google's address for its public keys."""
    keys = []
    for name in names:
        public = private_key(name).public_key()
        numbers = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(public))
        keys.append({**numbers, "kid": name, "alg": "RS256", "use": "sig"})
    cached = {"Cache-Control": f"public, max-age={max_age}, must-revalidate"}
    return Reply(body={"keys": keys}, headers=cached)


@pytest.fixture
def google() -> Iterator[Scripted]:
    """Run a server of the test's own, whose keys nobody has seen yet."""
    with scripted_server() as script:
        yield script


@pytest.fixture
def clock() -> VirtualClock:
    """Return a clock that stands still."""
    return VirtualClock()


@pytest.fixture
def accounts(google: Scripted, clock: VirtualClock) -> Accounts:
    """Return our accounts, with that server for Google."""
    return GoogleAccounts(google.url, clock=clock)


def statement(clock: VirtualClock, *, signed_by: str = "k1", **claims: Any) -> str:
    """Return an id_token."""
    now = int(clock.now().timestamp())
    whole = {
        "iss": "https://accounts.google.com",
        "aud": CLIENT.id,
        "sub": "1234567890",
        "email": SUBJECT,
        "email_verified": True,
        "nonce": "nonce-1",
        "iat": now,
        "exp": now + 3600,
        **claims,
    }
    return jwt.encode(
        {name: value for name, value in whole.items() if value is not None},
        private_key(signed_by),
        algorithm="RS256",
        headers={"kid": signed_by},
    )


def granting(id_token: str | None, **more: Any) -> Reply:
    """Return the token endpoint's answer to a good code."""
    body = {
        "access_token": "access-1",
        "expires_in": 3599,
        "refresh_token": "refresh-1",
        "scope": f"openid {CALENDAR_SCOPE}",
        "token_type": "Bearer",
        "id_token": id_token,
        **more,
    }
    return Reply(
        body={name: value for name, value in body.items() if value is not None}
    )


def exchanged(accounts: Accounts) -> Grant:
    """Exchange a code."""
    return accounts.exchange(
        CLIENT,
        redirect_uri="http://localhost:8080/oauth/callback",
        code="4/code-1",
        verifier="v" * 64,
    )


def test_the_consent_page_is_asked_for_all_that_sync_needs() -> None:
    accounts = GoogleAccounts(clock=VirtualClock())

    url = accounts.consent_url(
        CLIENT,
        redirect_uri="http://localhost:8080/oauth/callback",
        state="state-1",
        nonce="nonce-1",
        verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        login_hint=SUBJECT,
        scopes=["openid", "email", CALENDAR_SCOPE, LIST_SCOPE],
    )

    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        "https://accounts.google.com/o/oauth2/v2/auth"
    )
    assert {name: value[0] for name, value in parse_qs(parts.query).items()} == {
        "client_id": "client-1",
        "redirect_uri": "http://localhost:8080/oauth/callback",
        "response_type": "code",
        "scope": f"openid email {CALENDAR_SCOPE} {LIST_SCOPE}",
        "state": "state-1",
        "nonce": "nonce-1",
        "access_type": "offline",
        "prompt": "consent",
        "login_hint": SUBJECT,
        # The challenge of RFC 7636, appendix B, for its verifier.
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }


def test_a_code_becomes_a_grant(
    google: Scripted, accounts: Accounts, clock: VirtualClock
) -> None:
    scope = (
        "openid https://www.googleapis.com/auth/userinfo.email"
        f" https://www.googleapis.com/auth/userinfo.profile {CALENDAR_SCOPE}"
    )
    google.answers(
        granting(statement(clock), scope=scope, refresh_token_expires_in=604800),
        certificates("k1"),
    )

    grant = exchanged(accounts)

    now = clock.now()
    assert grant == Grant(
        subject="1234567890",
        email=SUBJECT,
        email_verified=True,
        scopes=frozenset({"openid", "email", "profile", CALENDAR_SCOPE}),
        access=AccessToken(value="access-1", ends_at=now + timedelta(seconds=3599)),
        refresh_token="refresh-1",
        nonce="nonce-1",
        ends_at=now + timedelta(days=7),
    )
    assert parse_qs(google.seen[0].body.decode()) == {
        "grant_type": ["authorization_code"],
        "client_id": ["client-1"],
        "client_secret": ["secret-1"],
        "redirect_uri": ["http://localhost:8080/oauth/callback"],
        "code": ["4/code-1"],
        "code_verifier": ["v" * 64],
    }


def test_a_grant_may_come_without_refresh_token_and_without_end(
    google: Scripted, accounts: Accounts, clock: VirtualClock
) -> None:
    google.answers(granting(statement(clock), refresh_token=None), certificates("k1"))

    grant = exchanged(accounts)

    assert grant.refresh_token is None
    assert grant.ends_at is None


@pytest.mark.parametrize(
    ("claims", "verified"),
    [
        ({"iss": "accounts.google.com"}, True),
        ({"email_verified": "true"}, True),
        ({"email_verified": False}, False),
        ({"email_verified": None}, False),
    ],
)
def test_googles_ways_to_say_the_same_are_understood(
    claims: dict[str, Any],
    verified: bool,
    google: Scripted,
    accounts: Accounts,
    clock: VirtualClock,
) -> None:
    google.answers(granting(statement(clock, **claims)), certificates("k1"))

    assert exchanged(accounts).email_verified is verified


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "client-2"},
        {"aud": None},
        {"iss": "https://accounts.example.com"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"signed_by": "k2"},
    ],
)
def test_a_statement_that_google_did_not_make_to_us_is_not_believed(
    claims: dict[str, Any],
    google: Scripted,
    accounts: Accounts,
    clock: VirtualClock,
) -> None:
    google.answers(granting(statement(clock, **claims)), certificates("k1"))

    with pytest.raises(AccessRevoked, match="could not be verified"):
        exchanged(accounts)


def forged(clock: VirtualClock, *, algorithm: str, key: str) -> str:
    """Return a statement signed with what everybody knows."""
    good = jwt.decode(statement(clock), options={"verify_signature": False})
    headers = {"kid": "k1"}
    return jwt.encode(good, key, algorithm=algorithm, headers=headers)


def public_pem(name: str) -> str:
    """Return a key that everybody knows."""
    numbers = private_key(name).public_key().public_numbers()
    return base64.b64encode(str(numbers.n).encode()).decode()


def test_a_forged_statement_is_not_believed(
    google: Scripted, accounts: Accounts, clock: VirtualClock
) -> None:
    with_public_key = forged(clock, algorithm="HS256", key=public_pem("k1"))
    unsigned = forged(clock, algorithm="none", key="")
    header, body, signature = statement(clock).split(".")
    changed = ".".join((header, body[:-4] + "AAAA", signature))

    for token in (with_public_key, unsigned, changed, "no token", ""):
        google.answers(granting(token), certificates("k1"))

        with pytest.raises(AccessRevoked, match="could not be verified"):
            exchanged(accounts)


def test_without_a_statement_there_is_no_grant(
    google: Scripted, accounts: Accounts
) -> None:
    google.answers(granting(None))

    with pytest.raises(AccessRevoked, match="whose account"):
        exchanged(accounts)


def test_googles_keys_are_kept_as_long_as_it_says_and_follow_when_they_change(
    google: Scripted, accounts: Accounts, clock: VirtualClock
) -> None:
    google.answers(
        granting(statement(clock)),
        certificates("k1"),
        granting(statement(clock)),
        granting(statement(clock, signed_by="k2")),
        certificates("k1", "k2"),
    )

    for _ in range(3):
        exchanged(accounts)

    assert [seen.method for seen in google.seen] == [
        "POST",
        "GET",
        "POST",
        "POST",
        "GET",
    ]

    later = clock.advance(timedelta(hours=2))
    google.answers(granting(statement(clock)), certificates("k1"))
    grant = exchanged(accounts)

    assert [seen.method for seen in google.seen] == ["POST", "GET"]
    assert grant.access.ends_at > later


@pytest.mark.parametrize(
    "keys", [Reply(status=500, body="<html>"), Reply(body={"keys": [{"kty": "none"}]})]
)
def test_without_googles_keys_the_exchange_is_to_be_tried_again(
    keys: Reply, google: Scripted, accounts: Accounts, clock: VirtualClock
) -> None:
    google.answers(granting(statement(clock)), keys)

    with pytest.raises(TransientError):
        exchanged(accounts)


def test_an_expired_code_asks_for_the_link_again(
    google: Scripted, accounts: Accounts
) -> None:
    google.answers(token_refusal(400, "invalid_grant", "Malformed auth code."))

    with pytest.raises(AccessRevoked, match="open the link again"):
        exchanged(accounts)


def test_refreshing_gives_a_token_that_ends(
    google: Scripted, accounts: Accounts, clock: VirtualClock
) -> None:
    google.answers(Reply(body={"access_token": "access-2", "expires_in": 3599}))

    token = accounts.refresh(CLIENT, "refresh-1")

    assert token.value == "access-2"
    assert token.ends_at == clock.now() + timedelta(seconds=3599)
    assert parse_qs(google.seen[0].body.decode()) == {
        "grant_type": ["refresh_token"],
        "client_id": ["client-1"],
        "client_secret": ["secret-1"],
        "refresh_token": ["refresh-1"],
    }


def service_account(**changed: str) -> dict[str, str]:
    """Return a service account's JSON key."""
    pem = private_key("service").private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {
        "type": "service_account",
        "client_email": "tandem@project.iam.gserviceaccount.com",
        "private_key_id": "key-1",
        "private_key": pem.decode(),
        "token_uri": "http://169.254.169.254/token",
        **changed,
    }


def impersonated(accounts: Accounts, key: dict[str, str]) -> AccessToken:
    """Ask for a token in somebody's name."""
    return accounts.impersonate(
        key, subject=SUBJECT, scopes=[CALENDAR_SCOPE, LIST_SCOPE]
    )


def test_a_service_account_speaks_for_a_person(
    google: Scripted, accounts: Accounts, clock: VirtualClock
) -> None:
    google.answers(Reply(body={"access_token": "access-3", "expires_in": 3599}))

    token = impersonated(accounts, service_account())

    form = parse_qs(google.seen[0].body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    claims = jwt.decode(
        form["assertion"][0],
        private_key("service").public_key(),
        algorithms=["RS256"],
        audience="https://oauth2.googleapis.com/token",
        options={"verify_exp": False, "verify_iat": False},
    )
    now = int(clock.now().timestamp())
    assert claims == {
        "iss": "tandem@project.iam.gserviceaccount.com",
        "sub": SUBJECT,
        "scope": f"{CALENDAR_SCOPE} {LIST_SCOPE}",
        "aud": "https://oauth2.googleapis.com/token",
        "iat": now,
        "exp": now + 3600,
    }
    assert jwt.get_unverified_header(form["assertion"][0])["kid"] == "key-1"
    assert token.value == "access-3"


def test_calls_in_a_persons_name_count_on_that_person(
    google: Scripted, accounts: Accounts
) -> None:
    google.answers(
        Reply(body={"access_token": "access-3", "expires_in": 3599}), Reply(body={})
    )

    token = impersonated(accounts, service_account())
    accounts.calendars(token)

    named = google.seen[1].headers["x-goog-quota-user"]
    assert named == token.quota_user
    assert 0 < len(named) <= 40
    assert "@" not in named


def test_a_key_whose_line_ends_were_mangled_is_read(
    google: Scripted, accounts: Accounts
) -> None:
    google.answers(Reply(body={"access_token": "access-3", "expires_in": 3599}))
    mangled = service_account()["private_key"].replace("\n", "\\n")

    token = impersonated(accounts, service_account(private_key=mangled))

    assert token.value == "access-3"


@pytest.mark.parametrize(
    "changed",
    [
        {"private_key": "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"},
        {"private_key": "not a key"},
        {"private_key": ""},
        {"client_email": ""},
    ],
)
def test_a_key_that_is_none_is_the_operators_to_mend(
    changed: dict[str, str], google: Scripted, accounts: Accounts
) -> None:
    google.answers()

    with pytest.raises(OperatorFault, match="service account"):
        impersonated(accounts, service_account(**changed))

    assert google.seen == []


@pytest.mark.parametrize(
    ("reply", "means", "says"),
    [
        (
            token_refusal(
                401,
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, or"
                " client not authorized for any of the scopes requested.",
            ),
            OperatorFault,
            "numeric client id and for every scope",
        ),
        (token_refusal(400, "unauthorized_client"), OperatorFault, "delegation"),
        (
            token_refusal(400, "invalid_grant", "Invalid email or User ID"),
            AccessRevoked,
            "no such person",
        ),
        (
            token_refusal(400, "invalid_grant", "Invalid JWT Signature."),
            OperatorFault,
            "make a new key",
        ),
        (
            token_refusal(
                400,
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a"
                " reasonable timeframe. Check your iat and exp values in the claim.",
            ),
            OperatorFault,
            "clock",
        ),
        (
            token_refusal(400, "invalid_grant", "Invalid grant: account not found"),
            OperatorFault,
            "does not know the service account",
        ),
        (token_refusal(503, "temporarily_unavailable"), TransientError, "trouble"),
    ],
)
def test_each_refusal_of_a_service_account_says_what_to_do(
    reply: Reply,
    means: type[SyncError],
    says: str,
    google: Scripted,
    accounts: Accounts,
) -> None:
    google.answers(reply)

    with pytest.raises(means, match=says) as told:
        impersonated(accounts, service_account())

    assert type(told.value) is means


@pytest.mark.parametrize(
    "reply", [Reply(), token_refusal(400, "invalid_token", "Token expired or revoked")]
)
def test_to_withdraw_what_is_gone_succeeds(
    reply: Reply, google: Scripted, accounts: Accounts
) -> None:
    google.answers(reply)

    accounts.revoke("refresh-1")

    assert google.seen[0].method == "POST"


def test_a_withdrawal_that_google_could_not_do_is_tried_again(
    google: Scripted, accounts: Accounts
) -> None:
    google.answers(Reply(status=503, body="<html>"))

    with pytest.raises(TransientError):
        accounts.revoke("refresh-1")


def test_a_grant_does_not_show_its_tokens(clock: VirtualClock) -> None:
    grant = Grant(
        subject="1",
        email=SUBJECT,
        email_verified=True,
        scopes=frozenset(),
        access=AccessToken(value="access-1", ends_at=clock.now()),
        refresh_token="refresh-1",
        nonce="nonce-1",
    )

    assert not {"access-1", "refresh-1", "nonce-1"} & set(repr(grant).split("'"))
