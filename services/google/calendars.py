"""Calendars: which one of an account's list an agenda means, and what it lets us do."""

from collections.abc import Iterable

from services.agendas.settings import Direction
from services.ports.calendar import CalendarEntry

PRIMARY = "primary"

WRITING_ROLES = frozenset({"owner", "writer", "writerWithoutPrivateAccess"})
"""The roles that may change events. Any other, also one to come, may only read."""

READER = "reader"
"""Sees events, though private ones only as busy time; `freeBusyReader` sees none."""


def find_entry(entries: Iterable[CalendarEntry], wanted: str) -> CalendarEntry | None:
    """Return the calendar of that id, or the account's own for "primary"."""
    for entry in entries:
        if entry.primary if wanted == PRIMARY else entry.id == wanted:
            return entry
    return None


def suffices(role: str, direction: Direction) -> bool:
    """Return whether a role on a calendar lets us carry changes in this direction."""
    if direction is Direction.TO_AGENDA:
        return role in WRITING_ROLES | {READER}
    return role in WRITING_ROLES
