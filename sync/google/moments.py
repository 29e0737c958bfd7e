"""Google's starts and ends, and the keys of a series' slots.

A moment is an instant with a zone's name, or a date. Google renders `dateTime` with the
offset of the answer's zone while `timeZone` names the event's own, so instants count,
never texts.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

from sync.content import Duration, Slot, When, length
from sync.google.errors import Unreadable
from sync.times import instant, local_at, shifted
from sync.values import Json, day_of, naive
from sync.zones import windows_zone, zone_names

Moment = Mapping[str, Json]

UTC_NAME = "Etc/UTC"
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
WIDEST_GAP = timedelta(hours=3)
LENGTH_OF_DATE = len("2027-03-29")


# --- Zones ---------------------------------------------------------------------------


def known_zone(name: Json) -> str | None:
    """Return the IANA name that is meant, None where nobody knows that name."""
    if not isinstance(name, str) or not name:
        return None
    return name if name in zone_names() else windows_zone(name)


def zone_of(moment: Moment, *, fallback: str) -> str:
    """Return the zone that a moment is shown in.

    Without a name it is the calendar's; a name that nobody knows leaves the instant, in
    UTC.
    """
    if moment.get("timeZone"):
        return known_zone(moment["timeZone"]) or UTC_NAME
    return known_zone(fallback) or UTC_NAME


# --- Reading -------------------------------------------------------------------------


def is_date(moment: Moment) -> bool:
    """Whether the moment is a day, not a time."""
    return bool(moment.get("date"))


def date_of(moment: Moment) -> date:
    """Return the date of an all-day moment."""
    try:
        return date.fromisoformat(str(moment["date"]))
    except ValueError:
        raise Unreadable(f"“{moment['date']}” is not a date.") from None


def instant_of(moment: Moment, *, fallback: str = UTC_NAME) -> datetime:
    """Return the moment of a timed event in UTC, to the second."""
    text = str(moment.get("dateTime"))
    try:
        found = datetime.fromisoformat(text).replace(microsecond=0)
        if found.tzinfo is None:
            name = zone_of(moment, fallback=fallback)
            return instant(When(start=found, zone=name))
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable(f"“{text}” is not a time.") from None


def local_start(moment: Moment, *, fallback: str) -> When:
    """Return where a start lies, as the zone's clocks show it.

    The second pass of an hour that comes twice cannot be told from the first: see
    `exact_start`.
    """
    if is_date(moment):
        return When(start=date_of(moment))
    name = zone_of(moment, fallback=fallback)
    local = local_at(instant_of(moment, fallback=fallback), zone=name)
    return When(start=local, zone=name)


def exact_start(moment: Moment, *, fallback: str) -> When:
    """Return where a start lies, in UTC where the zone's clocks cannot say it."""
    found = local_start(moment, fallback=fallback)
    if found.all_day:
        return found
    exact = instant_of(moment, fallback=fallback)
    if instant(found) == exact:
        return found
    return When(start=exact.replace(tzinfo=None), zone=UTC_NAME)


def with_end_zone(when: When, start: Moment, end: Moment) -> When:
    """Return the start with the zone that the end is shown in, where it differs."""
    own = known_zone(end.get("timeZone"))
    if when.all_day or own is None or own == known_zone(start.get("timeZone")):
        return when
    return when if own == when.zone else replace(when, end_zone=own)


