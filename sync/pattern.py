"""A recurrence rule taken apart, and what it gives within one of its periods.

RFC 5545's pattern as RFC 8984 expands it: days first, then times of day, then
positions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from sync.content import Rule
from sync.rule_parts import (
    DAYS,
    FREQUENCIES,
    completed,
    days_of,
    interval,
    numbers,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """A rule taken apart, with all that its start implies.

    `weekdays` are pairs of number (0: every one) and weekday (Monday is 0). Times of
    day that are empty are those of the period itself (the hours of an hourly rule).
    """

    start: datetime
    frequency: str
    interval: int
    first_day: int
    months: frozenset[int]
    weeks: frozenset[int]
    year_days: frozenset[int]
    month_days: frozenset[int]
    weekdays: frozenset[tuple[int, int]]
    hours: tuple[int, ...]
    minutes: tuple[int, ...]
    seconds: tuple[int, ...]
    positions: tuple[int, ...]


@lru_cache(maxsize=2048)
def pattern_of(rule: Rule, start: datetime) -> Pattern:
    """Return the rule taken apart, for a series that starts then."""
    parts = completed(dict(rule.parts), start)
    return Pattern(
        start=start,
        frequency=parts["FREQ"],
        interval=interval(parts),
        first_day=DAYS.index(parts.get("WKST", "MO")),
        months=frozenset(numbers(parts, "BYMONTH")),
        weeks=frozenset(numbers(parts, "BYWEEKNO")),
        year_days=frozenset(numbers(parts, "BYYEARDAY")),
        month_days=frozenset(numbers(parts, "BYMONTHDAY")),
        weekdays=frozenset((nth, DAYS.index(day)) for nth, day in days_of(parts)),
        hours=tuple(numbers(parts, "BYHOUR")),
        minutes=tuple(numbers(parts, "BYMINUTE")),
        seconds=tuple(numbers(parts, "BYSECOND")),
        positions=tuple(numbers(parts, "BYSETPOS")),
    )


# --- What lies in one period ---------------------------------------------------------


def slots_of(pattern: Pattern, first: datetime) -> list[datetime]:
    """Return the slots of the period that begins then, in order."""
    days = [day for day in _days_of(pattern, first) if fits(pattern, day)]
    if not days:
        return []
    times = _times_of(pattern, first)
    if not pattern.positions:
        return [datetime.combine(day, clock) for day in days for clock in times]
    return _chosen(pattern, days, times)


def _chosen(pattern: Pattern, days: list[date], times: list[time]) -> list[datetime]:
    """Return those at the positions, of all days by all times."""
    total = len(days) * len(times)
    places = {place - 1 if place > 0 else total + place for place in pattern.positions}
    return [
        datetime.combine(days[place // len(times)], times[place % len(times)])
        for place in sorted(places)
        if 0 <= place < total
    ]


def _days_of(pattern: Pattern, first: datetime) -> Iterator[date]:
    day = first.date()
    if pattern.frequency == "YEARLY":
        for month in sorted(pattern.months) or range(1, 13):
            yield from _month(day.year, month)
    elif pattern.frequency == "MONTHLY":
        yield from _month(day.year, day.month)
    elif pattern.frequency == "WEEKLY":
        yield from (day + timedelta(days=into) for into in range(7))
    else:
        yield day


def _month(year: int, month: int) -> Iterator[date]:
    first = date(year, month, 1).toordinal()
    for day in range(first, first + _days_in(year, month)):
        yield date.fromordinal(day)


def _days_in(year: int, month: int) -> int:
    if month == 12:
        return 31
    return (date(year, month + 1, 1) - date(year, month, 1)).days


def _times_of(pattern: Pattern, first: datetime) -> list[time]:
    """Return the times of day; a sub-daily period allows only its own."""
    place = FREQUENCIES.index(pattern.frequency)
    hours = _own(pattern.hours, first.hour) if place >= 4 else pattern.hours
    minutes = _own(pattern.minutes, first.minute) if place >= 5 else pattern.minutes
    seconds = _own(pattern.seconds, first.second) if place >= 6 else pattern.seconds
    return [
        time(hour, minute, second)
        for hour in hours
        for minute in minutes
        for second in seconds
    ]


def _own(allowed: tuple[int, ...], own: int) -> tuple[int, ...]:
    return (own,) if not allowed or own in allowed else ()


def fits(pattern: Pattern, day: date) -> bool:
    """Return whether a day passes every BY part that speaks of days."""
    if pattern.months and day.month not in pattern.months:
        return False
    if pattern.month_days and not _month_day_fits(pattern, day):
        return False
    if pattern.weekdays and not _weekday_fits(pattern, day):
        return False
    if pattern.year_days and not _year_day_fits(pattern, day):
        return False
    return not pattern.weeks or _week_fits(pattern, day)


def _month_day_fits(pattern: Pattern, day: date) -> bool:
    from_end = day.day - _days_in(day.year, day.month) - 1
    return day.day in pattern.month_days or from_end in pattern.month_days


def _weekday_fits(pattern: Pattern, day: date) -> bool:
    weekday = day.weekday()
    if (0, weekday) in pattern.weekdays:
        return True
    if all(nth == 0 for nth, _ in pattern.weekdays):
        return False
    of_year = pattern.frequency == "YEARLY" and not pattern.months
    into, length = _day_of_year(day) if of_year else _day_of_month(day)
    from_start, from_end = (into - 1) // 7 + 1, -((length - into) // 7 + 1)
    numbered = {(from_start, weekday), (from_end, weekday)}
    return not numbered.isdisjoint(pattern.weekdays)


def _day_of_month(day: date) -> tuple[int, int]:
    return day.day, _days_in(day.year, day.month)


def _day_of_year(day: date) -> tuple[int, int]:
    into = day.toordinal() - date(day.year, 1, 1).toordinal() + 1
    return into, 337 + _days_in(day.year, 2)


def _year_day_fits(pattern: Pattern, day: date) -> bool:
    into, length = _day_of_year(day)
    return into in pattern.year_days or into - length - 1 in pattern.year_days


def _week_fits(pattern: Pattern, day: date) -> bool:
    """A week belongs to the year that has most of its days (ISO 8601)."""
    into_week = (day.weekday() - pattern.first_day) % 7
    middle = day - timedelta(days=into_week - 3)
    number = (_day_of_year(middle)[0] - 1) // 7 + 1
    weeks = _weeks_in(middle.year, pattern.first_day)
    return number in pattern.weeks or number - weeks - 1 in pattern.weeks


def _weeks_in(year: int, first_day: int) -> int:
    # The 28th of December always lies in the last week of its year.
    day = date(year, 12, 28)
    middle = day - timedelta(days=(day.weekday() - first_day) % 7 - 3)
    return (_day_of_year(middle)[0] - 1) // 7 + 1
