"""Runs that people asked for: each keeps a small document, so that its id is found.

The id that somebody was answered with is the id of the run in the journal. Where two
asked while one run could do for both, the later id leads to the earlier one's run.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.documents import data_of, record_of, save_over
from services.ids import Kind, new_id
from services.ports.store import Conflict, Create, Store
from services.queueing import queue_run
from services.world import World

KEPT = timedelta(days=30)
QUEUED = "queued"


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedRun:
    """A run by the id that its asker knows, and what came of it so far.

    `run` is the run's id in the journal: another one where it joined a run that was
    to come anyway. `ended_at` is None while something of it is still to be done.
    """

    id: str
    run: str
    asked_at: datetime
    expires_at: datetime
    asked_for: str = ""
    outcome: str = QUEUED
    started_at: datetime | None = None
    ended_at: datetime | None = None
    read: int = 0
    written: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """What is told of a run at some moment.

    `run` is given where it joined another; what was read and written since the last
    news is added to what is known.
    """

    id: str
    at: datetime
    outcome: str
    ended: bool = False
    run: str = ""
    started_at: datetime | None = None
    read: int = 0
    written: int = 0


def runs_of(connection_id: str) -> str:
    """Return the collection of the runs that were asked for."""
    return f"connections/{connection_id}/runs"


def run_path(connection_id: str, run_id: str) -> str:
    """Return where a run that was asked for is kept."""
    return f"{runs_of(connection_id)}/{run_id}"


def ask(world: World, connection_id: str, *, asked_for: str, name: str = "") -> str:
    """Queue a run and return its id: it is found by it from this moment on.

    `name` is an id that somebody was told already. Raises QueueError.
    """
    run = expected(world, connection_id, asked_for=asked_for, name=name)
    queue_run(world, connection_id, run=run)
    return run


def expected(
    world: World, connection_id: str, *, asked_for: str, name: str = ""
) -> str:
    """Return the id of a run that the caller is about to queue."""
    run = _new(asked_for, now=world.clock.now(), name=name)
    _create(world.store, connection_id, run)
    return run.id


def noted(world: World, connection_id: str, *, asked_for: str) -> str:
    """Return an id for what was done at once, without a run; it is found too."""
    now = world.clock.now()
    run = replace(_new(asked_for, now=now), outcome="done", started_at=now)
    _create(world.store, connection_id, replace(run, ended_at=now))
    return run.id


def find(store: Store, connection_id: str, run_id: str) -> AskedRun | None:
    """Return a run that was asked for, with what came of the run that it joined."""
    document = store.get(run_path(connection_id, run_id))
    known = None if document is None else record_of(document, AskedRun)
    if known is None or known.run == known.id:
        return known
    joined = store.get(run_path(connection_id, known.run))
    if joined is None:
        return known
    return replace(
        record_of(joined, AskedRun),
        id=known.id,
        asked_at=known.asked_at,
        asked_for=known.asked_for,
    )


def tell(
    store: Store, connection_id: str, news: News, *, only_asked: bool = False
) -> None:
    """Keep what came of a run; one that nobody asked for gets a document now.

    With `only_asked` it gets none.
    """
    path = run_path(connection_id, news.id)
    while True:
        document = store.get(path)
        if document is None and only_asked:
            return
        known = None if document is None else record_of(document, AskedRun)
        after = _after(known or _unasked(news.id, at=news.at), news)
        try:
            store.commit([save_over(document, path, data_of(after))])
        except Conflict:
            continue
        return


def _after(known: AskedRun, news: News) -> AskedRun:
    return replace(
        known,
        run=news.run or known.run,
        outcome=news.outcome,
        started_at=known.started_at or news.started_at,
        ended_at=news.at if news.ended else None,
        read=known.read + news.read,
        written=known.written + news.written,
    )


def _new(asked_for: str, *, now: datetime, name: str = "") -> AskedRun:
    return replace(_unasked(name or new_id(Kind.RUN), at=now), asked_for=asked_for)


def _unasked(run_id: str, *, at: datetime) -> AskedRun:
    return AskedRun(id=run_id, run=run_id, asked_at=at, expires_at=at + KEPT)


def _create(store: Store, connection_id: str, run: AskedRun) -> None:
    path = run_path(connection_id, run.id)
    store.commit([Create(path=path, data=data_of(run))])