def duration_between(start: Moment, end: Moment, *, fallback: str) -> Duration:
    """Return how long it lasts: days for days, exact seconds for times."""
    if is_date(start) and is_date(end):
        days = (date_of(end) - date_of(start)).days
        return Duration(days=max(1, days))
    if is_date(start):
        return Duration(days=1)
    if is_date(end):
        return Duration()
    begins = instant_of(start, fallback=fallback)
    ends = instant_of(end, fallback=fallback)
    return Duration(seconds=max(0, (ends - begins) // SECOND))


# --- Writing -------------------------------------------------------------------------


def moments_of(when: When, duration: Duration) -> tuple[Moment, Moment]:
    """Return Google's start and end (a date's end is the day after the last).

    Floating times come without offset and zone: Google takes the calendar's.
    """
    if not isinstance(when.start, datetime):
        end_day = _later(when.start, whole_days(duration))
        return {"date": when.start.isoformat()}, {"date": end_day.isoformat()}
    if when.zone is None:
        end = shifted(when.start, length(duration))
        return {"dateTime": _text(when.start)}, {"dateTime": _text(end)}
    ends_at, end_zone = end_instant(when, duration), when.end_zone or when.zone
    return _moment(instant(when), when.zone), _moment(ends_at, end_zone)


def whole_days(duration: Duration) -> int:
    """Return how many days an all-day event takes, at least one."""
    more, rest = divmod(duration.seconds, DAY // SECOND)
    return max(1, duration.days + more + bool(rest))


def end_instant(when: When, duration: Duration) -> datetime:
    """Return when a timed event ends: days by the wall clock, then exact seconds."""
    last_day = shifted(naive(when.start), timedelta(days=duration.days))
    ends_at = instant(replace(when, start=last_day))
    return shifted(ends_at, timedelta(seconds=duration.seconds))


def _later(day: date, days: int) -> date:
    return day_of(shifted(naive(day), timedelta(days=days)))


def _moment(moment: datetime, name: str) -> Moment:
    return {"dateTime": _text(_in_zone(moment, name)), "timeZone": name}


def _in_zone(moment: datetime, name: str) -> datetime:
    """Return the instant with the zone's offset, where RFC 3339 can write that."""
    offset = local_at(moment, zone=name).replace(tzinfo=UTC) - moment
    if offset % timedelta(minutes=1):
        return moment
    return moment.astimezone(timezone(offset))


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


# --- Slots ---------------------------------------------------------------------------


def slot_key(original_start: Json) -> str:
    """Return the canonical key of an `originalStartTime`: `20260625T200000Z`, a date.

    Google's own guide shows a bare text once, so that is understood too.
    """
    moment = original_start
    if isinstance(moment, str):
        name = "date" if len(moment) == LENGTH_OF_DATE else "dateTime"
        moment = {name: moment}
    if is_date(moment):
        return date_of(moment).isoformat().replace("-", "")
    return _key(instant_of(moment))


def key_of(slot: Slot, when: When) -> str:
    """Return the key of a slot of the series that starts at `when`."""
    if not isinstance(slot, datetime):
        return slot.isoformat().replace("-", "")
    return _key(instant(replace(when, start=slot)))


def slot_of(
    key: str, when: When, *, fits: Callable[[Slot], bool] | None = None
) -> Slot:
    """Return the slot that a key means in the series that starts at `when`.

    A slot inside the hour that clocks skip is shown later by Google; `fits` tells which
    of the two local times is the series' own (by default: the one at its usual hour).
    """
    if "T" not in key:
        return date.fromisoformat(key)
    moment = datetime.fromisoformat(key)
    local = local_at(moment, zone=when.zone or UTC_NAME)
    fits = fits or (lambda slot: _same_hour(slot, when))
    if fits(local):
        return local
    skipped = [slot for slot in _skipped(local, moment, when) if fits(slot)]
    return skipped[0] if skipped else local


def original_start(key: str) -> str:
    """Return a key as `events.instances` wants it: RFC 3339, or a date."""
    if "T" not in key:
        return date.fromisoformat(key).isoformat()
    return _text(datetime.fromisoformat(key))


def original_moment(key: str, when: When) -> Moment:
    """Return a key as Google's `originalStartTime`."""
    if "T" not in key:
        return {"date": original_start(key)}
    return _moment(datetime.fromisoformat(key), when.zone or UTC_NAME)


def _key(moment: datetime) -> str:
    # Not strftime: Linux writes years before 1000 with fewer than four digits.
    return moment.isoformat().replace("-", "").replace(":", "")[:15] + "Z"


def _same_hour(slot: Slot, when: When) -> bool:
    if isinstance(slot, datetime) and isinstance(when.start, datetime):
        return slot.time() == when.start.time()
    return True


def _skipped(local: datetime, moment: datetime, when: When) -> list[datetime]:
    """Return the local times that clocks skipped and that mean this instant too."""
    name = when.zone or UTC_NAME
    earlier = moment - WIDEST_GAP
    gap = (local - local_at(earlier, zone=name)) - WIDEST_GAP
    slot = local - gap
    same = gap > timedelta() and instant(replace(when, start=slot)) == moment
    return [slot] if same else []
