"""Every refusal of Google is turned into what the caller must do about it."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event

import pytest

from infra.google import http
from infra.google.accounts import GoogleAccounts
from services.ports.accounts import AccessToken, Accounts, Client
from services.ports.calendar import Calendar
from sync.errors import ContentRefused, RateLimited, SyncError, TransientError
from tests.contract.google_refusals import (
    ALL,
    CASES,
    TOKEN_CASES,
    WRITES,
    classic,
    deletes,
    gets,
    patches,
    stops,
    watches,
)
from tests.contract.scripted import Reply, Scripted, scripted_server

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
"""10:00 in California, where Google's days of quota begin and end."""

ADDRESS = "someone@example.com"
SECRET = "ya29.token-that-nobody-may-see"
CLIENT = Client(id="client-1", secret="GOCSPX-that-nobody-may-see")


class StoppedClock:
    """A clock that shows NOW."""

    def now(self) -> datetime:
        """Return NOW."""
        return NOW

    def sleep(self, how_long: timedelta) -> None:
        """Wait for nothing."""

    def wait(self, event: Event, how_long: timedelta) -> None:
        if not event.is_set():
            self.sleep(how_long)


@pytest.fixture(scope="module")
def google() -> Iterator[Scripted]:
    """Run a server that says whatever a test wants Google to say."""
    with scripted_server() as script:
        yield script


@pytest.fixture
def accounts(google: Scripted) -> Accounts:
    """Return our accounts, with that server for Google."""
    return GoogleAccounts(google.url, clock=StoppedClock())


@pytest.fixture
def calendar(accounts: Accounts) -> Calendar:
    """Return one calendar there."""
    access = AccessToken(value=SECRET, ends_at=NOW + timedelta(hours=1))
    return accounts.calendar(access, ADDRESS, event_types=["default"])


def told_by(deed: Callable[[], object]) -> SyncError:
    """Return the error that a deed ends in."""
    with pytest.raises(SyncError) as told:
        deed()
    return told.value


def is_for_a_person(message: str) -> bool:
    """Whether a message is a sentence that shows nothing it must not."""
    hidden = re.search(r"@|://|ya29|GOCSPX|Roof survey|\d{5}", message)
    return hidden is None and message[0].isupper() and message[-1] in ".?…"


@pytest.mark.parametrize("name", CASES)
def test_each_refusal_says_what_to_do(
    name: str, google: Scripted, calendar: Calendar
) -> None:
    case = CASES[name]
    google.answers(case.reply)

    for deed in case.deeds:
        error = told_by(partial(deed, calendar))

        assert type(error) is case.means, deed.__doc__
        assert is_for_a_person(str(error))
        if isinstance(error, RateLimited):
            assert error.wait == case.wait
            assert case.limit in (None, error.limit)
        if isinstance(error, ContentRefused):
            assert error.reason == case.reason


@pytest.mark.parametrize(
    "reply",
    [
        classic(404, "notFound", "Not Found"),
        classic(410, "deleted", "Resource has been deleted"),
    ],
)
def test_to_delete_what_is_gone_succeeds(
    reply: Reply, google: Scripted, calendar: Calendar
) -> None:
    google.answers(reply)

    deletes(calendar)
    stops(calendar)

    assert len(google.seen) == 2


def test_a_calendar_that_cannot_be_watched_is_no_error(
    google: Scripted, calendar: Calendar
) -> None:
    google.answers(
        classic(
            400,
            "pushNotSupportedForRequestedResource",
            "Push notifications are not supported by this resource.",
            domain="calendar",
        )
    )

    assert watches(calendar) is None


def test_a_day_of_quota_ends_at_midnight_in_california_in_summer_too(
    google: Scripted,
) -> None:
    class SummerClock(StoppedClock):
        def now(self) -> datetime:
            return datetime(2026, 7, 1, 18, 0, tzinfo=UTC)

    accounts = GoogleAccounts(google.url, clock=SummerClock())
    access = AccessToken(value=SECRET, ends_at=NOW)
    google.answers(classic(403, "dailyLimitExceeded", "No.", domain="usageLimits"))

    error = told_by(lambda: accounts.calendars(access))

    assert isinstance(error, RateLimited)
    assert error.wait == timedelta(hours=13)


