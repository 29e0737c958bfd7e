"""Severa from the invitation to the reset: every door, over real HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.journeys.office import HOUR, SOON, Json, Office
from tests.journeys.tandem import ANNA, Tandem
from tests.journeys.tandem_server import CLIENT as OAUTH_CLIENT
from tests.severa.activities import Activities
from tests.severa.server import CLIENT, SECRET, SeveraServer
from tests.severa.serving import served
from tests.standin.people import Person


@dataclass(kw_only=True)
class SeveraOffice(Office):
    """An organization with Severa."""

    severa: SeveraServer

    @property
    def activities(self) -> Activities:
        return self.severa.activities

    def set_up(self) -> None:
        """Make an organization, and the agenda of a user of its Severa."""
        made = self.made("POST", "organizations", {"name": "Fixers"})
        self.key = made["api_key"]
        self.made("PUT", f"organizations/{made['id']}/google", OAUTH_CLIENT)
        self.agenda = self.asked_for().json()["id"]

    def asked_for(self, **application: Any) -> requests.Response:
        """Ask for an agenda in Severa, whatever comes of it."""
        given = {
            "address": self.address,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "user": ANNA,
            "series": "write",
            "compare_minutes": 0,
        }
        body = {
            "name": "Anna",
            "owner_email": ANNA,
            "connector": "severa",
            "application": {**given, **application},
            "settings": {"time_zone": "Europe/Amsterdam"},
        }
        return self.call("POST", "agendas", body)

    # --- both sides ------------------------------------------------------------------

    def enter(self, name: str, *, at: datetime = SOON) -> str:
        return str(self.activities.made(self.row(name, at=at))["guid"])

    def row(self, name: str, *, at: datetime = SOON) -> Json:
        return {
            "name": name,
            "startDateTime": at.isoformat(),
            "endDateTime": (at + HOUR).isoformat(),
            "activityType": {"guid": self.activities.type_named("Meeting")["guid"]},
            "ownerUser": {"guid": self.activities.user("anna")["guid"]},
        }

    def in_severa(self) -> list[str]:
        rows = self.activities.rows.values()
        return sorted(row["name"] for row in rows if row["recurrenceType"] != "Series")


@pytest.fixture
def office(tandem: Tandem) -> Iterator[SeveraOffice]:
    severa = SeveraServer(now=lambda: datetime.now(UTC))
    with served(severa) as address:
        anna = Person(tandem.google.url, ANNA)
        made = SeveraOffice(tandem=tandem, severa=severa, address=address, anna=anna)
        made.set_up()
        yield made
        anna.close()


def test_wrong_credentials_are_refused_when_the_agenda_is_made(
    office: SeveraOffice,
) -> None:
    answer = office.asked_for(client_secret="wrong")

    [error] = answer.json()["errors"]
    assert answer.status_code == 422
    assert error["pointer"] == "/application/client_secret"
    assert "id and secret" in error["detail"]
    shown = office.made("GET", f"agendas/{office.agenda}")
    assert SECRET not in str(shown)


def test_the_first_sync_pairs_and_both_ways_follow_exceptions_too(
    office: SeveraOffice,
) -> None:
    # What is on both sides already is paired; what is long over stays where it is.
    office.enter("On both sides")
    office.insert("On both sides")
    office.enter("Long over", at=SOON - timedelta(days=60))
    series = office.activities.add_series(office.row("Weekly"), weeks=3)

    office.connect()

    weekly = ["Weekly"] * 3
    assert office.at_google() == ["On both sides", *weekly]
    assert office.in_severa() == ["Long over", "On both sides", *weekly]

    # Both ways, a private event, and exceptions of a series from both sides.
    office.enter("From Severa")
    office.insert("From Google", visibility="private")
    events = sorted(
        (row for row in office.anna.page()["items"] if row["summary"] == "Weekly"),
        key=lambda row: str(row["start"]["dateTime"]),
    )
    office.anna.patch(events[0]["id"], summary="Weekly, elsewhere")
    rename = [{"op": "Replace", "path": "/name", "value": "Weekly, later"}]
    office.activities.patched(series[1], rename)
    office.anna.delete(events[2]["id"])
    office.look()

    both = ["From Google", "From Severa", "On both sides"]
    exceptions = ["Weekly, elsewhere", "Weekly, later"]
    assert office.at_google() == [*both, *exceptions]
    assert office.in_severa() == sorted([*both, *exceptions, "Long over"])
    rows = {row["name"]: row for row in office.activities.rows.values()}
    assert rows["From Google"]["activityType"]["category"] == "Personal"
    assert rows["Weekly, elsewhere"]["recurrenceType"] == "Exception"
    assert office.activities.series_written == 0


def test_deletes_go_both_ways_and_a_reset_brings_back_nothing_old(
    office: SeveraOffice,
) -> None:
    kept, gone = office.enter("From Severa"), office.enter("Deleted there")
    office.connect()
    event = office.insert("From Google")
    office.look()
    assert office.in_severa() == ["Deleted there", "From Google", "From Severa"]

    office.activities.delete(gone)
    office.anna.delete(event)
    office.look()
    assert office.at_google() == office.in_severa() == ["From Severa"]

    path = f"connections/{office.connection()}"
    asked = {"existing": "delete_calendar", "next": "new_only"}
    preview = office.made("POST", f"{path}/reset", asked)
    office.made("POST", f"{path}/previews/{preview['id']}/apply")
    office.tandem.settle()
    office.enter("New")
    office.look()

    assert office.at_google() == ["New"]
    assert office.in_severa() == ["From Severa", "New"]
    assert kept in office.activities.rows


def test_a_series_that_is_on_both_sides_is_paired_occurrence_by_occurrence(
    office: SeveraOffice,
) -> None:
    office.activities.add_series(office.row("Weekly"), weeks=3)
    at = {"dateTime": SOON.isoformat(), "timeZone": "UTC"}
    ends = {"dateTime": (SOON + HOUR).isoformat(), "timeZone": "UTC"}
    rule = ["RRULE:FREQ=WEEKLY;COUNT=3"]
    office.anna.insert(summary="Weekly", start=at, end=ends, recurrence=rule)

    office.connect()
    office.look()

    assert office.in_severa() == ["Weekly"] * 3
    assert office.at_google() == ["Weekly"]
