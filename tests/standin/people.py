"""People who use the stand-in through Google's own client library."""

import json
from collections.abc import Callable
from typing import Any, Self

import requests
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

Resource = dict[str, Any]

AUTH = "https://www.googleapis.com/auth/"
HOUR = {
    "start": {"dateTime": "2026-12-01T10:00:00+01:00"},
    "end": {"dateTime": "2026-12-01T11:00:00+01:00"},
}
AMSTERDAM = "Europe/Amsterdam"


class Person:
    """An account with a token, and the real client library on it."""

    def __init__(
        self,
        url: str,
        email: str,
        *,
        scopes: tuple[str, ...] = ("calendar",),
        client_id: str = "1-app",
        **account: Any,
    ) -> None:
        self.url, self.email = url, email
        made = {"email": email, "timezone": AMSTERDAM, **account}
        requests.post(f"{url}/_/accounts", json=made, timeout=5).raise_for_status()
        asked = {
            "email": email,
            "client_id": client_id,
            "scopes": [f"{AUTH}{name}" for name in scopes],
        }
        answer = requests.post(f"{url}/_/tokens", json=asked, timeout=5)
        self.access_token: str = answer.json()["access_token"]
        self.refresh_token: str = answer.json()["refresh_token"]
        self._open()

    def _open(self) -> None:
        self.service = service(self.url, self.access_token)
        self.events = self.service.events()
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {self.access_token}"

    @classmethod
    def with_token(cls, url: str, email: str, access_token: str) -> Self:
        """Return a person who got an access token some other way."""
        person = cls.__new__(cls)
        person.url, person.email = url, email
        person.access_token, person.refresh_token = access_token, ""
        person._open()
        return person

    def close(self) -> None:
        """Close what is open."""
        self.service.close()
        self.http.close()

    def api(self, path: str) -> str:
        """Return the address of a path of the Calendar API."""
        return f"{self.url}/calendar/v3/{path}"

    def insert(self, calendar: str = "primary", **body: Any) -> Resource:
        """Insert an event, an hour on the first of December unless told otherwise."""
        asked = {**HOUR, **body}
        made: Resource = self.events.insert(calendarId=calendar, body=asked).execute()
        return made

    def get(self, event_id: str, calendar: str = "primary") -> Resource:
        """Get an event."""
        found: Resource = self.events.get(
            calendarId=calendar, eventId=event_id
        ).execute()
        return found

    def patch(self, event_id: str, **body: Any) -> Resource:
        """Patch an event of the primary calendar."""
        changed: Resource = self.events.patch(
            calendarId="primary", eventId=event_id, body=body
        ).execute()
        return changed

    def update(self, event_id: str, **body: Any) -> Resource:
        """Replace an event of the primary calendar."""
        changed: Resource = self.events.update(
            calendarId="primary", eventId=event_id, body=body
        ).execute()
        return changed

    def delete(self, event_id: str) -> None:
        """Delete an event of the primary calendar."""
        self.events.delete(calendarId="primary", eventId=event_id).execute()

    def page(self, calendar: str = "primary", **arguments: Any) -> Resource:
        """List one page of events."""
        page: Resource = self.events.list(calendarId=calendar, **arguments).execute()
        return page

    def ids(self, **arguments: Any) -> list[str]:
        """List the ids of one page of events."""
        return [item["id"] for item in self.page(**arguments)["items"]]

    def token(self, **arguments: Any) -> str:
        """Return a sync token for what changes from now on."""
        return str(self.page(**arguments)["nextSyncToken"])

    def instances(self, event_id: str, **arguments: Any) -> list[Resource]:
        """List the instances of a series."""
        asked = self.events.instances(
            calendarId="primary", eventId=event_id, **arguments
        )
        found: list[Resource] = asked.execute()["items"]
        return found

    def weekly(self, **body: Any) -> Resource:
        """Insert a weekly series of four, across the end of summer time."""
        series = {
            "summary": "Weekly",
            "start": {"dateTime": "2026-10-20T10:00:00", "timeZone": AMSTERDAM},
            "end": {"dateTime": "2026-10-20T11:00:00", "timeZone": AMSTERDAM},
            "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"],
        }
        return self.insert(**{**series, **body})

    def watch(self, channel: str, address: str, **body: Any) -> Resource:
        """Watch the primary calendar."""
        asked = {"id": channel, "type": "web_hook", "address": address, **body}
        made: Resource = self.events.watch(calendarId="primary", body=asked).execute()
        return made


def service(url: str, access_token: str) -> Any:
    """Return Google's client for the stand-in at an address."""
    return build(
        "calendar",
        "v3",
        static_discovery=True,
        credentials=Credentials(access_token),
        client_options={"api_endpoint": f"{url}/calendar/v3/"},
    )


def refusal(call: Callable[[], object]) -> Resource:
    """Return the error body with which a call is refused."""
    try:
        call()
    except HttpError as error:
        body: Resource = json.loads(error.content)["error"]
        return body
    raise AssertionError("The call was not refused.")


def reason(call: Callable[[], object]) -> tuple[int, str]:
    """Return the status and the reason with which a call is refused."""
    error = refusal(call)
    return error["code"], error["errors"][0]["reason"]
