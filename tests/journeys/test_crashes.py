"""A crash between any two steps loses nothing and doubles nothing."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from local.store import SqliteStore
from services.connections import journal
from services.orders.jobs import Next
from services.orders.reset import Existing, preview_reset
from services.orders.undo import undo_writes
from services.ports.store import StoreError
from services.previews.applying import apply
from tests.journeys.workbench import Workbench
from tests.standin.people import Person
from tests.twins import Fails, FaultyStore

LEASE = timedelta(seconds=200)


def crashing(bench: Workbench, store: FaultyStore, step: int, fails: Fails) -> bool:
    """Run until the store fails at this step; False when it never got there."""
    store.fail_at(step, fails, stays_broken=True)
    try:
        for _ in range(4):
            bench.sync()
    except StoreError:
        pass
    crashed = store.has_failed
    store.heal()
    bench.clock.ahead += LEASE
    bench.remember_token()
    return crashed


def fresh(ann: Person) -> tuple[Workbench, FaultyStore]:
    """Return a connection that has not synced yet, and its store."""
    store = FaultyStore(SqliteStore(":memory:"))
    bench = Workbench(ann, store=store)
    bench.connect()
    return bench, store


def crashed_at_every_step(
    person: Callable[..., Person],
    fails: Fails,
    prepare: Callable[[Workbench], None],
) -> Iterator[tuple[int, Workbench]]:
    """Yield a connection for each step at which the store can fail, crashed there."""
    step, crashed = 0, True
    while crashed:
        step += 1
        bench, store = fresh(person(f"ann{step}@example.com"))
        prepare(bench)
        crashed = crashing(bench, store, step, fails)
        yield step, bench
    assert step > 5


TITLES = sorted([*(f"Item {n}" for n in range(3)), *(f"Event {n}" for n in range(3))])


def filled(bench: Workbench) -> None:
    """Put three items into the agenda and three events into the calendar."""
    for number in range(3):
        start = f"2026-12-0{number + 1}T09:00:00"
        bench.put(f"visit-{number}", title=f"Item {number}", start=start)
        bench.person.insert(summary=f"Event {number}")


@pytest.mark.parametrize("fails", list(Fails))
def test_a_first_sync_survives_a_crash_at_every_step(
    person: Callable[..., Person], fails: Fails
) -> None:
    for step, bench in crashed_at_every_step(person, fails, filled):
        bench.settle()

        shown = [each.get("summary", "") for each in bench.person.page()["items"]]
        assert sorted(shown) == TITLES, step
        assert sorted(bench.items()) == TITLES, step


@pytest.mark.parametrize("fails", list(Fails))
def test_a_first_sync_whose_store_fails_once_keeps_the_next_run_waiting_for_nothing(
    person: Callable[..., Person], fails: Fails
) -> None:
    step, failed = 0, True
    while failed:
        step += 1
        bench, store = fresh(person(f"ann{step}@example.com"))
        filled(bench)

        store.fail_at(step, fails)
        with contextlib.suppress(StoreError):
            bench.sync()
        failed = store.has_failed
        store.heal()

        assert bench.sync().word == "done", step
        bench.settle()
        assert sorted(bench.titles_at_google()) == TITLES, step
        assert sorted(bench.titles_in_agenda()) == TITLES, step
    assert step > 5


def edited(bench: Workbench) -> None:
    """Edit one appointment on both sides, move one, and delete one on each side."""
    ann, day = bench.person, "2026-12-01"
    for name in ("edited", "moved", "gone"):
        bench.put(name, title=name, start=f"{day}T09:00:00", duration="PT1H")
    ann.insert(summary="theirs")
    bench.settle()
    events = bench.events()
    bench.put("edited", title="edited", start=f"{day}T09:00:00", duration="PT2H")
    ann.patch(events["edited"]["id"], location="Here")
    ann.patch(
        events["moved"]["id"],
        start={"dateTime": f"{day}T10:00:00+01:00"},
        end={"dateTime": f"{day}T11:00:00+01:00"},
    )
    bench.remove("gone")
    ann.delete(events["theirs"]["id"])


@pytest.mark.parametrize("fails", list(Fails))
def test_edits_and_deletes_survive_a_crash_at_every_step(
    person: Callable[..., Person], fails: Fails
) -> None:
    for step, bench in crashed_at_every_step(person, fails, edited):
        bench.settle()

        events, items = bench.events(), bench.items()
        assert sorted(events) == sorted(items) == ["edited", "moved"], step
        assert events["edited"]["end"]["dateTime"].startswith("2026-12-01T11:00"), step
        assert events["edited"]["location"] == "Here", step
        assert items["edited"]["duration"] == "PT2H", step
        places = items["edited"]["locations"].values()
        assert [place["name"] for place in places] == ["Here"], step
        assert items["moved"]["start"] == "2026-12-01T10:00:00", step


def undone(bench: Workbench) -> None:
    """Edit, move and delete on both sides, and ask for all of it to be undone."""
    edited(bench)
    bench.settle()
    began = bench.clock.now() - timedelta(minutes=2)
    now = bench.clock.now()
    pages = journal.since(bench.store, bench.connection_id, began)
    writes = [each.id for each in pages if each.intent.act != "create"]
    undo_writes(bench.world, bench.connection_id, writes, now=now)


@pytest.mark.parametrize("fails", list(Fails))
def test_an_undo_survives_a_crash_at_every_step(
    person: Callable[..., Person], fails: Fails
) -> None:
    for step, bench in crashed_at_every_step(person, fails, undone):
        bench.settle()

        events, items = bench.events(), bench.items()
        titles = ["edited", "gone", "moved", "theirs"]
        assert sorted(bench.titles_at_google()) == titles, step
        assert sorted(bench.titles_in_agenda()) == titles, step
        assert events["edited"]["end"]["dateTime"].startswith("2026-12-01T10:00"), step
        assert "location" not in events["edited"], step
        assert items["edited"]["duration"] == "PT1H", step
        assert items["moved"]["start"] == "2026-12-01T09:00:00", step
        assert bench.connection().counts.orders == 0, step


def resetting(bench: Workbench) -> None:
    """Ask for a reset that deletes at Google and then syncs everything again."""
    filled(bench)
    bench.settle()
    now = bench.clock.now()
    preview = preview_reset(
        bench.world,
        bench.connection_id,
        existing=Existing.DELETE_BOTH,
        following=Next.NEW_ONLY,
        now=now,
    )
    apply(bench.world, bench.connection_id, preview.id, now=now)


@pytest.mark.parametrize("fails", list(Fails))
def test_a_reset_goes_on_after_a_crash_at_every_step(
    person: Callable[..., Person], fails: Fails
) -> None:
    for step, bench in crashed_at_every_step(person, fails, resetting):
        bench.settle()

        assert bench.titles_at_google() == bench.titles_in_agenda() == [], step
        assert bench.connection().job is None, step
        assert bench.connection().counts.orders == 0, step
