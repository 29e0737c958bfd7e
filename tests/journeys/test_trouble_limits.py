"""Google slow, down or unwilling: everything waits its turn, nothing is doubled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.connections.connection import State, change
from services.google import accounts
from services.links.link import Waiting
from tests.journeys.trouble import (
    calls,
    drain,
    event_of,
    forget_calls,
    give_grant,
    google_fails,
    google_is_well,
    hour_at,
    next_task,
    place_of,
    reconnect,
    visit,
    waiting,
    writes,
)
from tests.journeys.workbench import Workbench
from tests.standin.people import Person


def limited(kind: str, status: int, **more: object) -> dict[str, object]:
    return {"kind": kind, "status": status, "method": "events.insert", **more}


@pytest.mark.parametrize(
    ("kind", "status"),
    [("rate_limit", 403), ("rate_limit", 429), ("user_rate_limit", 403)],
)
def test_what_google_slows_down_waits_in_one_delayed_task(
    bench: Workbench, kind: str, status: int
) -> None:
    for number in range(30):
        visit(bench, f"visit-{number}")
    google_fails(bench, limited(kind, status))
    forget_calls(bench)

    outcome = bench.sync()

    assert outcome.word == "done"
    assert calls(bench)["insert"] == 1, "whoever is told to wait asks no more"
    dirty = [link for link in bench.links() if link.waiting is Waiting.LIMITED]
    assert dirty
    assert all(link.due_at for link in dirty)
    [task] = waiting(bench)
    assert task.at is not None
    assert task.at > bench.clock.now()

    google_is_well(bench)
    drain(bench)

    assert len(bench.events()) == 30
    assert bench.connection().counts.dirty == 0
    assert bench.queue.tasks == []


def test_a_short_trouble_is_over_in_seconds_whatever_else_waits_for_later(
    bench: Workbench,
) -> None:
    next_year = bench.clock.now() + timedelta(days=300)
    change(
        bench.store, bench.connection_id, lambda one: replace(one, wake_at=next_year)
    )
    visit(bench, "visit-1")
    google_fails(bench, {"kind": "server_error_before", "count": 9})

    assert [bench.sync().word for _ in range(3)] == ["postponed"] * 3

    [task] = waiting(bench)
    assert task.at is not None
    assert task.at - bench.clock.now() < timedelta(seconds=10)
    google_is_well(bench)
    next_task(bench)
    assert set(bench.events()) == {"visit-1"}


def test_a_limit_while_reading_postpones_the_run(bench: Workbench) -> None:
    bench.person.insert(summary="Dentist")
    google_fails(bench, {"kind": "rate_limit", "method": "events.list", "count": 2})

    assert bench.sync().word == "postponed"
    assert bench.connection().state is State.ACTIVE
    [task] = waiting(bench)
    assert task.at is not None
    assert task.at > bench.clock.now()
    assert drain(bench) == 2

    assert set(bench.items()) == {"Dentist"}


def test_pushes_during_a_limit_do_not_pile_up_delayed_tasks(bench: Workbench) -> None:
    google_fails(bench, {"kind": "rate_limit", "method": "events.list"})

    for _ in range(20):
        bench.sync()

    assert len(waiting(bench)) <= 3


def test_a_used_up_quota_pauses_writing_to_google_and_says_until_when(
    bench: Workbench,
) -> None:
    visit(bench, "visit-1")
    visit(bench, "visit-2")
    google_fails(bench, limited("quota_exceeded", 403))

    bench.sync()

    connection = bench.connection()
    assert connection.until is not None
    assert connection.until > bench.clock.now() + timedelta(hours=1)
    assert "stopped all changes" in connection.reason
    [task] = waiting(bench)
    assert task.at is not None
    assert timedelta(0) <= task.at - connection.until <= timedelta(seconds=2)

    google_is_well(bench)
    bench.person.insert(summary="Dentist")
    visit(bench, "visit-3")
    forget_calls(bench)
    bench.sync()

    assert writes(bench) == 0, "nothing is written before its time"
    assert "Dentist" in bench.items(), "the agenda is not Google's to stop"

    drain(bench)

    assert set(bench.events()) == {"visit-1", "visit-2", "visit-3", "Dentist"}
    assert bench.connection().until is None
    assert bench.connection().reason == ""


LOST = ["server_error_before", "server_error_after", "close_before", "close_after"]


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_to_a_create_doubles_nothing(bench: Workbench, kind: str) -> None:
    visit(bench, "visit-1")
    google_fails(bench, {"kind": kind, "method": "events.insert", "count": 1})

    bench.sync()
    drain(bench)

    assert [each["summary"] for each in bench.person.page()["items"]] == ["visit-1"]
    [link] = bench.links()
    assert link.linked
    assert link.intent is None
    assert link.generation == 0


@pytest.mark.parametrize("kind", LOST)
def test_an_edit_made_after_a_create_that_was_never_answered_survives(
    bench: Workbench, kind: str
) -> None:
    visit(bench, "visit-1")
    google_fails(bench, {"kind": kind, "method": "events.insert", "count": 1})

    bench.sync()
    for event in bench.person.page()["items"]:
        bench.person.patch(event["id"], location="Dorpsstraat 1")
    visit(bench, "visit-1", title="Roof")
    drain(bench)
    bench.settle()

    [event] = bench.person.page()["items"]
    assert event["summary"] == "Roof"
    if kind.endswith("after"):
        assert event["location"] == "Dorpsstraat 1"
        assert place_of(bench.items()["Roof"]) == "Dorpsstraat 1"


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_to_an_edit_loses_no_edit_of_either_side(
    bench: Workbench, kind: str
) -> None:
    visit(bench, "visit-1")
    bench.settle()
    event = event_of(bench, "visit-1")
    visit(bench, "visit-1", duration="PT2H")
    google_fails(bench, {"kind": kind, "method": "events.patch", "count": 1})

    bench.sync()
    bench.person.patch(event["id"], location="Dorpsstraat 1")
    drain(bench)
    bench.settle()

    shown, item = bench.person.get(event["id"]), bench.items()["visit-1"]
    assert shown["end"]["dateTime"].startswith("2026-12-01T11:00")
    assert shown["location"] == "Dorpsstraat 1"
    assert item["duration"] == "PT2H"
    assert place_of(item) == "Dorpsstraat 1"


@pytest.mark.parametrize("kind", LOST)
def test_a_person_who_takes_our_lost_edit_back_is_not_overruled(
    bench: Workbench, kind: str
) -> None:
    visit(bench, "visit-1")
    bench.settle()
    event = event_of(bench, "visit-1")
    visit(bench, "visit-1", duration="PT2H")
    google_fails(bench, {"kind": kind, "method": "events.patch", "count": 1})

    bench.sync()
    bench.person.patch(event["id"], **hour_at("10:00", "10:30"))
    drain(bench)
    bench.settle()

    shown, item = bench.person.get(event["id"]), bench.items()["visit-1"]
    assert shown["start"]["dateTime"].startswith("2026-12-01T10:00")
    assert item["start"] == "2026-12-01T10:00:00"
    assert item["duration"] == "PT30M"


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_to_a_delete_is_looked_into(bench: Workbench, kind: str) -> None:
    visit(bench, "visit-1")
    bench.settle()
    bench.remove("visit-1")
    google_fails(bench, {"kind": kind, "method": "events.delete", "count": 1})

    bench.sync()
    drain(bench)

    assert bench.events() == {}
    [link] = bench.links()
    assert link.ended_at is not None


def test_google_down_for_an_hour_costs_few_calls_and_loses_nothing(
    bench: Workbench,
) -> None:
    for number in range(60):
        visit(bench, f"visit-{number}")
    google_fails(bench, {"kind": "server_error_before", "method": "events.insert"})
    forget_calls(bench)

    bench.sync()
    for _ in range(8):
        next_task(bench)

    assert calls(bench)["insert"] < 120
    google_is_well(bench)
    drain(bench)
    assert len(bench.events()) == 60


def test_access_that_is_revoked_asks_the_owner_and_goes_on_where_it_was(
    bench: Workbench,
) -> None:
    give_grant(bench)
    bench.person.insert(summary="Dentist")
    visit(bench, "visit-1")
    bench.settle()
    visit(bench, "visit-2")
    google_fails(bench, {"kind": "revoke_grant", "method": "events.insert", "count": 1})

    bench.sync()

    connection = bench.connection()
    assert connection.state is State.NEEDS_RECONNECT
    assert "connect" in connection.reason
    assert bench.sync().word == "needs_reconnect"

    bench.person = Person(bench.person.url, bench.person.email)
    reconnect(bench)
    bench.settle()

    assert bench.titles_at_google() == ["Dentist", "visit-1", "visit-2"]
    assert sorted(bench.titles_in_agenda()) == ["Dentist", "visit-1", "visit-2"]
    assert bench.connection().state is State.ACTIVE
    bench.person.close()


def test_an_access_token_that_dies_early_is_replaced_unseen(bench: Workbench) -> None:
    give_grant(bench)
    visit(bench, "visit-1")
    google_fails(bench, {"kind": "unauthorized", "method": "events.insert", "count": 1})

    bench.sync()

    assert set(bench.events()) == {"visit-1"}
    assert bench.connection().state is State.ACTIVE


def test_new_tokens_that_are_refused_too_are_tried_again_by_themselves(
    bench: Workbench,
) -> None:
    give_grant(bench)
    visit(bench, "visit-1")
    google_fails(bench, {"kind": "unauthorized", "count": 2})

    outcome = bench.sync()

    assert outcome.word == "postponed"
    assert bench.connection().state is State.ACTIVE
    assert drain(bench) == 1
    assert set(bench.events()) == {"visit-1"}
    assert bench.connection().refused_since is None


def test_a_bad_hour_of_googles_is_said_and_ends_no_connection(
    bench: Workbench,
) -> None:
    give_grant(bench)
    google_fails(bench, {"kind": "unauthorized"})
    bench.sync()
    bench.clock.sleep(timedelta(hours=1))

    bench.sync()

    connection = bench.connection()
    assert connection.state is State.FAILING
    assert "not let us into this account since" in connection.reason

    google_is_well(bench)
    bench.sync()

    connection = bench.connection()
    assert (connection.state, connection.reason) == (State.ACTIVE, "")
    assert connection.refused_since is None


def test_tokens_that_are_refused_for_a_day_ask_the_owner(bench: Workbench) -> None:
    give_grant(bench)
    google_fails(bench, {"kind": "unauthorized"})
    bench.sync()
    bench.clock.sleep(timedelta(hours=24))

    outcome = bench.sync()

    assert outcome.word == "needs_reconnect"
    connection = bench.connection()
    assert connection.state is State.NEEDS_RECONNECT
    assert "the owner must connect again" in connection.reason
    account = accounts.load(bench.store, connection.account)[0]
    assert account.state is accounts.AccountState.NEEDS_RECONNECT
