"""iCalendar as other programs write it: by the `icalendar` library, not by our code."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress, vRecur, vText

from sync.content import (
    Alert,
    Answer,
    Content,
    Details,
    FreeBusy,
    Participant,
    Privacy,
    Slot,
    Status,
    When,
)
from sync.recurrence import given, has_slot, rule_text

ANSWERS = {
    Answer.NEEDS_ACTION: "NEEDS-ACTION",
    Answer.ACCEPTED: "ACCEPTED",
    Answer.DECLINED: "DECLINED",
    Answer.TENTATIVE: "TENTATIVE",
}
CLASSES = {Privacy.PRIVATE: "PRIVATE", Privacy.SECRET: "CONFIDENTIAL"}


def ics_of(content: Content, *, uid: str) -> bytes:
    """Return a resource that shows a content."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Somebody else//EN")
    main = _event(content.details, uid=uid)
    for rule in content.rules:
        text = rule_text(rule, content.details.when)
        main.add("rrule", vRecur.from_ical(text))
    bare = Content(uid=uid, details=content.details, rules=content.rules)
    for slot, details in content.overrides.items():
        if details is None:
            main.add("exdate", _moment(slot, content.details.when))
        elif not has_slot(bare, slot):
            main.add("rdate", _moment(slot, content.details.when))
    calendar.add_component(main)
    for slot, details in content.overrides.items():
        if details is not None and details != given(content, slot):
            event = _event(details, uid=uid)
            event.add("recurrence-id", _moment(slot, content.details.when))
            calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _moment(slot: Slot, when: When) -> date | datetime:
    if not isinstance(slot, datetime) or when.zone is None:
        return slot
    if when.zone == "Etc/UTC":
        return slot.replace(tzinfo=UTC)
    return slot.replace(tzinfo=ZoneInfo(when.zone))


def _event(shown: Details, *, uid: str) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", datetime(2026, 11, 20, 9, tzinfo=UTC))
    event.add("summary", shown.title)
    start = _moment(shown.when.start, shown.when)
    event.add("dtstart", start)
    event.add("dtend", _end(start, shown))
    _add_texts(event, shown)
    _add_words(event, shown)
    for person in shown.participants:
        event.add("attendee", _attendee(person))
        if person.organizer:
            event.add("organizer", vCalAddress(f"mailto:{person.email}"))
    for alert in shown.alerts:
        event.add_component(_alarm(alert))
    return event


def _end(start: date | datetime, shown: Details) -> date | datetime:
    lasting = timedelta(days=shown.duration.days, seconds=shown.duration.seconds)
    if not isinstance(start, datetime) or start.tzinfo is None:
        return start + lasting
    zone = shown.when.end_zone
    home = ZoneInfo(zone) if zone else start.tzinfo
    return (start.astimezone(UTC) + lasting).astimezone(home)


def _add_texts(event: Event, shown: Details) -> None:
    if shown.description.html:
        event.add("description", "Key at 14b")
        html = vText(shown.description.text)
        html.params["FMTTYPE"] = "text/html"
        event.add("x-alt-desc", html)
    elif shown.description.text:
        event.add("description", shown.description.text)
    for place in shown.places:
        event.add("location", place)
    for link in shown.conferences:
        event.add("conference", link, parameters={"VALUE": "URI"})


def _add_words(event: Event, shown: Details) -> None:
    if shown.status is not Status.CONFIRMED:
        event.add("status", str(shown.status).upper())
    if shown.free_busy is FreeBusy.FREE:
        event.add("transp", "TRANSPARENT")
    if shown.privacy in CLASSES:
        event.add("class", CLASSES[shown.privacy])
    if shown.keywords:
        event.add("categories", list(shown.keywords))
    if shown.color:
        event.add("color", shown.color)


def _attendee(person: Participant) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.email}")
    address.params["CN"] = vText(person.name)
    address.params["PARTSTAT"] = vText(ANSWERS[person.answer])
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    return address


def _alarm(alert: Alert) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "EMAIL" if alert.by_email else "DISPLAY")
    alarm.add("trigger", -timedelta(minutes=alert.minutes))
    alarm.add("description", "Reminder")
    if alert.by_email:
        alarm.add("summary", "Reminder")
        alarm.add("attendee", vCalAddress("mailto:anna@example.com"))
    return alarm
