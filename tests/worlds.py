"""A world of twins: all ports in memory, with a Google of a few lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Never

from connectors.base import Connector
from functions.connecting import Registered
from local.store import SqliteStore
from services.agendas.agenda import Agenda, Wanted, create_agenda
from services.connections import connection as connections
from services.connections.connection import Connection
from services.documents import data_of
from services.google import accounts
from services.google.accounts import Account
from services.ids import Kind, new_id
from services.indexes import INDEXES
from services.organizations.google_credentials import read_credentials
from services.organizations.organization import create_organization, set_google
from services.ports.accounts import AccessToken, Client, Grant
from services.ports.calendar import (
    Calendar,
    CalendarEntry,
    Channel,
    Envelope,
    Page,
    Row,
)
from services.ports.clock import Clock
from services.ports.mailer import Mail
from services.ports.queue import Queue, QueueError, Task
from services.ports.store import Create, Store
from services.secrets.sealing import Sealer
from services.secrets.signing import Signer
from services.world import Addresses, Application, World
from sync.errors import AccessRevoked, TokenRefused
from tests.twins import MemoryVault, VirtualClock, no_http

CLIENT = {"kind": "oauth_client", "client_id": "1-app", "client_secret": "secret"}


class MemoryQueue:
    """Tasks in a list; `down` refuses them all."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.down = False

    def enqueue(self, task: Task) -> bool:
        if self.down:
            raise QueueError("The queue is down.")
        if task.name is not None and task.name in {one.name for one in self.tasks}:
            return False
        self.tasks.append(task)
        return True

    def check(self) -> None:
        if self.down:
            raise QueueError("The queue is down.")

    def bodies(self, path: str) -> list[Mapping[str, object]]:
        """Return the bodies of the tasks for one path, in order."""
        return [task.body for task in self.tasks if task.path == path]


