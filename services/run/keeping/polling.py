"""When an application that cannot tell of its changes is asked for them again.

Each run asks for the next look. Time is cut into as many seconds as lie between two
looks, from a moment of its own for each connection; a look has the name of its piece of
time, so however many runs ask for it, it comes once, and the chain stays single. Should
a task be lost, the sweep finds the broken chain.
"""

from datetime import UTC, datetime, timedelta
from zlib import crc32

from services.connections.connection import RUNNING, UNWATCHED_AFTER, Connection
from services.queueing import queue_run
from services.run.session import Session

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def between_looks(session: Session) -> timedelta | None:
    """Return how long an agenda is left alone; None where it tells of its changes."""
    own = session.connector.capabilities.poll_seconds
    if own is None:
        return None
    return timedelta(seconds=session.settings.poll_seconds or own)


def quiet_for(session: Session, connection: Connection) -> timedelta:
    """Return after what time without a run something must have been lost."""
    between = between_looks(session)
    if between is None:
        return connection.quiet_for
    return min(connection.quiet_for, max(UNWATCHED_AFTER, 2 * between))


def queue_next_look(session: Session) -> None:
    """Ask for the next look at an agenda that does not tell of its changes."""
    between, connection = between_looks(session), session.connection
    if between is None or connection.state not in RUNNING:
        return
    now = session.now()
    own = timedelta(seconds=crc32(connection.id.encode())) % between
    piece = (now - _EPOCH - own) // between + 1
    seconds = int(between.total_seconds())
    queue_run(
        session.world,
        connection.id,
        after=_EPOCH + own + piece * between - now,
        name=f"poll-{connection.id}-{seconds}-{piece}",
    )
