"""Connections: one calendar joined with one agenda, and what we know of the pair."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from connectors.base import Json
from services.documents import data_of, record_of
from services.orders.jobs import Job
from services.paging import every
from services.ports.store import (
    Conflict,
    Create,
    Document,
    Is,
    Query,
    Replace,
    Store,
    Where,
)

SWEEP_AFTER = timedelta(minutes=30)
UNWATCHED_AFTER = timedelta(minutes=5)
FRESHNESS_SAMPLES = 200


class State(StrEnum):
    """What a connection is doing, as people see it."""

    ACTIVE = "active"
    SYNCING = "syncing"
    PAUSED = "paused"
    HELD = "held"
    NEEDS_APPROVAL = "needs_approval"
    NEEDS_RECONNECT = "needs_reconnect"
    FAILING = "failing"
    DISCONNECTED = "disconnected"


RUNNING = frozenset(
    {
        State.ACTIVE,
        State.SYNCING,
        State.HELD,
        State.NEEDS_APPROVAL,
        State.FAILING,
    }
)
"""The states in which a run may look and write (what is held stays held)."""


TOLD = "what was changed then was written without telling them."


class ConnectionMissing(Exception):
    """There is no such connection (any more)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a person was asked, and has not answered: the state and reason that say so.

    It outlives a pause and trouble, in which the connection shows another state. `told`
    says that the administrators were mailed about it.
    """

    state: State
    reason: str
    since: datetime | None = None
    told: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """The right to write one calendar alone, until `ends_at`.

    `epoch` rises each time it is taken.
    """

    epoch: int = 0
    holder: str = ""
    ends_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Return whether somebody holds it."""
        return self.ends_at is not None and now < self.ends_at


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A full read of one side: how far it is, and the mark it leaves on links.

    `mark` rises with each full read; links that an ended read did not mark are absent.
    """

    mark: int = 0
    under_way: bool = False
    page: str | None = None
    judged: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What a person asks first."""

    links: int = 0
    dirty: int = 0
    parked: int = 0
    held: int = 0
    alone: int = 0
    orders: int = 0
    unsure: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """The deletes and moves of the last hour, for the brake.

    `moved` holds the links that the moves concern, each with its last one.
    """

    deletes: tuple[datetime, ...] = ()
    moves: tuple[datetime, ...] = ()
    moved: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Freshness:
    """Milliseconds from hearing of a change to having written it, newest last."""

    to_agenda: tuple[int, ...] = ()
    to_calendar: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class LastRun:
    """What the newest finished run did."""

    id: str
    started_at: datetime
    ended_at: datetime
    read: int = 0
    written: int = 0
    outcome: str = "done"


