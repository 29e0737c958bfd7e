"""Previews that somebody asks for: what the next run would do, or other settings."""

from collections.abc import Mapping
from datetime import datetime

from services.agendas.agenda import get_agenda
from services.connections.connection import RUNNING, State, load
from services.connections.steering import settings_with
from services.ports.values import Json
from services.previews.preview import NOW, SETTINGS, Preview, keep_preview
from services.refusals import InTheWay
from services.run.planning import (
    all_links,
    due_links,
    foreseen,
    look_at_both,
    planning,
)
from services.world import World

NEXT_RUN = "What the next run would do."
OTHER_SETTINGS = "What would be done under other settings."
CLOSED = frozenset({State.DISCONNECTED})


def preview_next_run(world: World, connection_id: str, *, now: datetime) -> Preview:
    """Keep a preview of what the next run would do, both sides read just now."""
    session = planning(world, connection_id)
    _require_open(session.connection.state)
    if session.connection.state in RUNNING | {State.PAUSED}:
        look_at_both(session)
        session = planning(world, connection_id)
    return keep_preview(
        world.store,
        connection_id,
        kind=NOW,
        reason=NEXT_RUN,
        entries=foreseen(session, due_links(session), mails=True),
        now=now,
    )


def preview_settings(
    world: World, connection_id: str, patch: Mapping[str, Json], *, now: datetime
) -> Preview:
    """Keep a preview of what other settings would do; `patch` is a merge patch.

    Raises Invalid.
    """
    connection, _ = load(world.store, connection_id)
    _require_open(connection.state)
    agenda = get_agenda(world.store, connection.agenda)
    settings = settings_with(agenda, connection, patch)
    session = planning(world, connection_id, settings=settings)
    return keep_preview(
        world.store,
        connection_id,
        kind=SETTINGS,
        reason=OTHER_SETTINGS,
        entries=foreseen(session, all_links(session)),
        now=now,
        data={"settings": dict(patch)},
    )


def _require_open(state: State) -> None:
    if state in CLOSED:
        raise InTheWay("The connection has ended: there is nothing to be done.")
