"""A channel that fell silent: changes are there of which no push told.

Google drops pushes now and then, and a channel may die without a word. The sweep's look
finds the change; then the channel is replaced, and until a push comes again somebody
looks more often.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from services.connections.connection import Connection
from services.google.channels import loaded, path_of, stop, try_to_open
from services.run.looking.look import Looked
from services.run.session import Session
from services.run.staged import Staged
from sync.google import changed_at

logger = logging.getLogger(__name__)

TELLS_WITHIN = timedelta(minutes=2)
"""By then a push would have come, and its run would be over."""


def heed_silence(session: Session, looked: Looked) -> None:
    """Replace the channel where this look found what a push ought to have told."""
    connection = session.connection
    if not session.hint.quiet or connection.channel is None or _was_hindered(session):
        return
    changed = [moment for each in looked.staged if (moment := _changed(each))]
    late = [one for one in changed if session.now() - one > TELLS_WITHIN]
    if not late:
        return
    document = session.world.store.get(path_of(connection.channel))
    if document is None or max(late) < loaded(document).opened_at + TELLS_WITHIN:
        return
    session.save(_silent)
    waited = (session.now() - min(late)).total_seconds()
    fields = {
        "event": "channel-silent",
        "connection_id": connection.id,
        "channel_id": connection.channel,
        "seconds": waited,
    }
    logger.warning("channel silent", extra=fields)
    if try_to_open(session.world, connection, now=session.now()):
        stop(session.world, session.calendar, document)


def heard(session: Session, connection: Connection) -> Connection:
    """Return the connection, whose channel is no longer silent once it spoke."""
    spoke = session.hint.channel == connection.channel and session.hint.received_at
    if not connection.silent or not spoke:
        return connection
    return replace(connection, silent=False)


def _was_hindered(session: Session) -> bool:
    """Whether a push may have come, whose run could not be done."""
    before = session.connection
    return bool(before.tries or before.wanted or before.awaited or before.backlog)


def tell_delay(session: Session, looked: Looked) -> None:
    """Log how long Google took to tell of the change that this run was asked for."""
    received = session.hint.received_at
    if session.hint.channel is None or received is None:
        return
    changed = [moment for each in looked.staged if (moment := _changed(each))]
    before = [moment for moment in changed if moment <= received]
    if before:
        ids = {"event": "push-heard", "connection_id": session.connection.id}
        took = (received - max(before)).total_seconds()
        logger.info("push heard", extra=ids | {"seconds": took})


def _changed(each: Staged) -> datetime | None:
    """Return when an event changed otherwise than by ourselves, if this look saw it."""
    master = each.link.rows.master
    if master is None or (each.stored and each.link.rows == each.stored.rows):
        return None
    rows = [master, *each.link.rows.exceptions.values()]
    moments = [moment for row in rows if (moment := changed_at(row))]
    return max(moments, default=None)


def _silent(connection: Connection) -> Connection:
    return replace(connection, silent=True, silences=connection.silences + 1)
