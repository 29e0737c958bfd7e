"""Leaving: copies are kept, frozen or removed, and coming back doubles nothing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.connections.connection import Connection, State, change, of_agenda
from tests.journeys.api_over import Api, do_tasks
from tests.journeys.trouble import (
    calls,
    event_of,
    forget_calls,
    give_grant,
    google_fails,
    hour_at,
    mails,
    reconnect,
    sides,
    visit,
    writes,
)
from tests.journeys.workbench import Workbench
from tests.standin.people import Person

BOTH = ["mine", "theirs"]
GONE = "Google no longer lets us in."


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    """A Tandem that has carried an item and an event."""
    made = Workbench(ann)
    made.connect()
    visit(made, "mine")
    ann.insert(summary="theirs", **hour_at("12:00", "13:00"))
    made.settle()
    yield made
    assert mails(made) == []


@pytest.fixture
def api(bench: Workbench) -> Api:
    return Api(bench)


def lost(connection: Connection) -> Connection:
    """Return a connection whose owner must connect again."""
    return replace(connection, state=State.NEEDS_RECONNECT, reason=GONE)


def leave(bench: Workbench, api: Api, copies: str, *, revoke: bool = False) -> None:
    """Disconnect, and let what that asks for be done."""
    api.steer("disconnect", {"copies": copies, "revoke": revoke})
    do_tasks(bench)


def come_back(bench: Workbench) -> None:
    """Connect the same pair again, and let it settle."""
    reconnect(bench)
    [known] = of_agenda(bench.store, bench.agenda)
    bench.connection_id = known.id
    bench.settle()


def test_after_leaving_no_copy_stays_for_ever_and_no_original_goes(
    bench: Workbench, api: Api
) -> None:
    leave(bench, api, "remove")

    assert sides(bench) == (["theirs"], ["mine"])
    assert bench.connection().state is State.DISCONNECTED


@pytest.mark.parametrize("copies", ["keep", "freeze"])
def test_copies_that_are_kept_or_frozen_are_not_touched(
    bench: Workbench, api: Api, copies: str
) -> None:
    forget_calls(bench)

    leave(bench, api, copies)

    assert writes(bench) == 0
    assert sides(bench) == (BOTH, BOTH)
    assert bool(bench.links()) == (copies == "freeze")


@pytest.mark.parametrize("copies", ["keep", "freeze", "remove"])
def test_connecting_again_makes_no_duplicates(
    bench: Workbench, api: Api, copies: str
) -> None:
    leave(bench, api, copies)

    come_back(bench)

    assert sides(bench) == (BOTH, BOTH)
    assert bench.connection().state is State.ACTIVE
    assert bench.connection().counts.links == 2


def test_a_frozen_connection_goes_on_where_it_was(bench: Workbench, api: Api) -> None:
    frozen = bench.connection_id
    leave(bench, api, "freeze")
    visit(bench, "mine", title="renamed")
    bench.person.patch(event_of(bench, "mine")["id"], location="Here")

    come_back(bench)

    assert bench.connection_id == frozen
    assert sides(bench) == (["renamed", "theirs"],) * 2
    assert event_of(bench, "renamed")["location"] == "Here"


def test_the_grant_is_given_back_only_after_the_copies_are_gone(
    bench: Workbench, api: Api
) -> None:
    give_grant(bench)
    account = bench.connection().account
    api.steer("disconnect", {"copies": "remove", "revoke": True})
    assert bench.store.get(f"accounts/{account}") is not None

    do_tasks(bench)

    assert calls(bench)["delete"] == 1
    assert bench.titles_in_agenda() == ["mine"]
    assert bench.store.get(f"accounts/{account}") is None


def test_where_access_is_gone_already_the_items_go_and_the_rest_is_said(
    bench: Workbench, api: Api
) -> None:
    give_grant(bench)
    google_fails(bench, {"kind": "revoke_grant", "method": "events.*", "count": 1})

    leave(bench, api, "remove")

    told = bench.connection()
    assert told.state is State.DISCONNECTED
    assert "could not be removed" in told.reason
    assert bench.titles_in_agenda() == ["mine"]


def test_who_must_reconnect_can_still_leave(bench: Workbench, api: Api) -> None:
    change(bench.store, bench.connection_id, lost)

    leave(bench, api, "remove")

    told = bench.connection()
    assert told.state is State.DISCONNECTED
    assert GONE in told.reason
    assert sides(bench) == (BOTH, ["mine"])
