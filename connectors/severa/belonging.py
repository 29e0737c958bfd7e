"""Which activities are an agenda's, and which version of one this is: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from json import dumps

from connectors.base import Json
from connectors.severa.mapping import Activity, Frame, moment_of

DEFAULT_CATEGORIES = ("CalendarEntry", "Absences", "Personal")
SERIES = "Series"
RECURRING = ("Occurrence", "Exception")
MEMBERS = (
    "name",
    "notes",
    "location",
    "startDateTime",
    "endDateTime",
    "isAllDay",
    "isClosed",
)
"""What makes a version besides the stamp, whose precision nobody promises."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Belonging:
    """What one user owns, of some categories; project tasks and series never.

    The form offers every category but Task.
    """

    owner: str
    categories: frozenset[str]

    def holds(self, row: Activity) -> bool:
        """Return whether an activity is this agenda's: filters may be ignored."""
        category = _member(row, "activityType").get("category")
        return (
            _member(row, "ownerUser").get("guid") == self.owner
            and category in self.categories
            and not row.get("projectTaskStatus")
            and row.get("recurrenceType") != SERIES
        )


def belonging_of(application: Mapping[str, Json]) -> Belonging:
    """Return which activities are an agenda's, as its application says."""
    chosen = application.get("categories") or DEFAULT_CATEGORIES
    return Belonging(owner=application["user_id"], categories=frozenset(chosen))


def recurs(row: Activity) -> bool:
    """Return whether an activity is one of a series."""
    return row.get("recurrenceType") in RECURRING


def version_of(row: Activity) -> str:
    """Return the version of an activity: its stamp, and what it shows."""
    kind = _member(row, "activityType").get("guid")
    shown = dumps([kind, *(row.get(name) for name in MEMBERS)]).encode()
    digest = blake2b(shown, digest_size=6).hexdigest()
    return f"{row.get('lastUpdatedDateTime') or ''}/{digest}"


def stamp_of(row: Activity, frame: Frame) -> datetime:
    """Return when an activity was changed last. Raises Unreadable."""
    return moment_of(
        row.get("lastUpdatedDateTime") or row.get("createdDateTime"), frame
    )


def _member(row: Activity, name: str) -> Mapping[str, Json]:
    return row.get(name) or {}
