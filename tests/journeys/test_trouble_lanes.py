"""A person's edit never waits behind a backfill, not even of its own calendar."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from services.google.push import Push, queue_push
from services.lanes import Lane
from services.ports.queue import Task
from services.ports.store import Document, Query, Store
from services.run import Hint
from services.run.run import MOST_LIVE
from services.run.writing.work import STEPS_AT_ONCE
from tests.journeys.odd_google import before_our
from tests.journeys.trouble import (
    ask_google,
    drain,
    event_of,
    google_fails,
    google_is_well,
    mails,
    place_of,
    visit,
    waiting,
)
from tests.journeys.workbench import Workbench
from tests.standin.people import AMSTERDAM, Person

Json = dict[str, Any]
BACKFILL = Hint(lane=Lane.BACKFILL)
TIMES: Json = {
    "start": {"dateTime": "2026-12-01T09:00:00", "timeZone": AMSTERDAM},
    "end": {"dateTime": "2026-12-01T10:00:00", "timeZone": AMSTERDAM},
}


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    """A Tandem whose owner has just connected."""
    made = Workbench(ann)
    made.connect()
    yield made
    assert mails(made) == []


def push(bench: Workbench) -> None:
    """Let Google tell of a change, as its door hears it."""
    heard = Push(connection=bench.connection_id, channel="h", resource="r")
    queue_push(bench.world, heard, bench.clock.now())


def lanes(bench: Workbench) -> list[Lane]:
    return [task.lane for task in waiting(bench)]


def run(bench: Workbench, task: Task) -> int:
    """Do a task that is queued, as its door does; return how much it wrote."""
    bench.queue.tasks.remove(task)
    lane = Lane(task.body.get("lane", Lane.LIVE))
    return bench.sync(Hint(lane=lane, run=task.body.get("run", ""))).written


def next_of(bench: Workbench, lane: Lane) -> Task:
    return next(task for task in waiting(bench) if task.lane is lane and not task.at)


class BusyApplication:
    """An application in which something happens just before an item is made."""

    def __init__(self, bench: Workbench, deeds: dict[int, Any]) -> None:
        self.make, self.deeds, self.made = bench.world.connect, deeds, 0

    def __call__(self, application: Any) -> Any:
        self.connector = self.make(application)
        return self

    def __getattr__(self, name: str) -> Any:
        if name == "create":
            self.made += 1
            self.deeds.pop(self.made, lambda: None)()
        return getattr(self.connector, name)


def test_an_edit_during_a_first_sync_of_2000_is_carried_after_the_slice_under_way(
    bench: Workbench,
) -> None:
    mine = bench.person.insert(summary="mine", **TIMES)
    bench.sync(BACKFILL)
    bench.queue.tasks.clear()
    made = [{"summary": f"event-{number}", **TIMES} for number in range(1999)]
    ask_google(bench, "events", calendar=bench.person.email, events=made)

    def edit() -> None:
        bench.person.patch(mine["id"], location="Dorpsstraat 1")
        push(bench)
        run(bench, next_of(bench, Lane.LIVE))

    application = BusyApplication(bench, {30: edit})
    bench.world = replace(bench.world, connect=application)

    slice_wrote = bench.sync(BACKFILL).written

    assert slice_wrote <= 3 * STEPS_AT_ONCE, "it gave way within a round or two"
    assert Lane.LIVE in lanes(bench)
    assert "locations" not in bench.items()["mine"]

    run(bench, next_of(bench, Lane.LIVE))

    assert place_of(bench.items()["mine"]) == "Dorpsstraat 1"
    assert len(bench.titles_in_agenda()) < 2000, "the first sync is still under way"

    for _ in range(20):
        if not bench.queue.tasks:
            break
        run(bench, waiting(bench)[0])
    assert len(bench.titles_in_agenda()) == 2000
    assert len(set(bench.titles_in_agenda())) == 2000


def test_a_first_sync_and_what_is_left_of_it_let_live_runs_pass(
    bench: Workbench,
) -> None:
    assert lanes(bench) == [Lane.BACKFILL]
    for number in range(60):
        visit(bench, f"item-{number}")
    bench.queue.tasks.clear()
    before_our("insert", bench, lambda: bench.sync())

    bench.sync(BACKFILL)

    assert sorted(lanes(bench)) == [Lane.BACKFILL, Lane.LIVE, Lane.LIVE]
    [fallback] = [task for task in waiting(bench) if task.at is not None]
    assert fallback.lane is Lane.LIVE


class BusyStore:
    """A store in which something happens once, just before a look is judged."""

    def __init__(self, store: Store, deed: Callable[[], object]) -> None:
        self.store, self.deeds = store, [deed]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def query(self, query: Query) -> Sequence[Document]:
        if query.order_by == "mark_agenda" and self.deeds:
            self.deeds.pop()()
        return self.store.query(query)


def test_a_first_sync_that_gives_way_before_its_first_write_frees_the_lease(
    bench: Workbench,
) -> None:
    bench.person.insert(summary="event", **TIMES)
    visit(bench, "item")
    bench.queue.tasks.clear()

    def push_comes() -> None:
        push(bench)
        run(bench, next_of(bench, Lane.LIVE))

    store: Any = BusyStore(bench.store, push_comes)
    bench.world = replace(bench.world, store=store)

    outcome = bench.sync(BACKFILL)

    assert (outcome.read, outcome.written) == (2, 0), "it read all, and gave way"
    at_once = [task for task in waiting(bench) if task.at is None]
    assert sorted(task.lane for task in at_once) == [Lane.BACKFILL, Lane.LIVE]
    for task in at_once:
        run(bench, task)
    assert sorted(bench.titles_in_agenda()) == ["event", "item"]
    assert sorted(bench.titles_at_google()) == ["event", "item"]


def test_a_live_run_hands_what_is_long_over_to_the_other_lane(
    bench: Workbench,
) -> None:
    made = [{"summary": f"event-{number}", **TIMES} for number in range(450)]
    ask_google(bench, "events", calendar=bench.person.email, events=made)
    bench.queue.tasks.clear()

    outcome = bench.sync()

    assert outcome.written <= MOST_LIVE
    assert lanes(bench) == [Lane.BACKFILL]

    run(bench, next_of(bench, Lane.BACKFILL))

    assert len(bench.titles_in_agenda()) == 450
    assert bench.queue.tasks == []


def test_two_tasks_of_a_backfill_that_meet_do_not_become_live(
    bench: Workbench,
) -> None:
    for number in range(60):
        visit(bench, f"item-{number}")
    bench.queue.tasks.clear()
    before_our("insert", bench, lambda: bench.sync(BACKFILL))

    outcome = bench.sync(BACKFILL)

    assert outcome.written == 60, "it gave way to nobody"
    [fallback] = waiting(bench)
    assert fallback.lane is Lane.BACKFILL
    assert fallback.at is not None


def test_a_few_that_wait_for_google_wake_live_and_many_do_not(
    bench: Workbench,
) -> None:
    bench.settle()
    google_fails(bench, {"kind": "rate_limit", "method": "events.insert"})
    visit(bench, "visit-1")
    bench.sync()
    assert lanes(bench) == [Lane.LIVE]

    google_is_well(bench)
    drain(bench)
    google_fails(bench, {"kind": "rate_limit", "method": "events.insert"})
    for number in range(120):
        visit(bench, f"item-{number}")
    bench.sync(BACKFILL)

    assert Lane.BACKFILL in lanes(bench)
    google_is_well(bench)
    drain(bench)
    assert event_of(bench, "item-119")
