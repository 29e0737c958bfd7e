"""Rows as people see them: inherited, rendered in a zone, masked."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.google.accounts import rank
from local.google.expansion import Slot, length_of, slot_of
from local.google.model import Calendar, Resource, Row
from local.google.tables import EventTable
from local.google.times import YEAR_ZERO, rendered, stamp_text, utc_text

HIDING_ROLES = ("reader", "writerWithoutPrivateAccess")
MASKED_KEEPS = frozenset(
    {
        "kind",
        "etag",
        "id",
        "status",
        "htmlLink",
        "created",
        "updated",
        "start",
        "end",
        "recurrence",
        "recurringEventId",
        "originalStartTime",
        "visibility",
        "transparency",
        "iCalUID",
        "sequence",
        "eventType",
    }
)
BUSY_KEEPS = MASKED_KEEPS - {"htmlLink", "created", "updated", "recurrence"}


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """Through whose eyes, and in which zone, rows are shown."""

    calendar: Calendar
    role: str
    email: str
    zone_name: str
    most_attendees: int | None = None
    details_of_deleted: bool = True
    year_zero: bool = False
    unknown_event_type: bool = False


def etag_of(row: Row) -> str:
    """Return a row's etag: two times its stamp, quoted."""
    return f'"{row.stamp * 2}"'


def whole_fields(table: EventTable, row: Row) -> Resource:
    """Return all stored fields of a row, an exception's inherited ones included."""
    if row.slot is None or row.master_id is None:
        return row.fields
    master = table.get(row.master_id)
    if master is None or not master.is_master:
        return row.fields
    base = inherited_fields(master.fields, slot_of(row.slot))
    return overlaid(base, row.fields)


def inherited_fields(master: Resource, slot: Slot) -> Resource:
    """Return the fields that a slot of a series has of itself."""
    fields = {name: value for name, value in master.items() if name != "recurrence"}
    length = length_of(master)
    if isinstance(slot, datetime):
        # A slot of the time before a series became all day has no zone any more.
        start_zone = master["start"].get("timeZone", "UTC")
        end_zone = master["end"].get("timeZone", "UTC")
        fields["start"] = {"dateTime": utc_text(slot), "timeZone": start_zone}
        fields["end"] = {"dateTime": utc_text(slot + length), "timeZone": end_zone}
    else:
        fields["start"] = {"date": slot.isoformat()}
        fields["end"] = {"date": (slot + length).isoformat()}
    return fields


def overlaid(base: Resource, overlay: Resource) -> Resource:
    """Return inherited fields with an exception's own over them."""
    whole = {**base, **overlay}
    return {name: value for name, value in whole.items() if value is not None}


def overlay_of(base: Resource, whole: Resource) -> Resource:
    """Return what an exception has of its own; None stands for a field taken away."""
    own = {name: value for name, value in whole.items() if base.get(name) != value}
    return {**own, **{name: None for name in base if name not in whole}}


def resource_of(table: EventTable, row: Row, *, view: View) -> Resource:
    """Return the event resource of a row as the view shows it."""
    if row.bare:
        return {"kind": "calendar#event", "id": row.id, "status": "cancelled"}
    if row.cancelled and not _shows_details(row, view):
        return _sparse(table, row, view)
    fields = whole_fields(table, row)
    if "start" not in fields:
        return _sparse(table, row, view)
    whole = _whole(table, row, fields=fields, view=view)
    return _masked(whole, view)


def _shows_details(row: Row, view: View) -> bool:
    return view.details_of_deleted and not row.is_exception


def _sparse(table: EventTable, row: Row, view: View) -> Resource:
    sparse = {
        "kind": "calendar#event",
        "etag": etag_of(row),
        "id": row.id,
        "status": "cancelled",
    }
    return {**sparse, **_slot_members(table, row, view)}


def _slot_members(table: EventTable, row: Row, view: View) -> Resource:
    if row.slot is None or row.master_id is None:
        return {}
    return {
        "recurringEventId": row.master_id,
        "originalStartTime": _original_start(table, row, view),
    }


