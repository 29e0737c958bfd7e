"""Service accounts: for themselves, and for others by delegation."""

import time
from typing import Any

import jwt
import pytest
import requests
from google.auth.transport.requests import Request
from google.oauth2.service_account import Credentials

from tests.standin.conftest import Control
from tests.standin.people import AUTH, HOUR, Person, reason

CALENDAR = f"{AUTH}calendar"
ROBOT = "robot@project.iam.gserviceaccount.com"
BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture
def key(control: Control) -> dict[str, Any]:
    """Return the key file of a service account delegated for example.com."""
    made = control(
        "service-accounts",
        client_email=ROBOT,
        scopes=[CALENDAR],
        domains=["example.com"],
    )
    found: dict[str, Any] = made.json()
    return found


def token(url: str, key: dict[str, Any], *scopes: str, subject: str | None) -> str:
    """Return an access token, got by Google's own library."""
    credentials = Credentials.from_service_account_info(
        {**key, "token_uri": f"{url}/token"},
        scopes=list(scopes) or [CALENDAR],
        subject=subject,
    )
    with requests.Session() as session:
        credentials.refresh(Request(session))
    return str(credentials.token)


def asserted(url: str, key: dict[str, Any], **changes: object) -> tuple[int, str, str]:
    """Send an assertion that does not fit and return the refusal."""
    now = int(time.time())
    claims = {
        "iss": ROBOT,
        "scope": CALENDAR,
        "aud": "https://oauth2.googleapis.com/token",
        "iat": now,
        "exp": now + 3600,
        **changes,
    }
    signed = jwt.encode(claims, key["private_key"], algorithm="RS256")
    form = {"grant_type": BEARER, "assertion": signed}
    answer = requests.post(f"{url}/token", data=form, timeout=5)
    body = answer.json()
    return answer.status_code, body.get("error"), body.get("error_description")


def test_a_delegated_account_acts_for_a_person(
    ann: Person, key: dict[str, Any]
) -> None:
    """`sub` names the user to act for; guests may then be invited.

    https://developers.google.com/identity/protocols/oauth2/service-account
    """
    robot = Person.with_token(
        ann.url, ROBOT, token(ann.url, key, subject="ann@example.com")
    )

    made = robot.insert(attendees=[{"email": "x@other.org"}])
    robot.close()

    assert made["organizer"]["email"] == "ann@example.com"
    assert ann.ids() == [made["id"]]


def test_an_account_of_its_own_sees_what_is_shared(
    ann: Person, key: dict[str, Any], control: Control
) -> None:
    """Without delegation: only shared calendars, and an empty list.

    https://developers.google.com/identity/protocols/oauth2/service-account
    """
    robot = Person.with_token(ann.url, ROBOT, token(ann.url, key, subject=None))

    unshared = reason(lambda: robot.page(ann.email))
    control("calendars", id=ann.email, roles={ROBOT: "writer"})
    made = robot.insert(ann.email)
    listed = robot.service.calendarList().list().execute()["items"]
    robot.close()

    assert unshared == (404, "notFound")
    assert made["creator"]["email"] == ROBOT
    assert listed == []


def test_an_account_of_its_own_invites_nobody(
    ann: Person, key: dict[str, Any], control: Control
) -> None:
    """403 forbiddenForServiceAccounts without delegation.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    control("calendars", id=ann.email, roles={ROBOT: "writer"})
    robot = Person.with_token(ann.url, ROBOT, token(ann.url, key, subject=None))
    body = {**HOUR, "attendees": [{"email": "x@other.org"}]}
    call = robot.events.insert(calendarId=ann.email, body=body)

    refused = reason(call.execute)
    robot.close()

    assert refused == (403, "forbiddenForServiceAccounts")


def test_every_scope_must_be_delegated(ann: Person, key: dict[str, Any]) -> None:
    """One scope that is not listed refuses all: 401 unauthorized_client.

    https://developers.google.com/identity/protocols/oauth2/service-account
    """
    both = f"{CALENDAR} {AUTH}gmail.readonly"

    status, error, description = asserted(ann.url, key, scope=both, sub=ann.email)

    assert (status, error) == (401, "unauthorized_client")
    assert description.startswith("Client is unauthorized to retrieve access tokens")


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        ({"sub": "nobody@example.com"}, "Invalid email or User ID"),
        ({"sub": "ann@elsewhere.org"}, "Invalid email or User ID"),
        ({"iat": 1000, "exp": 4600}, "Invalid JWT"),
        ({"exp": 9_999_999_999}, "Invalid JWT"),
        ({"aud": "https://elsewhere.org/token"}, "Invalid JWT"),
        ({"iss": "stranger@project.iam.gserviceaccount.com"}, "account not found"),
    ],
)
def test_an_assertion_that_does_not_fit_is_refused(
    ann: Person, key: dict[str, Any], changes: dict[str, object], description: str
) -> None:
    """invalid_grant for a wrong user, a wrong clock, a wrong audience.

    https://developers.google.com/identity/protocols/oauth2/service-account
    """
    status, error, found = asserted(ann.url, key, **changes)

    assert (status, error) == (400, "invalid_grant")
    assert description in found


def test_another_key_is_refused(
    ann: Person, key: dict[str, Any], control: Control
) -> None:
    """A deleted key is an invalid signature.

    https://developers.google.com/identity/protocols/oauth2/service-account
    """
    control("service-accounts", client_email=ROBOT)

    status, error, found = asserted(ann.url, key)

    assert (status, error) == (400, "invalid_grant")
    assert found == "Invalid JWT Signature."


def test_the_quota_is_charged_to_the_service_account(
    ann: Person, bob: Person, key: dict[str, Any], control: Control
) -> None:
    """With delegation the service account pays, unless `quotaUser` says otherwise.

    https://developers.google.com/workspace/calendar/api/guides/quota
    """
    control("quota", per_user=2)
    people = [
        Person.with_token(ann.url, ROBOT, token(ann.url, key, subject=one.email))
        for one in (ann, bob, ann)
    ]

    people[0].page()
    people[1].page()
    refused = reason(lambda: people[2].page())
    url = ann.api("calendars/primary/events")
    other = people[2].http.get(url, params={"quotaUser": "ann"})
    for one in people:
        one.close()

    assert refused == (403, "userRateLimitExceeded")
    assert other.status_code == 200
