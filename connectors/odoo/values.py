"""Odoo's values of one meeting <-> the details of one occurrence (pure)."""

from collections.abc import Mapping
from dataclasses import replace

from connectors.odoo.moments import held_times, time_values, times_of
from connectors.odoo.owner import Owner
from connectors.odoo.people import held_participants, participants_of
from connectors.odoo.texts import held_text, html_for, text_of
from sync.content import Alert, Details, FreeBusy, Privacy, Status
from sync.normal import normal_details
from sync.values import Json

NO_TITLE = "(No title)"
MINUTES = {"minutes": 1, "hours": 60, "days": 1440}
_ALARM_TYPES = {"notification": False, "email": True}
_PRIVACY = {
    "public": Privacy.PUBLIC,
    "private": Privacy.PRIVATE,
    "confidential": Privacy.PRIVATE,
}
"""`confidential` is what colleagues may see and outsiders may not."""


def details_of(row: Mapping[str, Json], owner: Owner, *, zone: str) -> Details:
    """Return what a row shows. Raises ValueError, TypeError, KeyError on nonsense."""
    when, duration = times_of(row, zone=zone)
    place, call = row["location"], row["videocall_location"]
    found = Details(
        when=when,
        duration=duration,
        title=row["name"] or "",
        description=text_of(row["description"] or ""),
        free_busy=FreeBusy.FREE if row["show_as"] == "free" else FreeBusy.BUSY,
        privacy=privacy_of(row["privacy"], default=owner.default),
        participants=participants_of(row, owner),
        places=(place,) if place else (),
        conferences=(call,) if call else (),
        alerts=tuple(alerts_of(row)),
        keywords=tuple(tag["name"] for tag in row["categ_ids"]),
    )
    return normal_details(found)


def privacy_of(word: Json, *, default: Privacy) -> Privacy:
    """Return what a privacy of Odoo's means; none is the user's default."""
    return _PRIVACY.get(word or "", default)


def alerts_of(row: Mapping[str, Json]) -> list[Alert]:
    """Return the reminders that others know as well; text messages are Odoo's alone."""
    return [
        Alert(minutes=minutes_of(alarm), by_email=_ALARM_TYPES[alarm["alarm_type"]])
        for alarm in row["alarm_ids"]
        if alarm["alarm_type"] in _ALARM_TYPES
    ]


def minutes_of(alarm: Mapping[str, Json]) -> int:
    """Return how long before the start an alarm comes."""
    return int(alarm["duration"]) * MINUTES[alarm["interval"]]


def alarm_values(alert: Alert) -> dict[str, Json]:
    """Return the values of an alarm, in the largest unit that fits."""
    name, unit = "minutes", 1
    for larger in ("hours", "days"):
        if alert.minutes and alert.minutes % MINUTES[larger] == 0:
            name, unit = larger, MINUTES[larger]
    return {
        "alarm_type": "email" if alert.by_email else "notification",
        "duration": alert.minutes // unit,
        "interval": name,
    }


def held_details(details: Details, owner: Owner, *, zone: str) -> Details:
    """Return what Odoo would hold of an occurrence, told in this zone."""
    when, duration = held_times(details, zone=zone)
    held = replace(
        normal_details(details),
        when=when,
        duration=duration,
        title=details.title or NO_TITLE,
        description=held_text(details.description),
        status=Status.CONFIRMED,
        privacy=(
            Privacy.PUBLIC if details.privacy is Privacy.PUBLIC else Privacy.PRIVATE
        ),
        participants=held_participants(details.participants, owner),
        places=details.places[:1],
        conferences=details.conferences[:1],
        default_alerts=False,
        color="",
        people="",
    )
    return normal_details(held)


def plain_values(details: Details, *, zone: str) -> dict[str, Json]:
    """Return the values that need no other record of Odoo's."""
    private = details.privacy is not Privacy.PUBLIC
    return {
        "name": details.title or NO_TITLE,
        "description": html_for(details.description) or False,
        "location": details.places[0] if details.places else False,
        "videocall_location": details.conferences[0] if details.conferences else False,
        "privacy": "private" if private else "public",
        "show_as": "free" if details.free_busy is FreeBusy.FREE else "busy",
        **time_values(details, zone=zone),
    }


def changed_values(before: Details, after: Details, *, zone: str) -> dict[str, Json]:
    """Return the plain values that differ; of the times all or none."""
    old, new = (plain_values(one, zone=zone) for one in (before, after))
    times = time_values(after, zone=zone)
    moved = time_values(before, zone=zone) != times
    changed = {name: new[name] for name in new if old.get(name) != new[name]}
    plain = {name: changed[name] for name in changed if name not in times}
    return {**plain, **times} if moved else plain
