"""Count a connection's links anew, where its counts cannot be true.

They are kept by difference, with each link that is saved: what goes wrong with one of
them once would otherwise stay wrong.
"""

import logging
from collections.abc import Iterable
from dataclasses import astuple, replace

from services.connections.connection import (
    Connection,
    Counts,
    State,
    load,
    replaced,
)
from services.links.link import Link, Rank, links_of
from services.paging import every
from services.ports.store import Conflict, Document, Is, Query, Store, Where
from services.run.keeping.tally import RESTING, freed, tallied
from services.run.session import Session
from services.run.staged import Staged, link_staged

logger = logging.getLogger(__name__)


def counts_of(links: Iterable[Link], *, more_than: Counts | None = None) -> Counts:
    """Return what these links count, on top of what is `more_than` counted."""
    return tallied(more_than or Counts(), [Staged(link=link) for link in links])


def heal(session: Session) -> None:
    """Count anew when a run ends whose connection's counts cannot be true.

    That is one below nothing, or something dirty while nothing is left to be done, now
    or later. What is saved meanwhile leaves this to the next run.
    """
    connection, store = session.connection, session.world.store
    if min(astuple(connection.counts)) < 0:
        counts = counts_of(_links(store, connection.id))
    elif connection.counts.dirty and _has_nothing_to_do(connection):
        dirty = sum(_dirty(store, connection.id, rank) for rank in Rank if rank)
        counts = replace(connection.counts, dirty=dirty)
    else:
        return
    if recounted(store, connection.id, counts, version=session.version):
        session.connection, document = load(store, connection.id)
        session.version = document.version


def recounted(
    store: Store, connection_id: str, counts: Counts, *, version: str
) -> bool:
    """Let a connection have these counts, if it is as it was when they were taken.

    No link is saved without its connection, so that an unmoved one has unmoved links.
    """
    connection, document = load(store, connection_id)
    if document.version != version or connection.counts == counts:
        return False
    healed = freed(replace(connection, counts=counts))
    try:
        store.commit([replaced(healed, version=version)])
    except Conflict:
        return False
    ids = {"event": "counts-healed", "connection_id": connection_id}
    logger.warning("the counts of a connection were wrong", extra=ids)
    return True


def _has_nothing_to_do(connection: Connection) -> bool:
    """Whether nothing is due, now or later, so that nothing can be dirty either."""
    begun = connection.calendar_read.under_way or connection.agenda_read.under_way
    at_work = connection.work is not None or connection.job is not None
    waits = connection.backlog or connection.wake_at is not None
    active = connection.state is State.ACTIVE
    return active and not (begun or at_work or waits)


def _links(store: Store, connection_id: str) -> Iterable[Link]:
    documents = every(store, Query(collection=links_of(connection_id)))
    return (link_staged(one).link for one in documents if "same_as" not in one.data)


def _dirty(store: Store, connection_id: str, rank: Rank) -> int:
    query = Query(
        collection=links_of(connection_id),
        where=[Where(member="rank", compare=Is.EQUAL, value=int(rank))],
        order_by="due_at",
    )
    return sum(map(_is_dirty, every(store, query)))


def _is_dirty(document: Document) -> bool:
    return document.data.get("waiting") not in RESTING
