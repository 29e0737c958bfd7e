"""Have the copies that we made removed, and then the connection ended."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from services.connections.asked_runs import ask, noted
from services.connections.connection import Connection, State, change, load
from services.ids import Kind, new_id
from services.links.documents import link_of
from services.links.link import Link, links_of
from services.orders.beginning import begin
from services.orders.jobs import Job, JobKind
from services.paging import every
from services.ports.store import Query, Store
from services.world import World
from sync.identity import is_ours
from sync.sides import Side


def remove_copies(
    world: World, connection_id: str, *, revoke: bool, now: datetime
) -> str:
    """Have the copies that we made removed, and then the connection ended.

    Returns the id of the run that does it. Where the calendar cannot be reached any
    more, the copies there stay, and the connection says so. Raises InTheWay.
    """
    connection, _ = load(world.store, connection_id)
    if connection.state is State.DISCONNECTED:
        return noted(world, connection_id, asked_for="disconnect")
    gone, run = connection.state is State.NEEDS_RECONNECT, new_id(Kind.RUN)
    job = Job(
        id=f"leave-{connection_id}",
        kind=JobKind.LEAVE,
        started_at=now,
        run=run,
        revoke=revoke,
        lost=connection.reason if gone else "",
    )
    targets = _copies(world.store, connection_id)
    begin(world, connection_id, job, targets, now=now)
    change(world.store, connection_id, lambda one: _working(one, job.lost))
    return ask(world, connection_id, asked_for="disconnect", name=run)


def _working(connection: Connection, lost: str) -> Connection:
    """Return the connection as one whose job may be done, paused or not."""
    job = connection.job and replace(connection.job, lost=connection.job.lost or lost)
    return replace(connection, state=State.ACTIVE, reason="", until=None, job=job)


def _copies(store: Store, connection_id: str) -> Iterator[tuple[str, frozenset[Side]]]:
    """Yield the links with a copy of ours that is there, and its side."""
    for document in every(store, Query(collection=links_of(connection_id))):
        if "same_as" in document.data:
            continue
        link = link_of(document)
        side = link.birth.other
        if link.linked and _is_our_copy(link, side):
            yield link.id, frozenset({side})


def _is_our_copy(link: Link, side: Side) -> bool:
    """Return whether we made what stands on a side; what was paired, we did not."""
    if side is Side.AGENDA:
        return link.item is not None
    return link.has_event and is_ours(link.event_id or "")
