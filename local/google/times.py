"""Instants, dates and zones as Google reads and writes them."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEAR_ZERO = "0000-12-31T00:00:00.000Z"


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Return every IANA name that Google takes."""
    return frozenset(available_timezones())


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name, or raise KeyError."""
    if name not in zone_names():
        raise KeyError(name)
    return ZoneInfo(name)


def micros(instant: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    return (instant - EPOCH) // MICROSECOND


def from_micros(count: int) -> datetime:
    """Return the instant of microseconds since 1970."""
    return EPOCH + count * MICROSECOND


def millis(instant: datetime) -> int:
    """Return an instant as milliseconds since 1970."""
    return micros(instant) // 1000


@lru_cache(maxsize=65536)
def stamp_text(count: int) -> str:
    """Return microseconds as Google writes `updated`: UTC with milliseconds."""
    text = from_micros(count).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def utc_text(instant: datetime) -> str:
    """Return an instant in UTC, to the second."""
    text = instant.astimezone(UTC).isoformat(timespec="seconds")
    return text.replace("+00:00", "Z")


@lru_cache(maxsize=65536)
def rendered(utc: str, zone_name: str) -> str:
    """Return a stored instant with the offset of the zone asked for."""
    local = datetime.fromisoformat(utc).astimezone(zone(zone_name))
    text = local.isoformat(timespec="seconds")
    return text.replace("+00:00", "Z")


def instant_of(text: str) -> datetime:
    """Return an RFC 3339 text with offset as an instant; ValueError without one."""
    if len(text) < 19:
        raise ValueError(text)
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise ValueError(text)
    return parsed.astimezone(UTC)


def local_instant(text: str, zone_name: str) -> datetime:
    """Return a text with or without offset as an instant, to the second.

    Without an offset it is a local time of the zone.
    """
    if len(text) < 16 or text[10:11] not in "Tt ":
        raise ValueError(text)
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=zone(zone_name))
    return parsed.astimezone(UTC).replace(microsecond=0)


def day_of(text: str) -> date:
    """Return a `yyyy-mm-dd` text as a date."""
    if len(text) != 10:
        raise ValueError(text)
    return date.fromisoformat(text)


@lru_cache(maxsize=65536)
def midnight(day: str, zone_name: str) -> datetime:
    """Return the instant at which a date begins in a zone."""
    start = datetime.fromisoformat(day).replace(tzinfo=zone(zone_name))
    return start.astimezone(UTC)


def end_of(moment: dict[str, str], zone_name: str) -> datetime:
    """Return the instant of a stored start or end, dates taken in the zone."""
    if "date" in moment:
        return midnight(moment["date"], zone_name)
    return datetime.fromisoformat(moment["dateTime"])
