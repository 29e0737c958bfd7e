"""From a content to canonical JSCalendar: defaults left out, ids made from values."""

from collections.abc import Mapping
from hashlib import blake2b

from sync.content import (
    Alert,
    Answer,
    Content,
    Details,
    Duration,
    FreeBusy,
    Participant,
    Privacy,
    Status,
    Text,
)
from sync.jscalendar_entries import GUESTS
from sync.jscalendar_read import HTML
from sync.rules import rule_json
from sync.values import Json, duration_text, local_text

END = "end"
"""The id of the location that says in which zone the end is shown."""


def write(content: Content) -> dict[str, Json]:
    """Return the content as a JSCalendar Event."""
    event: dict[str, Json] = {"@type": "Event", "uid": content.uid}
    event |= details_json(content.details)
    if content.rules:
        event["recurrenceRules"] = [rule_json(rule) for rule in content.rules]
    if content.overrides:
        event["recurrenceOverrides"] = _overrides(content)
    return event


def _overrides(content: Content) -> dict[str, Json]:
    base = details_json(content.details)
    return {
        local_text(slot): override_json({**base, "start": local_text(slot)}, details)
        for slot, details in content.overrides.items()
    }


def override_json(base: Mapping[str, Json], details: Details | None) -> dict[str, Json]:
    """Return the patch that makes these details of what the slot would show."""
    if details is None:
        return {"excluded": True}
    return difference(base, details_json(details))


def difference(
    before: Mapping[str, Json], after: Mapping[str, Json]
) -> dict[str, Json]:
    """Return the members that differ, with null for those that are gone."""
    gone = {name: None for name in before if name not in after}
    changed = {
        name: value
        for name, value in after.items()
        if name not in before or before[name] != value
    }
    return changed | gone


def details_json(details: Details) -> dict[str, Json]:
    """Return the members of an Event that show these details, without defaults."""
    json: dict[str, Json] = {
        "title": details.title,
        **_when_json(details),
        **description_json(details.description),
        "status": unless(details.status, Status.CONFIRMED),
        "freeBusyStatus": unless(details.free_busy, FreeBusy.BUSY),
        "privacy": unless(details.privacy, Privacy.PUBLIC),
        "participants": {
            id_of(person.email): person_json(person) for person in details.participants
        },
        "locations": _locations(details),
        "virtualLocations": {id_of(uri): call_json(uri) for uri in details.conferences},
        "alerts": {alert_id(alert): alert_json(alert) for alert in details.alerts},
        "useDefaultAlerts": details.default_alerts,
        "keywords": dict.fromkeys(details.keywords, True),
        "color": details.color,
    }
    return {name: value for name, value in json.items() if value}


def unless(value: str, default: str) -> str:
    """Return the word, or "" for the default."""
    return "" if value == default else str(value)


def _when_json(details: Details) -> dict[str, Json]:
    when = details.when
    return {
        "start": local_text(when.start),
        "timeZone": when.zone,
        "showWithoutTime": when.all_day,
        "duration": duration_json(details.duration),
    }


def duration_json(duration: Duration) -> str:
    """Return the duration's text, "" for none."""
    return duration_text(duration) if duration != Duration() else ""


def description_json(description: Text) -> dict[str, Json]:
    """Return the description's two members, "" where the default will do."""
    media_type = HTML if description.html else ""
    return {"description": description.text, "descriptionContentType": media_type}


def _locations(details: Details) -> dict[str, Json]:
    places: dict[str, Json] = {
        str(number): place_json(name) for number, name in enumerate(details.places, 1)
    }
    end_zone = details.when.end_zone
    return {**places, END: end_zone_json(end_zone)} if end_zone else places


def place_json(name: str) -> dict[str, Json]:
    """Return a Location."""
    return {"@type": "Location", "name": name}


def end_zone_json(zone: str) -> dict[str, Json]:
    """Return the Location in whose zone the end is shown."""
    return {"@type": "Location", "relativeTo": "end", "timeZone": zone}


def call_json(uri: str) -> dict[str, Json]:
    """Return a VirtualLocation."""
    return {"@type": "VirtualLocation", "uri": uri}


def person_json(person: Participant) -> dict[str, Json]:
    """Return a Participant."""
    json: dict[str, Json] = {
        "@type": "Participant",
        "name": person.name,
        "email": person.email,
        "sendTo": {"imip": f"mailto:{person.email}"},
        "kind": "resource" if person.resource else "",
        "roles": roles_json(person),
        "participationStatus": unless(person.answer, Answer.NEEDS_ACTION),
        "participationComment": person.comment,
        GUESTS: person.guests,
    }
    return {name: value for name, value in json.items() if value}


def roles_json(person: Participant) -> dict[str, bool]:
    """Return the roles that somebody has; everybody attends."""
    roles = {
        "owner": person.organizer,
        "attendee": True,
        "optional": person.optional,
    }
    return {role: has for role, has in roles.items() if has}


def alert_id(alert: Alert) -> str:
    """Return the id of an alert: what it is."""
    return f"{'email' if alert.by_email else 'display'}-{alert.minutes}"


def alert_json(alert: Alert) -> dict[str, Json]:
    """Return an Alert."""
    offset = duration_text(Duration(seconds=alert.minutes * 60))
    sign = "-" if alert.minutes else ""
    trigger = {"@type": "OffsetTrigger", "offset": f"{sign}{offset}"}
    action = {"action": "email"} if alert.by_email else {}
    return {"@type": "Alert", "trigger": trigger, **action}


def id_of(value: str) -> str:
    """Return an id made from a value: the same for the same, on every machine."""
    return blake2b(value.encode(), digest_size=9).hexdigest()
