"""A whole Tandem in one process, its connection already made, against the stand-in.

Tasks lie in a list until a test runs them, so that it decides when a run happens.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from connectors.base import Connector
from connectors.rest.connector import RestConnector
from functions.connecting import Registered
from infra.google.accounts import GoogleAccounts
from local.store import SqliteStore
from services.agendas.agenda import Wanted, create_agenda
from services.agendas.announcing import Announcement
from services.connections.connection import Connection, load
from services.connections.opening import Joining, open_connection, release_claim
from services.documents import data_of
from services.google.accounts import Account, path_of, sealed_access
from services.items.engine_shelf import Shelf
from services.items.items import Condition, Desk, delete_item, put_item
from services.items.records import stored_item
from services.links.documents import link_of
from services.links.link import Link, links_of
from services.organizations.organization import create_organization
from services.ports.accounts import AccessToken
from services.ports.calendar import CalendarEntry
from services.ports.clock import Clock
from services.ports.mailer import Mail
from services.ports.queue import Task
from services.ports.store import Create, Delete, Query, Store
from services.ports.vault import Vault
from services.run import Hint, Outcome, sync
from services.secrets.sealing import Sealer
from services.secrets.signing import Signer
from services.world import Addresses, Application, World
from tests.standin.people import Person
from tests.twins import MemoryVault, no_http

Json = dict[str, Any]


class TaskList:
    """A queue that a test empties when it likes; names count once."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.names: set[str] = set()

    def enqueue(self, task: Task) -> bool:
        if task.name is not None and task.name in self.names:
            return False
        if task.name is not None:
            self.names.add(task.name)
        self.tasks.append(task)
        return True

    def check(self) -> None:
        """All is well."""


class NoMail:
    """A mailer that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    def send(self, mail: Mail) -> None:
        self.sent.append(mail)


class RealClock:
    """The time, moved on by as much as a test says."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def sleep(self, how_long: timedelta) -> None:
        self.ahead += how_long

    def wait(self, event: Event, how_long: timedelta) -> None:
        if not event.is_set():
            self.sleep(how_long)