@dataclass(frozen=True, kw_only=True, slots=True)
class Audited:
    """What the newest audit came to: how many links had drifted, and in which ways.

    `repaired` counts those that were well again some time later.
    """

    run: str
    last_at: datetime
    links: int = 0
    drifted: int = 0
    repaired: int = 0
    found: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """One calendar joined with one agenda; the unit of sync, of state, of a task.

    `awaited` is the id of a run that somebody asked for and that could not be done yet:
    the next run is that one. `waits_version` rises with each change of what waits
    for a person, which `preview` shows. `rules` marks the settings by which all links
    were planned; `replanned` is how far planning them anew has come, None when done.
    `codec` is the one by which both sides were last read as a whole, or a newer one
    that read all since; `read_days` is the window for which both sides were read.
    One that is disconnected and `frozen` keeps its links, to go on where it was when
    the same pair is connected again. `heard_at` is when we first heard of what could
    not be done yet, `refused_since` when Google first refused even new tokens.
    """

    id: str
    organization: str
    agenda: str
    account: str
    email: str
    calendar_id: str
    created_at: datetime
    summary: str = ""
    shared: bool = False
    state: State = State.ACTIVE
    reason: str = ""
    until: datetime | None = None
    settings: Mapping[str, Json] = field(default_factory=dict)
    zone: str = "UTC"
    access_role: str = "owner"
    token: str | None = None
    token_shape: str = ""
    codec: int = 1
    cursor: str | None = None
    calendar_read: Reading = field(default_factory=Reading)
    agenda_read: Reading = field(default_factory=Reading)
    lease: Lease = field(default_factory=Lease)
    wanted: bool = False
    awaited: str = ""
    heard_at: datetime | None = None
    work: str | None = None
    backlog: bool = False
    tries: int = 0
    refused_since: datetime | None = None
    due_at: datetime | None = None
    wake_at: datetime | None = None
    looked_at: datetime | None = None
    counts: Counts = field(default_factory=Counts)
    spent: Spent = field(default_factory=Spent)
    mailed: tuple[datetime, ...] = ()
    unmailed_at: datetime | None = None
    freshness: Freshness = field(default_factory=Freshness)
    last_run: LastRun | None = None
    asked: Asked | None = None
    rules: str = ""
    replanned: str | None = None
    read_days: int | None = None
    preview: str | None = None
    waits_version: int = 0
    approved: bool = False
    job: Job | None = None
    frozen: bool = False
    channel: str | None = None
    watchable: bool = True
    silent: bool = False
    silences: int = 0
    audit: Audited | None = None
    audit_at: datetime | None = None

    @property
    def first_sync_done(self) -> bool:
        """Whether both sides have been read in full at least once."""
        return self.token is not None and self.cursor is not None

    @property
    def quiet_for(self) -> timedelta:
        """How long nothing may be heard before somebody looks: less without pushes."""
        deaf = self.channel is None or self.silent
        return UNWATCHED_AFTER if deaf else SWEEP_AFTER

    def shown_state(self, now: datetime) -> State:
        """Return the state that a person is told."""
        busy = self.lease.is_live(now) or not self.first_sync_done
        busy = busy or self.job is not None
        return State.SYNCING if self.state is State.ACTIVE and busy else self.state

    @property
    def shown_reason(self) -> str:
        """Return why it is as it is; a few that wait must not go unnoticed."""
        if self.job is not None and self.state in RUNNING:
            return self.job.told(self.counts.orders)
        return self.reason or " ".join(self._unnoticed())

    def _unnoticed(self) -> Iterator[str]:
        if self.unmailed_at is not None:
            since = f"{self.unmailed_at:%H:%M} UTC"
            yield f"Too many guests would have been mailed at {since}: {TOLD}"
        unsure = self.counts.unsure
        parked = max(self.counts.parked - unsure, 0)
        if unsure:
            told = "1 appointment" if unsure == 1 else f"{unsure} appointments"
            yield f"{told} may stand on both sides: a person has to say (see previews)."
        if parked:
            told = "1 appointment is" if parked == 1 else f"{parked} appointments are"
            yield f"{told} set aside and not carried; each link says why."


def asking(
    connection: Connection, state: State, reason: str, *, now: datetime
) -> Connection:
    """Return the connection as it asks a person: held, or needing approval."""
    asked = Asked(state=state, reason=reason, since=now)
    return replace(connection, state=state, reason=reason, asked=asked)


def at_work(connection: Connection) -> Connection:
    """Return the connection as it goes on after a pause or trouble: it asks again."""
    asked = connection.asked
    if asked is None:
        return replace(connection, state=State.ACTIVE, reason="")
    return replace(connection, state=asked.state, reason=asked.reason)


def path_of(connection_id: str) -> str:
    """Return where a connection is stored."""
    return f"connections/{connection_id}"


def loaded(document: Document) -> Connection:
    """Return the connection that a document holds."""
    return record_of(document, Connection)


def load(store: Store, connection_id: str) -> tuple[Connection, Document]:
    """Return a connection and its document. Raises ConnectionMissing."""
    document = store.get(path_of(connection_id))
    if document is None:
        raise ConnectionMissing(connection_id)
    return loaded(document), document


def created(connection: Connection) -> Create:
    """Return the write that stores a new connection."""
    return Create(path=path_of(connection.id), data=data_of(connection))


def replaced(connection: Connection, *, version: str) -> Replace:
    """Return the write that saves a connection over the version that was read."""
    path = path_of(connection.id)
    return Replace(path=path, data=data_of(connection), version=version)


def change(
    store: Store, connection_id: str, how: Callable[[Connection], Connection]
) -> Connection:
    """Save what `how` makes of the connection, again and again until nobody is between.

    `how` may raise to give up. Nothing is written where it changes nothing.
    """
    while True:
        before, document = load(store, connection_id)
        after = how(before)
        if after == before:
            return before
        try:
            store.commit([replaced(after, version=document.version)])
        except Conflict:
            continue
        return after


def of_agenda(store: Store, agenda: str) -> list[Connection]:
    """Return the connections of an agenda that are not disconnected."""
    found = _where(store, "agenda", agenda)
    return [one for one in found if one.state is not State.DISCONNECTED]


def of_account(store: Store, account: str) -> list[Connection]:
    """Return every connection that an account was used for, disconnected ones too."""
    return _where(store, "account", account)


def _where(store: Store, member: str, value: str) -> list[Connection]:
    query = Query(
        collection="connections",
        where=[Where(member=member, compare=Is.EQUAL, value=value)],
    )
    return [loaded(document) for document in every(store, query)]
