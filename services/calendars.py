"""Calendars: which one of an account's list an agenda means, and what it lets us do."""

from collections.abc import Iterable

from services.ports import CalendarEntry

PRIMARY = "primary"

WRITING_ROLES = frozenset({"owner", "writer", "writerWithoutPrivateAccess"})
"""The roles that may change events. Any other, also one to come, may only read."""


def find_entry(entries: Iterable[CalendarEntry], wanted: str) -> CalendarEntry | None:
    """Return the calendar of that id, or the account's own for "primary"."""
    for entry in entries:
        if entry.primary if wanted == PRIMARY else entry.id == wanted:
            return entry
    return None


def may_write(entry: CalendarEntry) -> bool:
    """Return whether the account may change the calendar's events."""
    return entry.access_role in WRITING_ROLES
