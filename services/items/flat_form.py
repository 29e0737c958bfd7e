"""Appointments in a flat form, for clients that can only fill in a template."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from services.ports.values import Json
from services.refusals import invalid
from sync.content import (
    Details,
    Duration,
    FreeBusy,
    Participant,
    Privacy,
    Text,
    When,
)
from sync.recurrence import ends, instant
from sync.times import local_at, local_instant
from sync.values import FIRST_YEAR, LAST_YEAR, LONGEST, naive
from sync.zones import ZoneUnknown
from sync.zones import zone as zone_of

TIMES = frozenset({"start", "end", "time_zone", "all_day"})
MEMBERS = TIMES | {
    "title",
    "location",
    "description",
    "attendees",
    "private",
    "busy",
}
IGNORED = frozenset({"id", "etag", "ack", "op"})
"""Members of our own answers, which a client may send back."""

EDITS = TIMES | {"title", "location", "description"}
"""Members whose change beats a delete of the same appointment."""

MAX_TEXT = 100_000

_YES = frozenset({"true", "1", "yes"})
_NO = frozenset({"false", "0", "no"})
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?)?"
)
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")


# --- Out -----------------------------------------------------------------------------


def flat_of(details: Details, *, zone: str) -> dict[str, Json]:
    """Return what an occurrence shows, its times as clocks in this zone show them.

    The end of a whole day is the day after, as in every calendar.
    """
    people = ", ".join(person.email for person in details.participants)
    return {
        "title": details.title,
        **_times_of(details, zone=zone),
        "location": details.places[0] if details.places else "",
        "description": details.description.text,
        "attendees": people,
        "private": details.privacy is not Privacy.PUBLIC,
        "busy": details.free_busy is FreeBusy.BUSY,
    }


def _times_of(details: Details, *, zone: str) -> dict[str, Json]:
    when = details.when
    if when.all_day:
        start = naive(when.start).date()
        end = start + timedelta(days=max(details.duration.days, 1))
        texts = start.isoformat(), end.isoformat()
    else:
        moments = instant(when, zone=zone), ends(details, zone=zone)
        first, last = (local_at(moment, zone=zone) for moment in moments)
        texts = first.isoformat("T", "seconds"), last.isoformat("T", "seconds")
    return {
        "start": texts[0],
        "end": texts[1],
        "time_zone": zone,
        "all_day": when.all_day,
    }


# --- In ------------------------------------------------------------------------------


def read_flat(body: Json) -> dict[str, Json]:
    """Return the members of a flat appointment, each of the right type.

    Booleans may come as text, since a template knows nothing else; an empty one is not
    named. Raises Invalid.
    """
    if not isinstance(body, Mapping):
        raise invalid("", "An appointment is an object.")
    said: dict[str, Json] = {}
    for name, value in body.items():
        if name in ("all_day", "private", "busy"):
            if value not in ("", None):
                said[name] = _flag(name, value)
        elif name in MEMBERS:
            said[name] = _text(name, value)
        elif name not in IGNORED:
            said[name] = value
    return said


def fields_in(said: Mapping[str, Json]) -> dict[str, Json]:
    """Return the members that only the application knows."""
    return {name: value for name, value in said.items() if name not in MEMBERS}


def new_details(said: Mapping[str, Json], *, zone: str) -> Details:
    """Return a new appointment. Raises Invalid, also where it has no time."""
    for name in ("start", "end"):
        if not said.get(name):
            raise invalid(f"/{name}", "A new appointment needs a start and an end.")
    some_day = When(start=date(2000, 1, 1))
    blank = Details(when=some_day, duration=Duration(days=1))
    return edited(blank, said, zone=zone)


def edited(details: Details, edits: Mapping[str, Json], *, zone: str) -> Details:
    """Return the details with these members changed, and nothing else.

    What they show already is no edit: HTML stays HTML when its text is sent back.
    """
    shown = flat_of(details, zone=zone)
    new = {name: edits[name] for name in shown.keys() & edits.keys()}
    new = {name: value for name, value in new.items() if value != shown[name]}
    if edits.keys() & TIMES:
        details = _with_times(details, edits, zone=zone)
    if "title" in new:
        details = replace(details, title=new["title"])
    if "location" in new:
        places = [new["location"]] if new["location"] else []
        details = replace(details, places=(*places, *details.places[1:]))
    if "description" in new:
        details = replace(details, description=Text(text=new["description"]))
    if "attendees" in new:
        people = _attendees(new["attendees"], details.participants)
        details = replace(details, participants=people)
    if "private" in new:
        privacy = Privacy.PRIVATE if new["private"] else Privacy.PUBLIC
        details = replace(details, privacy=privacy)
    if "busy" in new:
        free_busy = FreeBusy.BUSY if new["busy"] else FreeBusy.FREE
        details = replace(details, free_busy=free_busy)
    return details


def _text(name: str, value: Json) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        message = f"Must be text of at most {MAX_TEXT} characters."
        raise invalid(f"/{name}", message)
    return value


def _flag(name: str, value: Json) -> bool:
    text = str(value).strip().lower()
    if text not in _YES | _NO:
        raise invalid(f"/{name}", "Must be true or false.")
    return text in _YES


def _attendees(text: str, known: tuple[Participant, ...]) -> tuple[Participant, ...]:
    """Return the people named; who was known keeps name and answer."""
    before = {person.email: person for person in known}
    people = []
    for part in re.split(r"[,;\s]+", text.strip().lower()):
        if not part:
            continue
        if not _EMAIL.fullmatch(part):
            message = "Must be mail addresses with commas between them."
            raise invalid("/attendees", message)
        people.append(before.get(part, Participant(email=part)))
    return tuple(people)


# --- Times ---------------------------------------------------------------------------


def _with_times(details: Details, edits: Mapping[str, Json], *, zone: str) -> Details:
    """Return the details at the stated time.

    A start without an end takes the end along. Who states the very instants that it
    has changes nothing, not even its zone.
    """
    named = {name: edits[name] for name in TIMES if edits.get(name) not in (None, "")}
    zone = _checked_zone(str(named.get("time_zone", zone)))
    now = _times_of(details, zone=zone)
    first, last = (_moment(name, str(now[name]), zone) for name in ("start", "end"))
    start = _moment("start", str(named["start"]), zone) if "start" in named else first
    end = start + (last - first)
    if "end" in named:
        end = _moment("end", str(named["end"]), zone)
    all_day = bool(named.get("all_day", _says_all_day(named, details)))
    when, duration = _days(start, end) if all_day else _hours(start, end, zone)
    stated = replace(details, when=when, duration=duration)
    return details if _times_of(stated, zone=zone) == now else stated


def _says_all_day(named: Mapping[str, Json], details: Details) -> bool:
    """Return whether a whole day is meant where nobody says so: by the start's form."""
    start = named.get("start")
    return details.when.all_day if start is None else len(str(start)) == 10


