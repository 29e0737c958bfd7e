"""The stage: one agenda, one Google calendar, and the processes that join them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.base import Connector
from connectors.rest.connector import RestConnector
from functions.connecting import Registered
from infra.google import tokens
from infra.google.calendar import GoogleCalendar
from infra.google.calendar_api import CalendarApi
from local.google.app import create_app
from local.google.model import Client as GoogleClient
from services.agendas.agenda import Wanted, create_agenda
from services.agendas.announcing import announce
from services.connections.connection import Connection, load
from services.connections.opening import Joining, open_connection
from services.documents import data_of
from services.google.accounts import Account, granted, path_of
from services.items.engine_shelf import Shelf
from services.items.items import Desk
from services.json_values import merge_patch
from services.links.documents import link_of
from services.links.link import Link, links_of
from services.organizations.google_credentials import read_credentials
from services.organizations.organization import create_organization, set_google
from services.ports.accounts import AccessToken, Client, Grant
from services.ports.calendar import Calendar, CalendarEntry
from services.ports.queue import Task
from services.ports.store import Create, Query, Store
from services.ports.vault import Vault
from services.secrets.sealing import Sealer
from services.secrets.signing import Signer
from services.world import Addresses, Application, World
from sync.content import Content
from sync.google import project
from tests.journeys.workbench import NoMail
from tests.torture.applications import Applications, HostileAgenda, HostileConnector
from tests.torture.rest_applications import RestApplications
from tests.torture.timeline import Timeline
from tests.torture.transport import OWNER, Person, WsgiTransport, with_mailbox
from tests.torture.watching import Watch, WatchedStore
from tests.torture.workers import PointedQueue, PointedStore, Points, SkewedClock
from tests.torture.yesterday import Kept, kept, put_back
from tests.twins import MemoryVault, VirtualClock, no_http

ANNA, BOB = "anna@example.com", "bob@example.com"
ZONE = "Europe/Amsterdam"
CALL_TAKES = timedelta(milliseconds=80)
MOST_DELETES = 6
BRAKE = {"max_deletes": MOST_DELETES, "max_moves": 1_000_000, "max_share": 1}
# People as text would stand in the descriptions that are compared.
SETTINGS = {"time_zone": ZONE, "brake": BRAKE, "participants": "none"}
AGENDAS = "agendas/"


class OneAccount:
    """Google's accounts, as far as a run needs them: tokens, and calendars."""

    def __init__(self, transport: WsgiTransport, clock: SkewedClock) -> None:
        self._transport, self._clock = transport, clock
        self._api = CalendarApi(transport)

    def refresh(self, client: Client, refresh_token: str) -> AccessToken:
        now = self._clock.now()
        return tokens.refresh(self._transport, client, refresh_token, now=now)

    def calendar(
        self, access: AccessToken, calendar_id: str, *, event_types: Any
    ) -> Calendar:
        return GoogleCalendar(
            self._api,
            access,
            calendar_id=calendar_id,
            event_types=event_types,
            clock=self._clock,
        )


@dataclass
class Process:
    """One process of Tandem: its own memory and clock, and what may strike it."""

    name: str
    world: World
    points: Points
    clock: SkewedClock


