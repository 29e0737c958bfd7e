"""Odoo's times: UTC as plain text, and whole days whose last day is included.

What is written here was seen on Odoo 17, 18 and 19: see docs/connectors/odoo.md.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from sync.content import Details, Duration, When
from sync.times import ends, instant, local_at
from sync.values import Json

_FORM = "%Y-%m-%d %H:%M:%S"
TIMES = ("allday", "start", "stop", "start_date", "stop_date")


def moment_text(moment: datetime) -> str:
    """Return an instant as Odoo takes it; it refuses `T` and `Z`."""
    whole = moment.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    return whole.isoformat(sep=" ")


def moment_of(text: str) -> datetime:
    """Read an instant as Odoo gives it. Raises ValueError."""
    return datetime.strptime(text[:19], _FORM).replace(tzinfo=UTC)


def times_of(row: Mapping[str, Json], *, zone: str) -> tuple[When, Duration]:
    """Return when a row takes place, by its clocks. Raises ValueError, TypeError."""
    if row["allday"]:
        first = date.fromisoformat(row["start_date"])
        last = date.fromisoformat(row["stop_date"])
        return When(start=first), Duration(days=(last - first).days + 1)
    start, stop = moment_of(row["start"]), moment_of(row["stop"])
    seconds = int((stop - start).total_seconds())
    when = When(start=local_at(start, zone=zone), zone=zone)
    return when, Duration(seconds=seconds)


def held_times(details: Details, *, zone: str) -> tuple[When, Duration]:
    """Return the times as a row told in this zone would give them back."""
    when = details.when
    if when.all_day:
        return When(start=when.start), Duration(days=max(details.duration.days, 1))
    own = when.zone or zone
    start, stop = instant(when, zone=own), ends(details, zone=own)
    seconds = max(int((stop - start).total_seconds()), 0)
    local = local_at(start, zone=zone)
    return When(start=local, zone=zone), Duration(seconds=seconds)


def time_values(details: Details, *, zone: str) -> dict[str, Json]:
    """Return a row's times: always both ends, for one alone moves the other."""
    if isinstance(details.when.start, datetime):
        start = instant(details.when, zone=zone)
        stop = max(ends(details, zone=zone), start)
        return {
            "allday": False,
            "start": moment_text(start),
            "stop": moment_text(stop),
        }
    first = details.when.start
    last = first + timedelta(days=max(details.duration.days, 1) - 1)
    return {
        "allday": True,
        "start_date": first.isoformat(),
        "stop_date": last.isoformat(),
    }
