"""A run: one sync of one connection. Look, stage, write.

Whoever asks twice gets the same: every step may be repeated. What waiting can cure is
queued again with a delay; what only a person can cure is said on the connection.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from services.access import open_calendar
from services.connections import (
    RUNNING,
    SWEEP_AFTER,
    Connection,
    ConnectionMissing,
    LastRun,
    State,
    change,
    load,
)
from services.links import Rank, links_of
from services.ports import Document, Is, Query, Task, Where
from services.run.absence import judge
from services.run.arrivals import Staged, link_staged
from services.run.hint import Busy, Hint, Outcome, Overtaken, Stopped
from services.run.look import Looked, look
from services.run.policy import policy_of
from services.run.recover import with_open_intents
from services.run.session import LinkMoved, Session
from services.run.work import Work
from services.settings import effective
from services.world import Application, World
from sync.errors import (
    AccessLost,
    AccessRevoked,
    OperatorFault,
    PermanentError,
    RateLimited,
    TransientError,
)
from sync.merge import Policy

logger = logging.getLogger(__name__)

PATH = "/tasks/sync"
ATTEMPTS = 6
LINKS_AT_ONCE = 100
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=30)


def sync(world: World, connection_id: str, *, hint: Hint | None = None) -> Outcome:
    """Bring both sides of a connection together as far as this moment allows.

    Returns what came of it; trouble that waiting cures is queued again. Raises only for
    faults of our own: StoreError, QueueError.
    """
    hint = hint or Hint()
    for _ in range(ATTEMPTS):
        try:
            outcome = _attempt(world, connection_id, hint)
        except (Overtaken, LinkMoved):
            continue
        except ConnectionMissing:
            return Outcome(word="missing")
        return outcome
    _queue(world, connection_id, after=FIRST_WAIT)
    return Outcome(word="overtaken")


def _attempt(world: World, connection_id: str, hint: Hint) -> Outcome:
    connection, document = load(world.store, connection_id)
    if connection.state not in RUNNING:
        return Outcome(word=str(connection.state))
    if connection.lease.is_live(world.clock.now()):
        return _wait_for_lease(world, connection)
    agenda = world.store.get(f"agendas/{connection.agenda}")
    if agenda is None:
        return Outcome(word="missing")
    session = Session(
        world, hint, connection=connection, document=document, agenda=agenda
    )
    try:
        return _run(session)
    except Busy:
        return _wait_for_lease(world, session.connection)
    except Stopped:
        return Outcome(word="stopped")
    except TransientError as error:
        return _postponed(session, error)
    except (AccessRevoked, AccessLost, OperatorFault) as error:
        return _failed(session, error)


def _run(session: Session) -> Outcome:
    world, connection = session.world, session.connection
    session.settings = effective(
        session.agenda.data.get("settings") or {}, connection.settings
    )
    session.connector = world.connect(application_of(session.agenda))
    session.calendar = open_calendar(
        world,
        connection,
        now=session.now(),
        event_types=session.settings.event_types,
    )
    policy = policy_of(session.settings, session.connector, zone=connection.zone)
    looked = look(session, policy)
    if looked.complete and judge(session, policy) and not _paused(session):
        _write(session, policy, looked)
    else:
        session.save(lambda now: _finished(session, now))
    _go_on(session, complete=looked.complete)
    return Outcome(word="done", read=session.read, written=session.written)


def application_of(agenda: Document) -> Application:
    """Return what it takes to open the agenda of this document."""
    data = agenda.data
    return Application(
        agenda=agenda.id,
        connector=data["connector"],
        settings={
            **(data.get("application") or {}),
            "last_number": data.get("last_number", 0),
            "time_zone": data.get("time_zone"),
        },
    )


def _paused(session: Session) -> bool:
    """Whether Google asked us to write nothing for some hours."""
    until = session.connection.until
    return until is not None and session.now() < until


# --- writing -------------------------------------------------------------------------


def _write(session: Session, policy: Policy, looked: Looked) -> None:
    """Write what this look found, then what was left from before, slice by slice."""
    staged = _with_intents(session, looked.staged)
    if staged or not session.connection.backlog:
        work = Work(session, policy, staged)
        work.do(lambda now: _finished(session, looked.finish(now)))
    while session.connection.backlog and not session.time_is_up:
        links = _due(session)
        if not links:
            session.save(lambda now: _finished(session, replace(now, backlog=False)))
            return
        work = Work(session, policy, links)
        work.do(lambda now: _finished(session, now))
        if work.slowed:
            return


def _with_intents(session: Session, staged: Sequence[Staged]) -> list[Staged]:
    """Return the links in hand, those of an interrupted run first."""
    found = {each.link.id: each for each in staged}
    if session.connection.work is None:
        return list(found.values())
    for each in with_open_intents(session):
        known = found.setdefault(each.link.id, each)
        rank = known.link.rank or Rank.EDIT
        known.link = replace(
            known.link, intent=each.link.intent, rank=rank, due_at=session.now()
        )
    return list(found.values())


def _due(session: Session) -> list[Staged]:
    """Return dirty links that are due: creates, then edits, then deletes."""
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


def _finished(session: Session, connection: Connection) -> Connection:
    """Return the connection as a run leaves it that went well so far."""
    now = session.now()
    healed = connection.state is State.FAILING
    last = LastRun(
        id=session.run_id,
        started_at=session.started_at,
        ended_at=now,
        read=session.read,
        written=session.written,
    )
    return replace(
        connection,
        looked_at=now,
        due_at=now + SWEEP_AFTER,
        last_run=last,
        tries=0,
        state=State.ACTIVE if healed else connection.state,
        reason="" if healed else connection.reason,
    )


def _go_on(session: Session, *, complete: bool) -> None:
    """Queue what is left to do: more of this slice, or what was asked meanwhile."""
    if session.wanted or not complete or _has_more(session):
        _queue(session.world, session.connection.id)


def _has_more(session: Session) -> bool:
    return session.connection.backlog and session.time_is_up


# --- trouble -------------------------------------------------------------------------


def _wait_for_lease(world: World, connection: Connection) -> Outcome:
    """Leave word that another run is wanted, and one to come if nobody reads it."""

    def wanting(now: Connection) -> Connection:
        return replace(now, wanted=now.lease.is_live(world.clock.now()))

    left = change(world.store, connection.id, wanting)
    if not left.wanted or left.lease.ends_at is None:
        _queue(world, connection.id)
        return Outcome(word="busy")
    after = left.lease.ends_at - world.clock.now() + timedelta(seconds=1)
    name = f"lease-{connection.id}-{left.lease.epoch}"
    _queue(world, connection.id, after=after, name=name)
    return Outcome(word="busy")


def _postponed(session: Session, error: TransientError) -> Outcome:
    """Queue the run again later; a person sees nothing of it but the delay."""
    tries = session.connection.tries
    wait = min(FIRST_WAIT * (2 ** min(tries, 10)), LONGEST_WAIT)
    if isinstance(error, RateLimited) and error.wait is not None:
        wait = error.wait
    due_at = session.now() + wait

    def later(now: Connection) -> Connection:
        return replace(session.without_lease(now), tries=tries + 1, due_at=due_at)

    session.save(later)
    _queue(session.world, session.connection.id, after=wait)
    fields = {"event": "run-postponed", "connection_id": session.connection.id}
    logger.info("run postponed", extra=fields)
    return Outcome(word="postponed")


def _failed(session: Session, error: PermanentError) -> Outcome:
    """Say on the connection what only a person can cure; the sweep looks again."""
    revoked = isinstance(error, AccessRevoked)
    state = State.NEEDS_RECONNECT if revoked else State.FAILING
    due_at = session.now() + SWEEP_AFTER

    def failing(now: Connection) -> Connection:
        given_back = session.without_lease(now)
        return replace(given_back, state=state, reason=str(error), due_at=due_at)

    session.save(failing)
    fields = {"event": "connection-stopped", "connection_id": session.connection.id}
    logger.warning("connection stopped", extra=fields)
    return Outcome(word=str(state))


def _queue(
    world: World,
    connection_id: str,
    *,
    after: timedelta = timedelta(0),
    name: str | None = None,
) -> None:
    at = world.clock.now() + after if after else None
    body = {"connection": connection_id}
    world.queue.enqueue(Task(path=PATH, body=body, at=at, name=name))
