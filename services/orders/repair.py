"""Repair one link: look again at both of its sides, and plan it anew."""

from dataclasses import replace
from datetime import datetime

from services.connections.asked_runs import ask
from services.connections.connection import Connection, load, replaced
from services.connections.steering import require_running
from services.links.documents import link_of, saved
from services.links.link import Link, Rank, link_path
from services.ports.store import Conflict, Document, Store
from services.refusals import InTheWay, Unknown
from services.run.keeping.tally import freed, tallied
from services.run.staged import Staged
from services.world import World
from sync.sides import Side


def link_document(store: Store, connection_id: str, link_id: str) -> Document:
    """Return the document of a link, by whichever of its names. Raises Unknown."""
    document = store.get(link_path(connection_id, link_id))
    if document is not None and "same_as" in document.data:
        document = store.get(link_path(connection_id, document.data["same_as"]))
    if document is None:
        raise Unknown("There is no such link.")
    return document


def repair(world: World, connection_id: str, link_id: str, *, now: datetime) -> str:
    """Have both sides of a link read again and its plan made anew; return the run's id.

    Whatever kept it waiting is forgotten: a refusal, a fight, its many tries. What the
    brake held meets the brake again. Raises Unknown, and InTheWay where no run may
    start, or the link has ended.
    """
    while True:
        connection, before = load(world.store, connection_id)
        require_running(connection)
        document = link_document(world.store, connection_id, link_id)
        link = link_of(document)
        if link.ended_at is not None:
            raise InTheWay("Both sides of this link are gone: nothing can be repaired.")
        fresh = looked_at_again(link, now=now)
        counted = _counting(connection, link, fresh)
        try:
            world.store.commit(
                [
                    saved(connection_id, fresh, over=document),
                    replaced(counted, version=before.version),
                ]
            )
        except Conflict:
            continue
        return ask(world, connection_id, asked_for="repair")


def looked_at_again(link: Link, *, now: datetime) -> Link:
    """Return the link as one that is due, and knows neither side for certain.

    Nobody is mailed about what comes of it: the edit itself may be long ago.
    """
    return replace(
        link,
        reread=frozenset(Side),
        fights=(),
        rank=link.rank or Rank.EDIT,
        due_at=now,
        waiting=None,
        why="",
        tries=0,
        suspect=0,
        live_at=None,
    )


def _counting(connection: Connection, before: Link, after: Link) -> Connection:
    counts = tallied(connection.counts, [Staged(link=after, stored=before)])
    return freed(replace(connection, counts=counts, backlog=True))