class MemoryMailer:
    """Mails in a list."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    def send(self, mail: Mail) -> None:
        self.mails.append(mail)


@dataclass
class SmallGoogle:
    """A Google that hands out tokens, and keeps push channels but no events.

    `refused` are access tokens that died before their time; `revoked` says that no
    refresh token opens anything any more. `entries` is everybody's calendar list.
    """

    clock: Clock
    handed_out: int = 0
    refused: set[str] = field(default_factory=set)
    revoked: bool = False
    watchable: bool = True
    trouble: Exception | None = None
    entries: Sequence[CalendarEntry] = ()
    watched: dict[str, str] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)

    def token(self, lasts: timedelta = timedelta(hours=1)) -> AccessToken:
        """Return a token that nobody had before."""
        self.handed_out += 1
        ends_at = self.clock.now() + lasts
        return AccessToken(value=f"access-{self.handed_out}", ends_at=ends_at)

    def refresh(self, client: Client, refresh_token: str) -> AccessToken:
        if self.revoked:
            raise AccessRevoked("Google has ended our access to this account.")
        return self.token()

    def impersonate(
        self, key: Mapping[str, str], *, subject: str, scopes: Sequence[str]
    ) -> AccessToken:
        return self.token()

    def calendar(
        self, access: AccessToken, calendar_id: str, *, event_types: Sequence[str]
    ) -> Calendar:
        return SmallCalendar(self, access)

    def calendars(self, access: AccessToken) -> Sequence[CalendarEntry]:
        return self.entries

    def revoke(self, token: str) -> None:
        self.revoked = True

    def consent_url(
        self,
        client: Client,
        *,
        redirect_uri: str,
        state: str,
        nonce: str,
        verifier: str,
        login_hint: str,
        scopes: Sequence[str],
    ) -> str:
        return f"{redirect_uri}?state={state}"

    def exchange(
        self, client: Client, *, redirect_uri: str, code: str, verifier: str
    ) -> Grant:
        raise AccessRevoked("This Google takes no codes.")


@dataclass
class SmallCalendar:
    """One empty calendar, seen with one token."""

    google: SmallGoogle
    access: AccessToken

    def watch(
        self, *, channel_id: str, token: str, address: str, lasts: timedelta
    ) -> Channel | None:
        self._enter()
        if not self.google.watchable:
            return None
        self.google.watched[channel_id] = token
        ends_at = self.google.clock.now() + lasts
        return Channel(id=channel_id, resource_id="resource", ends_at=ends_at)

    def stop(self, *, channel_id: str, resource_id: str) -> None:
        self._enter()
        self.google.stopped.append(channel_id)

    def read(self, *, token: str | None, page: str | None) -> Page:
        self._enter()
        return Page(
            rows=[],
            envelope=Envelope(access_role="owner", time_zone="UTC"),
            next_token="next",
        )

    def get(self, event_id: str) -> Row:
        return self._nothing()

    def find(self, ical_uid: str) -> Sequence[Row]:
        return []

    def instance(self, series_id: str, original_start: str) -> Row:
        return self._nothing()

    def instances(
        self, series_id: str, *, start: datetime, end: datetime
    ) -> Sequence[Row]:
        return []

    def insert(self, body: Row, *, mails: object) -> Row:
        return self._nothing()

    def patch(
        self, event_id: str, body: Row, *, etag: str | None, mails: object
    ) -> Row:
        return self._nothing()

    def delete(self, event_id: str, *, etag: str | None, mails: object) -> None:
        self._enter()

    def _enter(self) -> None:
        if self.google.trouble is not None:
            raise self.google.trouble
        if self.access.value in self.google.refused:
            raise TokenRefused("Google does not take this token.")

    def _nothing(self) -> Never:
        raise AssertionError("A test asks for events of a calendar without any.")


@dataclass
class Stage:
    """A world, with what stands behind its ports."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    mailer: MemoryMailer = field(default_factory=MemoryMailer)
    store: Store = field(
        default_factory=lambda: SqliteStore(":memory:", indexes=INDEXES)
    )

    def __post_init__(self) -> None:
        self.google = SmallGoogle(self.clock)
        self.world = self.new_process()

    def new_process(self, *, queue: Queue | None = None) -> World:
        """Return the same world as another process sees it, which remembers nothing."""
        vault = getattr(self, "_vault", None) or MemoryVault()
        self._vault = vault
        return World(
            store=self.store,
            queue=queue or self.queue,
            vault=vault,
            mailer=self.mailer,
            accounts=self.google,
            signer=Signer(vault),
            sealer=Sealer(vault),
            clock=self.clock,
            connect=_no_connector,
            connectors=Registered(lambda: self.world, no_http),
            addresses=Addresses(base="https://tandem.example.com", of={}),
            environment="local",
        )

    @property
    def now(self) -> datetime:
        """The time."""
        return self.clock.now()

    def agenda(self) -> Agenda:
        """Make an organization with an OAuth client, and an agenda of it."""
        organization, _ = create_organization(self.world, "Fixers", now=self.now)
        credentials = read_credentials(CLIENT)
        set_google(self.world, organization.id, credentials, replace=False)
        wanted = Wanted(name="Visits", owner_email="anna@example.com")
        return create_agenda(
            self.world, wanted, organization=organization.id, now=self.now
        )

    def account(self, organization: str, **members: object) -> Account:
        """Keep an account that was granted an hour of access, and a refresh token."""
        account = Account(
            id=accounts.oauth_account_id(organization, "1"),
            organization=organization,
            subject="1",
            email="anna@example.com",
            client_id="1-app",
            created_at=self.now,
        )
        grant = Grant(
            subject="1",
            email="anna@example.com",
            email_verified=True,
            scopes=frozenset(),
            access=self.google.token(),
            refresh_token="1//refresh",
            nonce="",
        )
        granted = accounts.granted(account, grant, sealer=self.world.sealer)
        granted = replace(granted, **members)  # type: ignore[arg-type]  # because tests name members by word
        write = Create(path=accounts.path_of(account.id), data=data_of(granted))
        self.store.commit([write])
        return granted

    def connection(self, **members: object) -> Connection:
        """Keep a connection of a new agenda with a new account."""
        agenda = self.agenda()
        account = self.account(agenda.organization)
        connection = Connection(
            id=new_id(Kind.CONNECTION),
            organization=agenda.organization,
            agenda=agenda.id,
            account=account.id,
            email=account.email,
            calendar_id="anna@example.com",
            created_at=self.now,
            due_at=self.now + timedelta(minutes=30),
        )
        made = replace(connection, **members)  # type: ignore[arg-type]  # because of the same
        self.store.commit([connections.created(made)])
        return made

    def loaded(self, connection: Connection) -> Connection:
        """Return a connection as it is now."""
        return connections.load(self.store, connection.id)[0]


def _no_connector(application: Application) -> Connector:
    raise AssertionError(f"A test opens {application.agenda}: nothing is behind it.")
