"""Google's accounts as the port promises them: consent, tokens, calendars.

The consent page is walked by plain HTTP, as its person's browser would.
"""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.google import GoogleStandIn
from services.ports.accounts import Accounts, Client, Grant
from sync.errors import AccessRevoked, OperatorFault, TokenRefused
from tests.contract.google_controls import (
    AUTH,
    CALENDAR_SCOPES,
    EVENT_TYPES,
    SCOPES,
    Google,
)

REDIRECT_URI = "http://localhost:8080/oauth/callback"
CLIENT = Client(id="4711-tandem.apps.googleusercontent.com", secret="GOCSPX-1")
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    """Run a stand-in for Google that knows our client."""
    with GoogleStandIn(any_client=False) as standin:
        running = Google(url=standin.url)
        register(running, CLIENT)
        yield running


def register(google: Google, client: Client, **more: Any) -> None:
    """Make an OAuth client known to the stand-in."""
    google.control(
        "POST",
        "clients",
        client_id=client.id,
        client_secret=client.secret,
        redirect_uris=[REDIRECT_URI],
        **more,
    )


@pytest.fixture
def owner(google: Google) -> str:
    """Return the address of somebody who never saw us."""
    return google.new_person()


@pytest.fixture
def accounts(google: Google) -> Accounts:
    """Return our accounts, with the stand-in for Google."""
    return google.accounts()


def page_for(accounts: Accounts, owner: str, client: Client = CLIENT) -> str:
    """Return the address to which the owner is sent."""
    return accounts.consent_url(
        client,
        redirect_uri=REDIRECT_URI,
        state="state-1",
        nonce="nonce-1",
        verifier=VERIFIER,
        login_hint=owner,
        scopes=SCOPES,
    )


def exchanged(
    accounts: Accounts,
    code: str,
    *,
    client: Client = CLIENT,
    verifier: str = VERIFIER,
    redirect_uri: str = REDIRECT_URI,
) -> Grant:
    """Turn a code into a grant."""
    return accounts.exchange(
        client, redirect_uri=redirect_uri, code=code, verifier=verifier
    )


def connected(google: Google, accounts: Accounts, owner: str) -> Grant:
    """Walk from the link to the grant."""
    back = google.consent(page_for(accounts, owner))
    return exchanged(accounts, back["code"])


def kept_token(grant: Grant) -> str:
    """Return the grant's refresh token."""
    assert grant.refresh_token is not None
    return grant.refresh_token


# --- Consent -------------------------------------------------------------------------


def test_an_owner_who_agrees_gives_a_grant(
    google: Google, accounts: Accounts, owner: str
) -> None:
    back = google.consent(page_for(accounts, owner))
    grant = exchanged(accounts, back["code"])

    assert back["state"] == "state-1"
    assert grant.email == owner
    assert grant.email_verified
    assert grant.subject.isdigit()
    assert grant.nonce == "nonce-1"
    assert frozenset(SCOPES) <= grant.scopes
    assert grant.refresh_token
    left = grant.access.ends_at - datetime.now(UTC)
    assert timedelta(minutes=55) < left <= timedelta(hours=1)


def test_the_grant_opens_the_calendar(
    google: Google, accounts: Accounts, owner: str
) -> None:
    grant = connected(google, accounts, owner)

    calendar = accounts.calendar(grant.access, "primary", event_types=EVENT_TYPES)

    assert calendar.read(token=None, page=None).envelope.access_role == "owner"
    entries = accounts.calendars(grant.access)
    assert [(entry.id, entry.primary) for entry in entries] == [(owner, True)]


def test_to_connect_again_gives_a_refresh_token_again(
    google: Google, accounts: Accounts, owner: str
) -> None:
    first, second = (connected(google, accounts, owner) for _ in range(2))

    assert first.subject == second.subject
    assert second.refresh_token
    for grant in (first, second):
        assert accounts.refresh(CLIENT, kept_token(grant)).value


def test_an_owner_who_says_no_sends_back_a_refusal(
    google: Google, accounts: Accounts, owner: str
) -> None:
    back = google.consent(page_for(accounts, owner), refuse=True)

    assert back == {"error": "access_denied", "state": "state-1"}


def test_a_box_that_was_not_ticked_is_no_error_but_shows_in_the_grant(
    google: Google, accounts: Accounts, owner: str
) -> None:
    events = f"{AUTH}calendar.events"

    back = google.consent(page_for(accounts, owner), untick=[events])
    grant = exchanged(accounts, back["code"])

    assert set(SCOPES) - grant.scopes == {events}
    calendar = accounts.calendar(grant.access, "primary", event_types=EVENT_TYPES)
    with pytest.raises(AccessRevoked, match="tick every box"):
        calendar.read(token=None, page=None)


def test_a_code_is_good_once(google: Google, accounts: Accounts, owner: str) -> None:
    code = google.consent(page_for(accounts, owner))["code"]
    exchanged(accounts, code)

    with pytest.raises(AccessRevoked):
        exchanged(accounts, code)


def test_a_code_is_good_for_who_asked(
    google: Google, accounts: Accounts, owner: str
) -> None:
    other = Client(id="4712-other.apps.googleusercontent.com", secret="GOCSPX-2")
    register(google, other)

    codes = [google.consent(page_for(accounts, owner))["code"] for _ in range(4)]

    with pytest.raises(AccessRevoked):
        exchanged(accounts, codes[0], verifier="x" * 43)
    with pytest.raises(AccessRevoked):
        exchanged(accounts, codes[1], client=other)
    with pytest.raises(OperatorFault, match="redirect"):
        exchanged(accounts, codes[2], redirect_uri="http://localhost:8080/other")
    wrong = Client(id=CLIENT.id, secret="wrong")
    with pytest.raises(OperatorFault, match="secret is wrong"):
        exchanged(accounts, codes[3], client=wrong)


