"""What can be done with one event: insert, get, patch, update, delete, move."""

import base64
import re
import secrets
from dataclasses import replace
from datetime import timedelta

from local.google.errors import (
    ApiError,
    calendar_refusal,
    deleted,
    duplicate,
    event_type_restriction,
    forbidden,
    invalid,
    not_found,
    required,
)
from local.google.fields import merged
from local.google.invitations import carry_answer, guests, is_copy
from local.google.model import Resource, Row
from local.google.rendering import whole_fields
from local.google.series import find, follow_master
from local.google.visit import Visit, check_private_access
from local.google.writing import (
    WriteOptions,
    check_event_type,
    check_if_match,
    check_rights,
    keep,
    stored_fields,
    with_sequence,
)

CLIENT_ID = re.compile(r"[a-v0-9]{5,1024}\Z")
ID_LETTERS = "0123456789abcdefghijklmnopqrstuv"
ID_LENGTH = 26
STRICTNESS = ("default", "public", "private", "confidential")


def new_id() -> str:
    """Return an id as Google makes them: 26 characters of base32hex."""
    number = secrets.randbits(5 * ID_LENGTH)
    return "".join(ID_LETTERS[number >> 5 * place & 31] for place in range(ID_LENGTH))


def id_of_uid(uid: str) -> str:
    """Return the id of an event that came in by iCalendar."""
    return "_" + base64.b32hexencode(uid.encode()).decode().rstrip("=").lower()


def get_row(visit: Visit, event_id: str) -> Row:
    """Return an event or an instance, cancelled ones included, or raise the 404."""
    row = find(visit.state, visit.table, event_id)
    if row is None:
        raise not_found()
    return row


def insert(visit: Visit, body: Resource, options: WriteOptions) -> Row:
    """Make an event; an id that was ever used is refused."""
    event_id = _chosen_id(body)
    if visit.table.get(event_id) is not None or _uid_in_use(visit, body):
        raise duplicate()
    old: Resource = {}
    fields = stored_fields(visit, merged({}, body), old=old, options=options)
    fields.update(_birth_fields(visit, body, event_id))
    fields = with_sequence(fields, old=old, asked=body.get("sequence"))
    row = Row(id=event_id, calendar_id=visit.calendar.id, fields={})
    return keep(visit, row, fields=fields, options=options)


def _chosen_id(body: Resource) -> str:
    chosen = body.get("id")
    if chosen is None:
        uid = body.get("iCalUID")
        return id_of_uid(uid) if isinstance(uid, str) and uid else new_id()
    if not isinstance(chosen, str) or not CLIENT_ID.match(chosen):
        raise invalid("Invalid resource id value.")
    return chosen


def _uid_in_use(visit: Visit, body: Resource) -> bool:
    return _by_uid(visit, body.get("iCalUID")) is not None


def _by_uid(visit: Visit, uid: object) -> Row | None:
    for row_id in visit.table.by_uid.get(str(uid), ()):
        row = visit.table.get(row_id)
        if row is not None and not row.is_exception:
            return row
    return None


def _birth_fields(visit: Visit, body: Resource, event_id: str) -> Resource:
    calendar = visit.calendar
    organizer: Resource = {"email": calendar.id}
    if not calendar.primary:
        organizer["displayName"] = calendar.summary
    return {
        "iCalUID": body.get("iCalUID") or f"{event_id}@google.com",
        "creator": {"email": visit.viewer.email},
        "organizer": organizer,
    }


def import_event(visit: Visit, body: Resource, options: WriteOptions) -> Row:
    """Add a private copy of an event; a known iCalUID acts on the same event."""
    uid = body.get("iCalUID")
    if not isinstance(uid, str) or not uid:
        raise required("Missing iCal UID.")
    row = _by_uid(visit, uid)
    old = row.fields if row else {}
    body = {**merged({}, body), "eventType": old.get("eventType", "default")}
    fields = stored_fields(visit, body, old=old, options=options)
    if not old:
        fields.update(_birth_fields(visit, body, ""))
    if isinstance(body.get("organizer"), dict) and body["organizer"].get("email"):
        fields["organizer"] = {"email": body["organizer"]["email"]}
    fields = with_sequence(fields, old=old, asked=body.get("sequence", 0))
    target = row or Row(id=id_of_uid(uid), calendar_id=visit.calendar.id, fields={})
    return keep(
        visit, target, fields=fields, options=replace(options, send_updates="none")
    )


def patch(visit: Visit, event_id: str, body: Resource, *, options: WriteOptions) -> Row:
    """Change the members that the body names: objects merge, arrays are replaced."""
    row = get_row(visit, event_id)
    old = whole_fields(visit.table, row)
    if body.get("attendeesOmitted") and "attendees" in body:
        body = {**body, "attendees": _answers_merged(old, body["attendees"])}
    return _change(visit, row, merged(old, body), body=body, options=options)


def _answers_merged(old: Resource, entries: object) -> list[Resource]:
    asked = entries if isinstance(entries, list) else []
    answers = {str(entry.get("email", "")).lower(): entry for entry in asked}
    return [
        {**entry, **answers.get(entry["email"].lower(), {})}
        for entry in old.get("attendees", ())
    ]


def update(
    visit: Visit, event_id: str, body: Resource, *, options: WriteOptions
) -> Row:
    """Replace an event: what the body leaves out is cleared."""
    row = get_row(visit, event_id)
    raw = merged({}, body)
    old = whole_fields(visit.table, row)
    if "eventType" in old:
        raw.setdefault("eventType", old["eventType"])
    return _change(visit, row, raw, body=body, options=options)


