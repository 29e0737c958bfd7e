"""An organization with an application on one side and Anna's calendar on the other."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from tests.journeys.tandem import OPERATOR_KEY, TIMEOUT, Browser, Tandem
from tests.standin.people import Person

Json = dict[str, Any]
SOON = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
HOUR = timedelta(hours=1)


@dataclass(kw_only=True)
class Office:
    """Who sets Tandem up for Anna, over its API, and what Google then shows."""

    tandem: Tandem
    address: str
    anna: Person
    key: str = OPERATOR_KEY
    agenda: str = ""

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        return requests.request(
            method,
            f"{self.tandem.url}/v1/{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=TIMEOUT,
        )

    def made(self, method: str, path: str, body: Any = None) -> Json:
        answer = self.call(method, path, body)
        assert answer.ok, answer.text
        return dict(answer.json())

    def connect(self) -> None:
        """Walk from the mailed link over Google's consent to the first sync."""
        made = self.made("POST", f"agendas/{self.agenda}/invitations", {})
        browser = Browser()
        page = browser.connect(made["url"])
        browser.session.close()
        assert page.status_code == 200
        self.tandem.settle()

    def connection(self) -> str:
        [found] = self.made("GET", f"connections?agenda={self.agenda}")["items"]
        return str(found["id"])

    def look(self) -> None:
        """Let both sides be looked at, and wait until nothing is left to do."""
        self.made("POST", f"connections/{self.connection()}/sync")
        self.tandem.settle()

    def insert(self, title: str, *, at: datetime = SOON, **more: Any) -> str:
        times: Json = {
            "start": {"dateTime": at.isoformat()},
            "end": {"dateTime": (at + HOUR).isoformat()},
        }
        return str(self.anna.insert(summary=title, **times, **more)["id"])

    def at_google(self) -> list[str]:
        return sorted(row["summary"] for row in self.anna.page()["items"])

    def event(self, title: str) -> Json:
        [found] = [r for r in self.anna.page()["items"] if r.get("summary") == title]
        return dict(found)
