"""Two runs at once: one writes, the other leaves word; nothing is written twice."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from local.store import SqliteStore
from services.lanes import Lane
from services.links.documents import saved
from services.links.link import link_path
from services.run import Outcome, sync
from services.run.planning import look_at_both, planning
from tests.journeys.odd_google import before_our, watching
from tests.journeys.trouble import (
    drain,
    event_of,
    forget_calls,
    next_task,
    place_of,
    visit,
    writes,
)
from tests.journeys.workbench import Workbench
from tests.standin.people import Person, Resource


def other_process(bench: Workbench) -> Callable[[], Outcome]:
    """Return a run by another process on the same store."""
    world = replace(bench.world, process="other")
    return lambda: sync(world, bench.connection_id)


def test_a_run_during_anothers_writing_leaves_word_and_writes_nothing(
    bench: Workbench,
) -> None:
    visit(bench, "visit-1")
    run = other_process(bench)
    seen: list[Outcome] = []

    def push_comes() -> None:
        visit(bench, "visit-2")
        seen.append(run())

    before_our("insert", bench, push_comes)
    forget_calls(bench)

    bench.sync()

    assert [outcome.word for outcome in seen] == ["busy"]
    assert writes(bench) == 1
    assert any(task.at is None for task in bench.queue.tasks), "wanted is read"
    drain(bench)
    assert sorted(bench.titles_at_google()) == ["visit-1", "visit-2"]
    assert not bench.connection().wanted


def test_a_run_that_was_wanted_comes_even_if_the_writer_dies(bench: Workbench) -> None:
    visit(bench, "visit-1")
    run = other_process(bench)

    class Died(BaseException):
        """The process is gone."""

    def dies() -> None:
        visit(bench, "visit-2")
        assert run().word == "busy"
        raise Died

    before_our("insert", bench, dies)
    with pytest.raises(Died):
        bench.sync()

    [task] = bench.queue.tasks
    assert task.at is not None
    assert task.at > bench.clock.now() + timedelta(seconds=100)
    next_task(bench)
    drain(bench)

    assert sorted(bench.titles_at_google()) == ["visit-1", "visit-2"]


def test_a_run_that_was_wanted_while_a_preview_looks_comes_at_once(ann: Person) -> None:
    bench = Workbench(ann)
    bench.connect()
    bench.queue.tasks.clear()
    seen: list[Outcome] = []
    before_our("read", bench, lambda: seen.append(bench.sync()))

    look_at_both(planning(bench.world, bench.connection_id))

    assert [outcome.word for outcome in seen] == ["busy"]
    assert [task.lane for task in bench.queue.tasks if task.at is None] == [Lane.LIVE]
    assert bench.sync().word == "done"


@pytest.mark.parametrize("method", ["insert", "patch", "delete"])
def test_a_run_that_slept_beyond_its_lease_undoes_nothing(
    bench: Workbench, method: str
) -> None:
    visit(bench, "old")
    visit(bench, "gone")
    bench.settle()
    event = event_of(bench, "old")
    visit(bench, "old", duration="PT2H")
    bench.remove("gone")
    visit(bench, "new")
    run = other_process(bench)

    def sleeps() -> None:
        bench.clock.ahead += timedelta(seconds=200)
        bench.remember_token()
        bench.person.patch(event["id"], location="Here")
        while run().written:
            continue
        visit(bench, "old", title="renamed", duration="PT2H")

    before_our(method, bench, sleeps)

    bench.sync()
    drain(bench)
    bench.settle()

    assert sorted(bench.titles_at_google()) == ["new", "renamed"]
    assert sorted(bench.titles_in_agenda()) == ["new", "renamed"]
    shown = event_of(bench, "renamed")
    assert shown["end"]["dateTime"][11:13] == "11"
    assert shown["location"] == "Here"
    assert place_of(bench.items()["renamed"]) == "Here"


SECOND = "2026-12-02T09:00:00"


def walk(bench: Workbench, start: str = "") -> None:
    """State a series of three mornings, the second one moved if a start is given."""
    rule = {"@type": "RecurrenceRule", "frequency": "daily", "count": 3}
    moved = {SECOND: {"start": start}} if start else {}
    visit(bench, "walk", recurrenceRules=[rule], recurrenceOverrides=moved)


def second_of(bench: Workbench) -> Resource:
    """Return the second morning as it is at Google."""
    [link] = bench.links()
    return bench.person.instances(link.event_id or "")[1]


def test_a_run_that_slept_before_an_occurrence_does_not_move_it_back(
    bench: Workbench,
) -> None:
    walk(bench)
    bench.settle()
    walk(bench, "2026-12-02T13:30:00")
    run = other_process(bench)

    def sleeps() -> None:
        bench.clock.ahead += timedelta(seconds=200)
        bench.remember_token()
        walk(bench, "2026-12-02T11:45:00")
        while run().written:
            continue

    before_our("instance", bench, sleeps)

    bench.sync()
    drain(bench)
    bench.settle()

    assert second_of(bench)["start"]["dateTime"][11:16] == "11:45"
    [item] = bench.items().values()
    assert item["recurrenceOverrides"] == {SECOND: {"start": "2026-12-02T11:45:00"}}


def test_an_occurrence_that_a_person_moves_meanwhile_is_not_overwritten(
    bench: Workbench,
) -> None:
    walk(bench)
    bench.settle()
    walk(bench, "2026-12-02T13:30:00")
    second = second_of(bench)["id"]
    at = {
        name: {"dateTime": f"2026-12-02T{hour}:00:00+01:00"}
        for name, hour in (("start", 16), ("end", 17))
    }

    before_our("instance", bench, lambda: bench.person.patch(second, **at))

    bench.sync()
    bench.settle()

    assert second_of(bench)["start"]["dateTime"][11:16] == "16:00"
    [item] = bench.items().values()
    assert item["recurrenceOverrides"] == {SECOND: {"start": "2026-12-02T16:00:00"}}


def test_no_call_starts_unless_the_lease_outlives_it(bench: Workbench) -> None:
    for number in range(6):
        visit(bench, f"visit-{number}")
    left: list[timedelta] = []

    def google_is_slow() -> None:
        ends_at = bench.connection().lease.ends_at
        assert ends_at is not None
        left.append(ends_at - bench.clock.now())
        bench.clock.ahead += timedelta(seconds=28)

    watching(bench, "insert", google_is_slow)
    bench.sync()
    drain(bench)

    assert len(bench.titles_at_google()) == 6
    assert min(left) > timedelta(seconds=29)


def test_a_run_paused_while_it_looks_takes_nothing_back(bench: Workbench) -> None:
    visit(bench, "visit-1")
    bench.settle()
    event = event_of(bench, "visit-1")
    run = other_process(bench)
    bench.person.patch(event["id"], location="Here")

    def another_is_faster() -> None:
        run()
        bench.person.patch(event["id"], location="There")
        run()

    before_our("read", bench, another_is_faster)
    bench.sync()
    bench.settle()

    assert event_of(bench, "visit-1")["location"] == "There"
    assert place_of(bench.items()["visit-1"]) == "There"


def test_runs_in_many_threads_double_nothing(
    person: Callable[..., Person], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("store") / "tandem.db"
    ann = person("ann@example.com")
    bench = Workbench(ann, store=SqliteStore(str(path)))
    bench.connect()
    for number in range(12):
        visit(bench, f"item-{number}")
        ann.insert(summary=f"event-{number}")
    words: list[str] = []

    def runs(name: str) -> None:
        world = replace(bench.world, process=name)
        for _ in range(3):
            words.append(sync(world, bench.connection_id).word)

    threads = [threading.Thread(target=runs, args=(f"p{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain(bench, most=80)
    bench.settle()

    assert len(words) == 12
    both = sorted([f"{kind}-{n}" for n in range(12) for kind in ("item", "event")])
    assert sorted(bench.titles_at_google()) == both
    assert sorted(bench.titles_in_agenda()) == both


def test_a_link_that_somebody_saved_meanwhile_is_looked_at_again(
    bench: Workbench,
) -> None:
    visit(bench, "visit-1")
    bench.settle()
    event = event_of(bench, "visit-1")
    visit(bench, "visit-1", duration="PT2H")

    def somebody_saves() -> None:
        [link] = bench.links()
        path = link_path(bench.connection_id, link.id)
        document = bench.store.get(path)
        newer = replace(link, span="moved")
        bench.store.commit([saved(bench.connection_id, newer, over=document)])
        bench.person.patch(event["id"], location="Here")

    before_our("patch", bench, somebody_saves)
    bench.settle()

    shown, item = event_of(bench, "visit-1"), bench.items()["visit-1"]
    assert shown["end"]["dateTime"][11:13] == "11"
    assert item["duration"] == "PT2H"
    assert (shown["location"], place_of(item)) == ("Here", "Here")