def _change(
    visit: Visit, row: Row, raw: Resource, *, body: Resource, options: WriteOptions
) -> Row:
    check_if_match(row, options.if_match)
    if row.bare:
        raise not_found()
    old = whole_fields(visit.table, row)
    if row.is_exception:
        raw.pop("recurrence", None)
    fields = stored_fields(visit, raw, old=old, options=options)
    check_rights(visit, old=old, new=fields)
    _check_revival(visit, row, fields)
    fields = with_sequence(fields, old=old, asked=body.get("sequence"))
    if row.is_exception:
        fields = _with_series_visibility(visit, row, fields)
    return keep(visit, row, fields=fields, options=options)


def _check_revival(visit: Visit, row: Row, fields: Resource) -> None:
    forbid = visit.state.option("revive") == "forbid"
    revives = row.cancelled and fields.get("status") != "cancelled"
    if forbid and revives and not row.is_exception:
        raise forbidden()


def _with_series_visibility(visit: Visit, row: Row, fields: Resource) -> Resource:
    """A stricter visibility of one instance holds for the series; looser is ignored."""
    master = visit.table.get(row.master_id or "")
    if master is None or not master.is_master:
        return fields
    wished = fields.get("visibility", "default")
    kept = master.fields.get("visibility", "default")
    if STRICTNESS.index(wished) > max(STRICTNESS.index(kept), 1):
        whole = {**master.fields, "visibility": wished}
        keep(visit, master, fields=whole, options=WriteOptions())
        return fields
    plain = {name: value for name, value in fields.items() if name != "visibility"}
    return plain if kept == "default" else {**plain, "visibility": kept}


def delete(visit: Visit, event_id: str, options: WriteOptions) -> Row:
    """Cancel an event, a series or one instance; the second time it is a 410."""
    row = get_row(visit, event_id)
    if row.cancelled or row.bare:
        raise deleted()
    check_if_match(row, options.if_match)
    old = whole_fields(visit.table, row)
    check_private_access(visit, old)
    if old.get("eventType") == "fromGmail":
        raise event_type_restriction("fromGmail")
    fields = with_sequence({**old, "status": "cancelled"}, old=old, asked=None)
    if is_copy(visit.calendar, old):
        return _leave(visit, row, old=old, fields=fields)
    return keep(visit, row, fields=fields, options=options)


def _leave(visit: Visit, row: Row, *, old: Resource, fields: Resource) -> Row:
    """A guest's delete declines: the organizer's event stays."""
    kept = keep(visit, row, fields=fields, options=WriteOptions())
    if visit.calendar.id.lower() in guests(old):
        values = {"responseStatus": "declined"}
        carry_answer(visit.state, row=kept, fields=old, values=values)
    return kept


def move(visit: Visit, event_id: str, target: Visit, options: WriteOptions) -> Row:
    """Take an event to another calendar, which becomes its organizer."""
    row = get_row(visit, event_id)
    old = whole_fields(visit.table, row)
    _check_movable(visit, row, old)
    if target.calendar.id == visit.calendar.id:
        return row
    if target.table.get(row.id) is not None:
        raise duplicate()
    exceptions = [one for one in visit.table.exceptions_of(row.id) if not one.gone]
    fields = {**old, "organizer": {"email": target.calendar.id}}
    check_event_type(target, fields, old=old)
    moved = keep(
        target,
        replace(row, stamp=0, calendar_id=target.calendar.id),
        fields=fields,
        options=options,
    )
    for one in exceptions:
        stamp = visit.state.next_stamp()
        there = replace(one, calendar_id=target.calendar.id, stamp=stamp)
        visit.state.put_row(there)
    _leave_bare(visit, row)
    return moved


def _check_movable(visit: Visit, row: Row, fields: Resource) -> None:
    if row.cancelled:
        raise not_found()
    if row.is_exception:
        raise _organizer_refusal("cannotChangeOrganizerOfInstance")
    if is_copy(visit.calendar, fields):
        raise _organizer_refusal("cannotChangeOrganizer")
    if fields.get("eventType", "default") != "default":
        raise event_type_restriction(str(fields["eventType"]))


def _organizer_refusal(reason: str) -> ApiError:
    whose = "an instance" if reason.endswith("Instance") else "this event"
    return calendar_refusal(400, reason, f"Cannot change the organizer of {whose}.")


def _leave_bare(visit: Visit, row: Row) -> None:
    stamp = visit.state.next_stamp()
    fields = {"status": "cancelled", "iCalUID": row.fields.get("iCalUID", "")}
    bare = replace(row, fields=fields, bare=True, stamp=stamp, updated=stamp)
    kept = visit.state.put_row(bare)
    follow_master(visit.state, visit.table, old=row, new=kept)


def quick_add(visit: Visit, text: str, options: WriteOptions) -> Row:
    """Make an event of an hour from now with the text as its title.

    Google reads times and places out of the text; the stand-in does not.
    """
    if not text.strip():
        raise required("Missing text.")
    start = visit.state.now().replace(minute=0, second=0, microsecond=0)
    end = start + timedelta(hours=1)
    body = {
        "summary": text,
        "start": {"dateTime": start.isoformat()},
        "end": {"dateTime": end.isoformat()},
    }
    return insert(visit, body, options)
