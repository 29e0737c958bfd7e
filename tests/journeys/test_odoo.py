"""Odoo from the invitation to the reset: every door, over real HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
import requests

from connectors.odoo.moments import moment_text
from tests.journeys.office import HOUR, SOON, Json, Office
from tests.journeys.tandem import ANNA, Tandem
from tests.journeys.tandem_server import CLIENT as OAUTH_CLIENT
from tests.odoo.server import DATABASE, OdooServer
from tests.severa.serving import served
from tests.standin.people import Person

KEY = "anna-s-key"
ZONE = "Europe/Amsterdam"


@dataclass(kw_only=True)
class OdooOffice(Office):
    """An organization with Odoo, in which Anna has a calendar."""

    odoo: OdooServer
    uid: int

    def set_up(self) -> None:
        made = self.made("POST", "organizations", {"name": "Fixers"})
        self.key = made["api_key"]
        self.made("PUT", f"organizations/{made['id']}/google", OAUTH_CLIENT)
        self.agenda = self.asked_for().json()["id"]

    def asked_for(self, **application: Any) -> requests.Response:
        """Ask for an agenda in Odoo, whatever comes of it."""
        given = {"url": self.address, "database": DATABASE, "user": ANNA}
        body = {
            "name": "Anna",
            "owner_email": ANNA,
            "connector": "odoo",
            "application": {**given, "api_key": KEY, **application},
            "settings": {"time_zone": ZONE},
        }
        return self.call("POST", "agendas", body)

    def enter(self, name: str, *, at: datetime = SOON, **more: Any) -> int:
        times = {"start": moment_text(at), "stop": moment_text(at + HOUR)}
        caller = self.odoo.caller(self.uid, {"skip_contact_description": True})
        return self.odoo.events.create({"name": name, **times, **more}, caller)

    def rows(self, name: str) -> list[dict[str, Any]]:
        events = self.odoo.tables.of("calendar.event").values()
        found = [row for row in events if row["name"] == name]
        return sorted(found, key=lambda row: str(row["start"]))

    def rename(self, row: int, name: str) -> None:
        caller = self.odoo.caller(self.uid)
        self.odoo.events.write([row], {"name": name}, caller)

    def unlink(self, *rows: int) -> None:
        self.odoo.events.unlink(rows, self.odoo.caller(self.uid))

    def at_google(self) -> list[str]:
        return sorted(row["summary"] for row in self.events())

    def events(self) -> list[Json]:
        """Return what the calendar shows, each occurrence by itself, in order."""
        found = self.anna.page(singleEvents=True)["items"]
        return sorted(found, key=lambda row: str(row["start"]["dateTime"]))

    def in_odoo(self) -> list[str]:
        events = self.odoo.tables.of("calendar.event").values()
        return sorted(row["name"] for row in events if row["active"])


@pytest.fixture
def office(tandem: Tandem) -> Iterator[OdooOffice]:
    odoo = OdooServer(19)
    uid = odoo.add_user(ANNA, KEY, "base.group_partner_manager")
    with served(odoo, path="") as address:
        anna = Person(tandem.google.url, ANNA)
        made = OdooOffice(tandem=tandem, address=address, anna=anna, odoo=odoo, uid=uid)
        made.set_up()
        yield made
        anna.close()
    assert odoo.events.mails == 0


def test_a_wrong_key_is_refused_and_a_right_one_is_never_shown(
    office: OdooOffice,
) -> None:
    answer = office.asked_for(api_key="wrong")

    [error] = answer.json()["errors"]
    assert answer.status_code == 422
    assert error["pointer"] == "/application/api_key"
    shown = office.made("GET", f"agendas/{office.agenda}")
    assert KEY not in str(shown)
    assert shown["application"]["version"] == 19


def test_meetings_and_series_with_exceptions_go_both_ways(
    office: OdooOffice,
) -> None:
    rule: Json = {"recurrency": True, "rrule": "FREQ=WEEKLY;COUNT=4", "event_tz": ZONE}
    office.enter("On both sides")
    office.insert("On both sides")
    office.enter("Weekly", **rule)

    office.connect()

    weekly = ["Weekly"] * 4
    assert office.at_google() == office.in_odoo() == ["On both sides", *weekly]

    # Exceptions of the series from both sides, and a meeting with a guest from Google.
    rows = office.rows("Weekly")
    office.rename(rows[1]["id"], "Weekly, in Odoo")
    office.unlink(rows[0]["id"])
    guest = [{"email": "ben@example.com"}]
    office.insert("From Google", attendees=guest, visibility="private")
    weekly_events = [row for row in office.events() if row["summary"] == "Weekly"]
    office.anna.patch(weekly_events[3]["id"], summary="Weekly, at Google")
    office.look()

    shown = ["Weekly", "Weekly, at Google", "Weekly, in Odoo"]
    assert office.at_google() == ["From Google", "On both sides", *shown]
    assert office.in_odoo() == ["From Google", "On both sides", *shown]
    [private] = office.rows("From Google")
    assert private["privacy"] == "private"


def test_deletes_go_both_ways_and_a_reset_brings_back_nothing_old(
    office: OdooOffice,
) -> None:
    office.enter("From Odoo")
    gone = office.enter("Deleted in Odoo")
    office.connect()
    office.insert("From Google")
    office.insert("From Google, deleted in Odoo")
    event = office.insert("Deleted at Google")
    office.look()

    [ours] = office.rows("From Google, deleted in Odoo")
    office.unlink(ours["id"], gone)
    office.anna.delete(event)
    office.look()
    assert office.at_google() == office.in_odoo() == ["From Google", "From Odoo"]

    # A reset leaves Odoo as it is, and only what is new follows.
    path = f"connections/{office.connection()}"
    asked = {"existing": "delete_calendar", "next": "new_only"}
    preview = office.made("POST", f"{path}/reset", asked)
    office.made("POST", f"{path}/previews/{preview['id']}/apply")
    office.tandem.settle()
    office.enter("New")
    office.look()
    assert office.at_google() == ["New"]
    assert office.in_odoo() == ["From Google", "From Odoo", "New"]