def test_the_words_of_google_are_shown_without_what_is_private(
    google: Scripted, calendar: Calendar
) -> None:
    message = 'Invalid attendee email bob@example.com in "Visit to the doctor".'
    google.answers(classic(400, "invalid", message))

    error = told_by(lambda: patches(calendar))

    assert str(error).startswith("Google does not accept the event as it is: Invalid")
    assert "bob" not in str(error)
    assert "doctor" not in str(error)


def test_a_write_whose_answer_is_lost_is_not_sent_twice(
    google: Scripted, calendar: Calendar
) -> None:
    for deed in WRITES:
        google.answers(Reply(cut=True))

        error = told_by(partial(deed, calendar))

        assert type(error) is TransientError
        assert len(google.seen) == 1


def test_a_read_whose_connection_broke_is_sent_once_more(
    google: Scripted, calendar: Calendar
) -> None:
    google.answers(Reply(cut=True), Reply(body={"id": "event1"}))

    assert calendar.get("event1") == {"id": "event1"}

    google.answers(Reply(cut=True))

    assert type(told_by(lambda: gets(calendar))) is TransientError
    assert len(google.seen) == 2


def test_a_server_that_is_not_there_is_waited_for() -> None:
    accounts = GoogleAccounts("http://127.0.0.1:9", clock=StoppedClock())

    error = told_by(lambda: accounts.refresh(CLIENT, "refresh-token"))

    assert type(error) is TransientError


def test_an_answer_that_never_comes_is_not_waited_for(
    google: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    transport = http.Transport(google.url)
    google.answers(Reply(delay=0.5))

    error = told_by(lambda: transport.send("GET", http_address(), headers={}))

    assert str(error) == "Google did not answer in time."
    assert len(google.seen) == 1


def test_an_answer_that_trickles_is_not_waited_for(
    google: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "WHOLE_SECONDS", -1.0)
    google.answers(Reply(body={"a": 1}))
    transport = http.Transport(google.url)

    error = told_by(lambda: transport.send("GET", http_address(), headers={}))

    assert str(error) == "Google did not answer in time."


def test_answers_come_compressed(google: Scripted, calendar: Calendar) -> None:
    row = {"id": "event1", "summary": "Roof survey" * 20_000}
    packed = gzip.compress(json.dumps(row).encode())
    google.answers(Reply(body=packed, headers={"Content-Encoding": "gzip"}))

    assert calendar.get("event1") == row

    asked = google.seen[0].headers
    assert "gzip" in asked["accept-encoding"]
    assert "gzip" in asked["user-agent"]


def http_address() -> str:
    """Return some address of Google's."""
    return "https://www.googleapis.com/calendar/v3/colors"


@pytest.mark.parametrize("name", TOKEN_CASES)
def test_each_refusal_of_a_token_says_what_to_do(
    name: str, google: Scripted, accounts: Accounts
) -> None:
    reply, means = TOKEN_CASES[name]
    google.answers(reply)

    refreshing = told_by(lambda: accounts.refresh(CLIENT, SECRET))
    exchanging = told_by(
        lambda: accounts.exchange(
            CLIENT,
            redirect_uri="http://localhost:8080/oauth/callback",
            code="4/code",
            verifier="v" * 43,
        )
    )

    for error in (refreshing, exchanging):
        assert type(error) is means
        assert is_for_a_person(str(error))


def test_no_token_and_no_address_is_logged(
    google: Scripted,
    accounts: Accounts,
    calendar: Calendar,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    google.answers(classic(403, "forbidden", f"No, {ADDRESS}"))

    for deed in ALL:
        try:
            deed(calendar)
        except SyncError:
            continue
    google.answers(Reply(body={"access_token": SECRET, "expires_in": 3599}))
    accounts.refresh(CLIENT, SECRET)
    told_by(
        lambda: accounts.exchange(
            CLIENT, redirect_uri="http://localhost/", code=SECRET, verifier="v" * 43
        )
    )

    for hidden in (SECRET, CLIENT.secret, ADDRESS, "someone%40"):
        assert hidden not in caplog.text
