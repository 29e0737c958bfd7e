"""Activities of Severa and contents: pure, without participants.

What Severa calls what, and what of it is not proven: docs/connectors/severa.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from connectors.base import Json
from sync.content import (
    Content,
    Details,
    Duration,
    FreeBusy,
    Participant,
    Privacy,
    Status,
    Text,
    When,
)
from sync.markup import plain
from sync.normal import normal
from sync.times import ends, instant, local_at, local_instant
from sync.zones import zone as zone_of

NO_TITLE = "(no title)"
LONGEST_LOCATION = 1000
PERSONAL = "Personal"
MIDNIGHT = time()
LAST_SECOND = time(23, 59, 59)
DAY = timedelta(days=1)
TIMES = ("startDateTime", "endDateTime", "isAllDay")

Activity = Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """How times are read: in which zone, and where Severa puts the end of a day."""

    zone: str
    ends_on_next_day: bool = False


class Unreadable(ValueError):
    """An activity that is none; the message is a sentence."""


# --- From Severa ---------------------------------------------------------------------


def content_of(
    activity: Activity, frame: Frame, participants: Sequence[Participant] = ()
) -> Content:
    """Return what an activity shows. Raises Unreadable."""
    when, duration = _times_of(activity, frame)
    location = activity.get("location") or ""
    personal = (activity.get("activityType") or {}).get("category") == PERSONAL
    details = Details(
        when=when,
        duration=duration,
        title=activity.get("name") or "",
        description=Text(text=activity.get("notes") or ""),
        places=(location,) if location else (),
        privacy=Privacy.PRIVATE if personal else Privacy.PUBLIC,
        participants=tuple(participants),
    )
    return normal(Content(uid=f"{activity['guid']}@severa", details=details))


def _times_of(activity: Activity, frame: Frame) -> tuple[When, Duration]:
    start = moment_of(activity.get("startDateTime"), frame)
    end = moment_of(activity.get("endDateTime") or activity.get("startDateTime"), frame)
    if activity.get("isAllDay"):
        return _days(start, end, frame)
    when = When(start=local_at(start, zone=frame.zone), zone=frame.zone)
    first = local_instant(when.start, zone=frame.zone)
    seconds = max(int((end - first).total_seconds()), 0)
    return when, Duration(seconds=seconds)


def moment_of(text: Json, frame: Frame) -> datetime:
    """Return a moment with the offset that it was told with. Raises Unreadable."""
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Unreadable("Severa gives it no time that can be read.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone_of(frame.zone))


def _days(start: datetime, end: datetime, frame: Frame) -> tuple[When, Duration]:
    """Return whole days: by the clock that they were told with, if it says midnight."""
    if start.timetz().replace(tzinfo=None) != MIDNIGHT:
        start, end = (
            local_at(each.astimezone(UTC), zone=frame.zone) for each in (start, end)
        )
    first, last = start.date(), end.date()
    if end.time() == MIDNIGHT and frame.ends_on_next_day and last > first:
        last -= DAY
    days = max((last - first).days, 0) + 1
    return When(start=first), Duration(days=days)


def extra_of(activity: Activity) -> dict[str, Json]:
    """Return what only Severa knows, for templates and types; nothing that is empty."""
    kind, phase = activity.get("activityType") or {}, activity.get("phase") or {}
    known = {
        "type": kind.get("name"),
        "category": kind.get("category"),
        "customer": (activity.get("customer") or {}).get("name"),
        "project": phase.get("projectName"),
        "phase": phase.get("name"),
        "closed": activity.get("isClosed"),
        "hours": activity.get("hasHours"),
        "series": activity.get("recurrenceParentActivityGuid"),
    }
    return {name: value for name, value in known.items() if value}


# --- To Severa -----------------------------------------------------------------------


def projected(content: Content, frame: Frame) -> Content:
    """Return what Severa would hold of a content, but for who takes part."""
    details = normal(content).details
    when, duration = _held_times(details, frame)
    title = details.title if details.title.strip() else NO_TITLE
    place = _cut(details.places[0]) if details.places else ""
    public = details.privacy is Privacy.PUBLIC
    held = replace(
        details,
        when=when,
        duration=duration,
        title=title,
        description=Text(text=_plain(details.description)),
        status=Status.CONFIRMED,
        free_busy=FreeBusy.BUSY,
        privacy=Privacy.PUBLIC if public else Privacy.PRIVATE,
        places=(place,) if place else (),
        conferences=(),
        alerts=(),
        default_alerts=False,
        keywords=(),
        color="",
        people="",
    )
    return normal(Content(uid=content.uid, details=held))


def _held_times(details: Details, frame: Frame) -> tuple[When, Duration]:
    if details.when.all_day:
        return details.when, Duration(days=max(details.duration.days, 1))
    start, end = _instants(details, frame)
    when = When(start=local_at(start, zone=frame.zone), zone=frame.zone)
    first = local_instant(when.start, zone=frame.zone)
    seconds = max(int((end - first).total_seconds()), 0)
    return when, Duration(seconds=seconds)


def _instants(details: Details, frame: Frame) -> tuple[datetime, datetime]:
    start, end = instant(details.when, zone=frame.zone), ends(details, zone=frame.zone)
    return start, max(start, end)


def _plain(text: Text) -> str:
    return plain(text.text) if text.html else text.text


def _cut(text: str) -> str:
    """Return as much of a place as fits: Severa counts as .NET does, in UTF-16."""
    whole = text.encode("utf-16-le", "surrogatepass")[: 2 * LONGEST_LOCATION]
    return whole.decode("utf-16-le", "ignore")


def body_of(content: Content, frame: Frame) -> dict[str, Json]:
    """Return the members of an activity that show what Severa holds of a content."""
    details = projected(content, frame).details
    return {
        "name": details.title,
        "notes": details.description.text,
        "location": details.places[0] if details.places else "",
        **_told_times(details, frame),
    }


def _told_times(details: Details, frame: Frame) -> dict[str, Json]:
    start = details.when.start
    if isinstance(start, datetime):
        moments = [
            moment.astimezone(zone_of(frame.zone))
            for moment in _instants(details, frame)
        ]
        return {
            "startDateTime": moments[0].isoformat(),
            "endDateTime": moments[1].isoformat(),
            "isAllDay": False,
        }
    last = start + (details.duration.days - 1) * DAY
    end = (last, LAST_SECOND) if not frame.ends_on_next_day else (last + DAY, MIDNIGHT)
    return {
        "startDateTime": _clock(start, MIDNIGHT, frame),
        "endDateTime": _clock(*end, frame),
        "isAllDay": True,
    }


def _clock(day: date, clock: time, frame: Frame) -> str:
    return datetime.combine(day, clock, tzinfo=zone_of(frame.zone)).isoformat()


def operations(before: Content, after: Content, frame: Frame) -> list[dict[str, Json]]:
    """Return the JSON Patch from one content to another; the times go together.

    Severa knows the operation Replace alone.
    """
    old, new = body_of(before, frame), body_of(after, frame)
    names = {name for name in new if new[name] != old[name]}
    if names & {*TIMES}:
        names |= {*TIMES}
    return [replaced(name, new[name]) for name in new if name in names]


def replaced(name: str, value: Json) -> dict[str, Json]:
    """Return the operation that gives one member another value."""
    return {"op": "Replace", "path": f"/{name}", "value": value}
