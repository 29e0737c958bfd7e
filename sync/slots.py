"""The slots that one recurrence rule gives, from any point on, in bounded time.

A period is found by arithmetic, so a slot far into an endless series costs no more
than the first.
"""

from collections import deque
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice

from sync.content import Rule
from sync.pattern import Pattern, fits, pattern_of, slots_of
from sync.rule_parts import SUB_DAILY
from sync.values import LAST_YEAR, naive

SEARCH = timedelta(days=36_525)
"""After a century without a slot we take it that none will come."""

MOST_PERIODS = 40_000
"""No more periods than these are looked at for the next slot."""

LAST_DAY = date(LAST_YEAR, 12, 31).toordinal()


# --- What a rule gives ---------------------------------------------------------------


def gives(rule: Rule, start: datetime, slot: datetime) -> bool:
    """Return whether the rule has an occurrence at exactly this local time.

    The start is always one, even where it does not fit the pattern (RFC 8984, 4.3.3).
    """
    last = last_slot(rule, start)
    if slot < start or (last is not None and slot > last):
        return False
    return slot == start or _matches(pattern_of(rule, start), slot)


def slots_from(rule: Rule, start: datetime, point: datetime) -> Iterator[datetime]:
    """Yield the rule's slots at or after a point, in order, up to its end."""
    last = last_slot(rule, start)
    for slot in _endless(pattern_of(rule, start), max(point, start)):
        if last is not None and slot > last:
            return
        yield slot


@lru_cache(maxsize=2048)
def last_slot(rule: Rule, start: datetime) -> datetime | None:
    """Return the time after which the rule gives nothing; None when it never ends."""
    if rule.until is not None:
        return naive(rule.until)
    if rule.count is None:
        return None
    counted = islice(_endless(pattern_of(rule, start), start), rule.count)
    return deque(counted, maxlen=1).pop()


def comes_to_pass(rule: Rule, start: datetime) -> bool:
    """Return whether anything at all fits the pattern, its end aside."""
    pattern = pattern_of(rule, start)
    return any(_matching(pattern, start))


def start_fits(rule: Rule, start: datetime) -> bool:
    """Return whether the start fits the pattern; it is a slot in any case."""
    return _matches(pattern_of(rule, start), start)


def _endless(pattern: Pattern, point: datetime) -> Iterator[datetime]:
    """Yield what fits the pattern at or after a point, and the start."""
    if point <= pattern.start:
        yield pattern.start
    for slot in _matching(pattern, point):
        if slot > pattern.start:
            yield slot


def _matching(pattern: Pattern, point: datetime) -> Iterator[datetime]:
    number, quiet_since, looked = _number_at(pattern, point), point, 0
    while (first := _moment_of(pattern, number)) is not None:
        found = [slot for slot in slots_of(pattern, first) if slot >= point]
        yield from found
        if found:
            quiet_since, looked, number = found[-1], 0, number + 1
            continue
        looked += 1
        if looked > MOST_PERIODS or first - quiet_since > SEARCH:
            return
        number = _next_number(pattern, number, first)


def _matches(pattern: Pattern, slot: datetime) -> bool:
    if _steps(pattern, slot) % pattern.interval:
        return False
    first = _moment_of(pattern, _number_at(pattern, slot))
    return first is not None and slot in slots_of(pattern, first)


# --- Periods -------------------------------------------------------------------------


def _steps(pattern: Pattern, moment: datetime) -> int:
    """Return how many years, weeks, hours... lie between the start and a moment."""
    start = pattern.start
    if pattern.frequency == "YEARLY":
        return moment.year - start.year
    if pattern.frequency == "MONTHLY":
        return (moment.year - start.year) * 12 + moment.month - start.month
    days = moment.toordinal() - start.toordinal()
    if pattern.frequency == "WEEKLY":
        into_week = (start.weekday() - pattern.first_day) % 7
        return (days + into_week) // 7
    if pattern.frequency == "DAILY":
        return days
    hours = days * 24 + moment.hour - start.hour
    if pattern.frequency == "HOURLY":
        return hours
    minutes = hours * 60 + moment.minute - start.minute
    if pattern.frequency == "MINUTELY":
        return minutes
    return minutes * 60 + moment.second - start.second


def _number_at(pattern: Pattern, moment: datetime) -> int:
    """Return the number of the last period of ours that begins by then."""
    return max(0, _steps(pattern, moment) // pattern.interval)


def _moment_of(pattern: Pattern, number: int) -> datetime | None:
    """Return where a period begins; None beyond the years that Python knows."""
    steps = number * pattern.interval
    start = pattern.start
    if pattern.frequency in ("YEARLY", "MONTHLY"):
        months = steps * (12 if pattern.frequency == "YEARLY" else 1)
        month = start.year * 12 + start.month - 1 + months
        if pattern.frequency == "YEARLY":
            month -= start.month - 1
        year = month // 12
        return start.replace(year, month % 12 + 1, 1) if year <= LAST_YEAR else None
    return _exact_moment_of(pattern, steps)


def _exact_moment_of(pattern: Pattern, steps: int) -> datetime | None:
    start = pattern.start
    into_week = (start.weekday() - pattern.first_day) % 7
    seconds = {
        "WEEKLY": steps * 604_800 - into_week * 86_400,
        "DAILY": steps * 86_400,
        "HOURLY": steps * 3_600,
        "MINUTELY": steps * 60,
        "SECONDLY": steps,
    }[pattern.frequency]
    if start.toordinal() + seconds // 86_400 > LAST_DAY:
        return None
    return start + timedelta(seconds=seconds)


def _next_number(pattern: Pattern, number: int, first: datetime) -> int:
    """Return the number of the next period worth a look."""
    if pattern.frequency not in SUB_DAILY and pattern.frequency != "DAILY":
        return number + 1
    worth = _worth_a_look(pattern, first)
    steps = _steps(pattern, worth)
    return max(number + 1, -(-steps // pattern.interval))


def _worth_a_look(pattern: Pattern, moment: datetime) -> datetime:
    """Leap over the month, the day or the hour that has nothing of the pattern."""
    midnight = datetime.combine(moment.date(), time())
    if pattern.months and moment.month not in pattern.months:
        return (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    if not fits(pattern, moment.date()):
        return midnight + timedelta(days=1)
    hour = midnight.replace(hour=moment.hour)
    if pattern.hours and moment.hour not in pattern.hours:
        return hour + timedelta(hours=1)
    if pattern.minutes and moment.minute not in pattern.minutes:
        return hour.replace(minute=moment.minute) + timedelta(minutes=1)
    return moment
