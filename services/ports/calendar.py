"""One Google calendar, as a port."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from services.ports.values import Json

Row = Mapping[str, Json]
"""One event as Google's Calendar API v3 writes it in JSON."""


class Mails(StrEnum):
    """Google's `sendUpdates`: who of the guests is mailed about a write."""

    ALL = "all"
    EXTERNAL = "externalOnly"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """What surrounds the events of a page: our role, the calendar's zone and alerts."""

    access_role: str
    time_zone: str
    default_reminders: Sequence[Mapping[str, Json]] = ()
    summary: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of events; exactly one of the two tokens is set."""

    rows: Sequence[Row]
    envelope: Envelope
    next_page: str | None = None
    next_token: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """A push channel as Google opened it."""

    id: str
    resource_id: str
    ends_at: datetime


class Calendar(Protocol):
    """One calendar, with the rights of one account.

    Every method may raise TransientError, RateLimited, TokenRefused, AccessRevoked,
    AccessLost, OperatorFault; those that write also ContentRefused.
    """

    def read(self, *, token: str | None, page: str | None) -> Page:
        """Return a page of up to 2,500 rows: all events, or what changed since `token`.

        Masters and exceptions, deleted ones included, of the event types that the
        calendar was opened with. Raises SyncTokenExpired.
        """
        ...

    def get(self, event_id: str) -> Row:
        """Return the event, also when it is cancelled. Raises Missing on 404."""
        ...

    def find(self, ical_uid: str) -> Sequence[Row]:
        """Return master, exceptions and cancelled ones that share an iCalUID."""
        ...

    def instance(self, series_id: str, original_start: str) -> Row:
        """Return one instance by its original start (RFC 3339 or date). Or Missing."""
        ...

    def instances(
        self, series_id: str, *, start: datetime, end: datetime
    ) -> Sequence[Row]:
        """Return the instances of a series that reach into a stretch of time.

        Without the cancelled ones; a single event is its own instance. Or Missing.
        """
        ...

    def insert(self, body: Row, *, mails: Mails) -> Row:
        """Create the event under the id in `body`. Raises AlreadyThere on 409."""
        ...

    def patch(self, event_id: str, body: Row, *, etag: str | None, mails: Mails) -> Row:
        """Change the members in `body`; None deletes one. StaleWrite or Missing."""
        ...

    def delete(self, event_id: str, *, etag: str | None, mails: Mails) -> None:
        """Delete it; gone already is success. Raises StaleWrite."""
        ...

    def watch(
        self, *, channel_id: str, token: str, address: str, lasts: timedelta
    ) -> Channel | None:
        """Open a push channel; None when this calendar cannot be watched."""
        ...

    def stop(self, *, channel_id: str, resource_id: str) -> None:
        """Close a push channel; gone already is success."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarEntry:
    """A calendar of an account's list."""

    id: str
    summary: str
    access_role: str
    time_zone: str
    primary: bool = False
