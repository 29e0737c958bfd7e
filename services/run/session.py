"""One run's hold on its connection: what it knows of it, and how it saves it."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from functools import cached_property

from connectors.base import Connector, Window
from services.agendas.settings_reading import AgendaSettings
from services.connections.connection import (
    Connection,
    Lease,
    change,
    load,
    path_of,
    replaced,
)
from services.google.pace import resting_connection
from services.ids import Kind, new_id
from services.lanes import Lane
from services.ports.calendar import Calendar
from services.ports.store import Conflict, Document, Write
from services.queueing import queue_run
from services.run.deciding.rules import Rules
from services.run.hint import Busy, Hint, Overtaken
from services.run.writing.allowance import Allowance
from services.world import World

LEASE_LASTS = timedelta(seconds=150)
CALL_TAKES_AT_MOST = timedelta(seconds=30)
SLICES = {Lane.LIVE: timedelta(seconds=20), Lane.BACKFILL: timedelta(seconds=60)}
FAR = timedelta(days=365 * 50)

_OF_OTHERS = frozenset(
    {
        "wanted",
        "awaited",
        "heard_at",
        "channel",
        "watchable",
        "silent",
        "silences",
        "state",
        "reason",
        "until",
        "settings",
        "account",
        "email",
        "due_at",
        "asked",
        "preview",
        "approved",
        "audit",
        "audit_at",
    }
)
"""What people, channels and other runs change while a run goes on."""


class LinkMoved(Exception):
    """Somebody saved a link meanwhile; `path` says which."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Session:
    """A connection in the hands of one run.

    `connection` is as this run last read or saved it. Saving is refused (`Overtaken`)
    where another run moved it on; what others may change meanwhile is kept.
    """

    def __init__(
        self,
        world: World,
        hint: Hint,
        *,
        connection: Connection,
        document: Document,
        agenda: Document,
    ) -> None:
        self.world, self.hint, self.agenda = world, hint, agenda
        self.connection, self.version = connection, document.version
        self.started_at = world.clock.now()
        self.read = self.written = 0
        self.wanted = False
        self.allowance = Allowance(world, connection.account)
        self.mailed = connection.mailed
        self.unmailed_at: datetime | None = None
        self.goes_on = self.handed_over = False
        self.asked = hint.run or connection.awaited
        self.run_id = self.asked or new_id(Kind.RUN)
        self.before = connection.last_run
        self.heard_before = connection.heard_at
        self.settings: AgendaSettings
        self.calendar: Calendar
        self.connector: Connector

    def now(self) -> datetime:
        """Return the time."""
        return self.world.clock.now()

    @cached_property
    def identity(self) -> str:
        """What names the application for good: see `sync.identity`."""
        data = self.agenda.data
        named = (data.get("application") or {}).get("identity")
        whose = (
            self.agenda.id if self.connection.shared else data.get("owner_email", "")
        )
        return f"{data['connector']}:{named or whose}"

    @property
    def own_addresses(self) -> frozenset[str]:
        """The addresses under which the calendar's owner is known to guests."""
        connection = self.connection
        known = (connection.email, connection.calendar_id)
        return frozenset(each.lower() for each in known if "@" in each)

    @property
    def rules(self) -> Rules:
        """How the links of this connection are seen and merged in this run."""
        return Rules(
            settings=self.settings,
            connector=self.connector,
            zone=self.connection.zone,
            email=self.connection.email,
        )

    @property
    def shape(self) -> str:
        """What the calendar is asked for; a sync token is good for this shape only."""
        return ",".join(sorted(self.settings.event_types))

    @property
    def window(self) -> Window:
        """The stretch of time that is synced."""
        now = self.now()
        start = now - timedelta(days=self.settings.window_days)
        return Window(start=start, end=now + FAR)

    @property
    def time_is_up(self) -> bool:
        """Whether this slice has worked long enough.

        A backfill gives way to whoever brings news of the same calendar: its lease is
        in the way of an edit that a person waits for. A process that is about to end
        leaves the rest to another one.
        """
        if self.world.stopping():
            return True
        wanted = self.wanted or self.connection.wanted
        gives_way = self.hint.lane is Lane.BACKFILL and wanted
        gives_way = gives_way or self.allowance.is_used_up
        return gives_way or self.now() - self.started_at > SLICES[self.hint.lane]

    def may_go_on(self) -> bool:
        """Whether one more round of calls may start; it may wait for that a little."""
        if not self.time_is_up:
            self.allowance.refill()
        return not self.time_is_up

    # --- saving ----------------------------------------------------------------------

    def save(
        self,
        change: Callable[[Connection], Connection],
        *,
        writes: Sequence[Write] = (),
    ) -> Sequence[str]:
        """Save the connection together with other documents; return their versions.

        Raises Overtaken, LinkMoved.
        """
        while True:
            after = change(self.connection)
            mine = replaced(after, version=self.version)
            try:
                versions = self.world.store.commit([mine, *writes])
            except Conflict as conflict:
                if conflict.path != path_of(self.connection.id):
                    raise LinkMoved(conflict.path) from None
                self._catch_up()
                continue
            self.connection, self.version = after, versions[0]
            return versions[1:]

    def _catch_up(self) -> None:
        """Take what others changed. Raises Overtaken when it was another run."""
        theirs, document = load(self.world.store, self.connection.id)
        for each in fields(Connection):
            ours_only = each.name not in _OF_OTHERS
            if ours_only and getattr(theirs, each.name) != getattr(
                self.connection, each.name
            ):
                raise Overtaken
        self.connection, self.version = theirs, document.version

    @property
    def limited(self) -> bool:
        """Whether Google asked us to change nothing in this account for a while."""
        until = self.connection.until
        return until is not None and self.now() < until

    def stop_writing(self, *, until: datetime, why: str) -> None:
        """Write nothing more in this account until then, and say why."""

        self.save(lambda now: resting_connection(now, until=until, why=why))

    # --- the lease -------------------------------------------------------------------

    @property
    def has_lease(self) -> bool:
        """Whether this run took the lease and has not given it back."""
        return self.connection.lease.holder == self.holder

    @property
    def holds_lease(self) -> bool:
        """Whether this run may write for at least one more call."""
        lease = self.connection.lease
        if not self.has_lease or lease.ends_at is None:
            return False
        return lease.ends_at - self.now() > CALL_TAKES_AT_MOST

    @cached_property
    def holder(self) -> str:
        """Who this run is to other runs: its process, and the moment it began."""
        return f"{self.world.process}/{self.started_at.isoformat()}/{id(self)}"

    def with_lease(self, connection: Connection) -> Connection:
        """Return the connection with the lease in this run's hands. Raises Busy."""
        now, lease = self.now(), connection.lease
        if lease.is_live(now) and lease.holder != self.holder:
            raise Busy
        epoch = lease.epoch + (lease.holder != self.holder)
        ours = Lease(epoch=epoch, holder=self.holder, ends_at=now + LEASE_LASTS)
        return replace(connection, lease=ours)

    def give_back(self) -> None:
        """Give the lease back without more ado, if this run holds it.

        What is stored decides: this run may not know that its save was done, when the
        answer was lost. A run that was wanted meanwhile is queued.
        """
        change(self.world.store, self.connection.id, self.without_lease)
        if self.wanted:
            queue_run(self.world, self.connection.id)

    def without_lease(self, connection: Connection) -> Connection:
        """Return the connection with the lease given back."""
        if connection.lease.holder != self.holder:
            return connection
        self.wanted = connection.wanted
        epoch = connection.lease.epoch
        return replace(connection, lease=Lease(epoch=epoch), wanted=False)
