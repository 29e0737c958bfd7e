"""What a person does to a connection: ask for a run, pause, go on, cancel, set."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from services.agendas.agenda import Agenda, get_agenda
from services.agendas.settings_reading import effective
from services.connections.asked_runs import ask, noted
from services.connections.connection import RUNNING, Connection, State, at_work, change
from services.json_values import merge_patch
from services.lanes import Lane
from services.limits import NotAllowed, check_size
from services.orders.beginning import cancel_job
from services.ports.values import Json
from services.queueing import queue_run
from services.refusals import InTheWay, Invalid, invalid
from services.world import World

PAUSED = "Paused by a person."
CANCELLED = "The sync was cancelled by a person."


def ask_for_run(world: World, connection: Connection) -> str:
    """Queue a run and return its id. Raises InTheWay where none may run."""
    require_running(connection)
    return ask(world, connection.id, asked_for="sync")


def require_running(connection: Connection) -> None:
    """See to it that a run may start. Raises InTheWay."""
    if connection.state not in RUNNING:
        raise _not_running(connection)


def pause(world: World, connection_id: str, *, reason: str = PAUSED) -> str:
    """Stop looking and writing until somebody resumes; what is written stays."""

    def paused(connection: Connection) -> Connection:
        if connection.state is State.PAUSED:
            return connection
        if connection.state not in RUNNING:
            raise _not_running(connection)
        return replace(connection, state=State.PAUSED, reason=reason, until=None)

    change(world.store, connection_id, paused)
    return noted(world, connection_id, asked_for="pause")


def cancel(world: World, connection_id: str) -> str:
    """Stop the sync that is under way, before its next slice.

    A reset, or the removing of our copies, is given up; what of it is done stays done.
    """
    if cancel_job(world, connection_id):
        return ask(world, connection_id, asked_for="cancel")
    return pause(world, connection_id, reason=CANCELLED)


def resume(world: World, connection_id: str, *, now: datetime) -> str:
    """Go on after a pause: nothing that changed meanwhile is lost."""

    def awake(connection: Connection) -> Connection:
        if connection.state in RUNNING:
            return connection
        if connection.state is not State.PAUSED:
            raise _not_running(connection)
        return replace(at_work(connection), until=None, due_at=now)

    connection = change(world.store, connection_id, awake)
    return ask(world, connection.id, asked_for="resume")


def set_settings(
    world: World, connection: Connection, patch: Mapping[str, Json]
) -> Connection:
    """Change what differs from the agenda's settings. Raises Invalid."""
    agenda = get_agenda(world.store, connection.agenda)

    def changed(known: Connection) -> Connection:
        return replace(known, settings=settings_with(agenda, known, patch))

    return change(world.store, connection.id, changed)


def settings_with(
    agenda: Agenda, known: Connection, patch: Mapping[str, Json]
) -> dict[str, Json]:
    """Return a connection's own settings after a merge patch. Raises Invalid."""
    settings = merge_patch(known.settings, patch)
    try:
        effective(agenda.settings, settings)
        check_size("connections/c", {"settings": settings})
    except Invalid as refused:
        raise refused.under("/settings") from None
    except NotAllowed:
        message = "These settings hold an empty name or too large a number."
        raise invalid("/settings", message) from None
    return dict(settings)


def look_anew(world: World, connections: Iterable[Connection]) -> None:
    """Queue a run of those that may run: their settings changed."""
    for connection in connections:
        if connection.state in RUNNING:
            queue_run(world, connection.id, lane=Lane.BACKFILL)


def _not_running(connection: Connection) -> InTheWay:
    if connection.state is State.NEEDS_RECONNECT:
        message = "The owner has to connect the Google account again first."
        return InTheWay(message, kind="needs-reconnect")
    return InTheWay(f"The connection is {connection.state.replace('_', ' ')}.")
