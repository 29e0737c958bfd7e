"""An event's members: what is kept of a body, and what is refused.

https://developers.google.com/workspace/calendar/api/v3/reference/events
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from local.google.errors import calendar_refusal, invalid, required, time_range_empty
from local.google.model import Resource
from local.google.properties import extended_properties
from local.google.recurrence import normalised
from local.google.times import day_of, local_instant, utc_text, zone

Keep = Callable[[Any], Any]

READ_ONLY = frozenset(
    {
        "kind",
        "etag",
        "htmlLink",
        "created",
        "updated",
        "creator",
        "recurringEventId",
        "originalStartTime",
        "hangoutLink",
        "attendeesOmitted",
        "locked",
        "organizer",
        "id",
        "iCalUID",
    }
)
DEFAULTS: Resource = {
    "status": "confirmed",
    "transparency": "opaque",
    "visibility": "default",
    "guestsCanInviteOthers": True,
    "guestsCanSeeOtherGuests": True,
    "guestsCanModify": False,
    "anyoneCanAddSelf": False,
    "privateCopy": False,
    "endTimeUnspecified": False,
    "sequence": 0,
    "eventType": "default",
}
CHOICES = {
    "status": ("confirmed", "tentative", "cancelled"),
    "transparency": ("opaque", "transparent"),
    "visibility": ("default", "public", "private", "confidential"),
    "eventType": (
        "default",
        "birthday",
        "focusTime",
        "outOfOffice",
        "workingLocation",
        "fromGmail",
    ),
}
RESPONSES = ("needsAction", "declined", "tentative", "accepted")
MOST_ATTACHMENTS = 25
MOST_OVERRIDES = 5
LONGEST_REMINDER = 40_320


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise invalid("Invalid value.")
    return value.replace("\r\n", "\n")


def _summary(value: Any) -> str:
    return " ".join(_text(value).split("\n")).strip()


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise invalid("Invalid Value")
    return value


def _sequence(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise invalid("Invalid sequence value.")
    return value


def _choice(name: str) -> Keep:
    def keep(value: Any) -> Any:
        if value not in CHOICES[name]:
            raise invalid(f"Invalid {name} value.")
        return value

    return keep


def _object(value: Any) -> Resource:
    if not isinstance(value, dict):
        raise invalid("Invalid Value")
    return {name: member for name, member in value.items() if member is not None}


def _reminders(value: Any) -> Resource:
    kept = _object(value)
    overrides = kept.get("overrides") or []
    if kept.get("useDefault") and overrides:
        raise calendar_refusal(
            400,
            "cannotUseDefaultRemindersAndSpecifyOverride",
            "Cannot specify both default reminders and overrides at the same time.",
        )
    if len(overrides) > MOST_OVERRIDES:
        raise invalid("Too many reminder overrides.")
    if not all(_reminder_fits(override) for override in overrides):
        raise invalid("Invalid reminder.")
    plain: Resource = {"useDefault": bool(kept.get("useDefault"))}
    return {**plain, "overrides": overrides} if overrides else plain


def _reminder_fits(override: Any) -> bool:
    if not isinstance(override, dict):
        return False
    minutes = override.get("minutes")
    known = override.get("method") in ("email", "popup")
    return known and isinstance(minutes, int) and 0 <= minutes <= LONGEST_REMINDER


def _attendees(value: Any) -> list[Resource]:
    if not isinstance(value, list):
        raise invalid("Invalid Value")
    kept: dict[str, Resource] = {}
    for entry in value:
        attendee = _attendee(entry)
        kept.setdefault(attendee["email"].lower(), attendee)
    return list(kept.values())


def _attendee(value: Any) -> Resource:
    entry = _object(value)
    email = entry.get("email")
    if not isinstance(email, str) or not email:
        raise required("Missing attendee email.")
    if "@" not in email or " " in email:
        raise invalid("Invalid attendee email.")
    response = entry.get("responseStatus", "needsAction")
    if response not in RESPONSES:
        raise invalid("Invalid attendee response status.")
    shown = ("displayName", "optional", "resource", "comment", "additionalGuests")
    kept = {name: entry[name] for name in shown if entry.get(name)}
    return {"email": email, **kept, "responseStatus": response}


def _attachments(value: Any) -> list[Resource]:
    if not isinstance(value, list) or len(value) > MOST_ATTACHMENTS:
        raise invalid("Invalid attachments.")
    if not all(isinstance(item, dict) and item.get("fileUrl") for item in value):
        raise required("Missing attachment fileUrl.")
    return value


KEEP: dict[str, Keep] = {
    "summary": _summary,
    "description": _text,
    "location": _text,
    "colorId": _text,
    "eventLabelId": _text,
    "status": _choice("status"),
    "transparency": _choice("transparency"),
    "visibility": _choice("visibility"),
    "eventType": _choice("eventType"),
    "guestsCanInviteOthers": _boolean,
    "guestsCanModify": _boolean,
    "guestsCanSeeOtherGuests": _boolean,
    "anyoneCanAddSelf": _boolean,
    "privateCopy": _boolean,
    "endTimeUnspecified": _boolean,
    "sequence": _sequence,
    "recurrence": normalised,
    "reminders": _reminders,
    "attendees": _attendees,
    "attachments": _attachments,
    "extendedProperties": extended_properties,
    "conferenceData": _object,
    "source": _object,
    "gadget": _object,
    "focusTimeProperties": _object,
    "outOfOfficeProperties": _object,
    "workingLocationProperties": _object,
    "birthdayProperties": _object,
}


def kept_members(body: Resource) -> Resource:
    """Return a body's writable members in stored form, unknown ones left out.

    Members that hold their default, or nothing, are not stored.
    """
    kept: Resource = {}
    for name, value in body.items():
        keep = KEEP.get(name)
        if keep is None or value is None:
            continue
        stored = keep(value)
        if stored not in ("", [], {}) and stored != DEFAULTS.get(name):
            kept[name] = stored
    return kept


def kept_times(body: Resource, *, calendar_zone: str) -> Resource:
    """Return `start` and `end` in stored form: a date, or UTC and a zone."""
    if not _filled(body.get("start")):
        raise required("Missing start time.")
    if not _filled(body.get("end")):
        raise required("Missing end time.")
    recurring = bool(body.get("recurrence"))
    start = _moment(body["start"], "start", zone_name=calendar_zone, named=recurring)
    end = _moment(body["end"], "end", zone_name=calendar_zone, named=recurring)
    if ("date" in start) != ("date" in end):
        raise invalid("Start and end times must either both be date or both dateTime.")
    _check_order(start, end)
    return {"start": start, "end": end}


def _filled(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return bool(value.get("date") or value.get("dateTime"))


def _check_order(start: Resource, end: Resource) -> None:
    if "date" in start:
        if end["date"] < start["date"]:
            raise time_range_empty()
        if end["date"] == start["date"]:
            raise time_range_empty()
    elif datetime.fromisoformat(end["dateTime"]) < datetime.fromisoformat(
        start["dateTime"]
    ):
        raise time_range_empty()


def _moment(value: Resource, side: str, *, zone_name: str, named: bool) -> Resource:
    day, text = value.get("date"), value.get("dateTime")
    if day and text:
        raise invalid(f"Invalid {side} time.")
    if day:
        return {"date": _day(day, side)}
    own_zone = value.get("timeZone")
    if named and not own_zone:
        raise required(f"Missing time zone definition for {side} time.")
    if own_zone:
        _check_zone(own_zone, side)
    here = own_zone or zone_name
    try:
        instant = local_instant(str(text), here)
    except ValueError:
        raise invalid(f"Invalid {side} time.") from None
    return {"dateTime": utc_text(instant), "timeZone": here}


def _day(text: Any, side: str) -> str:
    try:
        return day_of(str(text)).isoformat()
    except ValueError:
        raise invalid(f"Invalid {side} time.") from None


def _check_zone(name: Any, side: str) -> None:
    try:
        zone(str(name))
    except KeyError:
        raise invalid(f"Invalid time zone definition for {side} time.") from None


def merged(old: Resource, patch: Resource) -> Resource:
    """Return old members with a merge patch: objects merge, null deletes.

    https://developers.google.com/workspace/calendar/api/guides/performance
    """
    result = dict(old)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = merged(result[name], value)
        elif isinstance(value, dict):
            result[name] = merged({}, value)
        else:
            result[name] = value
    return result
