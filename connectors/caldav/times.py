"""iCalendar's dates and times, and a component's start, end and slots."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from connectors.caldav.lines import Component, Line, line
from connectors.caldav.zones import UTC_NAME, zone_of
from sync.content import Details, Duration, Slot, When
from sync.google.errors import Unreadable
from sync.times import ends, instant, local_at, local_instant
from sync.values import duration_of, duration_text, naive

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
_MOMENT = re.compile(r"[0-9]{8}(?:T[0-9]{6}Z?)?")

Zones = Mapping[str, str]
"""IANA's name for each TZID that the calendar defines."""


def _moment(text: str) -> tuple[Slot, bool]:
    """Return a date or local time, and whether it is in UTC. Raises Unreadable."""
    plain = text.strip().upper()
    if not _MOMENT.fullmatch(plain):
        raise Unreadable(f"“{text[:40]}” is no date or time.")
    try:
        if "T" not in plain:
            return date.fromisoformat(plain), False
        moment = datetime.fromisoformat(plain.removesuffix("Z"))
    except ValueError:
        raise Unreadable(f"“{text[:40]}” is no date or time.") from None
    return moment, plain.endswith("Z")


def when_of(line: Line, zones: Zones) -> When:
    """Return where a property's moment lies. Raises Unreadable."""
    moment, in_utc = _moment(line.value)
    if not isinstance(moment, datetime):
        return When(start=moment)
    if in_utc:
        return When(start=moment, zone=UTC_NAME)
    tzid = line.parameters.get("TZID")
    if tzid is None:
        return When(start=moment)
    name = zone_of(tzid, zones)
    if name is None:
        raise Unreadable(f"Nobody knows the time zone “{tzid[:80]}”.")
    return When(start=moment, zone=name)


def span_of(event: Component, zones: Zones) -> tuple[When, Duration]:
    """Return the start and the length of an event. Raises Unreadable."""
    start = event.line("DTSTART")
    if start is None:
        raise Unreadable("It has no start.")
    when = when_of(start, zones)
    end, lasting = event.line("DTEND"), event.line("DURATION")
    if end is not None:
        return _until(when, when_of(end, zones))
    if lasting is not None:
        return when, _duration(lasting.value)
    return when, Duration(days=1) if when.all_day else Duration()


def _until(when: When, end: When) -> tuple[When, Duration]:
    if when.all_day or end.all_day:
        days = (naive(end.start) - naive(when.start)) // DAY
        return when, Duration(days=max(days, 1 if when.all_day else 0))
    home = when.zone or UTC_NAME
    begins, stops = instant(when, zone=home), instant(end, zone=end.zone or home)
    lasts = Duration(seconds=max(0, (stops - begins) // SECOND))
    own = when.zone and end.zone and end.zone != when.zone
    return (replace(when, end_zone=end.zone) if own else when), lasts


def _duration(text: str) -> Duration:
    try:
        return duration_of(text.strip().upper().removeprefix("+"))
    except ValueError as error:
        raise Unreadable(f"Its length is not understood: {error}") from None


def slots_of(line: Line, when: When, zones: Zones) -> list[Slot]:
    """Return the slots of a series that an RDATE, EXDATE or RECURRENCE-ID names.

    Of a period its start counts. A date among times, or a time among dates, names none.
    """
    tzid = line.parameters.get("TZID")
    found = []
    for text in line.value.split(","):
        head = f"X;TZID={tzid}:" if tzid else "X:"
        own = when_of(Line("X", head + text.partition("/")[0]), zones)
        if own.all_day == when.all_day:
            found.append(_slot(own, when))
    return found


def _slot(own: When, when: When) -> Slot:
    if when.all_day or own.zone in (None, when.zone) or when.zone is None:
        return own.start
    return local_at(instant(own), zone=when.zone)


# --- Writing -------------------------------------------------------------------------


def moment_line(name: str, when: When, tzids: Mapping[str, str]) -> Line:
    """Return a property with a moment; `tzids` are the names to write for zones."""
    return dates_line(name, [when.start], when, tzids)


def dates_line(
    name: str, slots: Iterable[Slot], when: When, tzids: Mapping[str, str]
) -> Line:
    """Return a property that lists slots of a series that starts at `when`."""
    listed = sorted(slots, key=naive)
    texts = [each.isoformat().replace("-", "").replace(":", "") for each in listed]
    if when.all_day:
        return line(name, ",".join(texts), {"VALUE": "DATE"})
    if when.zone == UTC_NAME:
        return line(name, ",".join(f"{text}Z" for text in texts))
    if when.zone is None:
        return line(name, ",".join(texts))
    return line(name, ",".join(texts), {"TZID": tzids.get(when.zone, when.zone)})


def span_lines(when: When, duration: Duration, tzids: Mapping[str, str]) -> list[Line]:
    """Return DTSTART, with DTEND or, where that cannot say it, with DURATION."""
    start = moment_line("DTSTART", when, tzids)
    if when.all_day:
        after = naive(when.start) + timedelta(days=max(1, duration.days))
        return [start, moment_line("DTEND", When(start=after.date()), tzids)]
    if not duration.days and not duration.seconds:
        return [start]
    end = _end(when, duration)
    if end is None:
        return [start, line("DURATION", duration_text(duration))]
    return [start, moment_line("DTEND", end, tzids)]


def _end(when: When, duration: Duration) -> When | None:
    """Return the end as clocks show it; None where they show it twice or never."""
    if duration.days and when.end_zone is None:
        return None
    home = when.zone or UTC_NAME
    shown_in = when.end_zone or home
    stops = ends(Details(when=when, duration=duration), zone=home)
    local = local_at(stops, zone=shown_in)
    if local_instant(local, zone=shown_in) != stops:
        return None
    return When(start=local, zone=None if when.zone is None else shown_in)
