"""How a connection ends whose copies are removed first, also without the calendar."""

from dataclasses import replace

from services.connections.connection import Connection, State
from services.connections.leaving import Copies, disconnect
from services.orders.jobs import JobKind
from services.queueing import queue_run
from services.run.hint import Outcome
from services.run.session import Session
from sync.errors import PermanentError

NOT_REMOVED = "Disconnected. Our copies in the calendar could not be removed: {why}"


def is_leaving(connection: Connection) -> bool:
    """Return whether a person asked for our copies to be removed before the end."""
    return connection.job is not None and connection.job.kind is JobKind.LEAVE


def without_calendar(session: Session, error: PermanentError) -> Outcome:
    """Go on leaving where the calendar cannot be reached: the items can still go."""

    def lost(now: Connection) -> Connection:
        job = now.job and replace(now.job, lost=str(error))
        given_back = session.without_lease(now)
        return replace(given_back, job=job, state=State.ACTIVE, reason="", until=None)

    session.save(lost)
    queue_run(session.world, session.connection.id, run=session.run_id)
    session.goes_on = True
    return Outcome(word="going on", written=session.written)


def end_after_job(session: Session) -> Outcome:
    """End the connection, and give the grant back now that it is needed no more."""
    session.save(session.without_lease)
    job = session.connection.job
    disconnect(
        session.world,
        session.connection.id,
        copies=Copies.REMOVE,
        revoke=job is not None and job.revoke,
        now=session.now(),
        reason=NOT_REMOVED.format(why=job.lost) if job and job.lost else "",
    )
    return Outcome(word="disconnected", written=session.written)
