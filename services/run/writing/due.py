"""The links that are due: those with something to carry that can be carried now."""

from services.links.link import Rank, links_of
from services.ports.store import Document, Is, Query, Where
from services.run.session import Session
from services.run.staged import Staged, link_staged

LINKS_AT_ONCE = 100


def due_links(session: Session) -> list[Staged]:
    """Return some of the links that are due: creates, then edits, then deletes."""
    found: list[Document] = []
    for rank in (Rank.CREATE, Rank.EDIT, Rank.DELETE):
        if len(found) < LINKS_AT_ONCE:
            found += session.world.store.query(_dirty(session, rank))
    return [link_staged(document) for document in found]


def _dirty(session: Session, rank: Rank) -> Query:
    return Query(
        collection=links_of(session.connection.id),
        where=[
            Where(member="rank", compare=Is.EQUAL, value=int(rank)),
            Where(member="due_at", compare=Is.AT_MOST, value=session.now()),
        ],
        order_by="due_at",
        limit=LINKS_AT_ONCE,
    )
