"""Content: what people see of an event or item, in one normal form.

A typed subset of the JSCalendar Event (RFC 8984). A series with all its exceptions is
one `Content`: the `details` of the series as a whole, the rules that make its slots,
and an entry in `overrides` for every slot that differs (its full details), that was
added (likewise), or that was removed (None).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

Slot = datetime | date
"""The original local start of one occurrence: naive, or a date when it is all day."""


class Status(StrEnum):
    """RFC 8984 section 5.1.3. `cancelled` is shown struck through; it is no delete."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


class FreeBusy(StrEnum):
    """RFC 8984 section 4.4.2."""

    BUSY = "busy"
    FREE = "free"


class Privacy(StrEnum):
    """RFC 8984 section 4.4.3. `public` is also Google's default visibility."""

    PUBLIC = "public"
    PRIVATE = "private"
    SECRET = "secret"  # noqa: S105  because it is RFC 8984's word, not a password


class Answer(StrEnum):
    """A participant's answer: RFC 8984's participationStatus."""

    NEEDS_ACTION = "needs-action"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """Where the start lies: naive local time and a zone, or a date.

    `zone` is an IANA name; None means floating, or all day. `end_zone` is set only
    where the end is shown in a zone of its own (a flight).
    """

    start: datetime | date
    zone: str | None = None
    end_zone: str | None = None

    @property
    def all_day(self) -> bool:
        """Whether the start is a date, not a time (a datetime is a date to Python)."""
        return not isinstance(self.start, datetime)


@dataclass(frozen=True, kw_only=True, slots=True)
class Duration:
    """RFC 8984 section 1.4.6: days are nominal (wall clock), seconds are exact.

    All-day durations have days only; what comes from Google as two instants has
    seconds only.
    """

    days: int = 0
    seconds: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A description: plain text, or HTML."""

    text: str = ""
    html: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One recurrence rule, normalised so that equal rules compare equal.

    `parts` are the parts of an RFC 5545 RECUR but for UNTIL and COUNT, upper case,
    defaults left out, lists sorted: `(("BYDAY", "MO,WE"), ("FREQ", "WEEKLY"))`.
    `until` is inclusive, local to the series, a date when it is all day.
    """

    parts: tuple[tuple[str, str], ...]
    count: int | None = None
    until: datetime | date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Participant:
    """Somebody invited, keyed by the lower-case address."""

    email: str
    name: str = ""
    answer: Answer = Answer.NEEDS_ACTION
    optional: bool = False
    resource: bool = False
    organizer: bool = False
    comment: str = ""
    guests: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """A reminder this many minutes before the start, as RFC 8984's display or email."""

    minutes: int
    by_email: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Details:
    """What one occurrence shows (or a whole series, as its default).

    Sequences are in canonical order and hold no doubles. `places[0]` is the main
    place, the one that Google shows. `default_alerts` means the calendar's own
    defaults; then `alerts` is empty. `people` are the participants as text, where a
    view shows them so (`sync.people_view`); nothing outside Tandem holds it.
    """

    when: When
    duration: Duration = field(default_factory=Duration)
    title: str = ""
    description: Text = field(default_factory=Text)
    status: Status = Status.CONFIRMED
    free_busy: FreeBusy = FreeBusy.BUSY
    privacy: Privacy = Privacy.PUBLIC
    participants: tuple[Participant, ...] = ()
    places: tuple[str, ...] = ()
    conferences: tuple[str, ...] = ()
    alerts: tuple[Alert, ...] = ()
    default_alerts: bool = False
    keywords: tuple[str, ...] = ()
    color: str = ""
    people: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """An event or item, or a series with all its exceptions, in normal form.

    `overrides`, by slot: full details where the slot differs from what the series
    gives it or where it is an addition (RDATE), None where it was removed (EXDATE, a
    cancelled instance). In normal form no override equals what the rules give anyway.
    """

    uid: str
    details: Details
    rules: tuple[Rule, ...] = ()
    overrides: Mapping[Slot, Details | None] = field(default_factory=dict)

    @property
    def recurs(self) -> bool:
        """Whether this is a series."""
        return bool(self.rules or self.overrides)


def length(duration: Duration) -> timedelta:
    """Return the duration as if every day had 24 hours."""
    return timedelta(days=duration.days, seconds=duration.seconds)
