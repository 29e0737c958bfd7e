"""Freshness that is measured: from hearing of a change to having written it."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.run import Hint
from tests.journeys.api_over import Api, said
from tests.journeys.odd_google import before_our
from tests.journeys.trouble import event_of, mails, visit
from tests.journeys.workbench import Workbench, with_settings
from tests.standin.people import Person


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    made = Workbench(ann)
    made.connect()
    visit(made, "visit-1")
    made.settle()
    yield made
    assert mails(made) == []


def told(bench: Workbench, *, ago: float) -> Hint:
    return Hint(received_at=bench.clock.now() - timedelta(seconds=ago))


def freshness(bench: Workbench) -> Any:
    return Api(bench).connection()["freshness"]


def test_both_ways_are_measured_and_shown_with_how_many_they_were(
    bench: Workbench,
) -> None:
    visit(bench, "visit-1", title="From the agenda")
    bench.sync(told(bench, ago=2))
    bench.person.patch(event_of(bench, "From the agenda")["id"], summary="From Google")
    bench.sync(told(bench, ago=5))

    shown = freshness(bench)

    assert shown["to_calendar"]["samples"] == shown["to_agenda"]["samples"] == 1
    assert 2_000 <= shown["to_calendar"]["p50"] < 60_000
    assert shown["to_agenda"]["p95"] >= 5_000
    api = Api(bench)
    whole = said(api.get(f"/organizations/{bench.organization}/freshness"))
    assert whole["connections"] == 1
    assert whole["to_agenda"] == shown["to_agenda"]


def test_each_sample_is_an_event_and_googles_own_delay_another(
    bench: Workbench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    visit(bench, "visit-1", title="From the agenda")
    bench.sync(told(bench, ago=2))
    bench.person.patch(event_of(bench, "From the agenda")["id"], summary="From Google")
    received = bench.clock.now() + timedelta(seconds=3)
    bench.clock.ahead += timedelta(seconds=4)

    bench.sync(Hint(channel="ch_1", received_at=received))

    lines = [record.__dict__ for record in caplog.records]
    carried = [line for line in lines if line.get("event") == "carried"]
    assert [line["direction"] for line in carried] == ["to_calendar", "to_agenda"]
    assert 2 <= carried[0]["seconds"] < 60
    assert 1 <= carried[1]["seconds"] < 60
    [heard] = [line for line in lines if line.get("event") == "push-heard"]
    assert 2 <= heard["seconds"] < 60


def test_a_change_after_the_push_says_nothing_of_googles_delay(
    bench: Workbench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench.person.insert(summary="Later")
    received = bench.clock.now() - timedelta(minutes=5)

    bench.sync(Hint(channel="ch_1", received_at=received))

    events = [record.__dict__.get("event") for record in caplog.records]
    assert "carried" in events
    assert "push-heard" not in events


def test_a_hint_that_came_while_another_run_wrote_counts_from_when_it_came(
    bench: Workbench,
) -> None:
    other = replace(bench.world, process="other")

    def push_comes() -> None:
        from services.run import sync

        visit(bench, "visit-3")
        hint = told(bench, ago=30)
        assert sync(other, bench.connection_id, hint=hint).word == "busy"

    visit(bench, "visit-2")
    before_our("insert", bench, push_comes)
    bench.sync()
    assert bench.connection().heard_at is not None

    bench.sync()

    assert freshness(bench)["to_calendar"]["p50"] >= 30_000
    assert bench.connection().heard_at is None


def test_what_waited_for_a_persons_yes_is_not_slow(ann: Person) -> None:
    bench = with_settings(Workbench(ann), brake={"max_deletes": 0})
    bench.connect()
    visit(bench, "visit-1")
    bench.settle()
    bench.remove("visit-1")
    bench.sync(told(bench, ago=1))
    held = bench.connection()
    assert held.counts.held == 1
    api = Api(bench)

    api.steer(f"previews/{held.preview}/apply")
    bench.sync(told(bench, ago=3600))

    assert bench.events() == {}
    assert freshness(bench)["to_calendar"]["samples"] == 0
