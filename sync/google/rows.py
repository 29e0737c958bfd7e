"""One event as Google's Calendar API v3 writes it in JSON, and what it says of itself.

Everything here takes rows with members missing, of unknown kinds, or null.
https://developers.google.com/workspace/calendar/api/v3/reference/events
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from sync.content import Answer
from sync.identity import marked_link
from sync.values import Json

Row = Mapping[str, Json]

MARK = "tandem"
"""The private extended property by which we know what we created."""

WRITE = f"{MARK}-write"
"""The private extended property that names our last write of a row, by its intent."""

MEETING = "tandem-uid"
"""The shared extended property by which other people's copies name our item's uid."""

LONGEST_PROPERTY_NAME = 44
LONGEST_PROPERTY_VALUE = 1024

ANSWERS: Mapping[str, Answer] = MappingProxyType(
    {
        "needsAction": Answer.NEEDS_ACTION,
        "accepted": Answer.ACCEPTED,
        "declined": Answer.DECLINED,
        "tentative": Answer.TENTATIVE,
    }
)

_PLAIN = (
    *("id", "etag", "status", "iCalUID", "recurringEventId", "originalStartTime"),
    *("start", "end", "endTimeUnspecified", "recurrence", "summary", "description"),
    *("location", "attendees", "attendeesOmitted", "transparency", "visibility"),
    *("colorId", "eventLabelId", "reminders", "hangoutLink", "eventType", "updated"),
    *("locked", "guestsCanModify", "privateCopy"),
)
_OF_A_CANCELLED_ONE = frozenset(
    {
        *("id", "etag", "status", "iCalUID", "recurringEventId", "originalStartTime"),
        *("updated", "organizer", "extendedProperties", "eventType"),
    }
)


class Born(StrEnum):
    """Where an event began."""

    CALENDAR = "calendar"
    AGENDA = "agenda"


def reduced(row: Row) -> Row:
    """Return what we map or need of a row, small and always in the same form."""
    kept = {name: _clean(row.get(name)) for name in _PLAIN}
    kept["organizer"] = _members(row, "organizer", "email", "displayName", "self")
    kept["creator"] = _members(row, "creator", "self")
    kept["extendedProperties"] = _own_properties(row)
    kept["conferenceData"] = _entry_points(row)
    kept["organizer"] = _clean(kept["organizer"])
    filled = {name: value for name, value in kept.items() if value not in _NOTHING}
    if not is_deleted(filled):
        return dict(sorted(filled.items()))
    return {name: filled[name] for name in sorted(filled.keys() & _OF_A_CANCELLED_ONE)}


def _clean(value: Json) -> Json:
    """Return JSON without NUL and lone surrogates, which no store of ours can keep."""
    if isinstance(value, str):
        if value.isprintable():
            return value
        return value.replace("\x00", "").encode(errors="replace").decode()
    if isinstance(value, Mapping):
        return {name: _clean(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return value


_NOTHING: tuple[Json, ...] = (None, False, "", [], {})


def _members(row: Row, member: str, *names: str) -> Json:
    found = row.get(member) or {}
    return {name: found[name] for name in names if found.get(name) not in _NOTHING}


def _own_properties(row: Row) -> Json:
    own = {name: text for name, text in _private(row).items() if name.startswith(MARK)}
    kept = {"private": dict(sorted(own.items()))} if own else {}
    meeting = meeting_of(row)
    return kept | ({"shared": {MEETING: meeting}} if meeting else {})


def _private(row: Row) -> Mapping[str, str]:
    properties = row.get("extendedProperties") or {}
    return properties.get("private") or {}


def _entry_points(row: Row) -> Json:
    points = (row.get("conferenceData") or {}).get("entryPoints") or ()
    kept = [
        {"entryPointType": point.get("entryPointType", ""), "uri": point["uri"]}
        for point in points
        if point.get("uri")
    ]
    return {"entryPoints": kept} if kept else {}


# --- What a row says of itself -------------------------------------------------------


def is_deleted(row: Row) -> bool:
    """Whether the event is gone; of an instance: whether it does not take place."""
    return row.get("status") == "cancelled"


def is_instance(row: Row) -> bool:
    """Whether the row is one instance of a series."""
    return bool(row.get("recurringEventId"))


def master_id(row: Row) -> str:
    """Return the id of the series, or of the single event itself."""
    return str(row.get("recurringEventId") or row["id"])


def etag_of(row: Row) -> str:
    """Return the row's version, empty where Google gave none."""
    return str(row.get("etag") or "")


