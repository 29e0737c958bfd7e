"""From content to what Google holds of it.

What Google cannot hold is left out here, and here only: `project` reads back what is
written. Kept out: keywords, conference links (read-only), all but the first place,
guests without an address, who organizes (that is the calendar's owner), reminders that
Google refuses, fractions of a second. An item that is cancelled but still shown becomes
a tentative event in free time, since Google's `cancelled` deletes.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sync.content import (
    Alert,
    Details,
    FreeBusy,
    Privacy,
    Status,
)
from sync.google.colors import color_id_of
from sync.google.guests import attendees_of
from sync.google.markup import cut, description_of
from sync.google.moments import moments_of
from sync.normal import one_newline
from sync.values import Json

Members = Mapping[str, Json]

LONGEST_DESCRIPTION = 8192
LONGEST_LINE = 1024
MOST_REMINDERS = 5
LONGEST_REMINDER = 40_320

VISIBILITY: Mapping[Privacy, str] = MappingProxyType(
    {
        Privacy.PUBLIC: "default",
        Privacy.PRIVATE: "private",
        Privacy.SECRET: "confidential",
    }
)
DEFAULTS: Members = MappingProxyType(
    {
        **dict.fromkeys(("summary", "description", "location", "colorId")),
        "status": "confirmed",
        "transparency": "opaque",
        "visibility": "default",
        "attendees": [],
    }
)
"""What Google takes for members that are not sent."""


def members_of(details: Details) -> Members:
    """Return every member that we map, also those that hold Google's default."""
    start, end = moments_of(details.when, details.duration)
    return {
        "summary": line_of(details.title) or None,
        "description": _description(details) or None,
        "location": line_of(details.places[0]) or None if details.places else None,
        "start": start,
        "end": end,
        "status": _status(details),
        "transparency": _transparency(details),
        "visibility": VISIBILITY[details.privacy],
        "colorId": color_id_of(details.color),
        "reminders": _reminders(details),
        "attendees": attendees_of(details.participants),
    }


def new_members(details: Details) -> Members:
    """Return the members of a new event: what differs from Google's defaults."""
    members = members_of(details)
    return {
        name: value
        for name, value in members.items()
        if name not in DEFAULTS or value != DEFAULTS[name]
    }


def line_of(text: str) -> str:
    """Return a title or place on one line, as long as Google keeps."""
    return cut(" ".join(one_newline(text).split("\n")).strip(), LONGEST_LINE).strip()


def _description(details: Details) -> str:
    return cut(description_of(details.description), LONGEST_DESCRIPTION)


def _status(details: Details) -> str:
    confirmed = details.status is Status.CONFIRMED
    return "confirmed" if confirmed else "tentative"


def _transparency(details: Details) -> str:
    cancelled = details.status is Status.CANCELLED
    free = cancelled or details.free_busy is FreeBusy.FREE
    return "transparent" if free else "opaque"


def _reminders(details: Details) -> Members:
    if details.default_alerts:
        return {"useDefault": True}
    fitting = [alert for alert in details.alerts if _fits(alert)]
    overrides = [_override(alert) for alert in fitting[:MOST_REMINDERS]]
    return {"useDefault": False, **({"overrides": overrides} if overrides else {})}


def _fits(alert: Alert) -> bool:
    return 0 <= alert.minutes <= LONGEST_REMINDER


def _override(alert: Alert) -> Members:
    return {
        "method": "email" if alert.by_email else "popup",
        "minutes": alert.minutes,
    }
