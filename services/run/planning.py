"""A connection in the hands of a preview: planned as by a run, written by nobody."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from services.agendas.settings_reading import effective
from services.connections.connection import UNWATCHED_AFTER, Connection, load
from services.google.access import open_calendar
from services.links.documents import saved
from services.links.link import Rank, Waiting, link_path, links_of
from services.paging import every
from services.ports.store import Document, Is, Query, Where
from services.ports.values import Json
from services.previews.entries import Entry
from services.refusals import Unavailable, Unknown
from services.run.connecting import application_of
from services.run.deciding.foresight import Foresight, shut_calendar
from services.run.hint import Busy, Hint, Overtaken, Stopped
from services.run.keeping.tally import counted
from services.run.looking.look import look, writes_of
from services.run.session import LinkMoved, Session
from services.run.staged import Staged, link_staged
from services.world import World
from sync.errors import SyncError

logger = logging.getLogger(__name__)

AT_ONCE = 100
ATTEMPTS = 30

Answer = Callable[[Session, Staged], None]
"""Changes a link in hand as somebody's answer asks for."""


def planning(
    world: World, connection_id: str, *, settings: Mapping[str, Json] | None = None
) -> Session:
    """Return a connection as previews see it: no side is asked, nothing is written.

    `settings` are those that it would have, where they are not its own. Raises
    ConnectionMissing, Unknown.
    """
    connection, document = load(world.store, connection_id)
    agenda = world.store.get(f"agendas/{connection.agenda}")
    if agenda is None:
        raise Unknown("There is no such agenda.")
    session = Session(
        world, Hint(), connection=connection, document=document, agenda=agenda
    )
    own = connection.settings if settings is None else settings
    session.settings = effective(agenda.data.get("settings") or {}, own)
    session.connector = world.connect(application_of(agenda))
    session.calendar = shut_calendar()
    return session


def foreseen(
    session: Session, documents: Iterator[Document], *, mails: bool = False
) -> Iterator[Entry]:
    """Yield what would be done with these links, a few at a time."""
    foresight = Foresight(session, mails=mails)
    links = (one for one in documents if "same_as" not in one.data)
    while some := list(islice(links, AT_ONCE)):
        yield from foresight.entries([link_staged(one) for one in some])


def waiting_links(session: Session, waiting: Waiting) -> Iterator[Document]:
    """Yield the documents of the links that wait for a person in this way."""
    where = [Where(member="waiting", compare=Is.EQUAL, value=str(waiting))]
    query = Query(collection=links_of(session.connection.id), where=where)
    return every(session.world.store, query)


def due_links(session: Session) -> Iterator[Document]:
    """Yield the documents of the links that the next run would work on."""
    for rank in (Rank.CREATE, Rank.EDIT, Rank.DELETE):
        where = [
            Where(member="rank", compare=Is.EQUAL, value=int(rank)),
            Where(member="due_at", compare=Is.AT_MOST, value=session.now()),
        ]
        collection = links_of(session.connection.id)
        query = Query(collection=collection, where=where, order_by="due_at")
        yield from every(session.world.store, query)


def all_links(session: Session) -> Iterator[Document]:
    """Yield the documents of all links."""
    return every(session.world.store, Query(collection=links_of(session.connection.id)))


def look_at_both(session: Session) -> None:
    """Read both sides as a run would, and store what was found on the links.

    That may be repeated, and writes to no side. What cannot be read now is left to the
    next run.
    """
    try:
        _look(session)
    except (SyncError, Busy, Stopped, Overtaken, LinkMoved):
        fields = {"event": "preview-not-read", "connection_id": session.connection.id}
        logger.info("sides not read for a preview", extra=fields)
    finally:
        session.give_back()


def _look(session: Session) -> None:
    session.calendar = open_calendar(
        session.world,
        session.connection,
        now=session.now(),
        event_types=session.settings.event_types,
    )
    found = look(session)
    if not found.complete:
        return
    staged = [each for each in found.staged if each.touched]
    soon = session.now() + UNWATCHED_AFTER

    def kept(connection: Connection) -> Connection:
        known = counted(found.finish(connection), staged)
        due_at = min(known.due_at or soon, soon) if staged else known.due_at
        backlog = known.backlog or bool(staged)
        return replace(known, backlog=backlog, due_at=due_at)

    session.save(kept, writes=writes_of(session, staged))


def answer(session: Session, names: Sequence[str], how: Answer) -> Session:
    """Change these links as somebody answered, and save each with its counts.

    Returns the session to go on with. Where a run or another person is between, what
    was read is read again. Raises Unavailable.
    """
    for _ in range(ATTEMPTS):
        in_hand = _in_hand(session, names)
        for each in in_hand:
            how(session, each)
        try:
            _save(session, [each for each in in_hand if each.touched])
        except (Overtaken, LinkMoved):
            session = _again(session)
            continue
        return session
    raise Unavailable("Too much happens at once in this connection: please try again.")


def _save(session: Session, touched: Sequence[Staged]) -> None:
    name = session.connection.id
    writes = [saved(name, each.link, over=each.document) for each in touched]
    session.save(
        lambda now: replace(counted(now, touched), backlog=True), writes=writes
    )


def _in_hand(session: Session, names: Sequence[str]) -> list[Staged]:
    paths = [link_path(session.connection.id, name) for name in dict.fromkeys(names)]
    found = session.world.store.get_many(paths)
    documents = [found[path] for path in paths if path in found]
    return [link_staged(one) for one in documents if "same_as" not in one.data]


def _again(session: Session) -> Session:
    """Return the session as it is by now, under the same settings."""
    fresh = planning(session.world, session.connection.id)
    fresh.settings = session.settings
    return fresh
