"""A second crash, while what the first one left is being cleared up, loses nothing."""

from collections.abc import Callable

from local.store import SqliteStore
from services.links.link import links_of
from services.ports.store import Query
from tests.journeys.test_crashes import crashing
from tests.journeys.trouble import ask_google
from tests.journeys.workbench import Workbench
from tests.standin.people import Person
from tests.twins import Fails, FaultyStore

NINE = "2026-12-01T09:00:00"


def dying(ann: Person) -> tuple[Workbench, FaultyStore]:
    """Return a connection with one new item, and the store that is going to fail."""
    store = FaultyStore(SqliteStore(":memory:"))
    bench = Workbench(ann, store=store)
    bench.connect()
    bench.settle()
    bench.put("visit", title="Before", start=NINE, duration="PT1H")
    return bench, store


def left_with_an_event_and_no_link(bench: Workbench, store: FaultyStore) -> None:
    """Let a run die when Google has the event, and nothing is saved of it yet."""
    step = 0
    while not bench.titles_at_google():
        step += 1
        crashing(bench, store, step, Fails.BEFORE)
    assert not store.query(Query(collection=links_of(bench.connection_id)))
    ask_google(bench, "clock", advance_seconds=bench.clock.ahead.total_seconds())


def test_an_edit_between_two_crashes_survives_them(
    person: Callable[..., Person],
) -> None:
    step, crashed = 0, True
    while crashed:
        step += 1
        bench, store = dying(person(f"ann{step}@example.com"))
        left_with_an_event_and_no_link(bench, store)
        bench.put("visit", title="After", start=NINE, duration="PT1H")

        crashed = crashing(bench, store, step, Fails.AFTER)
        bench.settle()

        assert bench.titles_at_google() == ["After"], step
        assert bench.titles_in_agenda() == ["After"], step
    assert step > 5


def test_a_delete_of_what_a_dying_run_created_is_followed(ann: Person) -> None:
    bench, store = dying(ann)
    left_with_an_event_and_no_link(bench, store)

    ann.delete(bench.events()["Before"]["id"])
    bench.settle()

    assert bench.titles_at_google() == bench.titles_in_agenda() == []


def test_an_edit_outweighs_a_delete_of_what_a_dying_run_created(ann: Person) -> None:
    bench, store = dying(ann)
    left_with_an_event_and_no_link(bench, store)

    ann.delete(bench.events()["Before"]["id"])
    bench.put("visit", title="After", start=NINE, duration="PT1H")
    bench.settle()

    assert bench.titles_at_google() == bench.titles_in_agenda() == ["After"]
