"""What the engine and a connector do together, whatever application it is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from connectors.base import Connector, Written
from services.links.link import Waiting
from services.run import Outcome
from sync.content import Content
from sync.errors import ContentRefused
from tests.contract.connectors.rig import Rig, meeting, read_all, titles
from tests.journeys.kinds import KINDS, MEETING
from tests.journeys.workbench import Workbench
from tests.standin.people import Person


@pytest.fixture
def bench(rig: Rig, person: Callable[..., Person]) -> Workbench:
    """A calendar joined with the application of the rig."""
    made = Workbench(person("ann@example.com"))
    rig.join(made)
    made.connect()
    return made


def runs(bench: Workbench, count: int) -> list[Outcome]:
    """Do some runs, an agenda's own look each."""
    return [bench.sync() for _ in range(count)]


def insert(bench: Workbench, title: str, **event: object) -> str:
    body = {**MEETING.event, **event, "summary": title}
    made = bench.person.events.insert(calendarId="primary", body=body).execute()
    return str(made["id"])


def test_what_either_side_makes_changes_and_deletes_the_other_shows(
    rig: Rig, bench: Workbench
) -> None:
    by_hand = rig.put(meeting("From the application", uid="hand@app.example"))
    assert by_hand is not None
    event = insert(bench, "From Google")
    bench.settle()
    assert sorted(bench.titles_at_google()) == ["From Google", "From the application"]

    rig.change(by_hand, meeting("Changed there", uid="hand@app.example", hour=12))
    changes = {"summary": "Changed at Google"}
    bench.person.events.patch(
        calendarId="primary", eventId=event, body=changes
    ).execute()
    bench.settle()
    items = rig_titles(rig, bench)
    assert items == ["Changed at Google", "Changed there"]
    start = bench.events()["Changed there"]["start"]["dateTime"]
    assert start.startswith("2031-03-03T12:00")

    rig.remove(by_hand)
    bench.person.events.delete(calendarId="primary", eventId=event).execute()
    bench.settle()
    assert bench.events() == {}
    assert rig_titles(rig, bench) == []


def test_what_google_bore_and_the_application_deletes_is_deleted_at_google(
    rig: Rig, bench: Workbench
) -> None:
    insert(bench, "From Google")
    bench.settle()
    [link] = bench.links()
    assert link.item_id is not None

    rig.remove(link.item_id)
    bench.settle()

    assert bench.events() == {}
    assert rig_titles(rig, bench) == []
    assert bench.connection().counts.links == 0


def rig_titles(rig: Rig, bench: Workbench) -> list[str]:
    """Return the titles of the application's items, which may lie on the bench."""
    if rig.definition.keeps_items:
        return sorted(bench.items())
    return titles(read_all(rig.connector(), limit=100)[0])


def test_an_application_that_holds_less_starts_no_loop(
    rig: Rig, bench: Workbench
) -> None:
    """Each kind of appointment, from Google: afterwards no run writes anything."""
    for name, kind in KINDS.items():
        insert(bench, name, **kind.event)
    bench.settle()
    before = bench.events()

    outcomes = runs(bench, 3)

    assert [outcome.written for outcome in outcomes] == [0, 0, 0]
    assert bench.events() == before


def test_a_create_whose_answer_was_lost_makes_no_second_item(
    rig: Rig, bench: Workbench
) -> None:
    if rig.definition.keeps_items:
        return
    bench.settle()
    insert(bench, "From Google")
    deaf, world = rig.deaf(), bench.world

    bench.world = replace(world, connect=lambda _: deaf)
    bench.sync()
    assert rig_titles(rig, bench) == ["From Google"], "the create was to be done"
    bench.world = world
    bench.clock.sleep(timedelta(minutes=10))
    bench.settle()

    assert rig_titles(rig, bench) == ["From Google"]
    assert bench.titles_at_google() == ["From Google"]


def test_what_the_application_refuses_is_parked_and_the_rest_goes_on(
    rig: Rig, bench: Workbench
) -> None:
    refuse_all_named(rig, bench, "Refused")
    insert(bench, "Refused")
    insert(bench, "Fine")
    bench.settle()

    [parked] = [link for link in bench.links() if link.waiting is Waiting.PARKED]

    assert rig_titles(rig, bench) == ["Fine"]
    assert parked.parked is not None
    assert parked.parked.cause is not None


class Refusing:
    """A connector whose application takes nothing of one title."""

    def __init__(self, connector: Connector, title: str) -> None:
        self._connector, self._title = connector, title

    def create(self, content: Content, **more: Any) -> Written:
        if content.details.title == self._title:
            raise ContentRefused("The application does not take this.")
        return self._connector.create(content, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)


def refuse_all_named(rig: Rig, bench: Workbench, title: str) -> None:
    """Let the application take nothing of this title."""
    make = bench.world.connect
    bench.world = replace(
        bench.world, connect=lambda one: cast(Connector, Refusing(make(one), title))
    )
