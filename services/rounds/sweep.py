"""The sweep: what was quiet too long is looked at, and what has expired is removed.

Pushes get lost, tasks can be given up, a process may die between two steps: each
connection says when it is due, and whatever kept it from a run, the sweep starts one.
A call does a bounded piece of the work; where more is left, a task continues it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.connections.audits import queue_due_audits
from services.connections.connection import RUNNING, Connection, loaded
from services.google.channels import try_to_open
from services.google.push import queue_look
from services.ports.queue import Task
from services.ports.store import Conflict, Delete, Document, Is, Query, Store, Where
from services.retention import KEEPINGS
from services.world import World

logger = logging.getLogger(__name__)

SWEEP_PATH = "/tasks/sweep"
PAGE = 200
MOST_CHANNELS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Swept:
    """What a sweep did; `more` tells that a task continues it."""

    queued: int
    removed: int
    more: bool


def sweep(world: World, now: datetime, *, after: datetime | None = None) -> Swept:
    """Queue connections that are due, and remove what has expired.

    `after` continues behind the connections that were due by then. Raises QueueError.
    """
    due = _due(world, now, after=after)
    for document in due:
        queue_look(world, document.id, now)
    _reopen_channels(world, [loaded(document) for document in due], now)
    audits = queue_due_audits(world, now)
    removed, more_expired = _remove_expired(world, now)
    more = len(due) == PAGE or more_expired
    if more:
        last = due[-1].data["due_at"] if len(due) == PAGE else now
        body = {"after": last.isoformat()}
        world.queue.enqueue(Task(path=SWEEP_PATH, body=body))
    counts = {"event": "swept", "queued": len(due), "removed": removed}
    counts |= {"audits": audits}
    logger.info("swept", extra=counts)
    return Swept(queued=len(due), removed=removed, more=more)


def _due(world: World, now: datetime, *, after: datetime | None) -> list[Document]:
    where = [Where(member="due_at", compare=Is.AT_MOST, value=now)]
    if after is not None:
        where.append(Where(member="due_at", compare=Is.MORE, value=after))
    query = Query(collection="connections", where=where, order_by="due_at", limit=PAGE)
    return list(world.store.query(query))


def _reopen_channels(
    world: World, connections: list[Connection], now: datetime
) -> None:
    """Open the channels that could not be opened, or were lost; some in each round."""
    without = [
        one
        for one in connections
        if one.channel is None and one.watchable and one.state in RUNNING
    ]
    for connection in without[:MOST_CHANNELS]:
        try_to_open(world, connection, now=now)


def _remove_expired(world: World, now: datetime) -> tuple[int, bool]:
    removed, more = 0, False
    for kind in KEEPINGS:
        if kind.after is None:
            continue
        documents = world.store.query(
            Query(
                collection=kind.collection,
                where=[
                    Where(
                        member="expires_at",
                        compare=Is.LESS,
                        value=now - kind.after,
                    )
                ],
                order_by="expires_at",
                limit=PAGE,
                everywhere=kind.everywhere,
            )
        )
        removed += _remove(world.store, documents)
        more = more or len(documents) == PAGE
    return removed, more


def _remove(store: Store, documents: Sequence[Document]) -> int:
    """Remove these as they were read, and return how many; what changed stays."""
    deletes = [Delete(path=one.path, version=one.version) for one in documents]
    try:
        store.commit(deletes)
    except Conflict:
        return sum(_is_removed(store, delete) for delete in deletes)
    return len(deletes)


def _is_removed(store: Store, delete: Delete) -> bool:
    try:
        store.commit([delete])
    except Conflict:
        return False
    return True
