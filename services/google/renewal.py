"""Renew push channels a day before they end: the new one first, then the old stopped.

A call does a bounded piece of the work; where more is left, a task continues it.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.connections.connection import RUNNING, Connection, ConnectionMissing, load
from services.google.access import open_calendar
from services.google.channels import Channel, loaded, stop, try_to_open
from services.ports.queue import Task
from services.ports.store import Delete, Document, Is, Query, Where
from services.world import World
from sync.errors import PermanentError, TransientError

logger = logging.getLogger(__name__)

RENEW_BEFORE_END = timedelta(days=1)
RENEW_PATH = "/tasks/renew-channels"
MOST_AT_ONCE = 50

_PAGE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Renewed:
    """What a round did; `more` tells that a task continues it."""

    renewed: int
    failed: int
    more: bool


def renew_due(
    world: World,
    now: datetime,
    *,
    after: datetime | None = None,
    most: int = MOST_AT_ONCE,
) -> Renewed:
    """Renew the channels that end within a day, and forget those that have ended.

    An account that has left must not keep the others waiting. `after` continues behind
    the channels that end by then.
    """
    renewed = failed = 0
    for document in _ending(world, now, after=after):
        if renewed + failed == most:
            _continue(world, after=after)
            return _told(Renewed(renewed=renewed, failed=failed, more=True))
        after = loaded(document).ends_at
        done = _renewed(world, document, now)
        renewed, failed = renewed + (done is True), failed + (done is False)
    return _told(Renewed(renewed=renewed, failed=failed, more=False))


def _told(round_: Renewed) -> Renewed:
    counts = {"renewed": round_.renewed, "failed": round_.failed}
    fields = {"event": "renewal-round", **counts}
    logger.info("channels renewed", extra=fields)
    return round_


def _continue(world: World, *, after: datetime | None) -> None:
    body = {} if after is None else {"after": after.isoformat()}
    world.queue.enqueue(Task(path=RENEW_PATH, body=body))


def _ending(
    world: World, now: datetime, *, after: datetime | None
) -> Iterator[Document]:
    where = [Where(member="ends_at", compare=Is.LESS, value=now + RENEW_BEFORE_END)]
    if after is not None:
        where.append(Where(member="ends_at", compare=Is.MORE, value=after))
    last: Document | None = None
    while page := _page(world, where, last):
        yield from page
        last = page[-1]


def _page(
    world: World, where: Sequence[Where], last: Document | None
) -> Sequence[Document]:
    query = Query(
        collection="channels",
        where=where,
        order_by="ends_at",
        limit=_PAGE,
        after=last,
    )
    return world.store.query(query)


def _renewed(world: World, document: Document, now: datetime) -> bool | None:
    """Return whether the channel was renewed; None where there is nothing to renew."""
    channel = loaded(document)
    connection = _served(world, channel)
    if connection is None:
        if channel.ends_at <= now:
            world.store.commit([Delete(path=document.path)])
        return None
    if not try_to_open(world, connection, now=now):
        return False
    _retire(world, connection, document, now)
    ids = {"event": "channel-renewed", "connection_id": connection.id}
    logger.info("channel renewed", extra=ids)
    return True


def _served(world: World, channel: Channel) -> Connection | None:
    """Return the connection whose current channel this is, if it still runs."""
    try:
        connection, _ = load(world.store, channel.connection)
    except ConnectionMissing:
        return None
    current = connection.channel == channel.id and connection.state in RUNNING
    return connection if current else None


def _retire(
    world: World, connection: Connection, document: Document, now: datetime
) -> None:
    try:
        stop(world, open_calendar(world, connection, now=now), document)
    except (TransientError, PermanentError):
        ids = {"event": "channel-left-open", "connection_id": connection.id}
        logger.info("old channel ends by itself", extra=ids)
