"""Time zones as iCalendar names them: by IANA's name, Windows', or any other.

A name that nobody knows stands for the zone that behaves as its VTIMEZONE says.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from connectors.caldav.lines import Component, Line
from sync.windows_zones import WINDOWS_ZONES
from sync.zones import windows_zone, zone, zone_names

UTC_NAME = "Etc/UTC"
_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?")
JANUARY, JULY = datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)
WIDELY_USED = ("Europe/Berlin", "Europe/London", "America/New_York")


def zones_in(calendar: Component) -> dict[str, str]:
    """Return the IANA name for each TZID that a calendar's VTIMEZONEs define."""
    found = {}
    for part in calendar.parts("VTIMEZONE"):
        tzid = part.line("TZID")
        if tzid is not None:
            name = _meant(tzid.value) or _meant(part.text("X-LIC-LOCATION"))
            found[tzid.value] = name or _alike(part) or ""
    return {tzid: name for tzid, name in found.items() if name}


def zone_of(tzid: str, known: Mapping[str, str]) -> str | None:
    """Return the IANA name that a TZID means, None where nobody knows."""
    return known.get(tzid) or _meant(tzid)


@lru_cache(maxsize=512)
def _meant(tzid: str) -> str | None:
    """Return the IANA name in a TZID: as it is, Windows', or behind a maker's mark.

    "/freeassociation.sourceforge.net/Europe/Amsterdam" is from Evolution.
    """
    name = tzid.strip().strip('"')
    if name.upper() in ("UTC", "GMT", "Z"):
        return UTC_NAME
    parts = name.split("/")
    tails = ["/".join(parts[place:]) for place in range(len(parts))]
    own = next((tail for tail in tails if tail in zone_names()), None)
    return own or windows_zone(name)


def _alike(part: Component) -> str | None:
    """Return a zone with the offsets of a VTIMEZONE, in winter and in summer."""
    standard, daylight = _last_offset(part, "STANDARD"), _last_offset(part, "DAYLIGHT")
    if standard is None:
        return None
    if daylight is None:
        return _fixed(standard)
    candidates = (*WIDELY_USED, *WINDOWS_ZONES.values())
    return next((each for each in candidates if _has(each, standard, daylight)), None)


def _has(name: str, standard: timedelta, daylight: timedelta) -> bool:
    found = (_offset_at(name, JANUARY), _offset_at(name, JULY))
    return found == (standard, daylight)


def _fixed(offset: timedelta) -> str | None:
    hours, rest = divmod(offset, timedelta(hours=1))
    if rest:
        every = WINDOWS_ZONES.values()
        return next((each for each in every if _has(each, offset, offset)), None)
    return f"Etc/GMT{-hours:+d}" if hours else UTC_NAME


def _last_offset(part: Component, name: str) -> timedelta | None:
    observances = part.parts(name)
    found = (
        _OFFSET.fullmatch(observances[-1].value("TZOFFSETTO")) if observances else None
    )
    if found is None:
        return None
    hours, minutes, seconds = (int(each or 0) for each in found.groups()[1:])
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -offset if found[1] == "-" else offset


def _offset_at(name: str, moment: datetime) -> timedelta:
    return moment.astimezone(zone(name)).utcoffset() or timedelta()


# --- Writing -------------------------------------------------------------------------


def vtimezone(name: str, year: int) -> Component:
    """Return a VTIMEZONE that holds from a year on, as far as its rules are regular.

    Where they are not (Morocco, say), the changes of some years are listed.
    """
    return _vtimezone(name, min(max(year, 1900), 9000) // 5 * 5)


@lru_cache(maxsize=256)
def _vtimezone(name: str, year: int) -> Component:
    changes = [_changes(name, each) for each in range(year - 1, year + 15)]
    regular = _regular(changes)
    if not any(changes):
        inside = [_observance(name, datetime(year - 1, 1, 1, tzinfo=UTC), rule="")]
    elif regular:
        rules = [_yearly([each[place] for each in changes], name) for place in (0, 1)]
        inside = [
            _observance(name, changes[0][place], rule=rules[place]) for place in (0, 1)
        ]
    else:
        inside = [_observance(name, each, rule="") for some in changes for each in some]
    lines = (Line("TZID", f"TZID:{name}"),)
    return Component(name="VTIMEZONE", lines=lines, inside=tuple(inside))


def _changes(name: str, year: int) -> list[datetime]:
    """Return the instants in a year at which clocks change."""
    found = []
    day, next_year = (datetime(each, 1, 1, tzinfo=UTC) for each in (year, year + 1))
    while day < next_year:
        after = min(day + timedelta(days=7), next_year)
        if _offset_at(name, day) != _offset_at(name, after):
            found.append(_exactly(name, day, after))
        day = after
    return found


def _exactly(name: str, before: datetime, after: datetime) -> datetime:
    """Return the first second with the later offset, by halving."""
    later = _offset_at(name, after)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if _offset_at(name, middle) == later:
            after = middle
        else:
            before = middle
    return after


def _regular(changes: list[list[datetime]]) -> bool:
    return all(len(each) == 2 for each in changes)


def _local(name: str, moment: datetime) -> datetime:
    """Return what clocks showed when they changed: with the offset until then."""
    before = _offset_at(name, moment - timedelta(seconds=1))
    return (moment + before).replace(tzinfo=None)


def _yearly(moments: Iterable[datetime], name: str) -> str:
    """Return the rule by which clocks change on the same weekday of each year."""
    days = [_local(name, moment) for moment in moments]
    first = days[0]
    weekday = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[first.weekday()]
    is_last = all((each + timedelta(days=7)).month != each.month for each in days)
    nth = -1 if is_last else (first.day - 1) // 7 + 1
    return f"FREQ=YEARLY;BYMONTH={first.month};BYDAY={nth}{weekday}"


def _observance(name: str, moment: datetime, *, rule: str) -> Component:
    before = _offset_at(name, moment - timedelta(seconds=1))
    after = _offset_at(name, moment)
    local = _local(name, moment).isoformat().replace("-", "").replace(":", "")
    lines = [
        Line("TZOFFSETFROM", f"TZOFFSETFROM:{_offset_text(before)}"),
        Line("TZOFFSETTO", f"TZOFFSETTO:{_offset_text(after)}"),
        Line("DTSTART", f"DTSTART:{local}"),
        *([Line("RRULE", f"RRULE:{rule}")] if rule else []),
    ]
    kind = "DAYLIGHT" if after > before else "STANDARD"
    return Component(name=kind, lines=tuple(lines))


def _offset_text(offset: timedelta) -> str:
    sign = "-" if offset < timedelta() else "+"
    minutes, seconds = divmod(int(abs(offset).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours:02}{minutes:02}" + (f"{seconds:02}" if seconds else "")
