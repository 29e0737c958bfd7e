"""The stand-in for Google as tests handle it: people, their consent, and trouble."""

import html
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from infra.google.accounts import GoogleAccounts
from services.ports.accounts import AccessToken, Accounts
from services.ports.calendar import Calendar
from tests.twins import VirtualClock

AUTH = "https://www.googleapis.com/auth/"
CALENDAR_SCOPES = (f"{AUTH}calendar.events", f"{AUTH}calendar.calendarlist.readonly")
SCOPES = ("openid", "email", *CALENDAR_SCOPES)
EVENT_TYPES = ("default", "outOfOffice", "focusTime")


@dataclass(frozen=True, kw_only=True)
class Google:
    """A running stand-in."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def control(self, verb: str, path: str, **body: Any) -> Any:
        """Do one of the stand-in's control calls and return what it says."""
        answer = self.session.request(verb, f"{self.url}/_/{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def new_person(self, name: str = "owner") -> str:
        """Return the address of an account that nobody used before."""
        email = f"{name}.{secrets.token_hex(4)}@example.com"
        self.control("POST", "accounts", email=email)
        return email

    def access(self, email: str, *, client_id: str = "client-1") -> AccessToken:
        """Return a token of an account, consent taken for granted."""
        tokens = self.control(
            "POST",
            "tokens",
            email=email,
            client_id=client_id,
            scopes=list(CALENDAR_SCOPES),
        )
        in_an_hour = datetime.now(UTC) + timedelta(hours=1)
        return AccessToken(value=tokens["access_token"], ends_at=in_an_hour)

    def accounts(self) -> Accounts:
        """Return our accounts, with this stand-in for Google."""
        return GoogleAccounts(self.url, clock=VirtualClock(datetime.now(UTC)))

    def calendar(self, email: str, calendar_id: str = "primary") -> Calendar:
        """Return a calendar with the rights of an account."""
        return self.accounts().calendar(
            self.access(email), calendar_id, event_types=EVENT_TYPES
        )

    def counted(self) -> dict[str, int]:
        """Return how often each method was called since the last time."""
        calls: dict[str, int] = self.control("GET", "requests")
        self.control("DELETE", "requests")
        return {name.removeprefix("calendar."): n for name, n in calls.items()}

    def consent(
        self, address: str, *, untick: Sequence[str] = (), refuse: bool = False
    ) -> dict[str, str]:
        """Walk the consent page as its person would; return what comes back to us."""
        page = self.session.get(address, allow_redirects=False)
        page.raise_for_status()
        if refuse:
            form: list[tuple[str, str]] = [("action", "cancel")]
        else:
            shown = _fields(page.text)
            form = [one for one in shown if one[1] not in untick]
            form.append(("action", "allow"))
        answer = self.session.post(address, data=form, allow_redirects=False)
        assert answer.status_code in (302, 303), answer.text
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        return {name: values[0] for name, values in query.items()}


def _fields(page: str) -> list[tuple[str, str]]:
    """Return what a browser would send of a form: hidden fields and ticked boxes."""
    fields = []
    for tag in re.findall(r"<input[^>]*>", page):
        kind, name, value = (_attribute(tag, one) for one in ("type", "name", "value"))
        if kind == "hidden" or (kind == "checkbox" and " checked" in tag):
            fields.append((name, value))
    return fields


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""
