"""Sync never stops silently: a channel that says nothing any more is found out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from services.connections.connection import SWEEP_AFTER, UNWATCHED_AFTER, change
from services.google.channels import try_to_open
from services.rounds.sweep import sweep
from services.run import Hint
from tests.journeys.api_over import Api, do_task
from tests.journeys.trouble import event_of, mails, visit
from tests.journeys.workbench import Workbench
from tests.standin.people import Person

QUIET = Hint(quiet=True)


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    """A Tandem with a channel, of which no push ever arrives."""
    made = Workbench(ann)
    made.connect()
    visit(made, "visit-1")
    made.settle()
    # Opened in good time: what changes from now on ought to be told.
    made.clock.ahead -= timedelta(minutes=10)
    assert try_to_open(made.world, made.connection(), now=made.clock.now())
    made.clock.ahead += timedelta(minutes=10)
    made.sync()
    yield made
    assert mails(made) == []


def edit_at_google(bench: Workbench, title: str = "Moved") -> None:
    bench.person.patch(event_of(bench, "visit-1")["id"], summary=title)


def half_an_hour(bench: Workbench) -> None:
    bench.clock.ahead += timedelta(minutes=31)
    bench.remember_token()


def test_a_change_that_no_push_told_of_is_synced_by_the_sweep_and_the_channel_replaced(
    bench: Workbench, caplog: pytest.LogCaptureFixture
) -> None:
    before = bench.connection().channel
    edit_at_google(bench)
    half_an_hour(bench)
    bench.queue.tasks.clear()

    sweep(bench.world, bench.clock.now())
    [task] = [one for one in bench.queue.tasks if one.path == "/tasks/sync"]
    assert task.body["quiet"] is True
    bench.sync(QUIET)

    assert "Moved" in bench.items()
    after = bench.connection()
    assert after.channel not in (None, before)
    assert (after.silent, after.silences) == (True, 1)
    assert Api(bench).connection()["push"] == {"state": "silent", "silences": 1}
    assert bench.store.get(f"channels/{before}") is None
    lines = [record.__dict__ for record in caplog.records]
    [line] = [one for one in lines if one.get("event") == "channel-silent"]
    assert 31 * 60 <= line["seconds"] < 32 * 60


def test_a_silent_channel_is_looked_after_more_often_until_it_speaks_again(
    bench: Workbench,
) -> None:
    assert bench.connection().quiet_for == SWEEP_AFTER
    edit_at_google(bench)
    half_an_hour(bench)
    bench.sync(QUIET)
    assert bench.connection().quiet_for == UNWATCHED_AFTER

    spoke = Hint(channel=bench.connection().channel, received_at=bench.clock.now())
    bench.sync(spoke)

    assert bench.connection().quiet_for == SWEEP_AFTER
    assert Api(bench).connection()["push"] == {"state": "open", "silences": 1}


def test_our_own_writes_do_not_accuse_a_channel(bench: Workbench) -> None:
    visit(bench, "visit-1", description="New")
    bench.sync()
    channel = bench.connection().channel
    half_an_hour(bench)

    bench.sync(QUIET)

    assert (bench.connection().channel, bench.connection().silences) == (channel, 0)


def test_a_change_of_this_moment_does_not_accuse_a_channel(bench: Workbench) -> None:
    edit_at_google(bench)

    bench.sync(QUIET)

    assert bench.connection().silences == 0


def test_a_run_that_was_told_of_a_change_accuses_nobody(bench: Workbench) -> None:
    edit_at_google(bench)
    half_an_hour(bench)

    bench.sync(Hint(received_at=bench.clock.now()))

    assert bench.connection().silences == 0


def test_what_a_push_told_while_google_asked_to_wait_accuses_nobody(
    bench: Workbench,
) -> None:
    edit_at_google(bench)
    change(bench.store, bench.connection_id, lambda one: replace(one, tries=2))
    half_an_hour(bench)

    bench.sync(QUIET)

    assert bench.connection().silences == 0


def test_a_calendar_that_cannot_be_watched_is_polled(bench: Workbench) -> None:
    change(
        bench.store,
        bench.connection_id,
        lambda one: replace(one, channel=None, watchable=False),
    )
    bench.sync()
    edit_at_google(bench)
    bench.clock.ahead += UNWATCHED_AFTER + timedelta(seconds=1)
    bench.remember_token()
    bench.queue.tasks.clear()

    assert sweep(bench.world, bench.clock.now()).queued == 1
    [task] = [one for one in bench.queue.tasks if one.path == "/tasks/sync"]
    do_task(bench, task)

    assert "Moved" in bench.items()
    assert Api(bench).connection()["push"]["state"] == "impossible"
