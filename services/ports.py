"""The outside world as protocols that we own; adapters live in infra/ and local/."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Event
from typing import Any, Protocol

from services.lanes import Lane

Json = Any
"""A JSON value. Documents may also hold `bytes` and `datetime` (with a zone)."""

Row = Mapping[str, Json]
"""One event as Google's Calendar API v3 writes it in JSON."""


class Clock(Protocol):
    """The time, for what waits; proofs run in virtual time."""

    def now(self) -> datetime:
        """Return the time, with a zone."""
        ...

    def sleep(self, how_long: timedelta) -> None: ...

    def wait(self, event: Event, how_long: timedelta) -> None:
        """Sleep, but no longer than until the event is set."""
        ...


# --- Store ---------------------------------------------------------------------------


class StoreError(Exception):
    """The store could not do it; the task is to be tried again."""


class Conflict(StoreError):
    """A precondition failed: the document at `path` is not as the writer believed."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is not as expected")
        self.path = path


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A stored document; `version` changes with every write that changes something."""

    path: str
    data: Mapping[str, Json]
    version: str

    @property
    def id(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Create:
    """Write a document that must not exist yet."""

    path: str
    data: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Replace:
    """Write a whole document: over `version` only, or over whatever is there."""

    path: str
    data: Mapping[str, Json]
    version: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """Change some top-level members of a document that must exist.

    With `version`, only that one. A member given as None is stored as null.
    """

    path: str
    data: Mapping[str, Json]
    version: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delete:
    """Remove one document (not what lies under it); absent is fine without version."""

    path: str
    version: str | None = None


Write = Create | Replace | Update | Delete


class Is(StrEnum):
    """How a query compares."""

    EQUAL = "=="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """One condition of a query, on a top-level or dotted member."""

    member: str
    compare: Is
    value: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """Documents of one collection ("agendas/a1/items") or, with `everywhere`, of all
    collections of that name ("links").

    Ranges may name one member, and `order_by` must then be that member (Firestore's
    rule). Without `order_by`, the order is that of the paths. Documents that lack
    `order_by` are not found. `after` continues behind a document of an earlier answer.
    """

    collection: str
    where: Sequence[Where] = ()
    order_by: str | None = None
    descending: bool = False
    limit: int = 100
    after: Document | None = None
    everywhere: bool = False


class Store(Protocol):
    """Documents at slash-separated paths of even depth ("connections/c1/links/l1")."""

    def get(self, path: str) -> Document | None: ...

    def get_many(self, paths: Sequence[str]) -> Mapping[str, Document]:
        """Return the documents that exist, by path."""
        ...

    def query(self, query: Query) -> Sequence[Document]: ...

    def commit(self, writes: Sequence[Write]) -> Sequence[str]:
        """Do all of at most 500 writes, or none; return each new version ("" if gone).

        Each document may be written once. A write that changes nothing keeps the
        version. Where an answer is lost, a repeated create may conflict with itself.

        Raises `Conflict` naming the first document whose precondition failed.
        """
        ...

    def delete_under(self, path: str) -> int:
        """Remove the document and all below it; return how many went."""
        ...


# --- Queue ---------------------------------------------------------------------------


class QueueError(Exception):
    """The queue could not take the task."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A POST of `body` as JSON to `path` of ours, at least once, until it answers 2xx.

    Of two tasks with the same `name` the second is refused, for at least an hour after
    the first is done. `at` is the earliest moment. No lane waits behind a slower one,
    and within a lane the shards are served in turn.
    """

    path: str
    body: Mapping[str, Json]
    name: str | None = None
    at: datetime | None = None
    lane: Lane = Lane.LIVE
    shard: int = 0


class Queue(Protocol):
    def enqueue(self, task: Task) -> bool:
        """Take the task durably; False when its name is taken. Raises QueueError."""
        ...


# --- Vault ---------------------------------------------------------------------------


class SecretMissing(Exception):
    """The vault holds nothing under that name."""


class Vault(Protocol):
    """Secrets by name ([A-Za-z0-9_-]{1,255}); the latest version counts."""

    def read(self, name: str) -> bytes:
        """Return the latest version. Raises SecretMissing."""
        ...

    def write(self, name: str, value: bytes) -> None:
        """Add a version."""
        ...

    def write_once(self, name: str, value: bytes) -> bytes:
        """Write the first version unless there is one; return the one that counts.

        Of several processes that make a secret at the same moment, all get the same.
        """
        ...

    def delete(self, name: str) -> None:
        """Remove the secret with all its versions; absent is fine."""
        ...


# --- Mailer --------------------------------------------------------------------------


class MailError(Exception):
    """The mail could not be handed over; `permanent` when trying again is useless."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """One mail to one person, in plain text and HTML."""

    to: str
    subject: str
    text: str
    html: str
    sender_name: str = ""
    language: str = "en"


class Mailer(Protocol):
    def send(self, mail: Mail) -> None:
        """Hand the mail over. Raises MailError."""
        ...


# --- Outgoing webhooks ---------------------------------------------------------------


class AddressRefused(Exception):
    """We send nothing to that address; the message says why, for its owner."""


class NotDelivered(Exception):
    """Nobody answered there, or not in time."""


class Outgoing(Protocol):
    """Requests of ours to addresses that customers gave.

    An address is resolved once and the connection goes to what was found; private
    addresses may be refused; redirects are not followed; 10 seconds, 1 MiB.
    """

    def check(self, url: str) -> None:
        """See to it that this can be sent to. Raises AddressRefused."""
        ...

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> int:
        """Return the status of the answer. Raises AddressRefused, NotDelivered."""
        ...


# --- Google: calendars ---------------------------------------------------------------


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

    Every method may raise TransientError, RateLimited, AccessRevoked, AccessLost,
    OperatorFault; those that write also ContentRefused.
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


# --- Google: accounts ----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """An OAuth client: a web application of some Google project."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessToken:
    """A token that opens an account for a while.

    `quota_user` is set where calls would otherwise count on one person for all: with
    a service account, Google's limits per user are that account's unless we name one.
    """

    value: str = field(repr=False)
    ends_at: datetime
    quota_user: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What a person gave at Google's consent page."""

    subject: str
    email: str
    email_verified: bool
    scopes: frozenset[str]
    access: AccessToken
    refresh_token: str | None = field(repr=False)
    nonce: str = field(repr=False)
    ends_at: datetime | None = None


class Accounts(Protocol):
    """Google's OAuth endpoints."""

    def consent_url(
        self,
        client: Client,
        *,
        redirect_uri: str,
        state: str,
        nonce: str,
        verifier: str,
        login_hint: str,
        scopes: Sequence[str],
    ) -> str:
        """Return the address that the owner's browser is sent to (with PKCE S256)."""
        ...

    def exchange(
        self, client: Client, *, redirect_uri: str, code: str, verifier: str
    ) -> Grant:
        """Turn the code of the callback into a grant.

        Raises AccessRevoked when the code is no good, OperatorFault when the client is.
        """
        ...

    def refresh(self, client: Client, refresh_token: str) -> AccessToken:
        """Return a new access token. Raises AccessRevoked, OperatorFault."""
        ...

    def impersonate(
        self, key: Mapping[str, str], *, subject: str, scopes: Sequence[str]
    ) -> AccessToken:
        """Return a token of a service account that acts for `subject` (delegation).

        `key` is the JSON key. Raises OperatorFault, AccessRevoked.
        """
        ...

    def revoke(self, token: str) -> None:
        """Withdraw the grant behind a refresh or access token; gone is success."""
        ...

    def calendars(self, access: AccessToken) -> Sequence[CalendarEntry]:
        """Return the account's calendar list."""
        ...

    def calendar(
        self, access: AccessToken, calendar_id: str, *, event_types: Sequence[str]
    ) -> Calendar:
        """Return one calendar with the rights of this token."""
        ...
