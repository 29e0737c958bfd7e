"""Tandem's dev server in a process of its own, and offices that are connected to it.

The stand-in for Google serves in the tests' process. All between the two is real: the
socket, Google's client libraries, pushes that arrive, tasks that the queue delivers.
"""

import contextlib
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from local.google import GoogleStandIn
from tests.journeys.processes import TIMEOUT, environment, free_port
from tests.journeys.tandem import OPERATOR_KEY, Browser
from tests.standin.people import AMSTERDAM, Person

Json = dict[str, Any]

CALL_SECONDS = 30
UNBRAKED = {"max_deletes": 10_000, "max_moves": 10_000, "max_share": 1.0}
CLIENT = {
    "kind": "oauth_client",
    "client_id": "1-office.apps.googleusercontent.com",
    "client_secret": "secret",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TandemProcess:
    """Tandem, serving at `url`, and the Google that it speaks to."""

    url: str
    google: GoogleStandIn
    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def call(
        self, method: str, path: str, body: object = None, *, key: str = OPERATOR_KEY
    ) -> requests.Response:
        """Call the API, and return the answer whatever it is."""
        return requests.request(
            method,
            f"{self.url}/v1/{path}",
            json=body,
            headers={"Authorization": f"Bearer {key}"},
            timeout=CALL_SECONDS,
        )

    def made(
        self, method: str, path: str, body: object = None, *, key: str = OPERATOR_KEY
    ) -> Json:
        """Call the API, and return what it answers when all is well."""
        answer = self.call(method, path, body, key=key)
        assert answer.ok, answer.text
        made: Json = answer.json()
        return made

    def control(self, path: str, body: object = None, *, method: str = "POST") -> Any:
        """Call a control of the stand-in."""
        url = f"{self.google.url}/_/{path}"
        answer = requests.request(method, url, json=body, timeout=CALL_SECONDS)
        answer.raise_for_status()
        return answer.json()

    def errors(self) -> list[str]:
        """Return what went wrong inside, as the log tells it."""
        lines = (self.folder / "tandem.log").read_text().splitlines()
        return [line for line in lines if '"severity": "ERROR"' in line]

    def office(self, **settings: object) -> "Office":
        """Return a new organization whose agenda is connected with a new calendar."""
        office = self.new_office(**settings)
        office.connect()
        return office

    def new_office(self, **settings: object) -> "Office":
        """Return a new organization with an agenda, whose owner has a calendar."""
        email = f"owner{next(self.numbers)}.{uuid4().hex[:6]}@example.com"
        made = self.made("POST", "organizations", {"name": "Fixers"})
        key = made["api_key"]
        self.made("PUT", f"organizations/{made['id']}/google", CLIENT, key=key)
        asked = {
            "name": "Visits",
            "owner_email": email,
            "settings": {"time_zone": AMSTERDAM, "brake": UNBRAKED, **settings},
        }
        agenda = self.made("POST", "agendas", asked, key=key)
        self.control("accounts", {"email": email, "timezone": AMSTERDAM})
        return Office(server=self, email=email, key=key, agenda=agenda["id"])


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """An organization with one agenda, whose owner has connected a calendar."""

    server: TandemProcess
    email: str
    key: str
    agenda: str

    def connect(self) -> None:
        """Walk from the mailed link over Google's consent to the last page."""
        path = f"agendas/{self.agenda}/invitations"
        invitation = self.server.made("POST", path, {}, key=self.key)
        browser = Browser()
        page = browser.connect(invitation["url"], email=self.email)
        browser.session.close()
        assert page.status_code == 200, page.text

    def calendar(self) -> Person:
        """Return Google's own client at the owner's calendar, for one thread."""
        return self.person(self.email)

    def person(self, email: str) -> Person:
        """Return Google's own client at somebody's calendar."""
        return Person(self.server.google.url, email)

    def call(self, method: str, path: str, body: object = None) -> requests.Response:
        """Call the API at this agenda."""
        where = f"agendas/{self.agenda}/{path}"
        return self.server.call(method, where, body, key=self.key)

    def items(self) -> list[Json]:
        """Return all items of the agenda."""
        found: list[Json] = []
        page = ""
        while True:
            answer = self.call("GET", f"items?limit=500{page}").json()
            found += answer["items"]
            if answer["next_page_token"] is None:
                return found
            page = f"&page_token={answer['next_page_token']}"

    def connection(self) -> Json:
        """Return the connection as the API shows it."""
        path = f"connections?agenda={self.agenda}"
        [found] = self.server.made("GET", path, key=self.key)["items"]
        return dict(found)

    def links(self) -> list[Json]:
        """Return the connection's links as the API shows them."""
        path = f"connections/{self.connection()['id']}/links"
        answer = self.server.call("GET", path, key=self.key)
        return list(answer.json().get("items", []))


@pytest.fixture(
    scope="session",
    params=["sqlite", pytest.param("firestore", marks=pytest.mark.firestore)],
)
def tandem_process(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TandemProcess]:
    """Tandem in a process of its own: with SQLite, and again with Firestore."""
    folder = tmp_path_factory.mktemp(f"tandem-{request.param}")
    chosen = {"TANDEM_STORE": f"sqlite:{folder}/tandem.db"}
    if request.param == "firestore":
        emulator = request.getfixturevalue("firestore_emulator")
        chosen = {
            "TANDEM_STORE": f"firestore:kinds-{uuid4().hex[:12]}",
            "FIRESTORE_EMULATOR_HOST": emulator,
        }
    with GoogleStandIn() as google, served(folder, google, chosen) as server:
        yield server
        assert server.errors() == []


@contextlib.contextmanager
def served(
    folder: Path, google: GoogleStandIn, chosen: Mapping[str, str]
) -> Iterator[TandemProcess]:
    """Run the dev server until the end of the block, with its state in this folder."""
    port = free_port()
    url = f"http://localhost:{port}"
    settings = {
        "TANDEM_BASE_URL": url,
        "TANDEM_QUEUE": f"local:{folder}/queue.db",
        "TANDEM_VAULT": f"file:{folder}/vault",
        "TANDEM_MAIL": f"folder:{folder}/mail",
        "TANDEM_GOOGLE_URL": google.url,
        "TANDEM_OPERATOR_KEY": OPERATOR_KEY,
    }
    with (folder / "tandem.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.server", "--port", str(port)],
            cwd=folder,
            env=environment(**settings, **chosen),
            stdout=log,
            stderr=log,
        )
    try:
        _wait_until_up(process, url, folder / "tandem.log")
        yield TandemProcess(url=url, google=google, folder=folder)
    finally:
        process.terminate()
        process.wait(TIMEOUT)


def _wait_until_up(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    ends = time.monotonic() + TIMEOUT
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(requests.ConnectionError):
            requests.get(f"{url}/v1/openapi.json", timeout=CALL_SECONDS)
            return
        time.sleep(0.05)
    pytest.fail(f"Tandem did not start; it said:\n{log.read_text()[-2000:]}")
