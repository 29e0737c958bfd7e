"""The whole walk with a calendar on a real CalDAV server, from invitation to reset."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from sync.content import Content
from tests.contract.connectors.caldav_rig import Radicale
from tests.contract.connectors.caldav_servers import PASSWORD
from tests.contract.connectors.rig import contents, meeting, read_all, titles
from tests.contract.connectors.rigs import on_radicale
from tests.journeys.tandem import ANNA, CLIENT_ID, OPERATOR_KEY, Browser, Tandem
from tests.standin.people import Person

SECONDS = 60


@pytest.fixture
def rig() -> Iterator[Radicale]:
    with on_radicale() as made:
        yield made


@dataclass
class Office:
    """An administrator over HTTP, Anna at Google, and Anna's own calendar program."""

    tandem: Tandem
    rig: Radicale
    connection: str = ""
    key: str = OPERATOR_KEY

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(
            method,
            f"{self.tandem.url}/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=30,
        )
        assert answer.ok, answer.text
        return answer.json()

    def agenda(self) -> str:
        made = self.call("POST", "/organizations", {"name": "Fixers"})
        organization, self.key = made["id"], made["api_key"]
        client = {"kind": "oauth_client", "client_id": CLIENT_ID}
        path = f"/organizations/{organization}/google"
        self.call("PUT", path, {**client, "client_secret": "secret"})
        body = {
            "name": "Visits",
            "owner_email": ANNA,
            "connector": "caldav",
            "application": {**self.rig.application, "calendar": self.rig.name},
            "settings": {"time_zone": "Europe/Amsterdam", "poll_seconds": 10},
        }
        made = self.call("POST", "/agendas", body)
        assert made["application"]["calendar"] == self.rig.calendar
        assert PASSWORD not in str(made)
        return str(made["id"])

    def sync(self) -> None:
        self.call("POST", f"/connections/{self.connection}/sync")

    def until(self, true: Callable[[], bool]) -> None:
        """Wait until both sides show it, looking at once and not only by the clock."""
        ends = time.monotonic() + SECONDS
        while not true():
            assert time.monotonic() < ends, "It did not become true in time."
            time.sleep(0.3)
            self.sync()

    def titles(self) -> list[str]:
        return titles(read_all(self.rig.connector(), limit=100)[0])


@pytest.fixture
def office(tandem: Tandem, rig: Radicale) -> Office:
    return Office(tandem, rig)


def test_invitation_consent_both_ways_series_delete_and_reset(
    office: Office, browser: Browser
) -> None:
    office.rig.put(meeting("Before"))
    agenda = office.agenda()

    invited = office.call("POST", f"/agendas/{agenda}/invitations", {})
    assert browser.connect(invited["url"]).ok
    [connection] = office.call("GET", f"/connections?agenda={agenda}")["items"]
    office.connection = connection["id"]
    anna = google_of(office.tandem)

    comes_and_goes(office, anna)
    keeps_the_exceptions_of_a_series(office, anna)
    is_reset(office, anna)
    anna.close()

    assert not [file for file in files(office.tandem.folder) if holds_password(file)]


def google_of(tandem: Tandem) -> Person:
    """Return Anna with Google's own client library."""
    scopes = ["https://www.googleapis.com/auth/calendar"]
    asked = {"email": ANNA, "client_id": "1-app", "scopes": scopes}
    token = tandem.control("tokens", asked)["access_token"]
    return Person.with_token(tandem.google.url, ANNA, token)


def events(anna: Person) -> dict[str, Any]:
    found = anna.events.list(calendarId="primary").execute()["items"]
    return {event["summary"]: event for event in found if "summary" in event}


def comes_and_goes(office: Office, anna: Person) -> None:
    office.until(lambda: "Before" in events(anna))
    body = {
        "summary": "From Google",
        "start": {"dateTime": "2031-03-04T10:00:00+01:00"},
        "end": {"dateTime": "2031-03-04T11:00:00+01:00"},
    }
    made = anna.events.insert(calendarId="primary", body=body).execute()
    office.until(lambda: office.titles() == ["Before", "From Google"])

    anna.events.delete(calendarId="primary", eventId=made["id"]).execute()
    office.until(lambda: office.titles() == ["Before"])


def keeps_the_exceptions_of_a_series(office: Office, anna: Person) -> None:
    series: Content = contents()["one occurrence moved"]
    item = office.rig.put(series)
    moved = datetime(2031, 3, 18, 14, tzinfo=UTC)
    office.until(lambda: moved in starts(anna, series.details.title))
    assert len(starts(anna, series.details.title)) == 8

    first = instances(anna, series.details.title)[0]
    anna.events.patch(
        calendarId="primary", eventId=first["id"], body={"summary": "First"}
    ).execute()
    office.until(lambda: "SUMMARY:First" in office.rig.text(item))
    assert "20310318T150000" in office.rig.text(item)
    assert office.rig.text(item).count("BEGIN:VEVENT") == 3


def instances(anna: Person, title: str) -> list[Any]:
    found = anna.events.list(calendarId="primary").execute()["items"]
    series = [one["id"] for one in found if one["summary"] == title]
    if not series:
        return []
    # Exceptions are listed as well, with longer ids.
    whole = min(series, key=len)
    asked = anna.events.instances(calendarId="primary", eventId=whole)
    return list(asked.execute()["items"])


def starts(anna: Person, title: str) -> list[datetime]:
    found = [one["start"]["dateTime"] for one in instances(anna, title)]
    return [datetime.fromisoformat(text) for text in found]


def is_reset(office: Office, anna: Person) -> None:
    path = f"/connections/{office.connection}"
    asked = {"existing": "delete_calendar", "next": "all"}
    preview = office.call("POST", f"{path}/reset", asked)
    before = {event["id"] for event in events(anna).values()}

    office.call("POST", f"{path}/previews/{preview['id']}/apply", {})

    office.until(
        lambda: (
            set(events(anna)) == {"Before", "one occurrence moved", "First"}
            and not before & {event["id"] for event in events(anna).values()}
        )
    )
    assert office.titles() == ["Before", "one occurrence moved"]


def files(folder: Path) -> list[Path]:
    """Return what Tandem keeps on this machine, but for its vault."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in found if "vault" not in path.parts]


def holds_password(file: Path) -> bool:
    return PASSWORD.encode() in file.read_bytes()
