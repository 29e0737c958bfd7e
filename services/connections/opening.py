"""Join a calendar with an agenda: a connection is born, once per calendar."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from services.connections.connection import (
    Connection,
    at_work,
    change,
    created,
    loaded,
    of_agenda,
)
from services.google.pace import rested
from services.lanes import Lane, new_connection_id
from services.paging import every
from services.ports.calendar import CalendarEntry
from services.ports.store import (
    Conflict,
    Create,
    Delete,
    Is,
    Query,
    Replace,
    Store,
    Where,
    Write,
)
from services.queueing import queue_run
from services.world import World


class CalendarTaken(Exception):
    """Another connection already keeps this calendar; `connection` says which."""

    def __init__(self, connection: str) -> None:
        super().__init__(
            "This calendar is connected with another agenda already. Disconnect it "
            'there first, or ask for it to be shared with "shared": true.'
        )
        self.connection = connection


@dataclass(frozen=True, kw_only=True, slots=True)
class Joining:
    """Which agenda is to be joined with what, and by whose account."""

    organization: str
    agenda: str
    account: str
    email: str
    entry: CalendarEntry
    shared: bool = False


def claim_path(calendar_id: str) -> str:
    """Return the document that says which connection keeps a calendar."""
    digest = hashlib.sha256(calendar_id.lower().encode()).hexdigest()
    return f"calendar_claims/{digest[:40]}"


def open_connection(world: World, joining: Joining, *, now: datetime) -> Connection:
    """Return the connection of this calendar and agenda, made or woken; queue a run.

    The same agenda, account and calendar again gives the connection that exists, active
    once more. Raises CalendarTaken when another one keeps the calendar.
    """
    for known in of_agenda(world.store, joining.agenda):
        if known.calendar_id == joining.entry.id:
            woken = _woken(world.store, known, joining, now=now)
            queue_run(world, woken.id)
            return woken
    frozen = _frozen(world.store, joining)
    if frozen is not None:
        _claim(world.store, frozen)
        woken = _woken(world.store, frozen, joining, now=now)
        queue_run(world, woken.id)
        return woken
    connection = rested(world.store, _new(joining, now=now), now=now)
    _store(world.store, connection)
    queue_run(world, connection.id, lane=Lane.BACKFILL)
    return connection


def release_claim(store: Store, connection: Connection) -> None:
    """Let another connection have the calendar."""
    path = claim_path(connection.calendar_id)
    document = store.get(path)
    if document is not None and document.data.get("connection") == connection.id:
        store.commit([Delete(path=path, version=document.version)])


def _new(joining: Joining, *, now: datetime) -> Connection:
    return Connection(
        id=new_connection_id(joining.organization),
        organization=joining.organization,
        agenda=joining.agenda,
        account=joining.account,
        email=joining.email,
        calendar_id=joining.entry.id,
        summary=joining.entry.summary,
        shared=joining.shared,
        zone=joining.entry.time_zone or "UTC",
        access_role=joining.entry.access_role,
        created_at=now,
        due_at=now,
    )


def _woken(
    store: Store, known: Connection, joining: Joining, *, now: datetime
) -> Connection:
    def awake(connection: Connection) -> Connection:
        woken = replace(
            at_work(connection),
            account=joining.account,
            email=joining.email,
            until=None,
            channel=None,
            frozen=False,
            due_at=connection.due_at or connection.created_at,
        )
        return rested(store, woken, now=now)

    return change(store, known.id, awake)


def _frozen(store: Store, joining: Joining) -> Connection | None:
    """Return the connection of this pair that ended with its links kept, if any."""
    where = Where(member="agenda", compare=Is.EQUAL, value=joining.agenda)
    found = map(loaded, every(store, Query(collection="connections", where=[where])))
    of_pair = (one for one in found if one.calendar_id == joining.entry.id)
    return next((one for one in of_pair if one.frozen), None)


def _store(store: Store, connection: Connection) -> None:
    _claim(store, connection, created(connection))


def _claim(store: Store, connection: Connection, *writes_too: Write) -> None:
    """Keep the calendar for a connection. Raises CalendarTaken."""
    claim = {"connection": connection.id, "organization": connection.organization}
    path = claim_path(connection.calendar_id)
    taken = store.get(path)
    writes: list[Write] = [*writes_too]
    if taken is None:
        writes.append(Create(path=path, data=claim))
    elif not taken.data:
        writes.append(Replace(path=path, data=claim, version=taken.version))
    elif not connection.shared and taken.data["connection"] != connection.id:
        raise CalendarTaken(str(taken.data["connection"]))
    if not writes:
        return
    try:
        store.commit(writes)
    except Conflict:
        current = store.get(path)
        raise CalendarTaken(
            str(current.data.get("connection")) if current else "another"
        ) from None