def _days(start: datetime, end: datetime) -> tuple[When, Duration]:
    first, last = start.date(), end.date()
    if last < first:
        raise invalid("/end", "The end must not lie before the start.")
    days = max((last - first).days, 1)
    return When(start=first), Duration(days=days)


def _hours(start: datetime, end: datetime, zone: str) -> tuple[When, Duration]:
    first = local_instant(start, zone=zone)
    lasts = local_instant(end, zone=zone) - first
    if lasts < timedelta(0):
        raise invalid("/end", "The end must not lie before the start.")
    if lasts > LONGEST:
        raise invalid("/end", "An appointment lasts 100 years at most.")
    seconds = int(lasts.total_seconds())
    return When(start=start, zone=zone), Duration(seconds=seconds)


def _moment(name: str, text: str, zone: str) -> datetime:
    """Return the local time in the zone that a text means, with or without offset."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise invalid(
            f"/{name}",
            'Must look like "2027-03-29T09:00:00", with or without an offset, or like '
            '"2027-03-29" for a whole day.',
        )
    day, clock, seconds, offset = found.groups()
    try:
        moment = datetime.fromisoformat(
            f"{day}T{clock or '00:00'}{seconds or ':00'}{offset or ''}"
        )
    except ValueError:
        raise invalid(f"/{name}", "There is no such date or time.") from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        message = f"The year lies between {FIRST_YEAR} and {LAST_YEAR}."
        raise invalid(f"/{name}", message)
    if moment.tzinfo is None:
        return moment
    return local_at(moment.astimezone(UTC), zone=zone)


def _checked_zone(name: str) -> str:
    try:
        zone_of(name)
    except ZoneUnknown as error:
        raise invalid("/time_zone", str(error)) from None
    return name
