"""From a JSCalendar Event's members to what one occurrence shows."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from urllib.parse import unquote

from sync.content import (
    Alert,
    Answer,
    Details,
    Duration,
    FreeBusy,
    Participant,
    Privacy,
    Status,
    Text,
    When,
)
from sync.members import Member
from sync.values import Json, duration_of, local_of
from sync.zones import ZoneUnknown, zone

T = TypeVar("T")

GUESTS = "tandem.dev:guests"
"""How many more somebody brings along: Google knows that, RFC 8984 does not."""

NO_START = datetime.fromisoformat("1970-01-01T00:00:00")
RESOURCES = ("resource", "location")
HTML = "text/html"

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_COLOR = re.compile(r"[A-Za-z]*|#[0-9A-Fa-f]{3}|#[0-9A-Fa-f]{6}")


def read_details(event: Member) -> Details | None:
    """Return what the event shows; None where its start cannot be read.

    Problems are noted, whatever is returned. The order is not yet canonical.
    """
    start = _start(event)
    when = _when(event, start or NO_START)
    people = [person_of(one) for _, one in event.objects("participants", "Participant")]
    alerts = [alert_of(one) for _, one in event.objects("alerts", "Alert")]
    calls = event.objects("virtualLocations", "VirtualLocation")
    details = Details(
        when=when,
        duration=_duration(event),
        title=event.text("title"),
        description=_description(event),
        status=event.word("status", Status.CONFIRMED),
        free_busy=event.word("freeBusyStatus", FreeBusy.BUSY),
        # RFC 8984, section 4.4.3: what nobody knows is treated as private.
        privacy=event.word("privacy", Privacy.PUBLIC, foreign=Privacy.PRIVATE),
        participants=_known(people),
        places=tuple(place_of(one) for _, one in _locations(event)),
        conferences=tuple(uri_of(one) for _, one in calls),
        alerts=_known(alerts),
        default_alerts=event.flag("useDefaultAlerts"),
        keywords=tuple(event.flags("keywords")),
        color=_color(event),
    )
    return details if start else None


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
    ends_in = [end_zone_of(one) for _, one in _locations(event)]
    end_zone = next(filter(None, ends_in), None)
    if event.flag("showWithoutTime"):
        return When(start=start.date())
    return When(start=start, zone=zone_name, end_zone=end_zone)


def _zone(event: Member) -> str | None:
    if event.object().get("timeZone") is None:
        return None
    return _checked_zone(event)


def _checked_zone(member: Member) -> str | None:
    name = member.text("timeZone")
    if name.startswith("/"):
        member.complain("Only IANA's time zones are supported.", "timeZone")
        return None
    try:
        zone(name)
    except ZoneUnknown as error:
        member.complain(str(error), "timeZone")
        return None
    return name


def end_zone_of(location: Member) -> str | None:
    """Return the zone in which the end is shown, if this location says so."""
    if location.object().get("timeZone") is None:
        return None
    name = _checked_zone(location)
    return name if location.object().get("relativeTo") == "end" else None


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


def place_of(location: Member) -> str:
    """Return the name of a location; "" where it has none."""
    return location.text("name")


def uri_of(location: Member) -> str:
    """Return the address of a virtual location."""
    uri = location.text("uri")
    if not uri:
        location.complain("A virtual location needs a URI.", "uri")
    return uri


def person_of(participant: Member) -> Participant | None:
    """Return the participant; None where no address says who it is."""
    roles = participant.flags("roles")
    answer = participant.text("participationStatus", Answer.NEEDS_ACTION)
    foreign = answer == "delegated" or ":" in answer
    if answer not in list(Answer) and not foreign:
        allowed = ", ".join([*Answer, "delegated"])
        participant.complain(f"It is one of {allowed}.", "participationStatus")
    person = Participant(
        email=_email(participant),
        name=participant.text("name"),
        answer=Answer(answer) if answer in list(Answer) else Answer.NEEDS_ACTION,
        optional="optional" in roles,
        resource=participant.text("kind") in RESOURCES,
        organizer="owner" in roles,
        comment=participant.text("participationComment"),
        guests=participant.number(GUESTS),
    )
    return person if person.email else None


def _email(participant: Member) -> str:
    email = participant.text("email").strip()
    if email:
        if not _EMAIL.fullmatch(email):
            participant.complain("It is no e-mail address.", "email")
        return email
    ways = participant.below("sendTo", participant.object().get("sendTo", {}))
    uris = [ways.text(way) for way in sorted(ways.object(), key=_imip_first)]
    found = [_mailed(uri) for uri in uris if uri.lower().startswith("mailto:")]
    return next(filter(_EMAIL.fullmatch, found), "")


def _imip_first(way: str) -> tuple[bool, str]:
    return way != "imip", way


def _mailed(uri: str) -> str:
    return unquote(uri[len("mailto:") :].partition("?")[0]).strip()


# --- Alerts --------------------------------------------------------------------------

_OFFSET = re.compile(r"([+-]?)(P.*)", re.DOTALL)


def alert_of(alert: Member) -> Alert | None:
    """Return the alert, where it is one of whole minutes before the start.

    All others are well-formed as well; they are the application's own affair.
    """
    trigger = alert.below("trigger", alert.object().get("trigger"))
    if not isinstance(trigger.value, dict):
        trigger.complain("An alert needs a trigger: an object.")
        return None
    action = alert.text("action", "display")
    minutes = _minutes(trigger)
    if minutes is None or action not in ("display", "email"):
        return None
    return Alert(minutes=minutes, by_email=action == "email")


def _minutes(trigger: Member) -> int | None:
    """Return how many minutes before the start; None where it is no such trigger."""
    if trigger.text("@type", "OffsetTrigger") != "OffsetTrigger":
        return None
    seconds = _seconds_after(trigger, trigger.object().get("offset"))
    before_start = trigger.text("relativeTo", "start") == "start"
    if seconds is None or seconds > 0 or seconds % 60 or not before_start:
        return None
    return -seconds // 60


def _seconds_after(trigger: Member, offset: Json) -> int | None:
    found = _OFFSET.fullmatch(offset) if isinstance(offset, str) else None
    try:
        duration = duration_of(found[2] if found else "")
    except ValueError:
        trigger.complain('An offset looks like "-PT15M".', "offset")
        return None
    seconds = duration.days * 86_400 + duration.seconds
    return -seconds if found and found[1] == "-" else seconds