@dataclass
class Stage:
    """Everything that a story needs; `store` is shared by all processes."""

    store: Store
    clock: VirtualClock = field(default_factory=VirtualClock)
    vault: Vault = field(default_factory=MemoryVault)
    role: str = OWNER
    hostile: bool = False

    def __post_init__(self) -> None:
        client = GoogleClient(client_id="1-app", project="1", secret="x")
        self.app = create_app(clock=self.clock.now, clients=[client])
        self.pushes = with_mailbox(self.app)
        self.watch = Watch()
        self.applications: Applications = HostileAgenda(self.clock)
        self.watched = WatchedStore(self.store, self.watch)
        self.store = self.watched
        self.line = Timeline(self.clock)
        self.born = 0
        self.forgotten: set[str] = set()
        self.attached: dict[str, dict[str, Any]] = {}
        self.said: dict[tuple[str, str], dict[str, Any]] = {}
        self.anna, self.bob = Person(self.app, ANNA), Person(self.app, BOB)
        self.office = self.process()
        self._set_up()

    def process(self, skew: timedelta = timedelta(0)) -> Process:
        """Return a new process, which remembers nothing."""
        self.born += 1
        points, clock = Points(), SkewedClock(self.clock, skew)
        transport = WsgiTransport(
            self.app, point=_at(points), spend=self.spend, role=lambda: self.role
        )
        transport.watch = self.watch.called
        world = World(
            store=PointedStore(self.store, points),
            queue=PointedQueue(self.line, points),
            vault=self.vault,
            mailer=NoMail(),
            accounts=OneAccount(transport, clock),  # type: ignore[arg-type] # because no run asks for more
            signer=Signer(self.vault),
            sealer=Sealer(self.vault),
            clock=clock,
            connect=lambda application: self._connect(world, application, points),
            connectors=Registered(lambda: world, no_http),
            addresses=Addresses(base="http://localhost:8080", of={}),
            environment="test",
            process=f"p{self.born}",
        )
        return Process(f"p{self.born}", world, points, clock)

    def spend(self) -> None:
        """Let the time pass that a call takes."""
        self.clock.advance(CALL_TAKES)

    def _connect(
        self, world: World, application: Application, points: Points
    ) -> Connector:
        if isinstance(self.applications, HostileAgenda):
            return HostileConnector(self.applications, points)
        shelf = Shelf(world, application.agenda)
        return RestConnector(application.agenda, shelf, application.last_number)

    def _set_up(self) -> None:
        world, now = self.office.world, self.clock.now()
        organization, _ = create_organization(world, "Praktijk", now=now)
        credentials = {
            "kind": "oauth_client",
            "client_id": "1-app",
            "client_secret": "x",
        }
        set_google(world, organization.id, read_credentials(credentials), replace=False)
        wanted = Wanted(name="Anna", owner_email=ANNA, settings=SETTINGS)
        self.agenda = create_agenda(
            world, wanted, organization=organization.id, now=now
        ).id
        if isinstance(self.applications, HostileAgenda) and self.hostile:
            self.applications.changed = self._hint
        else:
            desk, agenda = self.desk, self.agenda
            self.applications = RestApplications(self.store, agenda, desk)
        account = self._account(organization.id, now)
        joining = Joining(
            organization=organization.id,
            agenda=self.agenda,
            account=account.id,
            email=ANNA,
            entry=CalendarEntry(
                id=ANNA,
                summary="Anna",
                access_role="owner",
                time_zone=ZONE,
                primary=True,
            ),
        )
        self.connection_id = open_connection(world, joining, now=now).id

    def _account(self, organization: str, now: datetime) -> Account:
        account = Account(
            id=f"{organization}.1",
            organization=organization,
            subject="1",
            email=ANNA,
            client_id="1-app",
            created_at=now,
        )
        given = self.anna.tokens
        access = AccessToken(value=given["access_token"], ends_at=now)
        grant = Grant(
            subject="1",
            email=ANNA,
            email_verified=True,
            scopes=frozenset(),
            access=access,
            refresh_token=given["refresh_token"],
            nonce="",
        )
        known = granted(account, grant, sealer=self.office.world.sealer)
        known = replace(known, access_ends_at=now)
        self.store.commit([Create(path=path_of(known.id), data=data_of(known))])
        return known

    def desk(self, author: str) -> Desk:
        """Return where an application works."""
        world, now = self.office.world, self.clock.now()
        return Desk(
            world=world,
            agenda=self.agenda,
            author=author,
            now=now,
            announce=lambda told: announce(world, told, now=now),
        )

    def keep(self, name: str, members: Mapping[str, Any]) -> None:
        """Remember what Tandem does not map, and must leave alone."""
        self.attached[name] = merge_patch(self.attached.get(name, {}), members)

    def _hint(self) -> None:
        """Let a hostile agenda tell of a change, as far as it tells."""
        body = {"connection": self.connection_id}
        self.line.add(Task(path="/tasks/sync", body=body))

    def shown(self, content: Content) -> Content:
        """Return what both sides can hold of a content, so that they compare."""
        return project(self.applications.project(content), zone=ZONE)

    def copied(self) -> Kept:
        """Return what Tandem knows just now, all but the agenda itself."""
        return kept(self.store, self._known_paths())

    def know_only(self, copy: Kept) -> None:
        """Let Tandem know what it knew then, while both sides are as they are."""
        put_back(self.store, copy, self._known_paths())
        # They are stopped when a push of theirs asks for a run, or end by themselves.
        self.forgotten |= self.strange_channels()
        self.office = self.process()

    def strange_channels(self) -> set[str]:
        """Return the channels that are open at Google, and that nobody knows of."""
        now = int(self.clock.now().timestamp() * 1000)
        live = [
            channel.id
            for channel in self.app.world.state.channels.all()
            if not channel.stopped and channel.expires_at > now
        ]
        return {one for one in live if self.store.get(f"channels/{one}") is None}

    def _known_paths(self) -> Iterator[str]:
        paths = sorted(self.watched.paths)
        return (path for path in paths if not path.startswith(AGENDAS))

    def connection(self) -> Connection:
        """Return the connection as it is stored."""
        return load(self.store, self.connection_id)[0]

    def links(self) -> list[Link]:
        """Return all stored links."""
        query = Query(collection=links_of(self.connection_id), limit=100_000)
        documents = self.store.query(query)
        return [link_of(each) for each in documents if "same_as" not in each.data]


def _at(points: Points) -> Any:
    """Return what a transport tells of its calls: before one, and after it."""
    late: list[bool] = []

    def point(said: str) -> None:
        if said != "answered":
            late[:] = [points.before(said)]
        elif late and late.pop():
            points.after()

    return point


START = datetime(2026, 11, 20, 9, tzinfo=UTC)