# --- Tokens --------------------------------------------------------------------------


def test_a_refreshed_token_opens_the_calendar(
    google: Google, accounts: Accounts, owner: str
) -> None:
    grant = connected(google, accounts, owner)
    google.control("POST", "expire", sync_tokens=False, access_tokens=True)

    token = accounts.refresh(CLIENT, kept_token(grant))

    assert token.value != grant.access.value
    assert accounts.calendars(token)
    with pytest.raises(TokenRefused):
        accounts.calendars(grant.access)


def test_after_withdrawal_nothing_opens_the_account(
    google: Google, accounts: Accounts, owner: str
) -> None:
    grant = connected(google, accounts, owner)

    for _ in range(2):
        accounts.revoke(kept_token(grant))

    with pytest.raises(AccessRevoked, match="connect the account again"):
        accounts.refresh(CLIENT, kept_token(grant))
    with pytest.raises(TokenRefused):
        accounts.calendars(grant.access)


def test_a_client_that_google_does_not_know_is_the_operators_to_mend(
    accounts: Accounts,
) -> None:
    stranger = Client(id="nobody.apps.googleusercontent.com", secret="x")

    with pytest.raises(OperatorFault, match="OAuth client"):
        accounts.refresh(stranger, "1//refresh-token")


def test_a_deleted_client_says_so(
    google: Google, accounts: Accounts, owner: str
) -> None:
    client = Client(id="4713-gone.apps.googleusercontent.com", secret="GOCSPX-3")
    register(google, client)
    back = google.consent(page_for(accounts, owner, client))
    grant = exchanged(accounts, back["code"], client=client)

    register(google, client, status="deleted")

    with pytest.raises(OperatorFault, match="was deleted"):
        accounts.refresh(client, kept_token(grant))


# --- Service accounts ----------------------------------------------------------------


def service_account(google: Google, name: str, **more: Any) -> dict[str, str]:
    """Return the JSON key of a new service account."""
    email = f"{name}@project.iam.gserviceaccount.com"
    key: dict[str, str] = google.control(
        "POST", "service-accounts", client_email=email, **more
    )
    return key


def test_a_service_account_opens_the_calendars_of_its_domain(
    google: Google, accounts: Accounts, owner: str
) -> None:
    key = service_account(
        google, "robot", scopes=list(CALENDAR_SCOPES), domains=["example.com"]
    )

    token = accounts.impersonate(key, subject=owner, scopes=CALENDAR_SCOPES)

    assert [entry.id for entry in accounts.calendars(token)] == [owner]


def test_a_service_account_opens_no_more_than_it_was_given(
    google: Google, accounts: Accounts, owner: str
) -> None:
    bare = service_account(google, "bare")
    narrow = service_account(google, "narrow", scopes=[CALENDAR_SCOPES[0]])
    wide = service_account(
        google, "wide", scopes=list(CALENDAR_SCOPES), domains=["example.org"]
    )
    forged = {**wide, "private_key": narrow["private_key"]}

    for key in (bare, narrow):
        with pytest.raises(OperatorFault, match="delegation"):
            accounts.impersonate(key, subject=owner, scopes=CALENDAR_SCOPES)
    with pytest.raises(AccessRevoked, match="no such person"):
        accounts.impersonate(wide, subject=owner, scopes=CALENDAR_SCOPES)
    with pytest.raises(OperatorFault, match="key"):
        accounts.impersonate(forged, subject=owner, scopes=CALENDAR_SCOPES)


# --- Calendars -----------------------------------------------------------------------


def test_a_long_list_of_calendars_is_read_to_its_end(
    google: Google, accounts: Accounts, owner: str
) -> None:
    for number in range(300):
        google.control("POST", "calendars", owner=owner, summary=f"Team {number}")
    grant = connected(google, accounts, owner)

    entries = accounts.calendars(grant.access)

    names = {entry.summary for entry in entries if not entry.primary}
    assert names == {f"Team {number}" for number in range(300)}
    assert {entry.access_role for entry in entries} == {"owner"}
    assert len(entries) == 301


# --- Lean starts ---------------------------------------------------------------------


IMPORTED = """
import sys
{deed}
print(*(name for name in {heavy!r} if name in sys.modules))
"""
HEAVY = ("googleapiclient", "httplib2", "oauthlib", "requests", "urllib3", "jwt")


def imported_by(deed: str) -> set[str]:
    """Return which heavy libraries a deed imports, in a process of its own."""
    program = IMPORTED.format(deed=deed, heavy=HEAVY)
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(ended.stdout.split())


def test_the_adapter_is_imported_without_any_library() -> None:
    deed = "from infra.google.accounts import GoogleAccounts"

    assert imported_by(deed) == set()


def test_a_token_is_refreshed_without_the_calendar_client() -> None:
    deed = """
from datetime import UTC, datetime
from infra.google.accounts import GoogleAccounts
from services.ports.accounts import Client
from sync.errors import TransientError
class Clock:
    def now(self): return datetime.now(UTC)
try:
    GoogleAccounts("http://127.0.0.1:9", clock=Clock()).refresh(
        Client(id="a", secret="b"), "c")
except TransientError:
    pass
"""

    assert imported_by(deed) == {"urllib3"}
