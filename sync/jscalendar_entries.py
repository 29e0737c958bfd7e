"""The entries of a JSCalendar Event's maps: people, places, calls, alerts."""

import re
from urllib.parse import unquote

from sync.content import Alert, Answer, Participant
from sync.members import Member
from sync.values import Json, duration_of
from sync.zones import ZoneUnknown, zone

GUESTS = "tandem.dev:guests"
"""How many more somebody brings along: Google knows that, RFC 8984 does not."""

RESOURCES = ("resource", "location")

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


# --- Locations ----------------------------------------------------------------------


def place_of(location: Member) -> str:
    """Return the name of a location; "" where it has none."""
    return location.text("name")


def uri_of(location: Member) -> str:
    """Return the address of a virtual location."""
    uri = location.text("uri")
    if not uri:
        location.complain("A virtual location needs a URI.", "uri")
    return uri


def zone_at(member: Member) -> str | None:
    """Return the zone that an event or a location names; None after a complaint."""
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
    name = zone_at(location)
    return name if location.object().get("relativeTo") == "end" else None


# --- Participants -------------------------------------------------------------------


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
