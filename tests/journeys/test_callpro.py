"""CallPro and a calendar by Fulfilment: exactly the commands that the API hands out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from tests.callpro.fulfilment import Fulfilment
from tests.callpro.office import CallPro, fulfilment_of
from tests.journeys.tandem import ANNA, OPERATOR_KEY, TIMEOUT, Browser, Tandem
from tests.journeys.tandem_server import CLIENT
from tests.standin.people import AMSTERDAM, Person

Json = dict[str, Any]
DAY = (datetime.now(UTC) + timedelta(days=3)).replace(tzinfo=None)
TEN = DAY.replace(hour=10, minute=0, second=0, microsecond=0)
HOUR = timedelta(hours=1)


@dataclass(kw_only=True)
class Office:
    """A call centre, its CallPro with Fulfilment, and Anna's calendar."""

    tandem: Tandem
    anna: Person
    callpro: CallPro
    key: str = OPERATOR_KEY
    organization_key: str = ""
    agenda: str = ""

    def made(self, method: str, path: str, body: Any = None, *, key: str = "") -> Json:
        answer = self.call(method, path, body, key=key)
        assert answer.ok, answer.text
        return dict(answer.json())

    def call(self, method: str, path: str, body: Any, *, key: str) -> requests.Response:
        return requests.request(
            method,
            f"{self.tandem.url}/v1/{path}",
            json=body,
            headers={"Authorization": f"Bearer {key or self.key}"},
            timeout=TIMEOUT,
        )

    def set_up(self, **application: Any) -> None:
        """Make the agenda, connect the calendar, and copy the configurations."""
        made = self.made("POST", "organizations", {"name": "Call centre"})
        self.key = self.organization_key = made["api_key"]
        self.made("PUT", f"organizations/{made['id']}/google", CLIENT)
        asked = {
            "name": "Anna",
            "owner_email": ANNA,
            "connector": "callpro",
            "application": {"calendar": 7, **application},
            "settings": {"time_zone": AMSTERDAM, "horizon_days": 60},
        }
        self.agenda = self.made("POST", "agendas", asked)["id"]
        path = f"agendas/{self.agenda}"
        browser = Browser()
        browser.connect(self.made("POST", f"{path}/invitations", {})["url"])
        browser.session.close()
        self.tandem.settle()
        self.key = self.made("POST", f"{path}/keys", {"name": "CallPro"})["key"]
        texts = self.made("GET", f"{path}/configurations")["configurations"]
        named = {one["name"]: one["text"] for one in texts}
        self.running = fulfilment_of(named, self.callpro)

    running: dict[str, Fulfilment]

    def run(self, name: str) -> Fulfilment:
        """Let a configuration be due, and everything before and after it be done."""
        self.look()
        one = self.running[name]
        one.logged.clear()
        one.run()
        self.look()
        return one

    def look(self) -> None:
        """Wait for no push: look at both sides, and do what follows."""
        path = f"connections/{self.connection()}/sync"
        self.made("POST", path, key=self.organization_key)
        self.tandem.settle()

    def connection(self) -> str:
        path = f"connections?agenda={self.agenda}"
        [found] = self.made("GET", path, key=self.organization_key)["items"]
        return str(found["id"])

    def reset(self) -> None:
        """Take away what was brought to the calendar, and go on with what is new."""
        path, key = f"connections/{self.connection()}", self.organization_key
        asked = {"existing": "delete_calendar", "next": "new_only"}
        preview = self.made("POST", f"{path}/reset", asked, key=key)
        self.made("POST", f"{path}/previews/{preview['id']}/apply", key=key)
        self.tandem.settle()

    def at_google(self) -> dict[str, Json]:
        rows = self.anna.page()["items"]
        return {row["summary"]: row for row in rows if row["status"] != "cancelled"}

    def insert(self, title: str, *, at: datetime = TEN, **more: Any) -> str:
        times: Json = {
            "start": {"dateTime": at.isoformat(), "timeZone": AMSTERDAM},
            "end": {"dateTime": (at + HOUR).isoformat(), "timeZone": AMSTERDAM},
        }
        return str(self.anna.insert(summary=title, **times, **more)["id"])


def clock_of(event: Json) -> datetime:
    """Return what clocks in Amsterdam show when an event begins."""
    moment = datetime.fromisoformat(event["start"]["dateTime"])
    return moment.astimezone(ZoneInfo(AMSTERDAM)).replace(tzinfo=None)


@pytest.fixture
def office(tandem: Tandem) -> Iterator[Office]:
    anna = Person(tandem.google.url, ANNA)
    yield Office(tandem=tandem, anna=anna, callpro=CallPro(), running={})
    anna.close()


