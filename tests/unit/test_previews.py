"""Previews: what is held waits for a person, however long that takes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.base import Connector
from connectors.rest.connector import RestConnector
from services.connections.connection import Connection, State, change
from services.items.engine_shelf import Shelf
from services.previews.applying import apply
from services.previews.preview import KEPT, get_preview, new_preview
from services.refusals import Expired
from services.rounds.sweep import sweep
from services.world import Application
from tests.worlds import Stage


def stage_with_agendas() -> Stage:
    """Return a stage whose agendas can be opened."""
    stage = Stage()

    def connect(application: Application) -> Connector:
        return RestConnector(application.agenda, Shelf(stage.world, application.agenda))

    stage.world = replace(stage.world, connect=connect)
    return stage


def held(stage: Stage) -> Connection:
    """Return a connection that the brake holds, with the preview of it."""
    connection = stage.connection(state=State.HELD)
    preview = new_preview(connection, reason="Too many deletes.", now=stage.now)
    stage.store.commit([preview])

    def with_preview(one: Connection) -> Connection:
        return replace(one, preview=str(preview.data["id"]))

    return change(stage.store, connection.id, with_preview)


def test_a_yes_lets_a_held_connection_go_on() -> None:
    stage = stage_with_agendas()
    connection = held(stage)

    apply(stage.world, connection.id, connection.preview or "", now=stage.now)

    assert stage.loaded(connection).state is State.ACTIVE


def test_a_preview_that_is_too_old_is_replaced_and_not_applied() -> None:
    stage = stage_with_agendas()
    connection = held(stage)
    later = stage.now + KEPT

    with pytest.raises(Expired):
        apply(stage.world, connection.id, connection.preview or "", now=later)

    after = stage.loaded(connection)
    assert after.state is State.HELD
    assert after.preview != connection.preview
    fresh = get_preview(stage.store, after.id, after.preview or "")
    assert fresh.reason == "Too many deletes."
    assert fresh.expires_at == later + KEPT


def test_a_connection_that_nobody_looked_at_for_months_can_still_go_on() -> None:
    stage = stage_with_agendas()
    connection = held(stage)
    months_later = stage.now + timedelta(days=100)

    sweep(stage.world, months_later)
    with pytest.raises(Expired):
        apply(stage.world, connection.id, connection.preview or "", now=months_later)
    fresh = stage.loaded(connection).preview or ""
    apply(stage.world, connection.id, fresh, now=months_later)

    assert stage.loaded(connection).state is State.ACTIVE
