"""From content to iCalendar: only what differs is written over what is there."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from connectors.caldav.fields import FIELDS, unscheduled, with_alerts, with_people
from connectors.caldav.lines import Component, Line, line, text_line
from connectors.caldav.reading import exceptions_of, main_of
from connectors.caldav.times import dates_line, moment_line, span_lines
from connectors.caldav.zones import UTC_NAME, vtimezone, zones_in
from sync.content import Content, Details, Slot
from sync.recurrence import given, has_slot, rule_text
from sync.values import naive

PRODUCT = "-//Tandem//CalDAV//EN"
KEY = "X-TANDEM-KEY"
MEETING = "X-TANDEM-UID"
TIMES = ("DTSTART", "DTEND", "DURATION")
GRID = ("RRULE", "RDATE", "EXDATE")
Tzids = Mapping[str, str]


def new_calendar(
    content: Content, *, key: str, ical_uid: str, now: datetime
) -> Component:
    """Return a resource that shows a content and nothing else."""
    uid = [text_line("UID", content.uid)]
    if ical_uid and ical_uid != content.uid:
        uid.append(text_line(MEETING, ical_uid))
    lines = [*uid, text_line(KEY, key)] if key else uid
    bare = Component(name="VEVENT", lines=tuple(lines))
    empty = Details(when=content.details.when)
    main = _shown(bare, empty, content.details, {}, every=True)
    head = (line("VERSION", "2.0"), line("PRODID", PRODUCT))
    calendar = Component(name="VCALENDAR", lines=head, inside=(main,))
    return _with_series(calendar, calendar, None, content, now=now)


def changed_calendar(
    calendar: Component, before: Content, after: Content, *, now: datetime
) -> Component:
    """Return a resource with what differs between two contents. Raises Unreadable."""
    main = main_of(calendar)
    tzids = _tzids(calendar)
    shown = _shown(main, before.details, after.details, tzids)
    changed = _with(calendar, main, shown)
    return _with_series(calendar, changed, before, after, now=now)


def _with_series(
    known: Component,
    calendar: Component,
    before: Content | None,
    after: Content,
    *,
    now: datetime,
) -> Component:
    """Return the calendar with the rules and exceptions of a content, and its zones."""
    zones, tzids, main = zones_in(known), _tzids(known), main_of(calendar)
    if main.line("RECURRENCE-ID") is not None:
        return _stamped(calendar, now)
    kept = {}
    if before is not None:
        kept = exceptions_of(known, before.details.when, zones)
    if before is None or _grid(before) != _grid(after):
        main = main.with_lines(GRID, _grid_lines(after, tzids))
    exceptions = [
        _exception(main, kept.get(slot), before, after, slot, tzids)
        for slot, details in after.overrides.items()
        if details is not None and details != given(after, slot)
    ]
    others = [part for part in calendar.inside if part.name != "VEVENT"]
    inside = _with_zones([*others, main, *exceptions], after, known)
    return _stamped(replace(calendar, inside=tuple(inside)), now)


def _grid(content: Content) -> tuple[object, ...]:
    """Return what the lines of a series say: start, rules, added and removed slots."""
    removed = {slot for slot, each in content.overrides.items() if each is None}
    return content.details.when, content.rules, removed, _added(content)


def _added(content: Content) -> set[Slot]:
    bare = replace(content, overrides={})
    return {
        slot
        for slot, details in content.overrides.items()
        if details is not None and not has_slot(bare, slot)
    }


def _grid_lines(content: Content, tzids: Tzids) -> list[Line]:
    when = content.details.when
    lines = [line("RRULE", rule_text(rule, when)) for rule in content.rules]
    removed = [slot for slot, each in content.overrides.items() if each is None]
    for name, slots in (("RDATE", _added(content)), ("EXDATE", removed)):
        if slots:
            lines.append(dates_line(name, slots, when, tzids))
    return lines


def _exception(
    main: Component,
    known: Component | None,
    before: Content | None,
    after: Content,
    slot: Slot,
    tzids: Tzids,
) -> Component:
    """Return the event of one occurrence, made of the one that is there."""
    details = after.overrides[slot]
    shown_before = before.overrides.get(slot) if before is not None else None
    if details is None:
        raise AssertionError("What is removed has no event.")
    if known is not None and shown_before is not None:
        return _shown(known, shown_before, details, tzids)
    made = main.with_lines((*GRID, KEY, MEETING), ())
    made = _shown(made, after.details, details, tzids, every=False)
    here = replace(after.details.when, start=slot)
    lines = [moment_line("RECURRENCE-ID", here, tzids)]
    return made.with_lines(
        TIMES, [*lines, *span_lines(details.when, details.duration, tzids)]
    )


# --- One event -----------------------------------------------------------------------


def _shown(
    event: Component,
    before: Details,
    after: Details,
    tzids: Tzids,
    *,
    every: bool = False,
) -> Component:
    """Return an event with the lines of every field that differs."""
    if every or (before.when, before.duration) != (after.when, after.duration):
        event = event.with_lines(TIMES, span_lines(after.when, after.duration, tzids))
    for field, names, lines in FIELDS:
        if getattr(before, field) != getattr(after, field):
            event = event.with_lines(names, lines(after))
    if before.participants != after.participants:
        event = with_people(event, before.participants, after.participants)
    if before.alerts != after.alerts:
        event = with_alerts(event, after.alerts)
    return event


# --- The calendar around it ----------------------------------------------------------


def _tzids(calendar: Component) -> dict[str, str]:
    """Return under which name each zone stands in a calendar already."""
    return {name: tzid for tzid, name in zones_in(calendar).items()}


def _with_zones(
    parts: list[Component], content: Content, known: Component
) -> list[Component]:
    """Return the parts with a VTIMEZONE for every zone that has none yet."""
    there = set(zones_in(known).values()) | {UTC_NAME}
    shown = [content.details, *(each for each in content.overrides.values() if each)]
    used = {
        zone: naive(each.when.start).year
        for each in reversed(shown)
        for zone in (each.when.zone, each.when.end_zone)
        if zone is not None and zone not in there
    }
    return [*(vtimezone(name, used[name]) for name in sorted(used)), *parts]


def _with(calendar: Component, old: Component, new: Component) -> Component:
    inside = tuple(new if part is old else part for part in calendar.inside)
    return replace(calendar, inside=inside)


def _stamped(calendar: Component, now: datetime) -> Component:
    """Return the calendar whose events say when they were written."""
    text = now.strftime("%Y%m%dT%H%M%SZ")
    stamps = [line("DTSTAMP", text), line("LAST-MODIFIED", text)]
    names = ("DTSTAMP", "LAST-MODIFIED")
    inside = [
        unscheduled(part.with_lines(names, stamps)) if part.name == "VEVENT" else part
        for part in calendar.inside
    ]
    return replace(calendar, inside=tuple(inside))