def _original_start(table: EventTable, row: Row, view: View) -> Resource:
    slot = slot_of(row.slot or "")
    if not isinstance(slot, datetime):
        return {"date": slot.isoformat()}
    return {
        "dateTime": rendered(utc_text(slot), view.zone_name),
        "timeZone": _slot_zone(table, row, view),
    }


def _slot_zone(table: EventTable, row: Row, view: View) -> str:
    master = table.get(row.master_id or "")
    start = (master or row).fields.get("start") or {}
    return str(start.get("timeZone", view.calendar.time_zone))


def _whole(table: EventTable, row: Row, *, fields: Resource, view: View) -> Resource:
    calendar_id = view.calendar.id
    shown: Resource = {
        "kind": "calendar#event",
        "etag": etag_of(row),
        "id": row.id,
        "status": fields.get("status", "confirmed"),
        "htmlLink": _html_link(row.id, calendar_id),
        "created": YEAR_ZERO if view.year_zero else stamp_text(row.created),
        "updated": YEAR_ZERO if view.year_zero else stamp_text(row.updated),
    }
    shown.update(fields)
    shown["status"] = fields.get("status", "confirmed")
    shown["creator"] = _marked(fields.get("creator"), calendar_id)
    shown["organizer"] = _marked(fields.get("organizer"), calendar_id)
    shown["start"] = _shown_moment(fields["start"], view.zone_name)
    shown["end"] = _shown_moment(fields["end"], view.zone_name)
    shown.setdefault("sequence", 0)
    shown.setdefault("eventType", "default")
    if not view.calendar.primary or "reminders" not in shown:
        shown.setdefault("reminders", {"useDefault": True})
    if "attendees" in fields:
        shown["attendees"] = _shown_attendees(fields, view)
        if len(shown["attendees"]) < len(fields["attendees"]):
            shown["attendeesOmitted"] = True
    if view.unknown_event_type and shown["eventType"] == "default":
        shown["eventType"] = "somethingNew"
    shown.update(_slot_members(table, row, view))
    return shown


def _html_link(row_id: str, calendar_id: str) -> str:
    eid = base64.urlsafe_b64encode(f"{row_id} {calendar_id}".encode()).decode()
    return f"https://www.google.com/calendar/event?eid={eid.rstrip('=')}"


def _marked(person: Resource | None, calendar_id: str) -> Resource:
    if person is None:
        return {}
    return {**person, "self": True} if person.get("email") == calendar_id else person


def _shown_moment(moment: Resource, zone_name: str) -> Resource:
    if "date" in moment:
        return moment
    text = rendered(moment["dateTime"], zone_name)
    return {"dateTime": text, "timeZone": moment["timeZone"]}


def _shown_attendees(fields: Resource, view: View) -> list[Resource]:
    organizer = (fields.get("organizer") or {}).get("email")
    shown = [
        _shown_attendee(entry, organizer=organizer, calendar_id=view.calendar.id)
        for entry in fields["attendees"]
    ]
    most = view.most_attendees
    if most is not None and len(shown) > most:
        return [entry for entry in shown if entry.get("self")]
    guests_hidden = fields.get("guestsCanSeeOtherGuests") is False
    if guests_hidden and organizer != view.calendar.id:
        return [entry for entry in shown if entry.get("self")]
    return shown


def _shown_attendee(
    entry: Resource, *, organizer: str | None, calendar_id: str
) -> Resource:
    marks: Resource = {}
    if entry["email"] == organizer:
        marks["organizer"] = True
    if entry["email"] == calendar_id:
        marks["self"] = True
    return {**entry, **marks} if marks else entry


def _masked(resource: Resource, view: View) -> Resource:
    if view.role == "owner":
        return resource
    if rank(view.role) <= rank("freeBusyReader"):
        return {name: resource[name] for name in resource if name in BUSY_KEEPS}
    private = resource.get("visibility") in ("private", "confidential")
    if private and view.role in HIDING_ROLES:
        return {name: resource[name] for name in resource if name in MASKED_KEEPS}
    return resource


def slot_end(fields: Resource, slot: Slot) -> Slot:
    """Return where a slot of a series ends."""
    length: timedelta = length_of(fields)
    return slot + length
