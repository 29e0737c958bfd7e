"""Calendars open with a token that lasts, until only their owner can help."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from services.connections.connection import State
from services.environment import MARK_PATH
from services.google import accounts
from services.google.access import access_token, open_calendar
from services.google.accounts import AccountState
from services.ports.accounts import AccessToken, Client
from services.ports.store import Replace
from sync.errors import AccessRevoked, OperatorFault, TokenRefused, TransientError
from tests.twins import CountingStore
from tests.worlds import SmallGoogle, Stage


def account_of(stage: Stage, account_id: str) -> accounts.Account:
    return accounts.load(stage.store, account_id)[0]


def test_a_token_that_lasts_is_used_again() -> None:
    stage = Stage()
    connection = stage.connection()

    first = access_token(stage.world, connection.account, now=stage.now)
    second = access_token(stage.world, connection.account, now=stage.now)

    assert first == second
    assert stage.google.handed_out == 1


def test_another_process_finds_the_token_in_the_account() -> None:
    stage = Stage()
    connection = stage.connection()
    first = access_token(stage.world, connection.account, now=stage.now)

    second = access_token(stage.new_process(), connection.account, now=stage.now)

    assert second == first


def test_a_known_token_costs_no_document() -> None:
    store = CountingStore(Stage().store)
    stage = Stage(store=store)
    connection = stage.connection()
    access_token(stage.world, connection.account, now=stage.now)

    with store.counting() as counted:
        access_token(stage.world, connection.account, now=stage.now)

    assert counted().reads == 0


def test_a_token_is_renewed_five_minutes_before_its_end() -> None:
    stage = Stage()
    connection = stage.connection()
    first = access_token(stage.world, connection.account, now=stage.now)
    stage.clock.advance(timedelta(minutes=56))

    second = access_token(stage.world, connection.account, now=stage.now)

    assert second != first
    kept = account_of(stage, connection.account)
    assert accounts.access_token_of(kept, stage.world.sealer) == second
    assert accounts.refresh_token_of(kept, stage.world.sealer) == "1//refresh"


def test_many_threads_renew_a_token_once() -> None:
    stage = Stage()
    connection = stage.connection()
    stage.clock.advance(timedelta(hours=2))
    found: list[AccessToken] = []

    def ask() -> None:
        found.append(access_token(stage.world, connection.account, now=stage.now))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(found)) == 1
    assert stage.google.handed_out == 2


def test_a_revoked_grant_stops_the_account_and_its_connections() -> None:
    stage = Stage()
    connection = stage.connection()
    stage.clock.advance(timedelta(hours=2))
    stage.google.revoked = True

    with pytest.raises(AccessRevoked):
        access_token(stage.world, connection.account, now=stage.now)

    kept = account_of(stage, connection.account)
    assert kept.state is AccountState.NEEDS_RECONNECT
    assert "ended our access" in kept.reason
    assert stage.loaded(connection).state is State.NEEDS_RECONNECT


def test_a_dead_account_is_not_asked_again() -> None:
    stage = Stage()
    connection = stage.connection()
    stage.clock.advance(timedelta(hours=2))
    stage.google.revoked = True
    with pytest.raises(AccessRevoked):
        access_token(stage.world, connection.account, now=stage.now)
    stage.google.revoked = False

    with pytest.raises(AccessRevoked):
        access_token(stage.world, connection.account, now=stage.now)

    assert stage.google.handed_out == 1


def test_a_refusal_does_not_undo_the_new_grant_that_came_meanwhile() -> None:
    stage = Stage()
    connection = stage.connection()
    stage.clock.advance(timedelta(hours=2))
    account = account_of(stage, connection.account)

    class LateRefusal(SmallGoogle):
        def refresh(self, client: Client, refresh_token: str) -> AccessToken:
            data = {"email": "new@example.com"}
            path = accounts.path_of(account.id)
            document = stage.store.get(path)
            assert document is not None
            fresh = Replace(path=path, data={**document.data, **data})
            stage.store.commit([fresh])
            raise AccessRevoked("The old grant is gone.")

    world = replace(stage.new_process(), accounts=LateRefusal(stage.clock))

    with pytest.raises(TransientError):
        access_token(world, connection.account, now=stage.now)

    assert account_of(stage, connection.account).state is AccountState.OK
    assert stage.loaded(connection).state is State.ACTIVE


def test_a_token_that_dies_early_is_replaced_unseen() -> None:
    stage = Stage()
    connection = stage.connection()
    calendar = open_calendar(stage.world, connection, now=stage.now)
    stage.google.refused.add("access-1")

    page = calendar.read(token=None, page=None)

    assert page.next_token == "next"
    assert stage.google.handed_out == 2
    assert stage.loaded(connection).state is State.ACTIVE


def test_a_new_token_that_is_refused_too_is_trouble_and_stops_nothing() -> None:
    stage = Stage()
    connection = stage.connection()
    calendar = open_calendar(stage.world, connection, now=stage.now)
    stage.google.refused |= {"access-1", "access-2"}

    with pytest.raises(TokenRefused):
        calendar.read(token=None, page=None)

    assert stage.google.handed_out == 2
    assert stage.loaded(connection).state is State.ACTIVE


def test_a_grant_that_does_not_suffice_stops_the_connection() -> None:
    stage = Stage()
    connection = stage.connection()
    calendar = open_calendar(stage.world, connection, now=stage.now)
    stage.google.trouble = AccessRevoked("A box was not ticked.")

    with pytest.raises(AccessRevoked):
        calendar.read(token=None, page=None)

    stopped = stage.loaded(connection)
    assert stopped.state is State.NEEDS_RECONNECT
    assert stopped.reason == "A box was not ticked."


def test_google_in_trouble_stops_nothing() -> None:
    stage = Stage()
    connection = stage.connection()
    calendar = open_calendar(stage.world, connection, now=stage.now)
    stage.google.trouble = TransientError("Google had trouble answering.")

    with pytest.raises(TransientError):
        calendar.read(token=None, page=None)

    assert stage.loaded(connection).state is State.ACTIVE


def test_a_grant_to_another_client_opens_nothing() -> None:
    stage = Stage()
    agenda = stage.agenda()
    account = stage.account(agenda.organization, client_id="2-old")
    stage.clock.advance(timedelta(hours=2))

    with pytest.raises(AccessRevoked, match="another Google project"):
        access_token(stage.world, account.id, now=stage.now)


def test_a_copied_store_opens_no_calendar() -> None:
    stage = Stage()
    connection = stage.connection()
    mark = Replace(path=MARK_PATH, data={"mark": "production"})
    stage.store.commit([mark])

    with pytest.raises(OperatorFault, match='environment "production"'):
        open_calendar(stage.world, connection, now=stage.now)


def test_the_first_process_marks_the_store() -> None:
    stage = Stage()

    open_calendar(stage.world, stage.connection(), now=stage.now)

    mark = stage.store.get(MARK_PATH)
    assert mark is not None
    assert mark.data == {"mark": "local"}
