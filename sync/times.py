"""From local times to instants, and back."""

from datetime import UTC, date, datetime, timedelta

from sync.content import Details, When
from sync.values import naive
from sync.zones import zone as zone_of

EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC, microsecond=0)


def instant(when: When, *, zone: str | None = None) -> datetime:
    """Return the moment of the start, in UTC.

    Floating times and dates happen in `zone`. Of a local time that comes twice the
    first is meant; one that is skipped counts with the offset before the gap, so it
    lies after it (RFC 5545, section 3.3.5). Raises ZoneUnknown.
    """
    return local_instant(when.start, zone=when.zone or zone)


def local_instant(moment: datetime | date, *, zone: str | None) -> datetime:
    """Return the moment, in UTC, that clocks in a zone show this local time."""
    if zone is None:
        raise ValueError("A floating time or a date is no instant without a zone.")
    local = naive(moment).replace(tzinfo=zone_of(zone), fold=0)
    try:
        return local.astimezone(UTC)
    except OverflowError:
        return EARLIEST if local.year == 1 else LATEST


def local_at(moment: datetime, *, zone: str) -> datetime:
    """Return what clocks in the zone show at an instant, as a naive time."""
    try:
        return moment.astimezone(zone_of(zone)).replace(tzinfo=None, fold=0)
    except OverflowError:
        edge = EARLIEST if moment.year == 1 else LATEST
        return edge.replace(tzinfo=None)


def ends(details: Details, *, zone: str | None = None) -> datetime:
    """Return the moment of the end, in UTC: days on the wall clock, then seconds."""
    duration = details.duration
    end_day = shifted(naive(details.when.start), timedelta(days=duration.days))
    end_of_days = local_instant(end_day, zone=details.when.zone or zone)
    return shifted(end_of_days, timedelta(seconds=duration.seconds))


def shifted(moment: datetime, by: timedelta) -> datetime:
    """Return the moment moved, but never out of the years that Python knows."""
    try:
        return moment + by
    except OverflowError:
        edge = EARLIEST if by < timedelta(0) else LATEST
        return edge.replace(tzinfo=moment.tzinfo)
