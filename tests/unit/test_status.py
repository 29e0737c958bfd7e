"""What an owner sees of a connection, by its signed link."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.connections import journal
from services.connections.status import Status, status_of, status_url
from services.ids import Kind, new_id
from services.refusals import Unknown
from tests.worlds import Stage
from web.pages import status_page


def seen(stage: Stage, connection: str) -> Status:
    signature = status_url(stage.world, connection).rpartition("/")[2]
    return status_of(stage.world, connection, signature, now=stage.now)


def test_a_look_that_wrote_nothing_does_not_hide_what_was_written_before() -> None:
    stage = Stage()
    connection = stage.connection()
    wrote_at = stage.now
    page = journal.Page(id=new_id(Kind.RUN), run="r", at=wrote_at, entries=())
    stage.store.commit([journal.opened(connection.id, page)])
    stage.clock.advance(timedelta(hours=3))

    assert seen(stage, connection.id).changed_at == wrote_at


def test_times_are_told_in_the_zone_of_the_agenda() -> None:
    stage = Stage()
    connection = stage.connection()
    since = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    status = replace(seen(stage, connection.id), since=since, zone="Europe/Amsterdam")

    html = status_page(status, "en").html

    assert "2026-11-21 00:30 CET" in html
    assert "not yet" in html


def test_a_forged_link_shows_nothing() -> None:
    stage = Stage()
    connection = stage.connection()

    with pytest.raises(Unknown):
        status_of(stage.world, connection.id, "1.x", now=stage.now)
