"""The settings of an agenda or a connection, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from sync.policy import OnDelete

EVENT_TYPES = ("default", "outOfOffice", "focusTime")
"""The kinds of event that are synced unless an agenda chooses others."""


class Direction(StrEnum):
    """Which way changes go."""

    BOTH = "both"
    TO_CALENDAR = "to_calendar"
    TO_AGENDA = "to_agenda"


class Rule(StrEnum):
    """Who wins where both sides changed one field."""

    CALENDAR = "calendar"
    AGENDA = "agenda"
    LATEST = "latest"


class FirstSync(StrEnum):
    """Whether the first sync starts by itself."""

    AUTOMATIC = "automatic"
    PREVIEW = "preview"


class GuestMail(StrEnum):
    """Which guests Google mails about our writes."""

    NONE = "none"
    EXTERNAL = "external"
    ALL = "all"


class Participants(StrEnum):
    """What becomes of an item's participants at Google."""

    TEXT = "text"
    GUESTS = "guests"
    NONE = "none"


class GoogleEvents(StrEnum):
    """How events that were born at Google appear in the agenda."""

    FULL = "full"
    BUSY = "busy"
    NONE = "none"


class Declined(StrEnum):
    """How an event that the owner declined appears in the agenda."""

    FREE = "free"
    OUT = "out"
    IN = "in"


class Cancelled(StrEnum):
    """How an item that was cancelled, and not deleted, appears in the calendar."""

    FREE = "free"
    OUT = "out"


@dataclass(frozen=True, kw_only=True, slots=True)
class Deletes:
    """What happens to one side when the other is deleted, by the side that is left."""

    to_calendar: OnDelete = OnDelete.FOLLOW
    to_agenda: OnDelete = OnDelete.FOLLOW


@dataclass(frozen=True, kw_only=True, slots=True)
class Brake:
    """How much may go or move within some hours before a person is asked."""

    max_deletes: int = 20
    max_moves: int = 50
    max_share: float = 0.3
    hours: float = 1

    @property
    def lasts(self) -> timedelta:
        """The stretch of time over which is counted."""
        return timedelta(hours=self.hours)


@dataclass(frozen=True, kw_only=True, slots=True)
class Types:
    """Which kinds of appointment are synced, and which kinds Google's events become."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    private: str = "Personal"
    default: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Templates:
    """Texts with `{field}` places; empty means the item's own text."""

    title: str = ""
    location: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AgendaSettings:
    """Every setting of an agenda or connection, defaults filled in.

    `direction_by_type` and `conflict_by_field` hold what differs from `direction` and
    `conflict`, the latter by the names of our fields. `allowed_accounts` empty means
    the agenda's owner alone. docs/settings.md says which of them act in this version.
    """

    direction: Direction = Direction.BOTH
    direction_by_type: Mapping[str, Direction] = field(default_factory=dict)
    time_zone: str = "UTC"
    window_days: int = 30
    horizon_days: int = 365
    conflict: Rule = Rule.CALENDAR
    conflict_by_field: Mapping[str, Rule] = field(default_factory=dict)
    allow_external_changes: bool = True
    deletes: Deletes = field(default_factory=Deletes)
    first_sync: FirstSync = FirstSync.AUTOMATIC
    max_creates: int = 2000
    brake: Brake = field(default_factory=Brake)
    guest_mail: GuestMail = GuestMail.NONE
    participants: Participants = Participants.TEXT
    types: Types = field(default_factory=Types)
    templates: Templates = field(default_factory=Templates)
    hold_until: str = ""
    google_events: GoogleEvents = GoogleEvents.FULL
    event_types: tuple[str, ...] = EVENT_TYPES
    declined: Declined = Declined.FREE
    cancelled: Cancelled = Cancelled.FREE
    calendar_id: str = "primary"
    allowed_accounts: tuple[str, ...] = ()
    poll_seconds: int | None = None
    audit_days: int = 7
