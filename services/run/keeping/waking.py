"""When the next run is to come: at once, or when what waits is due again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from services.connections.connection import Connection
from services.lanes import Lane
from services.links.link import Link, Rank, Waiting, links_of
from services.ports.store import Is, Query, Where
from services.queueing import queue_run
from services.run.session import Session
from services.run.staged import Staged

MARGIN = timedelta(seconds=1)
"""Clocks differ: a run that comes too early would find nothing due."""

MANY = 100
"""More than this that waits is no person's edit, but a backfill that was stopped."""

BY_A_PERSON = frozenset({Waiting.HELD, Waiting.UNSURE, Waiting.PARKED})


def is_dirty(link: Link) -> bool:
    """Return whether a link has something to do that only waits for its time."""
    if link.rank is Rank.CLEAN and link.intent is None:
        return False
    return link.due_at is not None and link.waiting not in BY_A_PERSON


def is_due(link: Link, *, now: datetime) -> bool:
    """Return whether a link has something to do that can be done now."""
    return is_dirty(link) and link.due_at is not None and link.due_at <= now


def has_due(connection: Connection, *, now: datetime) -> bool:
    """Return whether stored links may be due."""
    woken = connection.wake_at is not None and connection.wake_at <= now
    return connection.backlog or woken


def with_left(
    connection: Connection, links: Iterable[Staged], *, now: datetime
) -> Connection:
    """Return the connection, knowing what these links leave to be done and when."""
    times = [
        each.link.due_at
        for each in links
        if each.link.due_at is not None and not each.gone and is_dirty(each.link)
    ]
    later = [moment for moment in times if moment > now]
    due = has_due(connection, now=now) or len(later) < len(times)
    return replace(woken_by(connection, later, now=now), backlog=due)


def woken_by(
    connection: Connection, moments: Iterable[datetime], *, now: datetime
) -> Connection:
    """Return the connection, to be looked at again at the first of these moments.

    Should the task be lost, the sweep finds it then.
    """
    known = connection.wake_at
    queued = [] if known is None or known <= now else [known]
    wake_at = min([*queued, *moments], default=None)
    due_at = min([at for at in (connection.due_at, wake_at) if at], default=None)
    return replace(connection, wake_at=wake_at, due_at=due_at)


def drained(session: Session, connection: Connection) -> Connection:
    """Return the connection when all that is due was done, and wakes for the rest."""
    found = [_next_due(session, rank) for rank in Rank if rank is not Rank.CLEAN]
    wake_at = min((moment for moment in found if moment), default=None)
    return replace(connection, backlog=False, wake_at=wake_at)


def _next_due(session: Session, rank: Rank) -> datetime | None:
    query = Query(
        collection=links_of(session.connection.id),
        where=[
            Where(member="rank", compare=Is.EQUAL, value=int(rank)),
            Where(member="due_at", compare=Is.MORE, value=session.now()),
        ],
        order_by="due_at",
        limit=1,
    )
    found = session.world.store.query(query)
    due_at: datetime | None = found[0].data["due_at"] if found else None
    return due_at


def queue_waking(session: Session, *, known: datetime | None) -> None:
    """Queue one task for when the next link is due, unless `known` was queued for."""
    wake_at = session.connection.wake_at
    if wake_at is None or wake_at == known:
        return
    at = max(wake_at, session.now()) + MARGIN
    name = f"wake-{session.connection.id}-{int(wake_at.timestamp() * 1000)}"
    many = session.connection.counts.dirty > MANY
    queue_run(
        session.world,
        session.connection.id,
        lane=Lane.BACKFILL if many else Lane.LIVE,
        after=at - session.now(),
        name=name,
    )
