"""What one event shows, field by field, as lines and reminders of iCalendar.

Attendees that we write are left out of the server's own scheduling (RFC 6638, section
7.1), so no write of ours mails anybody.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from connectors.caldav.lines import Component, Line, line, text_line
from connectors.caldav.reading import (
    CONFERENCES,
    HTML_LINE,
    MAIL,
    address_of,
    alert_of,
)
from sync.content import (
    Alert,
    Answer,
    Details,
    FreeBusy,
    Participant,
    Privacy,
    Status,
    Text,
)
from sync.markup import plain

STATUSES = {Status.TENTATIVE: "TENTATIVE", Status.CANCELLED: "CANCELLED"}
CLASSES = {Privacy.PRIVATE: "PRIVATE", Privacy.SECRET: "CONFIDENTIAL"}
PARTSTATS = {
    Answer.NEEDS_ACTION: "NEEDS-ACTION",
    Answer.ACCEPTED: "ACCEPTED",
    Answer.DECLINED: "DECLINED",
    Answer.TENTATIVE: "TENTATIVE",
}


def _texts(name: str, *texts: str) -> list[Line]:
    return [text_line(name, text) for text in texts if text]


def _description(text: Text) -> list[Line]:
    if not text.html:
        return _texts("DESCRIPTION", text.text)
    html = text_line(HTML_LINE, text.text, {"FMTTYPE": "text/html"})
    return [*_texts("DESCRIPTION", plain(text.text)), html]


def _class(details: Details) -> list[Line]:
    return [line("CLASS", CLASSES.get(details.privacy, "PUBLIC"))]


def _transparency(details: Details) -> list[Line]:
    free = details.free_busy is FreeBusy.FREE
    return [line("TRANSP", "TRANSPARENT" if free else "OPAQUE")]


def _conferences(details: Details) -> list[Line]:
    told = {"VALUE": "URI", "FEATURE": "VIDEO"}
    return [line("CONFERENCE", each, told) for each in details.conferences]


def _color(details: Details) -> list[Line]:
    # RFC 7986, section 5.9: the name of a CSS colour, and no code.
    return _texts("COLOR", details.color if details.color.isalpha() else "")


FIELDS: Sequence[tuple[str, tuple[str, ...], Callable[[Details], list[Line]]]] = (
    ("title", ("SUMMARY",), lambda shown: _texts("SUMMARY", shown.title)),
    (
        "description",
        ("DESCRIPTION", HTML_LINE),
        lambda shown: _description(shown.description),
    ),
    (
        "status",
        ("STATUS",),
        lambda shown: [line("STATUS", STATUSES.get(shown.status, "CONFIRMED"))],
    ),
    ("free_busy", ("TRANSP",), _transparency),
    ("privacy", ("CLASS",), _class),
    ("places", ("LOCATION",), lambda shown: _texts("LOCATION", *shown.places[:1])),
    ("conferences", CONFERENCES, _conferences),
    (
        "keywords",
        ("CATEGORIES",),
        lambda shown: [text_line("CATEGORIES", word) for word in shown.keywords],
    ),
    ("color", ("COLOR",), _color),
)
"""For each field its lines, and what they stand instead of."""


def with_people(
    event: Component, before: Iterable[Participant], after: Iterable[Participant]
) -> Component:
    """Return an event with its participants; lines of those unchanged stay."""
    known = {address_of(each): each for each in event.all("ATTENDEE")}
    was = {person.email: person for person in before}
    people = list(after)
    lines = [each for each in known.values() if not address_of(each)]
    for person in people:
        same = was.get(person.email) == person and person.email in known
        lines.append(known[person.email] if same else _attendee(person))
    organizers = [person for person in people if person.organizer]
    own = event.line("ORGANIZER")
    if own is not None and [address_of(own)] == [one.email for one in organizers]:
        return event.with_lines(("ATTENDEE",), lines)
    heads = [_organizer(person) for person in organizers[:1]]
    return event.with_lines(("ATTENDEE", "ORGANIZER"), [*heads, *lines])


def _organizer(person: Participant) -> Line:
    named = {"CN": person.name} if person.name else {}
    return line("ORGANIZER", MAIL + person.email, {**named, "SCHEDULE-AGENT": "NONE"})


def _attendee(person: Participant) -> Line:
    told = {
        **({"CN": person.name} if person.name else {}),
        **({"CUTYPE": "RESOURCE"} if person.resource else {}),
        **({"ROLE": "OPT-PARTICIPANT"} if person.optional else {}),
        "PARTSTAT": PARTSTATS[person.answer],
        **({"X-RESPONSE-COMMENT": person.comment} if person.comment else {}),
        **({"X-NUM-GUESTS": str(person.guests)} if person.guests else {}),
        "SCHEDULE-AGENT": "NONE",
    }
    return line("ATTENDEE", MAIL + person.email, told)


def with_alerts(event: Component, alerts: Iterable[Alert]) -> Component:
    """Return an event with these reminders; those that we do not map stay."""
    wanted = list(alerts)
    kept = []
    for part in event.inside:
        own = alert_of(part) if part.name == "VALARM" else None
        if own is None or own in wanted:
            kept.append(part)
        if own in wanted and own is not None:
            wanted.remove(own)
    return replace(event, inside=(*kept, *map(_alarm, wanted)))


def _alarm(alert: Alert) -> Component:
    action = "EMAIL" if alert.by_email else "DISPLAY"
    lines = [
        line("ACTION", action),
        line("TRIGGER", f"-PT{alert.minutes}M"),
        line("DESCRIPTION", "Reminder"),
    ]
    if alert.by_email:
        # RFC 5545, section 3.6.6: a mail has a subject and somebody who gets it.
        lines.append(line("SUMMARY", "Reminder"))
        lines.append(line("ATTENDEE", "mailto:reminder@invalid"))
    return Component(name="VALARM", lines=tuple(lines))


def unscheduled(event: Component) -> Component:
    """Return an event of whose writing the server tells nobody."""
    people = ("ORGANIZER", "ATTENDEE")
    lines = [
        _without_agent(each) if each.name in people else each for each in event.lines
    ]
    return replace(event, lines=tuple(lines))


def _without_agent(known: Line) -> Line:
    if "SCHEDULE-AGENT" in known.parameters:
        return known
    rest = known.raw[len(known.name) :]
    return Line(known.name, f"{known.name};SCHEDULE-AGENT=NONE{rest}")
