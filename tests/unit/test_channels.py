"""Push channels are written down before they open, and never forgotten while open."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.connections import connection as connections
from services.connections.connection import Connection, State
from services.documents import data_of
from services.google import channels
from services.google.access import open_calendar
from services.google.channels import (
    Channel,
    ChannelState,
    close_channels,
    open_channel,
    stop_if_stale,
    try_to_open,
)
from services.google.reconnecting import mark_needs_reconnect
from services.google.renewal import RENEW_PATH, renew_due
from services.ports.store import Create, Query, Update
from sync.errors import OperatorFault, TransientError
from tests.worlds import Stage


def known(stage: Stage) -> dict[str, Channel]:
    found = stage.store.query(Query(collection="channels", limit=1000))
    return {document.id: channels.loaded(document) for document in found}


def opened(stage: Stage) -> Connection:
    connection = stage.connection()
    assert open_channel(stage.world, connection, now=stage.now)
    return stage.loaded(connection)


def test_an_open_channel_is_the_connections_own() -> None:
    stage = Stage()

    connection = opened(stage)

    [channel] = known(stage).values()
    assert connection.channel == channel.id
    assert channel.state is ChannelState.OPEN
    assert channel.resource == "resource"
    assert channel.ends_at == stage.now + timedelta(days=7)


def test_a_channel_is_written_down_before_google_is_asked() -> None:
    stage = Stage()
    connection = stage.connection()
    stage.google.trouble = TransientError("The answer got lost.")

    assert not try_to_open(stage.world, connection, now=stage.now)

    [channel] = known(stage).values()
    assert channel.state is ChannelState.OPENING
    assert stage.loaded(connection).channel is None


def test_a_calendar_that_cannot_be_watched_is_remembered() -> None:
    stage = Stage()
    connection = stage.connection()
    stage.google.watchable = False

    assert not open_channel(stage.world, connection, now=stage.now)

    assert not stage.loaded(connection).watchable
    assert not known(stage)


def test_who_left_while_the_channel_opened_keeps_none() -> None:
    stage = Stage()
    connection = stage.connection(state=State.DISCONNECTED)

    open_channel(stage.world, connection, now=stage.now)

    assert not known(stage)
    assert len(stage.google.stopped) == 1


def test_leaving_stops_every_channel() -> None:
    stage = Stage()
    connection = opened(stage)
    open_channel(stage.world, connection, now=stage.now)

    close_channels(stage.world, connection, now=stage.now)

    assert not known(stage)
    assert set(stage.google.stopped) == set(stage.google.watched)
    assert stage.loaded(connection).channel is None


def test_leaving_works_when_google_does_not_answer() -> None:
    stage = Stage()
    connection = opened(stage)
    stage.google.trouble = TransientError("Google had trouble answering.")

    close_channels(stage.world, connection, now=stage.now)

    assert stage.loaded(connection).channel is None
    assert len(known(stage)) == 1


# --- Stale ones ----------------------------------------------------------------------


@pytest.mark.parametrize("resource", ["resource", ""])
def test_a_channel_that_nobody_knows_is_stopped_if_it_can_be(resource: str) -> None:
    stage = Stage()
    connection = opened(stage)
    calendar = open_calendar(stage.world, connection, now=stage.now)

    stop_if_stale(
        stage.world,
        connection,
        calendar,
        channel="h_lost",
        resource=resource,
        now=stage.now,
    )

    assert stage.google.stopped == (["h_lost"] if resource else [])


def test_the_connections_own_channel_is_no_stale_one() -> None:
    stage = Stage()
    connection = opened(stage)
    stage.clock.advance(timedelta(hours=1))
    calendar = open_calendar(stage.world, connection, now=stage.now)

    for channel in (connection.channel or "", ""):
        stop_if_stale(
            stage.world,
            connection,
            calendar,
            channel=channel,
            resource="resource",
            now=stage.now,
        )

    assert not stage.google.stopped


def test_the_two_channels_of_a_renewal_may_both_speak_for_a_while() -> None:
    stage = Stage()
    before = opened(stage)
    open_channel(stage.world, before, now=stage.now)
    connection = stage.loaded(before)
    calendar = open_calendar(stage.world, connection, now=stage.now)

    def hear_the_old_one() -> None:
        stop_if_stale(
            stage.world,
            connection,
            calendar,
            channel=before.channel or "",
            resource="resource",
            now=stage.now,
        )

    hear_the_old_one()
    assert not stage.google.stopped

    stage.clock.advance(timedelta(minutes=11))
    hear_the_old_one()
    assert stage.google.stopped == [before.channel]
    assert before.channel not in known(stage)


# --- Renewal -------------------------------------------------------------------------


def test_a_channel_is_left_alone_until_its_last_day() -> None:
    stage = Stage()
    opened(stage)
    stage.clock.advance(timedelta(days=5, hours=23))

    done = renew_due(stage.world, stage.now)

    assert (done.renewed, done.failed, done.more) == (0, 0, False)


def test_the_new_channel_is_open_before_the_old_one_stops() -> None:
    stage = Stage()
    before = opened(stage)
    stage.clock.advance(timedelta(days=6, hours=1))

    done = renew_due(stage.world, stage.now)

    after = stage.loaded(before)
    assert done.renewed == 1
    assert after.channel != before.channel
    assert stage.google.stopped == [before.channel]
    assert list(known(stage)) == [after.channel]
    assert renew_due(stage.world, stage.now).renewed == 0


def test_an_account_that_has_left_does_not_keep_the_others_waiting() -> None:
    stage = Stage()
    left = opened(stage)
    stage.clock.advance(timedelta(seconds=1))
    stays = opened(stage)
    mark_needs_reconnect(stage.store, left.account, reason="Gone.")
    stage.clock.advance(timedelta(days=6, hours=1))

    done = renew_due(stage.world, stage.now)

    assert done.renewed == 1
    assert stage.loaded(stays).channel != stays.channel


def test_trouble_at_google_is_counted_and_tried_again() -> None:
    stage = Stage()
    before = opened(stage)
    stage.clock.advance(timedelta(days=6, hours=1))
    stage.google.trouble = OperatorFault("The address is not accepted.")
    assert renew_due(stage.world, stage.now).failed == 1

    stage.google.trouble = None
    done = renew_due(stage.world, stage.now)

    assert done.renewed == 1
    assert stage.loaded(before).channel != before.channel


def test_a_round_is_bounded_and_a_task_continues_it() -> None:
    stage = Stage()
    for _ in range(3):
        opened(stage)
        stage.clock.advance(timedelta(seconds=1))
    stage.clock.advance(timedelta(days=6, hours=1))

    first = renew_due(stage.world, stage.now, most=2)
    [body] = stage.queue.bodies(RENEW_PATH)
    assert (first.renewed, first.more) == (2, True)

    rest = renew_due(stage.world, stage.now, most=2)
    assert (rest.renewed, rest.more) == (1, False)
    assert "after" in body


def test_a_channel_that_ended_unserved_is_forgotten() -> None:
    stage = Stage()
    connection = opened(stage)
    lost = replace(known(stage)[connection.channel or ""], id="h_lost")
    write = Create(path=channels.path_of("h_lost"), data=data_of(lost))
    stage.store.commit([write])
    path = connections.path_of(connection.id)
    stage.store.commit([Update(path=path, data={"state": "paused"})])
    stage.clock.advance(timedelta(days=7, seconds=1))

    renew_due(stage.world, stage.now)

    assert not known(stage)