def ical_uid(row: Row) -> str:
    """Return the iCalUID; a bare tombstone has none, then it is the id."""
    return str(row.get("iCalUID") or master_id(row))


def event_type(row: Row) -> str:
    """Return the event's type, also one that we have never heard of."""
    return str(row.get("eventType") or "default")


def marker_of(row: Row) -> str | None:
    """Return the mark that the row carries, whatever it is worth.

    "Duplicate" in Google's pages, and other sync tools, copy private properties too:
    `sync.identity` tells whether a mark was made for this very event.
    """
    return _private(row).get(MARK)


def write_of(row: Row) -> str:
    """Return the intent of our last write of a row, "" where it names none.

    Whatever else writes a row leaves it, and a copy of an event carries it along: it
    tells something only of the very row that was to be written.
    """
    return str(_private(row).get(WRITE) or "")


def as_write(body: Row, intent: str) -> Row:
    """Return the body of a PATCH that leaves on the row whose write it was."""
    properties = body.get("extendedProperties") or {}
    private = {**(properties.get("private") or {}), WRITE: intent}
    return {**body, "extendedProperties": {**properties, "private": private}}


def meeting_of(row: Row) -> str:
    """Return the uid of the item from which somebody's Tandem made the event, or ""."""
    shared = (row.get("extendedProperties") or {}).get("shared") or {}
    return str(shared.get(MEETING) or "")


def with_meeting(row: Row, uid: str) -> Row:
    """Return a row whose copies at its guests name our item's uid.

    Google cuts long values without a word, so such a uid is not named at all.
    """
    if not uid or len(uid) > LONGEST_PROPERTY_VALUE:
        return row
    properties = {**(row.get("extendedProperties") or {}), "shared": {MEETING: uid}}
    return {**row, "extendedProperties": properties}


def born_by(row: Row) -> Born:
    """Return the side that the event was born on: the agenda's carry our own mark."""
    ours = marked_link(master_id(row), marker_of(row))
    return Born.AGENDA if ours else Born.CALENDAR


def organizer_is_self(row: Row) -> bool:
    """Whether this calendar holds the main copy, so that its changes reach guests."""
    organizer = row.get("organizer")
    if organizer:
        return bool(organizer.get("self"))
    return not row.get("attendees")


def my_answer(row: Row) -> Answer | None:
    """Return what this calendar's owner answered, None where nobody asked them."""
    for attendee in row.get("attendees") or ():
        if attendee.get("self"):
            return ANSWERS.get(attendee.get("responseStatus", ""), Answer.NEEDS_ACTION)
    return None


def changed_at(row: Row) -> datetime | None:
    """Return when the row says that it changed; None for none or for year 0.

    Google gives system-made events `0000-12-31T00:00:00.000Z`.
    """
    try:
        stamp = datetime.fromisoformat(str(row.get("updated")))
    except ValueError:
        return None
    return stamp.replace(tzinfo=stamp.tzinfo or UTC)


def marked(row: Row, marker: Mapping[str, str]) -> Row:
    """Return the row with our mark.

    Google drops names over 44 characters and cuts values at 1024 without a word, so
    such a marker is refused here.
    """
    for name, value in marker.items():
        if not name.startswith(MARK) or len(name) > LONGEST_PROPERTY_NAME:
            raise ValueError(f"{name} is no name for a mark of ours.")
        if len(value) > LONGEST_PROPERTY_VALUE:
            raise ValueError(f"The mark {name} is longer than Google keeps.")
    return {**row, "extendedProperties": {"private": dict(marker)}}
