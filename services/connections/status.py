"""How a connection does, for its owner: by a signed link, without signing in."""

from dataclasses import dataclass
from datetime import datetime

from services.agendas.agenda import get_agenda
from services.connections import journal
from services.connections.connection import ConnectionMissing, State, load
from services.refusals import Unknown
from services.world import World

_PURPOSE = "status-page"


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """What an owner sees of a connection: nothing of the appointments themselves."""

    state: State
    reason: str
    email: str
    calendar: str
    agenda: str
    since: datetime
    looked_at: datetime | None
    changed_at: datetime | None
    zone: str
    links: int
    waiting: int


def status_url(world: World, connection_id: str) -> str:
    """Return the link to the status page of a connection, for its owner alone."""
    signature = world.signer.sign(_PURPOSE, [connection_id])
    return world.addresses.at("console", f"/status/{connection_id}/{signature}")


def status_of(
    world: World, connection_id: str, signature: str, *, now: datetime
) -> Status:
    """Return how a connection does. Raises Unknown, also for a forged link."""
    if not world.signer.verify(_PURPOSE, [connection_id], signature):
        raise Unknown("This link leads nowhere.")
    try:
        connection, _ = load(world.store, connection_id)
    except ConnectionMissing as error:
        raise Unknown("This connection is gone.") from error
    agenda = get_agenda(world.store, connection.agenda)
    written = journal.newest(world.store, connection.id, limit=1)
    return Status(
        state=connection.shown_state(now),
        reason=connection.shown_reason,
        email=connection.email,
        calendar=connection.summary or connection.calendar_id,
        agenda=agenda.name,
        since=connection.created_at,
        looked_at=connection.looked_at,
        changed_at=written[0][0].at if written else None,
        zone=agenda.time_zone,
        links=connection.counts.links,
        waiting=connection.counts.dirty,
    )
