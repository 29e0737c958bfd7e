"""How fresh both sides are: from hearing of a change to having written it."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from services.connections.connection import FRESHNESS_SAMPLES, Connection
from services.links.link import Intent
from services.run.keeping.trouble import earliest
from services.run.session import Session
from sync.sides import Side

logger = logging.getLogger(__name__)

MILLISECOND = timedelta(milliseconds=1)


def with_freshness(
    connection: Connection, session: Session, written: Sequence[Intent]
) -> Connection:
    """Return the connection with a sample for each side that this run wrote to.

    What a run could not do is counted from when it was heard of first.
    """
    heard = earliest(session.hint.received_at, session.heard_before)
    if heard is None or not written:
        return connection
    took = max(0, (session.now() - heard) // MILLISECOND)
    known, sides = connection.freshness, {intent.side for intent in written}
    if Side.AGENDA in sides:
        known = replace(known, to_agenda=_with(known.to_agenda, took))
    if Side.CALENDAR in sides:
        known = replace(known, to_calendar=_with(known.to_calendar, took))
    return replace(connection, freshness=known)


def tell_carried(session: Session, written: Sequence[Intent]) -> None:
    """Log what `with_freshness` found for each side, once that is saved."""
    if earliest(session.hint.received_at, session.heard_before) is None:
        return
    known, sides = session.connection.freshness, {intent.side for intent in written}
    for side, samples in (
        (Side.AGENDA, known.to_agenda),
        (Side.CALENDAR, known.to_calendar),
    ):
        if side in sides and samples:
            ids = {"event": "carried", "connection_id": session.connection.id}
            figures = {"direction": f"to_{side}", "seconds": samples[-1] / 1000}
            logger.info("change carried", extra=ids | figures)


def without_heard(session: Session, connection: Connection) -> Connection:
    """Return the connection, whose earlier hints this run has done."""
    if connection.heard_at != session.heard_before:
        return connection
    return replace(connection, heard_at=None)


def _with(samples: tuple[int, ...], took: int) -> tuple[int, ...]:
    return (*samples, took)[-FRESHNESS_SAMPLES:]
