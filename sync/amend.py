"""Changing a JSCalendar Event's members no more than the details changed.

Every function changes `event` itself, and gives it copies of the objects that it
changes: ids, unknown members and the texts of what stays the same are kept.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter

from sync.content import Details, FreeBusy, Participant, Privacy, Status
from sync.jscalendar_entries import GUESTS, alert_of, person_of, uri_of
from sync.jscalendar_read import HTML
from sync.jscalendar_write import (
    alert_id,
    alert_json,
    call_json,
    duration_json,
    id_of,
    person_json,
    unless,
)
from sync.locations import put_end_zone, put_places
from sync.members import Member
from sync.normal import normal_person
from sync.pointers import free_id, put
from sync.values import Json, local_of, local_text

Event = dict[str, Json]


def amend(event: Event, before: Details, after: Details) -> None:
    """Bring the members from showing `before` to showing `after`."""
    for aspect, change in CHANGES:
        if aspect(before) != aspect(after):
            change(event, after)


def _when(event: Event, after: Details) -> None:
    when = after.when
    # An all-day event may carry a time of day: it says nothing, so it stays.
    is_idle = when.all_day and event.get("showWithoutTime") is True
    shown = local_of(event["start"])
    if (shown.date() if is_idle else shown) != when.start:
        event["start"] = local_text(when.start)
    put(event, "showWithoutTime", when.all_day)
    if when.zone or not when.all_day:
        put(event, "timeZone", when.zone)
    put_end_zone(event, when.end_zone)


def _duration(event: Event, after: Details) -> None:
    put(event, "duration", duration_json(after.duration))


def _title(event: Event, after: Details) -> None:
    put(event, "title", after.title)


def _description(event: Event, after: Details) -> None:
    put(event, "description", after.description.text)
    media_type = str(event.get("descriptionContentType", "")).lower()
    if after.description.html != media_type.startswith(HTML):
        wanted = HTML if after.description.html else ""
        put(event, "descriptionContentType", wanted)


def _status(event: Event, after: Details) -> None:
    put(event, "status", unless(after.status, Status.CONFIRMED))


def _free_busy(event: Event, after: Details) -> None:
    put(event, "freeBusyStatus", unless(after.free_busy, FreeBusy.BUSY))


def _privacy(event: Event, after: Details) -> None:
    put(event, "privacy", unless(after.privacy, Privacy.PUBLIC))


def _color(event: Event, after: Details) -> None:
    put(event, "color", after.color)


# --- What there may be several of ----------------------------------------------------


def _participants(event: Event, after: Details) -> None:
    wanted = {person.email: person for person in after.participants}
    entries = dict(event.get("participants", {}))
    for key, entry in list(entries.items()):
        person = _person(entry)
        if person is None:
            continue
        if person.email in wanted:
            entries[key] = _amended(entry, person, wanted[person.email])
        else:
            del entries[key]
    present = {person.email for person in map(_person, entries.values()) if person}
    for email, person in wanted.items():
        if email not in present:
            entries[free_id(entries, id_of(email))] = person_json(person)
    put(event, "participants", entries)


def _person(entry: Mapping[str, Json]) -> Participant | None:
    person = person_of(_member(entry))
    return normal_person(person) if person else None


def _member(entry: Mapping[str, Json]) -> Member:
    """The entry as something to read; it was read before, so nothing is wrong."""
    return Member(value=entry, problems=[])


def _amended(
    entry: Mapping[str, Json], before: Participant, after: Participant
) -> dict[str, Json]:
    changed, wanted = dict(entry), person_json(after)
    for aspect, member in PERSON_MEMBERS.items():
        if getattr(before, aspect) != getattr(after, aspect):
            put(changed, member, wanted.get(member))
    roles = dict(entry.get("roles", {}))
    for role, has in {"owner": after.organizer, "optional": after.optional}.items():
        # A role is true or absent.
        put(roles, role, has)
    if roles or "roles" in entry:
        changed["roles"] = roles or wanted["roles"]
    return changed


PERSON_MEMBERS = {
    "name": "name",
    "answer": "participationStatus",
    "resource": "kind",
    "comment": "participationComment",
    "guests": GUESTS,
}


def _conferences(event: Event, after: Details) -> None:
    entries = {
        key: entry
        for key, entry in event.get("virtualLocations", {}).items()
        if uri_of(_member(entry)) in after.conferences
    }
    present = {uri_of(_member(entry)) for entry in entries.values()}
    for uri in after.conferences:
        if uri not in present:
            entries[free_id(entries, id_of(uri))] = call_json(uri)
    put(event, "virtualLocations", entries)


def _alerts(event: Event, after: Details) -> None:
    put(event, "useDefaultAlerts", after.default_alerts)
    if after.default_alerts:
        return  # Its own are ignored then, and may as well stay.
    wanted = set(after.alerts)
    entries = {
        key: entry
        for key, entry in event.get("alerts", {}).items()
        if (alert := alert_of(_member(entry))) is None or alert in wanted
    }
    present = {alert_of(_member(entry)) for entry in entries.values()}
    for alert in after.alerts:
        if alert not in present:
            entries[free_id(entries, alert_id(alert))] = alert_json(alert)
    put(event, "alerts", entries)


def _keywords(event: Event, after: Details) -> None:
    old = event.get("keywords", {})
    kept = {word: True for word in old if word in after.keywords}
    put(event, "keywords", kept | dict.fromkeys(after.keywords, True))


CHANGES: tuple[
    tuple[Callable[[Details], object], Callable[[Event, Details], None]], ...
] = (
    (attrgetter("when"), _when),
    (attrgetter("duration"), _duration),
    (attrgetter("title"), _title),
    (attrgetter("description"), _description),
    (attrgetter("status"), _status),
    (attrgetter("free_busy"), _free_busy),
    (attrgetter("privacy"), _privacy),
    (attrgetter("participants"), _participants),
    (attrgetter("places"), put_places),
    (attrgetter("conferences"), _conferences),
    (attrgetter("alerts", "default_alerts"), _alerts),
    (attrgetter("keywords"), _keywords),
    (attrgetter("color"), _color),
)
