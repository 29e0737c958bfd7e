"""A second crash, while what the first one left is being cleared up, loses nothing."""

from collections.abc import Callable

from local.store import SqliteStore
from services.links import links_of
from services.ports import Query
from tests.journeys.test_crashes import crashing
from tests.journeys.workbench import Workbench
from tests.standin.people import Person
from tests.twins import Fails, FaultyStore

NINE = "2026-12-01T09:00:00"


def left_with_an_event_and_no_link(bench: Workbench, store: FaultyStore) -> None:
    """Let a run die when Google has the event, and nothing is saved of it yet."""
    step = 0
    while not bench.titles_at_google():
        step += 1
        crashing(bench, store, step, Fails.BEFORE)
    assert not store.query(Query(collection=links_of(bench.connection_id)))


def test_an_edit_between_two_crashes_survives_them(
    person: Callable[..., Person],
) -> None:
    step, crashed = 0, True
    while crashed:
        step += 1
        store = FaultyStore(SqliteStore(":memory:"))
        ann = person(f"ann{step}@example.com")
        bench = Workbench(ann, store=store)
        bench.connect()
        bench.settle()
        bench.put("visit", title="Before", start=NINE, duration="PT1H")
        left_with_an_event_and_no_link(bench, store)
        bench.put("visit", title="After", start=NINE, duration="PT1H")

        crashed = crashing(bench, store, step, Fails.AFTER)
        bench.settle()

        assert bench.titles_at_google() == ["After"], step
        assert bench.titles_in_agenda() == ["After"], step
    assert step > 5
