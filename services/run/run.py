"""A run: one sync of one connection. Look, stage, write.

Whoever asks twice gets the same: every step may be repeated. What waiting can cure is
queued again with a delay; what only a person can cure is said on the connection.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from services.agendas.settings_reading import effective
from services.connections.audits import with_audit_at
from services.connections.connection import (
    RUNNING,
    Connection,
    ConnectionMissing,
    State,
    at_work,
    load,
)
from services.environment import WrongStore, require_own_store
from services.google.access import open_calendar
from services.google.channels import stop_if_stale
from services.lanes import Lane
from services.links.link import Rank
from services.ports.queue import QueueError
from services.ports.store import StoreError
from services.previews.letters import tell_administrators
from services.queueing import queue_run
from services.run import jobs
from services.run.connecting import application_of
from services.run.deciding.asking import ask_first
from services.run.deciding.replanning import replan
from services.run.hint import Busy, Hint, Outcome, Overtaken, Stopped
from services.run.keeping.asked import joined, last_run, told, turned_away
from services.run.keeping.fresh import without_heard
from services.run.keeping.polling import queue_next_look, quiet_for
from services.run.keeping.recounting import heal
from services.run.keeping.refused import heed_refusal
from services.run.keeping.trouble import FIRST_WAIT, failed, postponed, wait_for_lease
from services.run.keeping.waking import drained, has_due, queue_waking
from services.run.leaving import end_after_job, is_leaving, without_calendar
from services.run.looking.absence import judge
from services.run.looking.look import Looked, look
from services.run.looking.silence import heard, heed_silence, tell_delay
from services.run.session import LinkMoved, Session
from services.run.staged import Staged
from services.run.writing.due import due_links
from services.run.writing.recover import with_open_intents
from services.run.writing.work import Work
from services.world import World
from sync.errors import (
    AccessLost,
    AccessRevoked,
    OperatorFault,
    PermanentError,
    TransientError,
)

logger = logging.getLogger(__name__)

ATTEMPTS = 6
MOST_LIVE = 200
"""A live run does this much of what was left from before; the rest can wait."""


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
    queue_run(world, connection_id, lane=hint.lane, after=FIRST_WAIT, run=hint.run)
    return Outcome(word="overtaken")


def _attempt(world: World, connection_id: str, hint: Hint) -> Outcome:
    connection, document = load(world.store, connection_id)
    if connection.state not in RUNNING:
        return turned_away(world, connection, hint, word=str(connection.state))
    if connection.lease.is_live(world.clock.now()):
        return joined(world, connection, hint)
    agenda = world.store.get(f"agendas/{connection.agenda}")
    if agenda is None:
        return turned_away(world, connection, hint, word="missing")
    session = Session(
        world, hint, connection=connection, document=document, agenda=agenda
    )
    try:
        return told(session, _answered(session))
    except Exception:
        # Whatever ended this run, its lease must not keep the next one waiting. Where
        # the store fails, the lease runs out by itself.
        with suppress(StoreError, QueueError):
            session.give_back()
        raise


def _answered(session: Session) -> Outcome:
    """Do the run; what goes wrong is answered as the errors' names ask for."""
    try:
        require_own_store(session.world)
        return _run(session)
    except WrongStore as error:
        # Not even who is leaving may go on: nothing may be removed anywhere.
        return failed(session, error)
    except Busy:
        return wait_for_lease(
            session.world, session.connection, session.hint, run=session.asked
        )
    except Stopped:
        session.give_back()
        return Outcome(word="stopped")
    except TransientError as error:
        ended = heed_refusal(session, error)
        return _stopped(session, ended) if ended else postponed(session, error)
    except (AccessRevoked, AccessLost, OperatorFault) as error:
        return _stopped(session, error)


def _stopped(session: Session, error: PermanentError) -> Outcome:
    """Say what only a person can cure; who is leaving leaves all the same."""
    if is_leaving(session.connection):
        return without_calendar(session, error)
    return failed(session, error)


def _run(session: Session) -> Outcome:
    world, connection = session.world, session.connection
    session.settings = effective(
        session.agenda.data.get("settings") or {}, connection.settings
    )
    session.connector = world.connect(application_of(session.agenda))
    if connection.job is not None:
        return _go_on_with_job(session)
    _open_calendar(session)
    complete = replan(session) and _synced(session)
    # A run that gave way before its first write has read all, and still has the lease.
    if not complete or session.has_lease:
        _save_end(session, lambda now: now)
    heal(session)
    _go_on(session, complete=complete, woken=connection.wake_at)
    tell_administrators(session.world, session.connection)
    _stop_stale_channel(session)
    return Outcome(word="done", read=session.read, written=session.written)


