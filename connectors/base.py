"""What the engine asks of a business application, whatever kind it is."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

from connectors.http import Http
from connectors.shelf import ItemShelf
from sync.content import Content
from sync.problems import Problem

Json = Any

NO_FIELDS: Mapping[str, Json] = MappingProxyType({})
"""None of an application's own fields."""


class Versions(StrEnum):
    """How far an item's version can be trusted to refuse a stale write."""

    EXACT = "exact"
    STAMP = "stamp"
    NONE = "none"


class Creates(StrEnum):
    """What keeps a repeated create from making a second item."""

    IDEMPOTENT = "idempotent"
    FINDABLE = "findable"
    BLIND = "blind"


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """What an application can hold and do.

    `keeps_keys` tells that every item, also one that is gone, comes with the key that
    it was created with. Where it does not, its id is kept as another name of its link.
    """

    versions: Versions
    creates: Creates
    keeps_keys: bool = True
    series: bool = True
    poll_seconds: int | None = None
    hint_delay: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The stretch of time that is synced, both ends with a zone."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """An item as last read; `content` is None where it is deleted.

    `key` is the idempotency key that it was created with, where the application keeps
    it. `ical_uid` is the iCalUID kept on it. `problem` says why it could not be read:
    then `content` is None as well, and nothing may be concluded from that.
    `extra` are the application's own fields, for templates and types.
    """

    id: str
    version: str
    content: Content | None
    changed_at: datetime | None = None
    key: str | None = None
    ical_uid: str | None = None
    problem: str | None = None
    extra: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemPage:
    """Some changes, and the cursor that continues behind them.

    The cursor of a page may be saved as soon as the page is staged. `complete_read`
    tells that the pages from no cursor to this one named every item that exists.
    """

    items: Sequence[Item]
    cursor: str
    more: bool = False
    complete_read: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What the application answered to a write.

    `sure` tells an answer that shows our own write alone; otherwise another person's
    edit may be mixed into it.
    """

    item: Item
    sure: bool


class Connector(Protocol):
    """One agenda of one application.

    Errors are those of `sync.errors`: TransientError, RateLimited, AccessLost and
    OperatorFault (credentials that do not work any more, among others) everywhere;
    SyncTokenExpired by `read`; ContentRefused, StaleWrite and Missing by the writes.
    """

    @property
    def capabilities(self) -> Capabilities: ...

    def read(self, cursor: str | None, *, window: Window, limit: int) -> ItemPage:
        """Return what changed since the cursor, or everything without one.

        A cursor never skips a change; the same change may come twice.
        """
        ...

    def behind_own_writes(self, cursor: str) -> str:
        """Return the cursor behind our own writes since it, as far as it is certain.

        Only past writes between which nobody else's change can lie; the same cursor
        where the application cannot tell. Spares reading back what we wrote.
        """
        ...

    def get(self, ids: Sequence[str]) -> Mapping[str, Item]:
        """Return the items that exist, by id."""
        ...

    def find(self, key: str) -> Item | None:
        """Return the item that was created with this key, if there is one."""
        ...

    def project(self, content: Content) -> Content:
        """Return what the application would hold of this content (pure)."""
        ...

    def create(
        self,
        content: Content,
        *,
        key: str,
        ical_uid: str | None,
        fields: Mapping[str, Json] = NO_FIELDS,
    ) -> Written:
        """Create an item; the same key again returns the item that it made.

        `fields` are set among the application's own, where it has such.
        """
        ...

    def write(
        self,
        item_id: str,
        content: Content,
        *,
        before: Content,
        version: str,
        fields: Mapping[str, Json] = NO_FIELDS,
    ) -> Written:
        """Bring an item from `before` to `content`, touching nothing that is the same.

        `fields` are set among the application's own; null takes one away. Raises
        StaleWrite where the application can tell that `version` is not current.
        """
        ...

    def delete(self, item_id: str, *, version: str | None) -> None:
        """Delete it; gone already is success. Raises StaleWrite."""
        ...


# --- What a connector says of itself -------------------------------------------------


class ApplicationRefused(Exception):
    """What was given of an application does not work; `problems` say where and why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """What a connector may use to reach its application.

    `agenda` is our id of the agenda and `time_zone` the zone of its settings. `memory`
    is what this process remembers for exactly these credentials: tokens, say; it may be
    empty at any time. `shelf` gives the items that we keep for the agenda ourselves,
    whose newest change has the number `latest`, where that is known.
    """

    agenda: str
    time_zone: str
    now: Callable[[], datetime]
    sleep: Callable[[timedelta], None]
    http: Http
    shelf: Callable[[], ItemShelf]
    latest: int | None = None
    memory: MutableMapping[str, Any] = field(default_factory=dict)


class Open(Protocol):
    """Makes the connector of one agenda; nothing is asked of the application yet."""

    def __call__(self, application: Mapping[str, Json], means: Means) -> Connector: ...


class Try(Protocol):
    """Tries what was given of an application.

    Returns it as it is to be kept, with what was found out (the address of the one
    calendar there is, say). Raises ApplicationRefused, with a sentence of its own for
    everything that can be wrong.
    """

    def __call__(
        self, application: Mapping[str, Json], means: Means
    ) -> Mapping[str, Json]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """Where an application finds us: our address, its agenda, its zone and its key."""

    base: str
    agenda: str
    time_zone: str
    key: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """A text that an administrator copies into the application; it holds a key."""

    name: str
    description: str
    text: str = field(repr=False)


class Configure(Protocol):
    """Makes the texts with which an application is set up for one agenda."""

    def __call__(
        self, application: Mapping[str, Json], site: Site
    ) -> Sequence[Configuration]: ...


def _no_settings(application: Mapping[str, Json]) -> Mapping[str, Json]:
    return {}


def _no_configurations(
    application: Mapping[str, Json], site: Site
) -> Sequence[Configuration]:
    return ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """One kind of application, as its folder declares it in `definition.py`.

    `form` is the JSON Schema of an agenda's `application`; members that are `writeOnly`
    are secret: they go into the vault and are never shown. `loses` says of each member
    of an item that the application cannot hold whole, what becomes of it. `limits` are
    sentences for an administrator. `keeps_items` tells that the items lie with us and
    are reached through our own API. `settings` are those of an agenda that follow from
    its `application` (null for the default), and `configurations` the texts that are to
    be copied into the application, if there are any.
    """

    name: str
    title: str
    capabilities: Capabilities
    form: Mapping[str, Json]
    open: Open
    tried: Try
    loses: Mapping[str, str] = field(default_factory=dict)
    limits: Sequence[str] = ()
    keeps_items: bool = False
    settings: Callable[[Mapping[str, Json]], Mapping[str, Json]] = _no_settings
    configurations: Configure = _no_configurations

    @property
    def secrets(self) -> frozenset[str]:
        """The members of `application` that are secret."""
        members = self.form.get("properties", {})
        return frozenset(name for name in members if members[name].get("writeOnly"))
