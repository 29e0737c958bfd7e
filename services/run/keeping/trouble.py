"""What a run says and does about trouble: wait, or tell a person."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from services.connections.connection import SWEEP_AFTER, Connection, State, change
from services.google.pace import project_of, rest_account, slow_down
from services.lanes import Lane
from services.queueing import queue_run
from services.run.hint import Hint, Outcome
from services.run.session import Session
from services.world import World
from sync.errors import (
    AccessRevoked,
    Limit,
    PermanentError,
    RateLimited,
    TransientError,
)

logger = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=30)


def wait_for_lease(
    world: World, connection: Connection, hint: Hint, *, run: str = ""
) -> Outcome:
    """Leave word that another run is wanted, and one to come if nobody reads it.

    What goes on in the backfill lane wants nothing: whoever holds the lease queues what
    is left to do. `run` is the id by which somebody knows it.
    """
    lane, live = hint.lane, hint.lane is Lane.LIVE

    def wanting(now: Connection) -> Connection:
        if not now.lease.is_live(world.clock.now()):
            return replace(now, wanted=False)
        heard = earliest(now.heard_at, hint.received_at)
        wanted, awaited = now.wanted or live, now.awaited or run
        return replace(now, wanted=wanted, awaited=awaited, heard_at=heard)

    left = change(world.store, connection.id, wanting)
    lease = left.lease
    if lease.ends_at is None or not lease.is_live(world.clock.now()):
        queue_run(world, connection.id, lane=lane, run=run)
        return Outcome(word="busy")
    after = lease.ends_at - world.clock.now() + timedelta(seconds=1)
    name = f"lease-{lane}-{connection.id}-{lease.epoch}"
    queue_run(world, connection.id, lane=lane, after=after, name=name)
    return Outcome(word="busy")


def postponed(session: Session, error: TransientError) -> Outcome:
    """Queue the run again later; a person sees nothing of it but the delay.

    Where one is queued already for no later than that, that one will do.
    """
    wait = wait_of(session.connection.tries, error)
    if isinstance(error, RateLimited):
        told_to_wait(session, error, wait=wait)
    queued, now = session.connection.wake_at, session.now()
    if queued is None or not now < queued <= now + wait:
        _wake_later(session, wait)
    elif session.connection.lease.holder or session.asked:
        session.save(lambda now: awaiting(session, session.without_lease(now)))
    fields = {"event": "run-postponed", "connection_id": session.connection.id}
    logger.info("run postponed", extra=fields)
    return Outcome(word="postponed")


def told_to_wait(session: Session, error: RateLimited, *, wait: timedelta) -> None:
    """Let the account, or its whole project, know what Google said to this run."""
    world, account, now = session.world, session.connection.account, session.now()
    ids = {"event": "quota", "connection_id": session.connection.id}
    logger.info("told to wait", extra=ids | {"limit": str(error.limit or "other")})
    if error.limit is Limit.USE:
        rest_account(world, account, until=now + wait, why=str(error), now=now)
    elif error.limit is Limit.ACCOUNT:
        slow_down(world, account, now=now)
    elif error.limit is Limit.PROJECT:
        slow_down(world, project_of(world, account), now=now)


def wait_of(tries: int, error: TransientError) -> timedelta:
    """Return how long to wait: as asked, or longer with each try."""
    if isinstance(error, RateLimited) and error.wait is not None:
        return error.wait
    doubled: timedelta = FIRST_WAIT * (2 ** min(tries, 10))
    return min(doubled, LONGEST_WAIT)


def _wake_later(session: Session, wait: timedelta) -> None:
    wake_at = session.now() + wait

    def later(now: Connection) -> Connection:
        left = awaiting(session, session.without_lease(now))
        return replace(left, tries=now.tries + 1, due_at=wake_at, wake_at=wake_at)

    session.save(later)
    queue_run(session.world, session.connection.id, lane=session.hint.lane, after=wait)


def awaiting(session: Session, connection: Connection) -> Connection:
    """Return the connection, whose next run is the one that this was to be."""
    heard = earliest(connection.heard_at, session.hint.received_at)
    awaited = connection.awaited or session.asked
    return replace(connection, awaited=awaited, heard_at=heard)


def earliest(*moments: datetime | None) -> datetime | None:
    """Return the first of some moments, if there is any."""
    return min((one for one in moments if one is not None), default=None)


def failed(session: Session, error: PermanentError) -> Outcome:
    """Say on the connection what only a person can cure; the sweep looks again."""
    revoked = isinstance(error, AccessRevoked)
    state = State.NEEDS_RECONNECT if revoked else State.FAILING
    due_at = session.now() + SWEEP_AFTER

    def failing(now: Connection) -> Connection:
        given_back = session.without_lease(now)
        return replace(given_back, state=state, reason=str(error), due_at=due_at)

    session.save(failing)
    fields = {"event": "connection-stopped", "connection_id": session.connection.id}
    logger.warning("connection stopped", extra=fields | {"state": str(state)})
    return Outcome(word=str(state))
