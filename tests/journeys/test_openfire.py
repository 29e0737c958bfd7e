"""OpenFire from the invitation to the reset: every door, over real HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from sync.content import Content, Rule, When
from tests.contract.connectors.openfire_rig import OpenFireRig
from tests.contract.connectors.rig import meeting
from tests.journeys.office import SOON, Office
from tests.journeys.tandem import ANNA, Tandem
from tests.journeys.tandem_server import CLIENT as OAUTH_CLIENT
from tests.openfire.planning import VISIT
from tests.openfire.server import DATABASE, PASSWORD, TASK
from tests.severa.serving import served
from tests.standin.people import Person

ZONE = "Europe/Amsterdam"
NINE = datetime.combine(SOON.date(), datetime.min.time()) + timedelta(days=1, hours=9)


def visit(title: str, *, at: datetime = NINE) -> Content:
    """Return a visit of an hour, in the coming days."""
    made = meeting(title)
    when = When(start=at, zone=ZONE)
    return replace(made, details=replace(made.details, when=when))


@dataclass(kw_only=True)
class Planning(Office):
    """An organization with OpenFire, in which Anna is an operator."""

    rig: OpenFireRig

    def set_up(self) -> None:
        made = self.made("POST", "organizations", {"name": "Fixers"})
        self.key = made["api_key"]
        self.made("PUT", f"organizations/{made['id']}/google", OAUTH_CLIENT)
        self.agenda = self.asked_for().json()["id"]

    def asked_for(self, **application: Any) -> requests.Response:
        """Ask for an agenda in OpenFire, whatever comes of it."""
        given = {
            "url": self.address,
            "database": DATABASE,
            "user": ANNA,
            "password": PASSWORD,
            "task": TASK,
            "allow_deletion": True,
            "allow_overlaps": True,
        }
        body = {
            "name": "Anna",
            "owner_email": ANNA,
            "connector": "openfire",
            "application": {**given, **application},
            "settings": {"time_zone": ZONE},
        }
        return self.call("POST", "agendas", body)

    def enter(self, content: Content) -> str:
        made = self.rig.put(content)
        assert made is not None
        return made

    def in_openfire(self) -> list[str]:
        visits = self.rig.server.tables.of(VISIT).values()
        return sorted(row["name"] for row in visits if row["active"])

    def named(self, title: str) -> str:
        visits = self.rig.server.tables.of(VISIT).items()
        [found] = [number for number, row in visits if row["name"] == title]
        return str(found)


@pytest.fixture
def planning(tandem: Tandem) -> Iterator[Planning]:
    rig = OpenFireRig()
    with served(rig.server, path="") as address:
        anna = Person(tandem.google.url, ANNA)
        made = Planning(tandem=tandem, address=address, anna=anna, rig=rig)
        made.set_up()
        yield made
        anna.close()


def test_a_wrong_password_is_refused_and_a_right_one_is_never_shown(
    planning: Planning,
) -> None:
    answer = planning.asked_for(password="wrong")

    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == "/application/password"
    assert PASSWORD not in str(planning.made("GET", f"agendas/{planning.agenda}"))


def test_visits_go_both_ways_with_edits_deletes_and_a_reset(
    planning: Planning,
) -> None:
    kept = planning.enter(visit("From OpenFire"))
    planning.connect()
    assert planning.at_google() == ["From OpenFire"]

    planning.insert("From Google")
    gone = planning.insert("Deleted at Google")
    planning.rig.change(kept, visit("Changed in OpenFire"))
    planning.look()
    both = ["Changed in OpenFire", "Deleted at Google", "From Google"]
    assert planning.at_google() == planning.in_openfire() == both

    planning.anna.delete(gone)
    planning.rig.remove(planning.named("From Google"))
    planning.look()
    assert planning.at_google() == planning.in_openfire() == ["Changed in OpenFire"]

    # A reset leaves OpenFire as it is, and only what is new follows.
    path = f"connections/{planning.connection()}"
    asked = {"existing": "delete_calendar", "next": "new_only"}
    preview = planning.made("POST", f"{path}/reset", asked)
    planning.made("POST", f"{path}/previews/{preview['id']}/apply")
    planning.tandem.settle()
    planning.enter(visit("New", at=NINE + timedelta(hours=3)))
    planning.look()
    assert planning.at_google() == ["New"]
    assert planning.in_openfire() == ["Changed in OpenFire", "New"]


def test_a_series_keeps_its_exceptions_on_both_sides(planning: Planning) -> None:
    weekly = Rule(parts=(("FREQ", "WEEKLY"),), count=4)
    planning.enter(replace(visit("Weekly"), rules=(weekly,)))

    planning.connect()

    def shown() -> list[str]:
        rows = planning.anna.page(singleEvents=True)["items"]
        ordered = sorted(rows, key=lambda row: str(row["start"]["dateTime"]))
        return [row["summary"] for row in ordered]

    assert shown() == ["Weekly"] * 4
    occurrences = planning.anna.page(singleEvents=True)["items"]
    ordered = sorted(occurrences, key=lambda row: str(row["start"]["dateTime"]))
    planning.anna.delete(ordered[1]["id"])
    planning.anna.patch(ordered[2]["id"], summary="Weekly, at Google")
    planning.look()
    planning.look()

    assert shown() == ["Weekly", "Weekly, at Google", "Weekly"]
