"""What is told of a run to those who asked for it, by the id that they were given."""

from dataclasses import replace

from services.connections.asked_runs import News, tell
from services.connections.connection import Connection, LastRun, change, load
from services.run.hint import Hint, Outcome
from services.run.keeping.trouble import wait_for_lease
from services.run.session import Session
from services.world import World

WAITS = frozenset({"busy", "postponed"})
JOINED = "joined"


def joined(world: World, connection: Connection, hint: Hint) -> Outcome:
    """Leave word that another run is wanted; somebody's own may join one to come."""
    outcome = wait_for_lease(world, connection, hint, run=hint.run)
    if hint.run:
        _tell_joined(world, connection.id, hint.run)
    return outcome


def turned_away(
    world: World, connection: Connection, hint: Hint, *, word: str
) -> Outcome:
    """Answer a run that may not be done at all."""
    run = hint.run or connection.awaited
    if run:
        news = News(id=run, at=world.clock.now(), outcome=word, ended=True)
        tell(world.store, connection.id, news)
    return Outcome(word=word)


def told(session: Session, outcome: Outcome) -> Outcome:
    """Tell what a run came to, where somebody asked for it; return it."""
    if not session.asked and not session.goes_on:
        return outcome
    waits = outcome.word in WAITS
    news = News(
        id=session.run_id,
        at=session.now(),
        outcome="going on" if session.goes_on else outcome.word,
        ended=not waits and not session.goes_on,
        started_at=session.started_at,
        read=session.read,
        written=session.written,
    )
    tell(session.world.store, session.connection.id, news)
    if waits:
        _tell_joined(session.world, session.connection.id, session.asked)
    else:
        _done_with(session)
    return outcome


def last_run(session: Session) -> LastRun:
    """Return what people see of this run, its earlier slices included."""
    before = session.before
    mine = before if before is not None and before.id == session.run_id else None
    return LastRun(
        id=session.run_id,
        started_at=mine.started_at if mine else session.started_at,
        ended_at=session.now(),
        read=session.read + (mine.read if mine else 0),
        written=session.written + (mine.written if mine else 0),
    )


def _tell_joined(world: World, connection_id: str, run: str) -> None:
    """Let the id lead to the run that will be done, where that is another one."""
    awaited = load(world.store, connection_id)[0].awaited
    if awaited in ("", run):
        return
    news = News(id=run, at=world.clock.now(), outcome=JOINED, run=awaited)
    tell(world.store, connection_id, news)


def _done_with(session: Session) -> None:
    """The run that was awaited is this one, or goes on under its own id."""

    def answered(connection: Connection) -> Connection:
        if connection.awaited != session.run_id:
            return connection
        return replace(connection, awaited="")

    if session.connection.awaited == session.run_id:
        change(session.world.store, session.connection.id, answered)
