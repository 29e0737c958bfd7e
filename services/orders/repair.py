"""Repair links: look again at both sides of one, or of all set aside, and plan anew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.connections.asked_runs import ask
from services.connections.connection import Connection, load, replaced
from services.connections.steering import require_running
from services.links.documents import link_of, saved
from services.links.link import Link, Rank, Waiting, link_path, links_of
from services.ports.store import Conflict, Document, Is, Query, Store, Where
from services.refusals import InTheWay, Unknown
from services.run.keeping.tally import freed, tallied
from services.run.staged import Staged
from services.world import World
from sync.sides import Side

AT_ONCE = 100
"""So many links are repaired by one request: they and their connection in one write."""


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
        counted = _counting(connection, [Staged(link=fresh, stored=link)])
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Repaired:
    """How many links are looked at again, by which run; `more` are still set aside."""

    run: str
    links: int
    more: bool


def parked_links(
    store: Store, connection_id: str, *, limit: int, after: Document | None = None
) -> Sequence[Document]:
    """Return documents of links that are set aside, in the order of their ids."""
    parked = Where(member="waiting", compare=Is.EQUAL, value=Waiting.PARKED.value)
    return store.query(
        Query(
            collection=links_of(connection_id), where=[parked], limit=limit, after=after
        )
    )


def repair_parked(world: World, connection_id: str, *, now: datetime) -> Repaired:
    """Have the links that are set aside looked at again, at most so many at once.

    Raises InTheWay where no run may start.
    """
    while True:
        connection, before = load(world.store, connection_id)
        require_running(connection)
        found = parked_links(world.store, connection_id, limit=AT_ONCE + 1)
        chosen = [(each, link_of(each)) for each in found[:AT_ONCE]]
        fresh = [
            Staged(link=looked_at_again(link, now=now), stored=link)
            for _, link in chosen
        ]
        writes = [
            saved(connection_id, each.link, over=document)
            for (document, _), each in zip(chosen, fresh, strict=True)
        ]
        counted = _counting(connection, fresh)
        try:
            world.store.commit([*writes, replaced(counted, version=before.version)])
        except Conflict:
            continue
        run = ask(world, connection_id, asked_for="repair")
        return Repaired(run=run, links=len(chosen), more=len(found) > AT_ONCE)


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


def _counting(connection: Connection, links: Sequence[Staged]) -> Connection:
    counts = tallied(connection.counts, links)
    return freed(replace(connection, counts=counts, backlog=True))
