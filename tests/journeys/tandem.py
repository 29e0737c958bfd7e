"""Tandem and a stand-in for Google on free ports of this machine, for whole walks."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import requests

from functions import bootstrap
from functions.settings import read_settings
from local.google.server import GoogleStandIn
from local.server import TandemServer
from local.serving import listen
from services.agendas.agenda import Agenda, Wanted, create_agenda
from services.consent.invitations import Invited, create
from services.organizations.google_credentials import read_credentials
from services.organizations.organization import create_organization, set_google
from services.world import World

ANNA = "anna@example.com"
CLIENT_ID = "1-sample.apps.googleusercontent.com"
OPERATOR_KEY = "operator-key-of-the-tests"
TIMEOUT = 15


@dataclass(kw_only=True)
class Tandem:
    """Both, running."""

    server: TandemServer
    google: GoogleStandIn
    url: str
    folder: Path
    agendas: list[Agenda] = field(default_factory=list)

    @property
    def world(self) -> World:
        """The world of the running server."""
        return self.server.world

    @property
    def now(self) -> datetime:
        """The time."""
        return datetime.now(UTC)

    def control(self, path: str, body: object = None, *, method: str = "POST") -> Any:
        """Call a control of the stand-in."""
        url = f"{self.google.url}/_/{path}"
        answer = requests.request(method, url, json=body, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()

    def person(self, email: str, **account: object) -> str:
        """Give somebody a Google account with a calendar."""
        self.control("accounts", {"email": email, **account})
        return email

    def agenda(
        self, *, owner: str = ANNA, settings: Mapping[str, object] | None = None
    ) -> Agenda:
        """Make an organization with an OAuth client, and an agenda of it."""
        organization, _ = create_organization(self.world, "Fixers", now=self.now)
        given = {
            "kind": "oauth_client",
            "client_id": CLIENT_ID,
            "client_secret": "secret",
        }
        set_google(self.world, organization.id, read_credentials(given), replace=False)
        wanted = Wanted(name="Visits", owner_email=owner, settings=settings or {})
        agenda = create_agenda(
            self.world, wanted, organization=organization.id, now=self.now
        )
        self.agendas.append(agenda)
        return agenda

    def invite(self, agenda: Agenda) -> Invited:
        """Invite the owner of an agenda."""
        return create(self.world, agenda.id, now=self.now)

    def mails(self) -> list[Any]:
        """Return the mails that were sent, oldest first."""
        files = sorted((self.folder / "mail").glob("*.eml"))
        parsed = [
            message_from_bytes(file.read_bytes(), policy=policy.default)
            for file in files
        ]
        return list(parsed)

    def settle(self) -> None:
        """Wait until nothing is left to do."""
        assert self.server.queue.drain(
            timedelta(seconds=TIMEOUT), ahead=timedelta(seconds=4)
        )


class Browser:
    """A person's browser: keeps cookies, and follows what it is told to follow."""

    def __init__(self) -> None:
        self.session = requests.Session()

    def get(self, url: str) -> requests.Response:
        """Open a page."""
        return self.session.get(url, timeout=TIMEOUT)

    def begin(self, invitation_url: str) -> str:
        """Press the button of an invitation's page; return where Google is."""
        answer = self.session.post(
            invitation_url, allow_redirects=False, timeout=TIMEOUT
        )
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def consent(
        self,
        google_url: str,
        *,
        email: str = ANNA,
        boxes: Sequence[str] | None = None,
        action: str = "allow",
    ) -> str:
        """Answer at Google, and return where it sends the browser back to."""
        form: dict[str, object] = {"email": email, "action": action}
        if boxes is not None:
            form |= {"boxes": "shown", "scope": list(boxes)}
        answer = self.session.post(
            google_url, data=form, allow_redirects=False, timeout=TIMEOUT
        )
        assert answer.status_code in (302, 303), answer.text
        return answer.headers["Location"]

    def connect(self, invitation_url: str, **choices: Any) -> requests.Response:
        """Walk the whole way from the invitation to the page that ends it."""
        return self.get(self.consent(self.begin(invitation_url), **choices))


def until(true: Callable[[], bool]) -> None:
    """Wait until something becomes true, which it must within seconds."""
    ends = time.monotonic() + TIMEOUT
    while not true():
        assert time.monotonic() < ends, "It did not become true in time."
        time.sleep(0.02)


def parameters(url: str) -> dict[str, str]:
    """Return the parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@contextlib.contextmanager
def running_tandem(folder: Path) -> Iterator[Tandem]:
    """Run both until the end of the block, with their state in this folder."""
    sock = listen("127.0.0.1", 0)
    url = f"http://localhost:{sock.getsockname()[1]}"
    with GoogleStandIn(state_path=folder / "google.db") as google:
        chosen = {
            "TANDEM_BASE_URL": url,
            "TANDEM_STORE": f"sqlite:{folder}/tandem.db",
            "TANDEM_QUEUE": f"local:{folder}/queue.db",
            "TANDEM_VAULT": f"file:{folder}/vault",
            "TANDEM_MAIL": f"folder:{folder}/mail",
            "TANDEM_GOOGLE_URL": google.url,
            "TANDEM_OPERATOR_KEY": OPERATOR_KEY,
        }
        with patch.dict(os.environ, chosen):
            bootstrap.use(read_settings(os.environ))
            server = TandemServer(sock).start()
            try:
                yield Tandem(server=server, google=google, url=url, folder=folder)
            finally:
                server.stop()
