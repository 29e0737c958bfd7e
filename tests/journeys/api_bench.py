"""The API in this process, on a store of its own: requests in, answers out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from flask import Flask, Response, request
from werkzeug.datastructures import Headers
from werkzeug.test import Client

from connectors.base import Connector
from connectors.rest.connector import RestConnector
from functions.connecting import Registered
from functions.http import door
from functions.routes.answers import Surroundings, respond
from local.store import SqliteStore
from services.items.engine_shelf import Shelf
from services.ports.accounts import AccessToken
from services.ports.calendar import CalendarEntry
from services.ports.mailer import Mail
from services.ports.outgoing import AddressRefused
from services.ports.queue import QueueError, Task
from services.ports.store import Store
from services.secrets.sealing import Sealer
from services.secrets.signing import Signer
from services.world import Addresses, Application, World
from sync.errors import TransientError
from tests.twins import MemoryVault, VirtualClock, no_http

Json = dict[str, Any]

BOTH_STORES = ["sqlite", pytest.param("firestore", marks=pytest.mark.firestore)]
OPERATOR_KEY = "operator-key-of-the-tests"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What the API answered."""

    status_code: int
    json: Any
    headers: Headers
    content_type: str
    data: bytes


class BenchClock(VirtualClock):
    """A clock during whose sleep something may happen."""

    def __init__(self) -> None:
        super().__init__()
        self._then: Callable[[], object] | None = None

    def after_next_sleep(self, then: Callable[[], object]) -> None:
        self._then = then

    def sleep(self, how_long: timedelta) -> None:
        super().sleep(how_long)
        then, self._then = self._then, None
        if then is not None:
            then()

    def wait(self, event: Event, how_long: timedelta) -> None:
        if not event.is_set():
            self.sleep(how_long)


class Tasks:
    """A queue that keeps its tasks; names count once. It may be down."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.down = False

    def enqueue(self, task: Task) -> bool:
        if self.down:
            raise QueueError("The queue is down.")
        if task.name and task.name in {known.name for known in self.tasks}:
            return False
        self.tasks.append(task)
        return True

    def check(self) -> None:
        if self.down:
            raise QueueError("The queue is down.")

    def paths(self) -> list[str]:
        return [task.path for task in self.tasks]


class Mails:
    """A mailer that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    def send(self, mail: Mail) -> None:
        self.sent.append(mail)


class Letters:
    """Outgoing webhooks: what was posted, and what is answered."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, bytes, Mapping[str, str]]] = []
        self.status = 200

    def check(self, url: str) -> None:
        if "private" in url:
            raise AddressRefused("The address leads into a private network.")

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> int:
        self.posted.append((url, body, headers))
        return self.status


class Delegation:
    """Google's accounts, as far as a service account needs them."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.role = "owner"

    def impersonate(
        self, key: Mapping[str, str], *, subject: str, scopes: Sequence[str]
    ) -> AccessToken:
        ends_at = self._clock.now() + timedelta(hours=1)
        value = f"{key['client_email']} as {subject}"
        return AccessToken(value=value, ends_at=ends_at, quota_user=subject)

    def calendars(self, access: AccessToken) -> Sequence[CalendarEntry]:
        email = access.value.rpartition(" ")[2]
        primary = CalendarEntry(
            id=email,
            summary="Own",
            access_role=self.role,
            time_zone="Europe/Amsterdam",
            primary=True,
        )
        team = CalendarEntry(
            id="team@group.calendar.google.com",
            summary="Team",
            access_role="writer",
            time_zone="Europe/Amsterdam",
        )
        return [primary, team]

    def calendar(self, access: AccessToken, calendar_id: str, **more: Any) -> Any:
        raise TransientError("Google is not asked here.")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"Nobody should ask Google for {name} here.")


