"""From a JSCalendar Event's members to what one occurrence shows."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sync.content import (
    Alert,
    Details,
    Duration,
    FreeBusy,
    Participant,
    Privacy,
    Status,
    Text,
    When,
)
from sync.jscalendar_entries import (
    alert_of,
    end_zone_of,
    person_of,
    place_of,
    uri_of,
    zone_at,
)
from sync.members import Member
from sync.values import duration_of, local_of

T = TypeVar("T")

NO_START = datetime.fromisoformat("1970-01-01T00:00:00")
HTML = "text/html"

_COLOR = re.compile(r"[A-Za-z]*|#[0-9A-Fa-f]{3}|#[0-9A-Fa-f]{6}")


def read_details(event: Member) -> Details | None:
    """Return what the event shows; None where its start cannot be read.

    Problems are noted, whatever is returned. The order is not yet canonical.
    """
    start = _start(event)
    when = _when(event, start or NO_START)
    rest = {aspect: read(event) for aspect, (read, _) in ASPECTS.items()}
    details = Details(when=when, **rest)
    return details if start else None


def reread_details(
    event: Member, known: Details, changed: Collection[str]
) -> Details | None:
    """Return what the event shows, which differs in these members from what is known.

    A series has an override for each of hundreds of slots, most of one member.
    """
    start = _start(event)
    if start is None:
        return None
    rest = {
        aspect: read(event)
        for aspect, (read, members) in ASPECTS.items()
        if not members.isdisjoint(changed)
    }
    return replace(known, when=_when(event, start), **rest)


def _known(values: Iterable[T | None]) -> tuple[T, ...]:
    return tuple(value for value in values if value is not None)


# --- When ----------------------------------------------------------------------------


def _start(event: Member) -> datetime | None:
    if "start" not in event.object():
        event.complain("An event needs a start.", "start")
        return None
    text = event.object()["start"]
    try:
        return local_of(text if isinstance(text, str) else "")
    except ValueError as error:
        event.complain(str(error), "start")
        return None


def _when(event: Member, start: datetime) -> When:
    zone_name = _zone(event)
    ends_in = [end_zone_of(entry) for _, entry in _locations(event)]
    end_zone = next(filter(None, ends_in), None)
    if event.flag("showWithoutTime"):
        return When(start=start.date())
    return When(start=start, zone=zone_name, end_zone=end_zone)


def _zone(event: Member) -> str | None:
    if event.object().get("timeZone") is None:
        return None
    return zone_at(event)


def _duration(event: Member) -> Duration:
    text = event.object().get("duration", "PT0S")
    try:
        return duration_of(text if isinstance(text, str) else "")
    except ValueError as error:
        event.complain(str(error), "duration")
        return Duration()


# --- What is shown -------------------------------------------------------------------


def _description(event: Member) -> Text:
    media_type = event.text("descriptionContentType", "text/plain").lower()
    if not media_type.startswith("text/"):
        event.complain("It is text/plain or text/html.", "descriptionContentType")
    is_html = media_type.partition(";")[0].strip() == HTML
    return Text(text=event.text("description"), html=is_html)


def _color(event: Member) -> str:
    color = event.text("color")
    if not _COLOR.fullmatch(color):
        event.complain('It is a CSS name, or a color like "#a4bdfc".', "color")
    return color


def _locations(event: Member) -> list[tuple[str, Member]]:
    return event.objects("locations", "Location")


# --- What is read from which members -------------------------------------------------


def _title(event: Member) -> str:
    return event.text("title")


def _status(event: Member) -> Status:
    return event.word("status", Status.CONFIRMED)


def _free_busy(event: Member) -> FreeBusy:
    return event.word("freeBusyStatus", FreeBusy.BUSY)


def _privacy(event: Member) -> Privacy:
    # RFC 8984, section 4.4.3: what nobody knows is treated as private.
    return event.word("privacy", Privacy.PUBLIC, foreign=Privacy.PRIVATE)


def _participants(event: Member) -> tuple[Participant, ...]:
    entries = event.objects("participants", "Participant")
    return _known(person_of(entry) for _, entry in entries)


def _places(event: Member) -> tuple[str, ...]:
    return tuple(place_of(entry) for _, entry in _locations(event))


def _conferences(event: Member) -> tuple[str, ...]:
    entries = event.objects("virtualLocations", "VirtualLocation")
    return tuple(uri_of(entry) for _, entry in entries)


def _alerts(event: Member) -> tuple[Alert, ...]:
    return _known(alert_of(entry) for _, entry in event.objects("alerts", "Alert"))


def _default_alerts(event: Member) -> bool:
    return event.flag("useDefaultAlerts")


def _keywords(event: Member) -> tuple[str, ...]:
    return tuple(event.flags("keywords"))


Read = Callable[[Member], Any]
ASPECTS: Mapping[str, tuple[Read, frozenset[str]]] = {
    "duration": (_duration, frozenset({"duration"})),
    "title": (_title, frozenset({"title"})),
    "description": (
        _description,
        frozenset({"description", "descriptionContentType"}),
    ),
    "status": (_status, frozenset({"status"})),
    "free_busy": (_free_busy, frozenset({"freeBusyStatus"})),
    "privacy": (_privacy, frozenset({"privacy"})),
    "participants": (_participants, frozenset({"participants"})),
    "places": (_places, frozenset({"locations"})),
    "conferences": (_conferences, frozenset({"virtualLocations"})),
    "alerts": (_alerts, frozenset({"alerts"})),
    "default_alerts": (_default_alerts, frozenset({"useDefaultAlerts"})),
    "keywords": (_keywords, frozenset({"keywords"})),
    "color": (_color, frozenset({"color"})),
}
"""How each aspect of the details is read, and from which members."""