@dataclass
class Workbench:
    """One organization, one agenda, one calendar, and the connection between them."""

    person: Person
    store: Store = field(default_factory=lambda: SqliteStore(":memory:"))
    clock: RealClock = field(default_factory=RealClock)
    queue: TaskList = field(default_factory=TaskList)
    vault: Vault = field(default_factory=MemoryVault)
    settings: Mapping[str, Any] = field(default_factory=dict)
    organization: str = ""
    subject: str = "1"

    def __post_init__(self) -> None:
        vault = self.vault
        clock: Clock = self.clock
        self.world = World(
            store=self.store,
            queue=self.queue,
            vault=vault,
            mailer=NoMail(),
            accounts=GoogleAccounts(self.person.url, clock=clock),
            signer=Signer(vault),
            sealer=Sealer(vault),
            clock=clock,
            connect=self._connect,
            connectors=Registered(lambda: self.world, no_http),
            addresses=Addresses(base="http://localhost:8080", of={}),
            environment="test",
        )
        self.connection_id = ""
        self._set_up()

    def _connect(self, application: Application) -> Connector:
        shelf = Shelf(self.world, application.agenda)
        return RestConnector(application.agenda, shelf, application.last_number)

    def _set_up(self) -> None:
        now = self.clock.now()
        if not self.organization:
            made = create_organization(self.world, "Praktijk", now=now)
            self.organization, self.organization_key = made[0].id, made[1]
        wanted = Wanted(
            name="Anna",
            owner_email=self.person.email,
            settings={"time_zone": "Europe/Amsterdam", **self.settings},
        )
        self.agenda = create_agenda(
            self.world, wanted, organization=self.organization, now=now
        ).id

    def connect(self, *, shared: bool = False) -> None:
        """Join the person's primary calendar with the agenda, consent given."""
        now = self.clock.now()
        account_id = f"{self.organization}.{self.subject}"
        account = Account(
            id=account_id,
            organization=self.organization,
            subject=self.subject,
            email=self.person.email,
            client_id="1-app",
            created_at=now,
            access=sealed_access(account_id, self._token(), self.world.sealer),
            access_ends_at=self._token().ends_at,
        )
        path = path_of(account.id)
        self.store.commit([Create(path=path, data=data_of(account))])
        self.open_connection(shared=shared)

    def open_connection(self, *, shared: bool = False) -> None:
        """Join the calendar of an account that is known already."""
        now = self.clock.now()
        self.remember_token()
        entry = CalendarEntry(
            id=self.person.email,
            summary="Anna",
            access_role="owner",
            time_zone="Europe/Amsterdam",
            primary=True,
        )
        joining = Joining(
            organization=self.organization,
            agenda=self.agenda,
            account=f"{self.organization}.{self.subject}",
            email=self.person.email,
            entry=entry,
            shared=shared,
        )
        self.connection_id = open_connection(self.world, joining, now=now).id

    def lose_connection(self) -> None:
        """Lose all that is stored of the connection; account and agenda stay."""
        connection = self.connection()
        path = f"connections/{connection.id}"
        release_claim(self.store, connection)
        self.store.delete_under(path)
        self.store.commit([Delete(path=path)])

    def remember_token(self) -> None:
        """Put an access token where a warm process has it."""
        self.world.memory.tokens[f"{self.organization}.{self.subject}"] = self._token()

    def _token(self) -> AccessToken:
        ends_at = self.clock.now() + timedelta(days=365)
        return AccessToken(value=self.person.access_token, ends_at=ends_at)

    # --- the agenda ------------------------------------------------------------------

    def desk(self) -> Desk:
        """Return where the application works."""
        return Desk(
            world=self.world,
            agenda=self.agenda,
            author="k_app",
            now=self.clock.now(),
            announce=self._hear,
        )

    def _hear(self, told: Announcement) -> None:
        """The application needs nobody to tell of its own changes here."""

    def put(self, item_id: str, **members: Any) -> Json:
        """State an item as the application does."""
        body = {"@type": "Event", "timeZone": "Europe/Amsterdam", **members}
        return put_item(self.desk(), item_id, body, condition=Condition()).item.json

    def remove(self, item_id: str) -> None:
        """Delete an item as the application does."""
        delete_item(self.desk(), item_id, condition=Condition())

    def items(self) -> dict[str, Json]:
        """Return the items that are there, by title."""
        query = Query(collection=f"agendas/{self.agenda}/items", limit=10_000)
        found = self.store.query(query)
        live = [stored_item(document) for document in found]
        return {
            item.json.get("title", ""): item.json for item in live if not item.deleted
        }

    def titles_in_agenda(self) -> list[str]:
        """Return the titles of all items that are there, doubles too."""
        found, after = [], None
        while True:
            collection = f"agendas/{self.agenda}/items"
            query = Query(collection=collection, limit=500, after=after)
            page = self.store.query(query)
            live = [item for item in map(stored_item, page) if not item.deleted]
            found += [item.json.get("title", "") for item in live]
            if len(page) < 500:
                return found
            after = page[-1]

    def titles_at_google(self) -> list[str]:
        """Return the titles of all events that are there, doubles too."""
        found: list[str] = []
        page: Json = {}
        while True:
            token = page.get("nextPageToken")
            page = self.person.page(maxResults=2500, pageToken=token)
            found += [each.get("summary", "") for each in page["items"]]
            if "nextPageToken" not in page:
                return found

    # --- the connection --------------------------------------------------------------

    def sync(self, hint: Hint | None = None) -> Outcome:
        """Do one run."""
        return sync(self.world, self.connection_id, hint=hint)

    def settle(self, most: int = 50) -> int:
        """Run until nothing is left to do; return how many runs it took."""
        for count in range(1, most):
            outcome = self.sync()
            self.queue.tasks.clear()
            if not outcome.written and not self.connection().backlog:
                return count
        raise AssertionError("The connection never settles.")

    def connection(self) -> Connection:
        """Return the connection as it is stored."""
        return load(self.store, self.connection_id)[0]

    def links(self) -> list[Link]:
        """Return all stored links."""
        query = Query(collection=links_of(self.connection_id), limit=100_000)
        documents = self.store.query(query)
        return [link_of(each) for each in documents if "same_as" not in each.data]

    def events(self) -> dict[str, Json]:
        """Return the events of the calendar that are there, by title."""
        found: dict[str, Json] = {}
        page: Json = {}
        while True:
            token = page.get("nextPageToken")
            page = self.person.page(maxResults=2500, pageToken=token)
            found |= {each.get("summary", ""): each for each in page["items"]}
            if "nextPageToken" not in page:
                return found


def neighbour(bench: Workbench, person: Person, **more: Any) -> Workbench:
    """Return another agenda of the same organization, for somebody else's calendar."""
    return replace(bench, **{"person": person, "subject": person.email, **more})


def with_settings(bench: Workbench, **settings: Any) -> Workbench:
    """Return a bench whose agenda has these settings."""
    return replace(bench, settings=settings)
