"""What the stand-in remembers: frozen values, each kept under one key."""

from dataclasses import dataclass, field
from typing import Any

Resource = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A person's Google account, or a service account acting as itself."""

    email: str
    subject: str
    name: str = ""
    password: str | None = None
    test_user: bool | None = None
    time_zone: str = "UTC"
    has_calendar: bool = True
    is_service: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """An OAuth client of a Google Cloud project."""

    client_id: str
    project: str
    secret: str | None = None
    redirect_uris: tuple[str, ...] = ()
    kind: str = "web"
    status: str = "unspecified"
    organization: str | None = None
    any_redirect: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceAccount:
    """A service account with its public key and what it was delegated."""

    email: str
    client_id: str
    key_id: str
    public_key: str
    scopes: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What a person allowed a project; `offline` names the clients with a token."""

    scopes: tuple[str, ...]
    offline: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """An authorization code, good for one exchange."""

    client_id: str
    email: str
    redirect_uri: str
    scopes: tuple[str, ...]
    expires_at: int
    offline: bool
    challenge: str | None = None
    challenge_method: str = "plain"
    nonce: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessToken:
    """A bearer token and whom it lets act."""

    email: str
    client_id: str
    project: str
    scopes: tuple[str, ...]
    expires_at: int
    service_account: str | None = None
    refresh_token: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RefreshToken:
    """A long-lived token; `number` orders the tokens of one client and account."""

    email: str
    client_id: str
    project: str
    scopes: tuple[str, ...]
    number: int
    used_at: int
    expires_at: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """A calendar's own facts; its events lie in an `EventTable`."""

    id: str
    data_owner: str
    summary: str
    time_zone: str
    stamp: int
    primary: bool = False
    description: str | None = None
    location: str | None = None
    client_id: str | None = None
    epoch: int = 0
    watchable: bool = True
    acl: dict[str, Resource] = field(default_factory=dict)
    default_reminders: tuple[Resource, ...] = ()
    extras: Resource = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ListEntry:
    """One calendar on one account's list, with that person's own choices."""

    email: str
    calendar_id: str
    change: int
    stamp: int
    deleted: bool = False
    settings: Resource = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of a calendar: an event, a series' master, or an exception.

    An exception's `fields` hold only what differs from its master (None: taken
    away); `gone` says that its series no longer has the slot. `stamp` makes the
    etag, `updated` what people see; `change` is the row's place in the calendar's
    history, `former` the grids that a series had before.
    """

    id: str
    calendar_id: str
    fields: Resource
    stamp: int = 0
    updated: int = 0
    created: int = 0
    change: int = 0
    master_id: str | None = None
    slot: str | None = None
    gone: bool = False
    bare: bool = False
    former: tuple[Resource, ...] = ()

    @property
    def cancelled(self) -> bool:
        """Say whether the row is a tombstone or a cancelled instance."""
        return self.gone or self.fields.get("status") == "cancelled"

    @property
    def is_master(self) -> bool:
        """Say whether the row is a series."""
        return bool(self.fields.get("recurrence"))

    @property
    def is_exception(self) -> bool:
        """Say whether the row is one slot of a series."""
        return self.slot is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """A push subscription."""

    id: str
    project: str
    client_id: str
    email: str
    by_service_account: bool
    collection: str
    resource_id: str
    resource_uri: str
    address: str
    expires_at: int
    token: str | None = None
    message_number: int = 1
    stopped: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """A mail that Google would have sent to a guest or an organizer."""

    to: str
    kind: str
    event_id: str
    calendar_id: str
    actor: str
    summary: str
    at: str
    send_updates: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A small fact of the stand-in itself: a key, an option, the clock's shift."""

    value: Any
