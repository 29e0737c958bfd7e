"""Audits: when each connection's is due, how far it is, and what it found.

A change that no side told of is found by nobody but an audit. Each connection has one
in so many days, at a time of its own, so that they spread evenly by themselves.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from services.connections.asked_runs import expected
from services.connections.connection import (
    RUNNING,
    Audited,
    Connection,
    Counts,
    change,
    loaded,
)
from services.documents import data_of, record_of, save_over
from services.ids import Kind, new_id
from services.lanes import Lane, shard_of
from services.ports.queue import Task
from services.ports.store import Conflict, Delete, Document, Is, Query, Store, Where
from services.world import World

AUDIT_PATH = "/tasks/audit"
GUARD = timedelta(days=1)
DAILY_CALLS = 5_000
"""How often the audits of one organization may ask Google in a day."""

PAGE = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Phase(StrEnum):
    """What an audit is about to look at."""

    CALENDAR = "calendar"
    AGENDA = "agenda"
    LINKS = "links"
    CHECK = "check"


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """An audit under way: where it is, and what it found so far.

    `calendar` and `agenda` are hashes of the links whose event or item was shown;
    `place` is where the phase goes on. `counts` is what the links count that it looked
    at since the connection was stored in the version `counted_from`.
    """

    run: str
    started_at: datetime
    phase: Phase = Phase.CALENDAR
    place: str = ""
    calendar: bytes = b""
    agenda: bytes = b""
    links: int = 0
    counts: Counts = field(default_factory=Counts)
    counted_from: str = ""
    found: Mapping[str, int] = field(default_factory=dict)
    marked: tuple[str, ...] = ()
    tries: int = 0

    @property
    def drifted(self) -> int:
        """How many links were not as they ought to be."""
        return sum(self.found.values())


def audit_path(connection_id: str) -> str:
    """Return where a connection's audit under way is kept."""
    return f"connections/{connection_id}/audits/current"


def load_audit(
    store: Store, connection_id: str
) -> tuple[Audit | None, Document | None]:
    """Return the audit under way, if there is one, with its document."""
    document = store.get(audit_path(connection_id))
    return (None if document is None else record_of(document, Audit)), document


def save_audit(
    store: Store, connection_id: str, audit: Audit, *, over: Document | None
) -> Document:
    """Keep how far an audit is. Raises Conflict where another worker has it in hand."""
    path, data = audit_path(connection_id), data_of(audit)
    [version] = store.commit([save_over(over, path, data)])
    return Document(path=path, data=data, version=version)


def forget_audit(store: Store, document: Document) -> None:
    """Forget an audit that has ended."""
    store.commit([Delete(path=document.path)])


# --- When ----------------------------------------------------------------------------


def next_slot(connection_id: str, *, days: int, now: datetime) -> datetime:
    """Return the next moment at which a connection's audit is due.

    The moments are as far apart as the setting says, and where they lie is a hash of
    the connection's id.
    """
    period = timedelta(days=days)
    digest = hashlib.sha256(connection_id.encode()).digest()
    share = int.from_bytes(digest[:4], "big") / 2**32
    first = _EPOCH + share * period
    passed = (now - first) // period + 1
    return first + passed * period


def with_audit_at(connection: Connection, *, days: int, now: datetime) -> Connection:
    """Return the connection, knowing when its next audit is due."""
    known = connection.audit_at
    if known is not None and known <= now + timedelta(days=days):
        return connection
    return replace(connection, audit_at=next_slot(connection.id, days=days, now=now))


def queue_due_audits(world: World, now: datetime) -> int:
    """Queue the audits that are due; return how many. Raises QueueError."""
    due = world.store.query(
        Query(
            collection="connections",
            where=[Where(member="audit_at", compare=Is.AT_MOST, value=now)],
            order_by="audit_at",
            limit=PAGE,
        )
    )
    for document in due:
        connection = loaded(document)
        if connection.state in RUNNING:
            stamp = int(connection.audit_at.timestamp()) if connection.audit_at else 0
            queue_audit(world, connection.id, name=f"audit-{connection.id}-{stamp}")
        change(world.store, connection.id, lambda one: _guarded(one, now))
    return len(due)


