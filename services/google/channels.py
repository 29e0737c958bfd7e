"""Push channels: opened before use, renewed early with overlap, stopped on leaving.

No call at Google lists the channels that exist, so each is written down before it is
asked for, and its document stays until the channel was stopped or has ended.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.connections.connection import RUNNING, Connection, change
from services.documents import data_of, record_of
from services.google.access import open_calendar
from services.google.push import PUSH_PATH, channel_token
from services.ids import Kind, new_id
from services.ports.calendar import Calendar
from services.ports.calendar import Channel as OpenedChannel
from services.ports.store import Create, Delete, Document, Is, Query, Replace, Where
from services.world import World
from sync.errors import AccessRevoked, PermanentError, TransientError

logger = logging.getLogger(__name__)

LASTS = timedelta(days=7)
SETTLES_IN = timedelta(minutes=10)

_MANY = 500


class ChannelState(StrEnum):
    """How far a channel is: asked for, or known to be open."""

    OPENING = "opening"
    OPEN = "open"


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """A push channel of one connection, as far as we know."""

    id: str
    connection: str
    account: str
    opened_at: datetime
    ends_at: datetime
    resource: str = ""
    state: ChannelState = ChannelState.OPENING


def path_of(channel_id: str) -> str:
    """Return where a channel is stored."""
    return f"channels/{channel_id}"


def loaded(document: Document) -> Channel:
    """Return the channel that a document holds."""
    return record_of(document, Channel)


def open_channel(world: World, connection: Connection, *, now: datetime) -> bool:
    """Open a push channel and make it the connection's own; tell whether it has one.

    A calendar that cannot be watched is remembered as such, and polled. The errors are
    those of `Calendar.watch`; what was asked for by then ends by itself.
    """
    calendar = open_calendar(world, connection, now=now)
    wanted = Channel(
        id=new_id(Kind.CHANNEL),
        connection=connection.id,
        account=connection.account,
        opened_at=now,
        ends_at=now + LASTS,
    )
    path = path_of(wanted.id)
    world.store.commit([Create(path=path, data=data_of(wanted))])
    opened = _watched(world, calendar, wanted)
    if opened is None:
        world.store.commit([Delete(path=path)])
        change(world.store, connection.id, _unwatchable)
        return False
    _adopt(world, calendar, wanted, opened)
    return True


def try_to_open(world: World, connection: Connection, *, now: datetime) -> bool:
    """Open a channel if that can be done now; the sweep sees to those without one."""
    try:
        return open_channel(world, connection, now=now)
    except (TransientError, PermanentError):
        ids = {"event": "channel-not-opened", "connection_id": connection.id}
        logger.warning("channel not opened", extra=ids, exc_info=True)
        return False


def close_channels(world: World, connection: Connection, *, now: datetime) -> None:
    """Stop every channel of a connection, as far as Google still lets us.

    To be called before the grant is revoked: afterwards nobody can stop them.
    """
    documents = _of_connection(world, connection.id)
    if documents:
        try:
            calendar = open_calendar(world, connection, now=now)
        except (TransientError, PermanentError):
            ids = {"event": "channels-left-open", "connection_id": connection.id}
            logger.info("channels end by themselves", extra=ids)
        else:
            for document in documents:
                stop(world, calendar, document)
    change(world.store, connection.id, lambda one: replace(one, channel=None))


def stop(world: World, calendar: Calendar, document: Document) -> None:
    """Stop a channel and forget it; where Google will not, it ends by itself."""
    channel = loaded(document)
    if channel.resource and not _stopped(calendar, channel.id, channel.resource):
        return
    world.store.commit([Delete(path=document.path)])


def stop_if_stale(
    world: World,
    connection: Connection,
    calendar: Calendar,
    *,
    channel: str,
    resource: str,
    now: datetime,
) -> None:
    """Stop the channel of a push unless it is, or is about to be, the connection's.

    A renewal keeps two channels open for a while, so a known one is left alone for ten
    minutes.
    """
    if not channel or channel == connection.channel:
        return
    document = world.store.get(path_of(channel))
    if document is not None and now - loaded(document).opened_at < SETTLES_IN:
        return
    ids = {"event": "channel-stale", "connection_id": connection.id}
    logger.info("stale channel", extra=ids | {"channel_id": channel})
    stopped = resource and _stopped(calendar, channel, resource)
    if stopped and document is not None:
        world.store.commit([Delete(path=document.path)])


def _watched(
    world: World, calendar: Calendar, channel: Channel
) -> OpenedChannel | None:
    token = channel_token(
        world.signer, channel=channel.id, connection=channel.connection
    )
    return calendar.watch(
        channel_id=channel.id,
        token=token,
        address=world.addresses.at("calendar_webhook", PUSH_PATH),
        lasts=LASTS,
    )


def _adopt(
    world: World, calendar: Calendar, wanted: Channel, opened: OpenedChannel
) -> None:
    """Write down what Google opened, and stop it where the owner has left meanwhile."""
    known = replace(
        wanted,
        resource=opened.resource_id,
        ends_at=opened.ends_at,
        state=ChannelState.OPEN,
    )
    path = path_of(known.id)
    [version] = world.store.commit([Replace(path=path, data=data_of(known))])
    document = Document(path=path, data=data_of(known), version=version)

    def with_channel(connection: Connection) -> Connection:
        if connection.state not in RUNNING:
            return connection
        return replace(connection, channel=known.id, watchable=True)

    after = change(world.store, known.connection, with_channel)
    if after.channel != known.id:
        stop(world, calendar, document)


def _unwatchable(connection: Connection) -> Connection:
    return replace(connection, channel=None, watchable=False)


def _stopped(calendar: Calendar, channel_id: str, resource: str) -> bool:
    try:
        calendar.stop(channel_id=channel_id, resource_id=resource)
    except AccessRevoked:
        return True
    except (TransientError, PermanentError):
        ids = {"event": "channel-not-stopped", "channel_id": channel_id}
        logger.info("channel not stopped", extra=ids)
        return False
    return True


def _of_connection(world: World, connection_id: str) -> list[Document]:
    where = Where(member="connection", compare=Is.EQUAL, value=connection_id)
    return list(
        world.store.query(Query(collection="channels", where=[where], limit=_MANY))
    )
