"""Series laid out slot by slot, correct across changes of the clocks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice

from dateutil.rrule import rrule, rruleset, rrulestr

from local.google.model import Resource
from local.google.recurrence import invalid_recurrence, rule_parts
from local.google.times import midnight, zone

ENDLESS_FOR = timedelta(days=730)
MOST_SLOTS = 20_000
GAP = timedelta(hours=3)

Slot = datetime | date


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """What decides where a series' slots lie."""

    start: str
    zone_name: str | None
    lines: tuple[str, ...]

    @property
    def all_day(self) -> bool:
        """Say whether the slots are dates."""
        return self.zone_name is None

    @property
    def endless(self) -> bool:
        """Say whether a rule goes on for ever."""
        rules = [line for line in self.lines if line.startswith("RRULE")]
        return any("UNTIL=" not in rule and "COUNT=" not in rule for rule in rules)


def grid_of(fields: Resource) -> Grid:
    """Return the grid of a series' stored fields."""
    start = fields["start"]
    lines = tuple(fields["recurrence"])
    if "date" in start:
        return Grid(start=start["date"], zone_name=None, lines=lines)
    return Grid(start=start["dateTime"], zone_name=start["timeZone"], lines=lines)


def check_expands(fields: Resource) -> None:
    """Raise the 400 for recurrence lines that no calendar can lay out."""
    try:
        first_slot(grid_of(fields))
    except (TypeError, ValueError, OverflowError):
        raise invalid_recurrence() from None


def key_of(slot: Slot) -> str:
    """Return a slot as it stands at the end of an instance's id."""
    if isinstance(slot, datetime):
        return slot.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return slot.strftime("%Y%m%d")


def slot_of(key: str) -> Slot:
    """Return the slot of the end of an instance's id."""
    if "T" in key:
        return datetime.strptime(key, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return date(int(key[:4]), int(key[4:6]), int(key[6:8]))


def slot_instant(slot: Slot, zone_name: str) -> datetime:
    """Return when a slot begins, dates taken in the calendar's zone."""
    if isinstance(slot, datetime):
        return slot
    return midnight(slot.isoformat(), zone_name)


def slots(grid: Grid, *, until: datetime) -> Iterator[Slot]:
    """Yield the slots in order, an endless series only up to `until`."""
    last = _naive(until, grid.zone_name)
    found = islice(_rules(grid), MOST_SLOTS)
    for naive in found:
        if grid.endless and naive > last:
            return
        yield _slot(naive, grid.zone_name)


def has_slot(grid: Grid, slot: Slot) -> bool:
    """Say whether a series has a slot."""
    if isinstance(slot, datetime) == grid.all_day:
        return False
    naive = _naive_slot(slot, grid.zone_name)
    near = _rules(grid).between(naive - GAP, naive + GAP, inc=True)
    return any(_slot(found, grid.zone_name) == slot for found in near)


def slots_from(grid: Grid, first: datetime, *, until: datetime) -> Iterator[Slot]:
    """Yield the slots that begin at or after `first`, in order."""
    naive_first = _naive(first, grid.zone_name) - timedelta(days=1)
    last = _naive(until, grid.zone_name)
    for naive in _rules(grid).xafter(naive_first, count=MOST_SLOTS, inc=True):
        if naive > last + timedelta(days=1):
            return
        yield _slot(naive, grid.zone_name)


@lru_cache(maxsize=8192)
def last_slot(grid: Grid) -> Slot | None:
    """Return the last slot of a series that ends; None for an empty one."""
    found = None
    for naive in islice(_rules(grid), MOST_SLOTS):
        found = naive
    return None if found is None else _slot(found, grid.zone_name)


def first_slot(grid: Grid) -> Slot | None:
    """Return the first slot of a series; None for an empty one."""
    found = next(iter(_rules(grid)), None)
    return None if found is None else _slot(found, grid.zone_name)


def _slot(naive: datetime, zone_name: str | None) -> Slot:
    if zone_name is None:
        return naive.date()
    return naive.replace(tzinfo=zone(zone_name)).astimezone(UTC)


def _naive(instant: datetime, zone_name: str | None) -> datetime:
    local = instant.astimezone(zone(zone_name or "UTC"))
    return local.replace(tzinfo=None)


def _naive_slot(slot: Slot, zone_name: str | None) -> datetime:
    if isinstance(slot, datetime):
        return _naive(slot, zone_name)
    return datetime.combine(slot, time())


@lru_cache(maxsize=8192)
def _rules(grid: Grid) -> rruleset:
    start = _grid_start(grid)
    found = rruleset(cache=True)
    for line in grid.lines:
        name, _, value = line.partition(":")
        if name in ("RRULE", "EXRULE"):
            rule = _rule(value, start, grid.zone_name)
            (found.rrule if name == "RRULE" else found.exrule)(rule)
        else:
            _add_dates(found, line, grid.zone_name)
    # Google shows the start even where it does not fit the rule, and does not count it.
    # https://github.com/fmeringdal/rust-rrule/issues/119
    found.rdate(start)
    return found


def _grid_start(grid: Grid) -> datetime:
    parsed = datetime.fromisoformat(grid.start)
    return parsed if grid.zone_name is None else _naive(parsed, grid.zone_name)


def _rule(value: str, start: datetime, zone_name: str | None) -> rrule:
    parts = rule_parts(value)
    if "UNTIL" in parts:
        parts["UNTIL"] = _until(parts["UNTIL"], zone_name)
    text = ";".join(f"{name}={content}" for name, content in parts.items())
    rule = rrulestr(text, dtstart=start)
    if not isinstance(rule, rrule):
        raise TypeError(value)
    return rule


def _until(text: str, zone_name: str | None) -> str:
    if len(text) == 8:
        return text if zone_name is None else f"{text}T235959"
    if zone_name is None:
        return text[:8]
    return _moment(text, zone_name).strftime("%Y%m%dT%H%M%S")


def _moment(text: str, zone_name: str | None) -> datetime:
    """Return an UNTIL, RDATE or EXDATE as local time of the series' zone."""
    if len(text) == 8:
        return datetime.strptime(text, "%Y%m%d")  # noqa: DTZ007 because it is a date
    naive = datetime.strptime(  # noqa: DTZ007 because local times have no zone
        text.rstrip("Z"), "%Y%m%dT%H%M%S"
    )
    if not text.endswith("Z"):
        return naive
    return _naive(naive.replace(tzinfo=UTC), zone_name)


def _add_dates(found: rruleset, line: str, zone_name: str | None) -> None:
    head, _, value = line.partition(":")
    parameters = dict(text.split("=", 1) for text in head.split(";")[1:])
    for text in value.split(","):
        moment = _moment(text, zone_name)
        own_zone = parameters.get("TZID")
        if own_zone and zone_name and not text.endswith("Z"):
            moment = _naive(moment.replace(tzinfo=zone(own_zone)), zone_name)
        (found.rdate if head.startswith("RDATE") else found.exdate)(moment)


def horizon(fields: Resource, *, now: datetime) -> datetime:
    """Return how far an endless series is laid out."""
    start = fields["start"]
    first = datetime.fromisoformat(start.get("dateTime") or f"{start['date']}T00:00Z")
    return max(now, first) + ENDLESS_FOR


def length_of(fields: Resource) -> timedelta:
    """Return how long one slot lasts: time, or whole days."""
    start, end = fields["start"], fields["end"]
    if "date" in start:
        return date.fromisoformat(end["date"]) - date.fromisoformat(start["date"])
    first = datetime.fromisoformat(start["dateTime"])
    return datetime.fromisoformat(end["dateTime"]) - first
