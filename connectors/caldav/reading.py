"""From iCalendar to content: one resource, one event or series with its exceptions.

After RFC 5545; colours and conferences after RFC 7986.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from connectors.caldav.lines import Component, Line, texts, unescaped
from connectors.caldav.times import Zones, slots_of, span_of
from connectors.caldav.zones import zones_in
from sync.content import (
    Alert,
    Answer,
    Content,
    Details,
    FreeBusy,
    Participant,
    Privacy,
    Rule,
    Slot,
    Status,
    Text,
    When,
)
from sync.google.errors import Unreadable
from sync.markup import plain
from sync.normal import normal
from sync.recurrence import given, has_slot, rule_of
from sync.rule_parts import RuleInvalid

STATUSES = {"TENTATIVE": Status.TENTATIVE, "CANCELLED": Status.CANCELLED}
PRIVACIES = {
    "": Privacy.PUBLIC,
    "PUBLIC": Privacy.PUBLIC,
    "CONFIDENTIAL": Privacy.SECRET,
}
ANSWERS = {
    "ACCEPTED": Answer.ACCEPTED,
    "DECLINED": Answer.DECLINED,
    "TENTATIVE": Answer.TENTATIVE,
}
HTML_LINE = "X-ALT-DESC"
CONFERENCES = ("CONFERENCE", "X-GOOGLE-CONFERENCE")
MAIL = "mailto:"
_TRIGGER = re.compile(
    r"([+-]?)P(?:(\d{1,4})W)?(?:(\d{1,5})D)?"
    r"(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?"
)
_COLOR = re.compile(r"[a-z]{3,30}")


def events_in(calendar: Component) -> list[Component]:
    """Return the events of a resource: a series, and its exceptions."""
    return calendar.parts("VEVENT")


def main_of(calendar: Component) -> Component:
    """Return the event itself, or the series. Raises Unreadable.

    Who is invited to one occurrence only has nothing but that.
    """
    events = events_in(calendar)
    mains = [event for event in events if event.line("RECURRENCE-ID") is None]
    if len(mains) > 1:
        raise Unreadable("It holds several events in one.")
    if not mains and len(events) != 1:
        raise Unreadable("It holds several occurrences of a series that is not there.")
    return mains[0] if mains else events[0]


def content_of(calendar: Component) -> Content:
    """Return what a resource shows. Raises Unreadable."""
    zones = zones_in(calendar)
    main = main_of(calendar)
    when, _ = span_of(main, zones)
    details = details_of(main, zones)
    series = Content(uid=main.text("UID"), details=details, rules=())
    if main.line("RECURRENCE-ID") is not None:
        return normal(series)
    rules = tuple(_rule(line, when) for line in main.all("RRULE"))
    if main.line("EXRULE") is not None:
        raise Unreadable("The series excludes by a rule (EXRULE).")
    series = replace(series, rules=rules)
    return normal(replace(series, overrides=_overrides(calendar, main, series, zones)))


def _rule(line: Line, when: When) -> Rule:
    try:
        return rule_of(line.value, when)
    except RuleInvalid as invalid:
        raise Unreadable(f"The recurrence rule is not understood. {invalid}") from None


def _overrides(
    calendar: Component, main: Component, series: Content, zones: Zones
) -> Mapping[Slot, Details | None]:
    when = series.details.when
    found: dict[Slot, Details | None] = {}
    for line in main.all("RDATE"):
        for slot in slots_of(line, when, zones):
            if not has_slot(series, slot):
                found[slot] = given(series, slot)
    for line in main.all("EXDATE"):
        for slot in slots_of(line, when, zones):
            if has_slot(series, slot):
                found[slot] = None
            else:
                found.pop(slot, None)
    for slot, event in exceptions_of(calendar, when, zones).items():
        found[slot] = details_of(event, zones)
    return found


def exceptions_of(
    calendar: Component, when: When, zones: Zones
) -> dict[Slot, Component]:
    """Return the changed occurrences of a series by their slots. Raises Unreadable."""
    found = {}
    for event in events_in(calendar):
        line = event.line("RECURRENCE-ID")
        if line is None:
            continue
        if "RANGE" in line.parameters:
            raise Unreadable("It changes a series from one occurrence on.")
        for slot in slots_of(line, when, zones):
            found[slot] = event
    return found


# --- One event -----------------------------------------------------------------------


def details_of(event: Component, zones: Zones) -> Details:
    """Return what one event, or the whole of a series, shows. Raises Unreadable."""
    when, duration = span_of(event, zones)
    place, color = event.text("LOCATION"), event.text("COLOR").strip().lower()
    return Details(
        when=when,
        duration=duration,
        title=event.text("SUMMARY"),
        description=_description(event),
        status=STATUSES.get(event.value("STATUS"), Status.CONFIRMED),
        free_busy=_free_busy(event),
        # RFC 5545, section 3.8.1.3: what we do not know is private.
        privacy=PRIVACIES.get(event.value("CLASS"), Privacy.PRIVATE),
        participants=_participants(event),
        places=(place,) if place else (),
        conferences=tuple(line.value for line in event.all(*CONFERENCES)),
        alerts=tuple(alert for alert in map(alert_of, event.parts("VALARM")) if alert),
        keywords=tuple(
            word for line in event.all("CATEGORIES") for word in texts(line.value)
        ),
        color=color if _COLOR.fullmatch(color) else "",
    )


def _description(event: Component) -> Text:
    """Return the text; its HTML where the plain text beside it was not edited since."""
    shown = event.text("DESCRIPTION")
    for line in event.all(HTML_LINE):
        html = _html(line)
        if html and _same(plain(html), shown):
            return Text(text=html, html=True)
    return Text(text=shown)


def _html(line: Line) -> str:
    is_html = line.parameters.get("FMTTYPE", "").lower() == "text/html"
    return unescaped(line.value) if is_html else ""


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


def _free_busy(event: Component) -> FreeBusy:
    free = event.value("TRANSP") == "TRANSPARENT"
    return FreeBusy.FREE if free else FreeBusy.BUSY


def _participants(event: Component) -> tuple[Participant, ...]:
    organizer = event.line("ORGANIZER")
    owner = address_of(organizer) if organizer else ""
    found = [
        _participant(line, owner) for line in event.all("ATTENDEE") if address_of(line)
    ]
    if organizer and owner and owner not in {one.email for one in found}:
        name = organizer.parameters.get("CN", "")
        found.append(Participant(email=owner, name=_own(name, owner), organizer=True))
    return tuple(found)


def address_of(line: Line) -> str:
    """Return the mail address of an ATTENDEE or ORGANIZER; empty where it has none."""
    value = line.value.strip().lower()
    return value.removeprefix(MAIL) if value.startswith(MAIL) else ""


def _participant(line: Line, owner: str) -> Participant:
    told, email = line.parameters, address_of(line)
    guests = told.get("X-NUM-GUESTS", "0")
    return Participant(
        email=email,
        name=_own(told.get("CN", ""), email),
        answer=ANSWERS.get(told.get("PARTSTAT", "").upper(), Answer.NEEDS_ACTION),
        optional=told.get("ROLE", "").upper() == "OPT-PARTICIPANT",
        resource=told.get("CUTYPE", "").upper() in ("RESOURCE", "ROOM"),
        organizer=email == owner,
        comment=told.get("X-RESPONSE-COMMENT", ""),
        guests=int(guests) if re.fullmatch(r"[0-9]{1,4}", guests) else 0,
    )


def _own(name: str, email: str) -> str:
    """Return a name, unless it is only the address again, as many programs write."""
    return "" if name.strip().lower().removeprefix(MAIL) == email else name


def alert_of(alarm: Component) -> Alert | None:
    """Return the reminder of a VALARM; None for what we leave alone.

    That is one after the start, or at the end, or at a moment of its own.
    """
    trigger = alarm.line("TRIGGER")
    if trigger is None or trigger.parameters.get("RELATED", "START").upper() != "START":
        return None
    found = _TRIGGER.fullmatch(trigger.value.strip().upper())
    if found is None:
        return None
    weeks, days, hours, minutes, seconds = (
        int(each or 0) for each in found.groups()[1:]
    )
    before = timedelta(
        weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
    )
    whole, rest = divmod(before, timedelta(minutes=1))
    if rest or (whole and found[1] != "-"):
        return None
    return Alert(minutes=whole, by_email=alarm.value("ACTION") == "EMAIL")