def _guarded(connection: Connection, now: datetime) -> Connection:
    """Until the audit itself says when the next one is due."""
    if connection.audit_at is None or connection.audit_at > now:
        return connection
    return replace(connection, audit_at=now + GUARD)


def queue_audit(
    world: World,
    connection_id: str,
    *,
    run: str = "",
    at: datetime | None = None,
    name: str | None = None,
) -> None:
    """Ask for an audit, or for the next slice of one. Raises QueueError."""
    body = {"connection": connection_id, "run": run or new_id(Kind.RUN)}
    task = Task(
        path=AUDIT_PATH,
        body=body,
        at=at,
        name=name,
        lane=Lane.BACKFILL,
        shard=shard_of(connection_id),
    )
    world.queue.enqueue(task)


def ask_for_audit(world: World, connection_id: str) -> str:
    """Queue an audit now, and return its id, by which it is found among the runs."""
    run = expected(world, connection_id, asked_for="audit")
    queue_audit(world, connection_id, run=run)
    return run


def queue_all(world: World, *, run: str, after: str = "") -> bool:
    """Queue an audit of every connection that runs; True when more are left to queue.

    A page of them now, and a task for the rest.
    """
    place = None
    if after:
        place = Document(path=f"connections/{after}", data={}, version="")
    found = world.store.query(Query(collection="connections", limit=PAGE, after=place))
    for connection in map(loaded, found):
        if connection.state in RUNNING:
            queue_audit(world, connection.id, name=f"audit-{connection.id}-{run}")
    if len(found) < PAGE:
        return False
    body = {"all": run, "after": found[-1].id}
    world.queue.enqueue(Task(path=AUDIT_PATH, body=body, lane=Lane.BACKFILL))
    return True


# --- The budget ----------------------------------------------------------------------


def calls_left(store: Store, organization: str, *, now: datetime) -> int:
    """Return how often an organization's audits may still ask Google today."""
    document = store.get(_budget_path(organization, now))
    spent = 0 if document is None else int(document.data["calls"])
    return DAILY_CALLS - spent


def spend_calls(store: Store, organization: str, calls: int, *, now: datetime) -> None:
    """Count calls of an audit against its organization's day."""
    path = _budget_path(organization, now)
    while calls:
        document = store.get(path)
        spent = 0 if document is None else int(document.data["calls"])
        data = {"calls": spent + calls, "expires_at": now + 2 * GUARD}
        try:
            store.commit([save_over(document, path, data)])
        except Conflict:
            continue
        return


def tomorrow(connection_id: str, *, now: datetime) -> datetime:
    """Return when an audit goes on for which today's calls are used up."""
    digest = hashlib.sha256(connection_id.encode()).digest()
    minutes = int.from_bytes(digest[:4], "big") % (6 * 60)
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + GUARD + timedelta(minutes=minutes)


def _budget_path(organization: str, now: datetime) -> str:
    return f"audit_budgets/{organization}.{now.astimezone(UTC):%Y-%m-%d}"


# --- What it came to -----------------------------------------------------------------


def audited(audit: Audit, *, now: datetime, repaired: int) -> Audited:
    """Return what people see of an audit that has ended."""
    return Audited(
        run=audit.run,
        last_at=now,
        links=audit.links,
        drifted=audit.drifted,
        repaired=repaired,
        found=dict(audit.found),
    )


def hashes(names: Sequence[str]) -> bytes:
    """Return short hashes of names, one behind the other."""
    return b"".join(short_hash(name) for name in names)


HASH = 6


def short_hash(name: str) -> bytes:
    """Return the hash by which a name is remembered, however many there are."""
    return hashlib.sha256(name.encode()).digest()[:HASH]


def hash_set(data: bytes) -> frozenset[bytes]:
    """Return the hashes that lie one behind the other."""
    return frozenset(data[at : at + HASH] for at in range(0, len(data), HASH))
