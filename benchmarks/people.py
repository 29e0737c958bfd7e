"""Those who act in a benchmark: a person at Google, and a business application."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import requests

Json = Any
SECONDS = 60
SCOPE = "https://www.googleapis.com/auth/calendar"


class Failed(Exception):
    """A request was refused: there is nothing to measure."""


class Caller:
    """Somebody who sends requests to one address, over one kept connection."""

    def __init__(self, address: str, *, bearer: str = "") -> None:
        self.address = address
        self._session = requests.Session()
        if bearer:
            self._session.headers["Authorization"] = f"Bearer {bearer}"

    def call(self, method: str, path: str, body: Json = None) -> Json:
        """Return the JSON that the address answers, or raise Failed."""
        url = self.address + path
        answer = self._session.request(method, url, json=body, timeout=SECONDS)
        if not answer.ok:
            raise Failed(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.content else None


class Google:
    """The stand-in, as its controls show it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._control = Caller(address)

    def service_account(self) -> Json:
        """Return the key file of a service account that may act for everybody."""
        scopes = [f"{SCOPE}.events", f"{SCOPE}.calendarlist.readonly"]
        delegated = {"scopes": scopes, "domains": ["example.com"]}
        return self._control.call("POST", "/_/service-accounts", delegated)

    def person(self, email: str) -> "Person":
        """Return a new person with an empty calendar."""
        self._control.call("POST", "/_/accounts", {"email": email})
        token = self._control.call("POST", "/_/tokens", {"email": email})
        return Person(self, email, access_token=token["access_token"])

    def fill(self, calendar: str, events: Sequence[Mapping[str, Json]]) -> None:
        """Put many events into a calendar at once."""
        body = {"calendar": calendar, "events": list(events)}
        self._control.call("POST", "/_/events", body)

    def calls(self) -> dict[str, int]:
        """Return how often each method of the Calendar API was called so far."""
        counts = self._control.call("GET", "/_/requests")
        return {name: count for name, count in counts.items() if "calendar." in name}


class Person:
    """Somebody who edits a calendar by Google's own API."""

    def __init__(self, google: Google, email: str, *, access_token: str) -> None:
        self.email = email
        self.calls = 0
        self._counting = threading.Lock()
        self._google = Caller(google.address, bearer=access_token)
        self._events = f"/calendar/v3/calendars/{email}/events"

    def insert(self, event: Mapping[str, Json]) -> str:
        """Add an event and return its id."""
        made = self._call("POST", self._events, event)
        return str(made["id"])

    def patch(self, event_id: str, change: Mapping[str, Json]) -> None:
        """Change some members of an event."""
        self._call("PATCH", f"{self._events}/{event_id}", change)

    def _call(self, method: str, path: str, body: Json) -> Json:
        with self._counting:
            self.calls += 1
        return self._google.call(method, path, body)


class Application:
    """A business application with a key for one agenda."""

    def __init__(self, address: str, *, key: str, agenda: str) -> None:
        self._api = Caller(address, bearer=key)
        self._agenda = f"/v1/agendas/{agenda}"

    def put(self, item: str, content: Mapping[str, Json]) -> None:
        """Write an item."""
        self._api.call("PUT", f"{self._agenda}/items/{item}", content)