def _open_calendar(session: Session) -> None:
    session.calendar = open_calendar(
        session.world,
        session.connection,
        now=session.now(),
        event_types=session.settings.event_types,
        count=session.allowance.count,
    )


def _go_on_with_job(session: Session) -> Outcome:
    """Do a slice of the connection's job, and nothing else meanwhile."""
    woken, job = session.connection.wake_at, session.connection.job
    if job is not None and not job.lost:
        _open_calendar(session)
    complete = jobs.go_on(session, lambda now: _finished(session, now))
    if jobs.is_left(session.connection):
        return end_after_job(session)
    more = complete and session.connection.job is None
    _go_on(session, complete=complete and not more, woken=woken)
    return Outcome(word="done", written=session.written)


def _synced(session: Session) -> bool:
    """Look and write; False when time ran out while there was more to read."""
    looked = look(session)
    tell_delay(session, looked)
    heed_silence(session, looked)
    complete = looked.complete and judge(session)
    if complete:
        _write(session, looked)
    return complete


def _stop_stale_channel(session: Session) -> None:
    """Stop the channel of the push that asked for this run, unless it is our own."""
    stop_if_stale(
        session.world,
        session.connection,
        session.calendar,
        channel=session.hint.channel or "",
        resource=session.hint.resource or "",
        now=session.now(),
    )


# --- writing -------------------------------------------------------------------------


def _write(session: Session, looked: Looked) -> None:
    """Write what this look found, then what was left from before, slice by slice."""
    ask_first(session)
    staged = _with_intents(session, looked.staged)
    if staged or not _has_due(session):
        work = Work(session, staged)
        work.do(lambda now: _finished(session, looked.finish(now)))
        if work.slowed:
            return
    left = MOST_LIVE
    while _has_due(session) and session.may_go_on():
        if session.hint.lane is Lane.LIVE and left <= 0:
            session.handed_over = True
            return
        links = due_links(session)
        left -= len(links)
        if not links:
            _save_end(session, lambda now: drained(session, now))
            return
        work = Work(session, links)
        work.do(lambda now: _finished(session, now))
        if work.slowed:
            return


def _has_due(session: Session) -> bool:
    return has_due(session.connection, now=session.now())


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


def _save_end(session: Session, how: Callable[[Connection], Connection]) -> None:
    """Save how a run ends that wrote nothing more, and give the lease back."""
    session.save(lambda now: session.without_lease(_finished(session, how(now))))


def _finished(session: Session, connection: Connection) -> Connection:
    """Return the connection as a run leaves it that went well so far."""
    now = session.now()
    healed = connection.state is State.FAILING
    waited = connection.until is not None and connection.until <= now
    if healed:
        connection = at_work(connection)
    told = waited and connection.state is State.ACTIVE
    days = session.settings.audit_days
    connection = with_audit_at(connection, days=days, now=now)
    return replace(
        heard(session, without_heard(session, _behind_own_writes(session, connection))),
        looked_at=now,
        due_at=now + quiet_for(session, connection),
        last_run=last_run(session),
        tries=0,
        refused_since=None,
        reason="" if told else connection.reason,
        until=None if waited else connection.until,
    )


def _behind_own_writes(session: Session, connection: Connection) -> Connection:
    """Return the connection with its cursor past what this run itself wrote."""
    if connection.cursor is None:
        return connection
    cursor = session.connector.behind_own_writes(connection.cursor)
    return replace(connection, cursor=cursor)


def _go_on(session: Session, *, complete: bool, woken: datetime | None) -> None:
    """Queue what is left to do: now, or when what waits is due."""
    stopped = session.time_is_up or session.handed_over
    session.goes_on = (_has_due(session) and stopped) or not complete
    world, connection = session.world, session.connection
    if session.goes_on:
        # Who was only stopped goes on where it was; who took long goes behind others.
        lane = session.hint.lane if world.stopping() else Lane.BACKFILL
        queue_run(
            world,
            connection.id,
            lane=lane,
            after=session.allowance.rest,
            run=session.run_id,
        )
    if session.wanted:
        queue_run(world, connection.id)
    elif not session.goes_on and connection.awaited not in ("", session.run_id):
        queue_run(world, connection.id, lane=session.hint.lane)
    queue_waking(session, known=woken)
    if not session.goes_on:
        queue_next_look(session)