def test_appointments_go_to_the_calendar_and_what_is_changed_there_is_put_back(
    office: Office,
) -> None:
    office.set_up(
        subject="Afspraak %SCRIPT.COMP_NAME%",
        body="<b>%APPOINTMENT.FROMDATE \\DTHH:mm%</b> bij %SCRIPT.COMP_NAME%",
        waiting="WACHT",
    )
    office.callpro.book("1", TEN, TEN + HOUR, COMP_NAME='Jansen & "Zn" \\ {x} 🦊')
    office.callpro.book("2", TEN, TEN + HOUR, COMP_NAME="Later", EXP_APP="WACHT")

    office.run("push")
    [event] = office.at_google().values()
    assert event["summary"] == 'Afspraak Jansen & "Zn" \\ {x} 🦊'
    assert event["location"] == "Dorpsstraat 1, Utrecht"
    assert "<b>10:00</b> bij Jansen &amp;" in event["description"]
    assert clock_of(event) == TEN

    office.anna.patch(event["id"], summary="Iets anders")
    office.callpro.change_entry("2", EXP_APP="")
    office.run("push")
    assert sorted(office.at_google()) == [
        'Afspraak Jansen & "Zn" \\ {x} 🦊',
        "Afspraak Later",
    ]

    office.callpro.change("1", FROMDATE=TEN + HOUR, TODATE=TEN + 2 * HOUR)
    office.callpro.change("2", CANCELLED=1)
    office.run("push")
    [event] = office.at_google().values()
    assert clock_of(event) == TEN + HOUR
    assert office.callpro.changed == set()

    office.reset()
    office.callpro.book("3", TEN, TEN + HOUR, COMP_NAME="Nieuw")
    office.run("push")
    assert sorted(office.at_google()) == ["Afspraak Nieuw"]


def test_what_the_calendar_has_comes_as_events_that_callpro_can_hold(
    office: Office,
) -> None:
    office.set_up(events="full", allow_outside_changes=True)
    office.callpro.book("1", TEN, TEN + HOUR)
    office.run("push")
    fox = office.insert("  🦊 Vossen 👩‍👩‍👧 tellen", description="x" * 5000)
    office.insert("y" * 400, description="")
    office.insert("Eindeloos", recurrence=["RRULE:FREQ=WEEKLY"])
    past = TEN - timedelta(weeks=200)
    office.insert("Al lang", at=past, recurrence=["RRULE:FREQ=WEEKLY"])

    for _ in range(3):
        office.run("pull")

    titles = office.callpro.titles()
    assert "Vossen  tellen" in titles
    assert "y" * 250 in titles
    assert titles.count("Eindeloos") == 9
    assert 8 + 4 <= titles.count("Al lang") <= 9 + 5
    texts = {one["TITLE"]: one["DESCRIPTION"] for one in office.callpro.events.values()}
    assert texts["Vossen  tellen"] == "x" * 1024
    assert texts["y" * 250] == ""

    # Deletes, and what may be changed outside.
    office.anna.delete(fox)
    own = office.at_google()["Afspraak Bakkerij Jansen"]
    moved = {"dateTime": (TEN + HOUR).isoformat(), "timeZone": AMSTERDAM}
    ended = {"dateTime": (TEN + 2 * HOUR).isoformat(), "timeZone": AMSTERDAM}
    office.anna.patch(own["id"], start=moved, end=ended)
    office.run("pull")
    assert "Vossen  tellen" not in office.callpro.titles()
    assert office.callpro.appointments["1"]["FROMDATE"] == TEN + HOUR

    office.run("push")
    assert clock_of(office.at_google()["Afspraak Bakkerij Jansen"]) == TEN + HOUR
    assert office.run("pull").calls >= 20


def test_exceptions_of_a_series_come_as_they_are(office: Office) -> None:
    office.set_up(events="full")
    weekly = office.insert("Eindeloos", recurrence=["RRULE:FREQ=WEEKLY"])
    office.run("pull")
    assert office.callpro.titles() == ["Eindeloos"] * 9

    first, second, *_ = office.anna.instances(weekly, maxResults=5)
    office.anna.patch(first["id"], summary="Eenmalig anders")
    office.anna.delete(second["id"])
    office.run("pull")

    assert office.callpro.titles() == ["Eenmalig anders", *["Eindeloos"] * 7]


def test_the_nightly_comparison_mends_what_was_lost_and_tells_of_what_differs(
    office: Office,
) -> None:
    office.set_up(allow_outside_changes=True)
    office.callpro.book("1", TEN, TEN + HOUR, COMP_NAME="Verloren")
    office.callpro.book("2", TEN, TEN + HOUR, COMP_NAME="Verplaatst")
    office.callpro.book("3", TEN, TEN + HOUR, COMP_NAME="Afgezegd")
    office.callpro.changed.discard("1")
    office.run("push")
    assert sorted(office.at_google()) == ["Afspraak Afgezegd", "Afspraak Verplaatst"]
    moved = office.at_google()["Afspraak Verplaatst"]["id"]
    later = {"dateTime": (TEN + HOUR).isoformat(), "timeZone": AMSTERDAM}
    ended = {"dateTime": (TEN + 2 * HOUR).isoformat(), "timeZone": AMSTERDAM}
    office.anna.patch(moved, start=later, end=ended)
    office.callpro.appointments["3"]["CANCELLED"] = 1

    logged = office.run("compare").logged

    assert sorted(office.at_google()) == ["Afspraak Verloren", "Afspraak Verplaatst"]
    told = (TEN + HOUR).isoformat()
    assert ("warning", f"appointment 2 begins at {told} in the calendar") in logged
    assert [level for level, _ in logged if level == "error"] == []
