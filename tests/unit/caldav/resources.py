"""iCalendar as programs write it, for tests of the codec."""

from datetime import UTC, datetime

from connectors.caldav.lines import parsed, written
from connectors.caldav.reading import content_of
from connectors.caldav.writing import changed_calendar, new_calendar
from sync.content import Content

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def ics(*lines: str, more: str = "") -> str:
    """Return a calendar with one event of these lines, and what follows it."""
    event = ["BEGIN:VEVENT", "UID:visit@app.example", *lines, "END:VEVENT"]
    body = "\r\n".join(event) if lines else ""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//X//EN"]
    parts = [*head, *([body] if body else []), *([more] if more else [])]
    return "\r\n".join([*parts, "END:VCALENDAR", ""])


def read(text: str) -> Content:
    """Return what a text shows."""
    return content_of(parsed(text))


def changed(text: str, before: Content, after: Content) -> str:
    """Return the text with what differs."""
    return written(changed_calendar(parsed(text), before, after, now=NOW))


def made(content: Content) -> str:
    """Return a new text that shows a content."""
    calendar = new_calendar(content, key="k1", ical_uid=content.uid, now=NOW)
    return written(calendar)
