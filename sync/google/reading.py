"""From one row of Google's to what people see of it."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from sync.content import (
    Alert,
    Answer,
    Details,
    Duration,
    FreeBusy,
    Participant,
    Privacy,
    Status,
    When,
)
from sync.google.colors import color_of
from sync.google.errors import Unreadable
from sync.google.markup import text_of
from sync.google.moments import (
    duration_between,
    exact_start,
    is_date,
    local_start,
    slot_key,
    with_end_zone,
)
from sync.google.rows import ANSWERS, Row
from sync.values import Json

VISIBILITIES: Mapping[str, Privacy] = MappingProxyType(
    {
        "default": Privacy.PUBLIC,
        "public": Privacy.PUBLIC,
        "private": Privacy.PRIVATE,
        "confidential": Privacy.SECRET,
    }
)


def details_of(row: Row, *, zone: str) -> Details:
    """Return what a master or a single event shows; `zone` is the calendar's.

    Raises Unreadable where there is no time to be found.
    """
    when = _when(row, zone=zone)
    return _details(row, when, _duration(row, zone=zone))


def instance_details(row: Row, slot: When) -> Details:
    """Return what a changed instance of the series at `slot` shows.

    An instance that still starts where the series puts it keeps the slot's local time,
    also in an hour that clocks skip or show twice.
    """
    if not row.get("start"):
        raise Unreadable("A changed instance came without its start.")
    home = slot.zone or "UTC"
    when = _when(row, zone=home)
    if _unmoved(row) and local_start(row["start"], fallback=home).zone == slot.zone:
        when = replace(slot, end_zone=when.end_zone)
    return _details(row, when, _duration(row, zone=home))


def _unmoved(row: Row) -> bool:
    return slot_key(row["start"]) == slot_key(row["originalStartTime"])


def _when(row: Row, *, zone: str) -> When:
    start, end = row.get("start"), row.get("end") or {}
    if not start:
        raise Unreadable("The event came without its start.")
    # A rule needs its zone, so a series takes the first pass of an hour shown twice.
    read = local_start if row.get("recurrence") else exact_start
    return with_end_zone(read(start, fallback=zone), start, end)


def _duration(row: Row, *, zone: str) -> Duration:
    start, end = row["start"], row.get("end")
    unspecified = row.get("endTimeUnspecified") and not is_date(start)
    if unspecified or not end:
        return Duration(days=int(is_date(start)))
    return duration_between(start, end, fallback=zone)


def _details(row: Row, when: When, duration: Duration) -> Details:
    reminders = row.get("reminders") or {"useDefault": True}
    default_alerts = bool(reminders.get("useDefault"))
    return Details(
        when=when,
        duration=duration,
        title=row.get("summary") or "",
        description=text_of(row.get("description") or ""),
        status=_status(row),
        free_busy=_free_busy(row),
        privacy=privacy_of(row),
        participants=_participants(row),
        places=_places(row),
        conferences=_conferences(row),
        alerts=() if default_alerts else _alerts(reminders),
        default_alerts=default_alerts,
        color=color_of(row.get("colorId") or "", row.get("eventLabelId") or ""),
    )


def _status(row: Row) -> Status:
    tentative = row.get("status") == "tentative"
    return Status.TENTATIVE if tentative else Status.CONFIRMED


def _free_busy(row: Row) -> FreeBusy:
    free = row.get("transparency") == "transparent"
    return FreeBusy.FREE if free else FreeBusy.BUSY


def privacy_of(row: Row) -> Privacy:
    """Return the privacy; a word that we do not know is not shown to everyone."""
    return VISIBILITIES.get(row.get("visibility") or "default", Privacy.PRIVATE)


def _places(row: Row) -> tuple[str, ...]:
    location = row.get("location")
    return (location,) if location else ()


def _participants(row: Row) -> tuple[Participant, ...]:
    found: dict[str, Participant] = {}
    for attendee in row.get("attendees") or ():
        email = (attendee.get("email") or "").strip().lower()
        if email:
            found.setdefault(email, _participant(attendee, email))
    return tuple(found[email] for email in sorted(found))


def _participant(attendee: Mapping[str, Json], email: str) -> Participant:
    response = attendee.get("responseStatus") or ""
    return Participant(
        email=email,
        name=attendee.get("displayName") or "",
        answer=ANSWERS.get(response, Answer.NEEDS_ACTION),
        optional=bool(attendee.get("optional")),
        resource=bool(attendee.get("resource")),
        organizer=bool(attendee.get("organizer")),
        comment=attendee.get("comment") or "",
        guests=int(attendee.get("additionalGuests") or 0),
    )


def _conferences(row: Row) -> tuple[str, ...]:
    """Return the video links; phone numbers change with the country of the reader."""
    points = (row.get("conferenceData") or {}).get("entryPoints") or ()
    links = [point["uri"] for point in points if point.get("entryPointType") == "video"]
    hangout = row.get("hangoutLink")
    return tuple(dict.fromkeys([*([hangout] if hangout else ()), *links]))


def _alerts(reminders: Mapping[str, Json]) -> tuple[Alert, ...]:
    found = {
        Alert(minutes=int(each["minutes"]), by_email=each.get("method") == "email")
        for each in reminders.get("overrides") or ()
        if each.get("minutes") is not None
    }
    return tuple(sorted(found, key=lambda alert: (alert.minutes, alert.by_email)))
