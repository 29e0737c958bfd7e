"""RFC 8984's small values as text: durations, local times, slots."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from sync.content import Duration, Slot

Json = Any
"""A JSON value."""

LONGEST = timedelta(days=36_525)
"""Nothing lasts longer than a century."""

FIRST_YEAR, LAST_YEAR = 1000, 9998
"""Room for four digits, and for a zone and a duration on either side."""

_DURATION = re.compile(
    r"P(?=.)(?:([0-9]{1,9})W)?(?:([0-9]{1,9})D)?"
    r"(?:T(?=.)(?:([0-9]{1,12})H)?(?:([0-9]{1,12})M)?(?:([0-9]{1,12})S)?)?"
)
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def duration_text(duration: Duration) -> str:
    """Return RFC 8984's text: "PT1H30M", "P1D", "P1DT2H"; "PT0S" for none."""
    days = f"{duration.days}D" if duration.days else ""
    clock = _clock_text(duration.seconds)
    if not days and not clock:
        return "PT0S"
    return f"P{days}T{clock}" if clock else f"P{days}"


def _clock_text(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}H" if hours else ""
    # The grammar has no way from hours to seconds but over the minutes.
    text += f"{minutes}M" if minutes or (hours and rest) else ""
    return text + (f"{rest}S" if rest else "")


def duration_of(text: str) -> Duration:
    """Read RFC 8984's text. Raises ValueError with a sentence."""
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError(_no_duration(text))
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    whole_days = weeks * 7 + days
    whole_seconds = (hours * 60 + minutes) * 60 + seconds
    if whole_days * 86_400 + whole_seconds > LONGEST.total_seconds():
        raise ValueError("A duration is at most 100 years.")
    return Duration(days=whole_days, seconds=whole_seconds)


def _no_duration(text: str) -> str:
    if text.startswith("-"):
        return "A duration is not negative."
    if "." in text:
        return "A duration in fractions of a second is not supported."
    return 'A duration looks like "PT1H30M", "P1D" or "P1DT2H".'


def local_text(moment: datetime | date) -> str:
    """Return RFC 8984's LocalDateTime; a date stands for its midnight."""
    return naive(moment).isoformat(timespec="seconds")


def local_of(text: str) -> datetime:
    """Read a LocalDateTime. Raises ValueError with a sentence."""
    if not _LOCAL.fullmatch(text):
        raise ValueError(
            'A local date-time looks like "2027-03-29T09:00:00", without an offset '
            "and without fractions of a second."
        )
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f'There is no date and time "{text}".') from None
    return _of_our_years(moment)


def _of_our_years(moment: datetime) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"The year lies between {FIRST_YEAR} and {LAST_YEAR}.")
    return moment


def slot_text(slot: Slot) -> str:
    """Return the slot as it stands in keys: a local date-time, or a date."""
    if isinstance(slot, datetime):
        return slot.isoformat(timespec="seconds")
    return slot.isoformat()


def slot_of_text(text: str) -> Slot:
    """Read what `slot_text` wrote. Raises ValueError with a sentence."""
    if not _DATE.fullmatch(text):
        return local_of(text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f'There is no date "{text}".') from None


def naive(moment: datetime | date) -> datetime:
    """Return the local time itself; midnight of a date."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time())


def day_of(moment: datetime | date) -> date:
    """Return the date of a local time; a date is its own."""
    return moment.date() if isinstance(moment, datetime) else moment
