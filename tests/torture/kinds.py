"""Kinds of appointments: zones, all day, many days, and series of every rule."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.torture.chance import Luck
from tests.torture.sides import Thing
from tests.torture.stage import ZONE
from tests.torture.words import days_ahead, moment

Json = dict[str, Any]

ZONES = (ZONE, ZONE, ZONE, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
EVENING = time(23, 59, 59)
FIXED = frozenset({"BYDAY", "BYMONTHDAY"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """When something is; a start that is a date is all day."""

    start: datetime | date
    lasts: timedelta
    zone: str = ZONE
    rule: "Rule | None" = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """How something repeats: so often, until a day, or for good."""

    frequency: str
    count: int | None = None
    until: date | None = None
    interval: int = 1
    days: tuple[str, ...] = ()
    month_days: tuple[int, ...] = ()

    def __str__(self) -> str:
        parts = [self.frequency, *self.days, *map(str, self.month_days)]
        parts += [f"every {self.interval}"] if self.interval > 1 else []
        ends = f"x{self.count}" if self.count else f"until {self.until or 'ever'}"
        return " ".join([*parts, ends])


def times(luck: Luck, now: datetime) -> Times:
    """Return when something new is."""
    start: datetime | date = moment(luck, now)
    lasts, zone = timedelta(minutes=15 * luck.randrange(2, 9)), luck.choice(ZONES)
    if luck.random() < 0.2:
        start, lasts = days_ahead(luck, now), timedelta(days=luck.randrange(1, 4))
    elif luck.random() < 0.1:
        lasts += timedelta(days=luck.randrange(1, 3))
    repeats = luck.random() < 0.4
    return Times(
        start=start, lasts=lasts, zone=zone, rule=rule(luck, start) if repeats else None
    )


def rule(luck: Luck, start: datetime | date) -> Rule:
    """Return a rule of which this start is the first occurrence."""
    day, count = DAYS[start.weekday()], luck.randrange(4, 9)
    nth = (start.day - 1) // 7 + 1
    place = f"{nth if nth < 5 else -1}{day}"
    last = (start + timedelta(days=luck.randrange(20, 60))).strftime("%Y-%m-%d")
    other = luck.choice(DAYS)
    rules = {
        Rule(frequency="DAILY", count=count): 4,
        Rule(frequency="WEEKLY", count=count): 4,
        Rule(frequency="DAILY", count=count, interval=2): 1,
        Rule(frequency="WEEKLY", count=count, interval=2): 1,
        Rule(frequency="WEEKLY", until=date.fromisoformat(last)): 2,
        Rule(frequency="WEEKLY"): 1,
        Rule(frequency="WEEKLY", count=count, days=_in_order(day, other)): 2,
        Rule(frequency="MONTHLY", count=4, days=(place,)): 1,
        Rule(frequency="MONTHLY", count=4, month_days=(min(start.day, 28),)): 1,
        Rule(frequency="YEARLY", count=3): 1,
    }
    if start.day > 28:
        rules.pop(Rule(frequency="MONTHLY", count=4, month_days=(28,)))
    [chosen] = luck.choices(list(rules), weights=list(rules.values()))
    return chosen


def _in_order(*days: str) -> tuple[str, ...]:
    return tuple(sorted({*days}, key=DAYS.index))


def is_fixed(thing: Thing) -> bool:
    """Return whether another day would be none of the rule's."""
    rules = thing.content.rules
    names = {name for one in rules for name, _ in one.parts}
    return bool(names & FIXED) or any(one.until for one in rules)


def same_day(thing: Thing) -> date:
    """Return the day on which something begins."""
    start = thing.content.details.when.start
    return start.date() if isinstance(start, datetime) else start


# --- as Google says it ---------------------------------------------------------------


def google_times(one: Times) -> Json:
    """Return the members of an event that say when it is."""
    end = one.start + one.lasts
    body = google_span(one.start, end, zone=one.zone)
    if one.rule is not None:
        body["recurrence"] = [google_rule(one.rule, one.start, zone=one.zone)]
    return body


def google_span(start: datetime | date, end: datetime | date, *, zone: str) -> Json:
    """Return the start and the end of an event."""
    return {"start": _moment(start, zone), "end": _moment(end, zone)}


def _moment(moment: datetime | date, zone: str) -> Json:
    if isinstance(moment, datetime):
        return {"dateTime": moment.isoformat(), "timeZone": zone, "date": None}
    return {"date": moment.isoformat(), "dateTime": None, "timeZone": None}


def google_rule(one: Rule, start: datetime | date, *, zone: str) -> str:
    """Return a rule as RFC 5545 has it."""
    days = ",".join(one.days)
    parts = {
        "FREQ": one.frequency,
        "COUNT": one.count,
        "UNTIL": one.until and _until(one.until, start, zone),
        "INTERVAL": one.interval if one.interval > 1 else None,
        "BYDAY": days,
        "BYMONTHDAY": ",".join(map(str, one.month_days)),
    }
    said = (f"{name}={value}" for name, value in parts.items() if value)
    return f"RRULE:{';'.join(said)}"


def _until(last: date, start: datetime | date, zone: str) -> str:
    if not isinstance(start, datetime):
        return last.strftime("%Y%m%d")
    evening = datetime.combine(last, EVENING, ZoneInfo(zone)).astimezone(UTC)
    return evening.strftime("%Y%m%dT%H%M%SZ")


# --- as the agenda says it -----------------------------------------------------------


def agenda_times(one: Times) -> Json:
    """Return the members of an item that say when it is."""
    body: Json = {"duration": duration(one.lasts)}
    if isinstance(one.start, datetime):
        body |= {"start": one.start.isoformat(), "timeZone": one.zone}
    else:
        body |= {"start": f"{one.start}T00:00:00", "showWithoutTime": True}
    if one.rule is not None:
        body["recurrenceRules"] = [agenda_rule(one.rule)]
    return body


def duration(lasts: timedelta) -> str:
    """Return a duration as JSCalendar writes it."""
    days = f"{lasts.days}D" if lasts.days else ""
    minutes = f"T{lasts.seconds // 60}M" if lasts.seconds else ""
    return f"P{days}{minutes}" if days or minutes else "PT0S"


def agenda_rule(one: Rule) -> Json:
    """Return a rule as JSCalendar has it."""
    members = {
        "count": one.count,
        "until": one.until and f"{one.until}T23:59:59",
        "interval": one.interval if one.interval > 1 else None,
        "byDay": [_by_day(day) for day in one.days],
        "byMonthDay": list(one.month_days),
    }
    said = {name: value for name, value in members.items() if value}
    return {"@type": "RecurrenceRule", "frequency": one.frequency.lower(), **said}


def _by_day(day: str) -> Json:
    nth = {"nthOfPeriod": int(day[:-2])} if day[:-2] else {}
    return {"@type": "NDay", "day": day[-2:].lower(), **nth}