@dataclass
class ApiBench:
    """An API with an organization and an agenda, and a key of every kind."""

    store: Store = field(default_factory=lambda: SqliteStore(":memory:"))
    clock: BenchClock = field(default_factory=BenchClock)
    queue: Tasks = field(default_factory=Tasks)
    mails: Mails = field(default_factory=Mails)
    letters: Letters = field(default_factory=Letters)
    vault: MemoryVault = field(default_factory=MemoryVault)

    def __post_init__(self) -> None:
        self.world = World(
            store=self.store,
            queue=self.queue,
            vault=self.vault,
            mailer=self.mails,
            accounts=Delegation(self.clock),
            signer=Signer(self.vault),
            sealer=Sealer(self.vault),
            clock=self.clock,
            connect=self._connect,
            connectors=Registered(lambda: self.world, no_http),
            addresses=Addresses(base="http://localhost:8080", of={}),
            environment="test",
            outgoing=self.letters,
        )
        self.app = _app(self)
        self.client = Client(self.app)
        made = self.call("POST", "/v1/organizations", {"name": "Fixers"}).json
        self.organization, self.organization_key = made["id"], made["api_key"]
        self.agenda = self.make_agenda()
        self.items = f"/v1/agendas/{self.agenda}/items"
        self.flat = f"/v1/agendas/{self.agenda}/appointments"
        self.changes = f"/v1/agendas/{self.agenda}/changes"
        self.agenda_key = self.make_key(self.agenda)

    def make_agenda(self, key: str | None = None, **members: Any) -> str:
        body = {
            "name": "Visits",
            "owner_email": "anna@example.com",
            "settings": {"time_zone": "Europe/Amsterdam"},
            **members,
        }
        key = key or self.organization_key
        return str(self.call("POST", "/v1/agendas", body, key=key).json["id"])

    def make_key(self, agenda: str, name: str = "planner") -> str:
        path = f"/v1/agendas/{agenda}/keys"
        made = self.call("POST", path, {"name": name}, key=self.organization_key)
        return str(made.json["key"])

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = OPERATOR_KEY,
        **more: Any,
    ) -> Said:
        """Send a request; `body` as JSON unless it is bytes."""
        headers = dict(more.pop("headers", {}))
        if key is not None:
            headers.setdefault("Authorization", f"Bearer {key}")
        if isinstance(body, bytes):
            more |= {"data": body, "content_type": "application/json"}
        elif body is not None:
            more["json"] = body
        answer = self.client.open(path, method=method, headers=headers, **more)
        return Said(
            status_code=answer.status_code,
            json=answer.get_json(silent=True),
            headers=answer.headers,
            content_type=answer.content_type or "",
            data=answer.data,
        )

    def put(self, item: str, body: Any, **more: Any) -> Said:
        """State an item as the application that has the agenda's key."""
        more = {"key": self.agenda_key, **more}
        return self.call("PUT", f"{self.items}/{item}", body, **more)

    def connector(self, agenda: str | None = None) -> Connector:
        """Return the agenda as the engine sees it."""
        agenda = agenda or self.agenda
        return self.world.connect(Application(agenda=agenda, connector="rest"))

    def count(self) -> int:
        """Return how many documents of any kind there are under the agenda."""
        answer = self.call("GET", self.items, key=self.organization_key)
        return len(answer.json["items"])

    def _connect(self, application: Application) -> Connector:
        return RestConnector(application.agenda, Shelf(self.world, application.agenda))


def bench_on(store: str, asked: pytest.FixtureRequest) -> ApiBench:
    """Return a bench on one of the stores behind the port."""
    if store == "sqlite":
        return ApiBench()
    return ApiBench(store=asked.getfixturevalue("firestore_store")())


def event(**members: Any) -> Json:
    """Return a small item, with these members."""
    return {
        "@type": "Event",
        "title": "Roof survey",
        "start": "2026-11-23T09:00:00",
        "timeZone": "Europe/Amsterdam",
        "duration": "PT1H",
        **members,
    }


def pointers(answer: Said) -> set[str]:
    """Return which members an answer names as bad."""
    return {error["pointer"] for error in answer.json.get("errors", [])}


def _app(bench: ApiBench) -> Flask:
    app = Flask("api")

    @door
    def api(asked: Any) -> Response:
        surroundings = Surroundings(
            world=bench.world, operator_key=OPERATOR_KEY, now=bench.clock.now()
        )
        return respond(asked, surroundings)

    @app.before_request
    def every() -> Response:
        return api(request)

    return app
