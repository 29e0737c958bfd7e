"""Guests: their copies of an event, their answers, and the mails they would get.

https://developers.google.com/workspace/calendar/api/concepts/inviting-attendees-to-events
"""

from dataclasses import replace
from typing import Any

from local.google.model import Calendar, Mail, Resource, Row
from local.google.rendering import overlay_of, whole_fields
from local.google.series import find, follow_master, is_dropped, with_former
from local.google.state import State
from local.google.tables import EventTable
from local.google.times import utc_text

PRIVATE = frozenset(
    {
        "reminders",
        "colorId",
        "eventLabelId",
        "transparency",
        "visibility",
        "gadget",
    }
)
ANSWERS = ("responseStatus", "comment", "additionalGuests")
MOST_TRAVELLING_ANSWERS = 200


def is_copy(calendar: Calendar, fields: Resource) -> bool:
    """Say whether the event is organized elsewhere."""
    organizer = (fields.get("organizer") or {}).get("email")
    return organizer is not None and organizer != calendar.id


def guests(fields: Resource) -> dict[str, Resource]:
    """Return the attendees by address in lower case."""
    return {entry["email"].lower(): entry for entry in fields.get("attendees") or ()}


def carry(state: State, *, row: Row, old: Resource) -> None:
    """Bring a change of an organizer's event to the calendars of its guests.

    `old` are the whole fields before; only what changed overwrites a guest's copy.
    """
    table = state.table_of(row.calendar_id)
    new = whole_fields(table, row)
    calendar = state.calendars.get(row.calendar_id)
    if calendar is None or is_copy(calendar, new) or new.get("privateCopy"):
        return
    invited = guests(new)
    for email in {**guests(old), **invited}:
        home = state.calendars.get(email)
        if home is not None and home.primary and home.id != calendar.id:
            still = email in invited
            _carry_to(state, home.id, row=row, old=old, new=new if still else None)


def _carry_to(
    state: State, home: str, *, row: Row, old: Resource, new: Resource | None
) -> None:
    table = state.table_of(home)
    copy = find(state, table, row.id) or Row(id=row.id, calendar_id=home, fields={})
    fresh = copy.stamp == 0
    if new is None:
        if not fresh:
            _put_copy(
                state, table, copy, {**_whole(table, copy), "status": "cancelled"}
            )
        return
    before = {} if fresh else _shared(old)
    whole = _with_changes({} if fresh else _whole(table, copy), before, _shared(new))
    if fresh:
        if row.cancelled:
            return
        whole = {**_private_start(new), **whole}
        copy = replace(copy, master_id=row.master_id, slot=row.slot)
    if fresh or whole != _whole(table, copy):
        _put_copy(state, table, copy, whole)


def _whole(table: EventTable, row: Row) -> Resource:
    return whole_fields(table, row)


def _private_start(new: Resource) -> Resource:
    return {name: new[name] for name in ("transparency", "visibility") if name in new}


def _shared(fields: Resource) -> Resource:
    shared = {name: value for name, value in fields.items() if name not in PRIVATE}
    properties = (fields.get("extendedProperties") or {}).get("shared")
    shared.pop("extendedProperties", None)
    if properties:
        shared["extendedProperties"] = {"shared": properties}
    return shared


def _with_changes(copy: Resource, before: Resource, after: Resource) -> Resource:
    result = dict(copy)
    for name in {**before, **after}:
        if before.get(name) == after.get(name):
            continue
        if name == "extendedProperties":
            result[name] = _properties(copy, after)
        elif name in after:
            result[name] = after[name]
        else:
            result.pop(name, None)
    return {name: value for name, value in result.items() if value not in ({}, None)}


def _properties(copy: Resource, after: Resource) -> Resource:
    own = (copy.get("extendedProperties") or {}).get("private")
    shared = (after.get("extendedProperties") or {}).get("shared")
    both = {"private": own, "shared": shared}
    return {kind: members for kind, members in both.items() if members}


def _put_copy(state: State, table: EventTable, copy: Row, whole: Resource) -> None:
    stamp = state.next_stamp()
    fields = _as_stored(table, copy, whole)
    created = copy.created or stamp
    row = replace(
        copy,
        fields=fields,
        stamp=stamp,
        updated=stamp,
        created=created,
        gone=is_dropped(table, copy),
    )
    row = with_former(copy, row, change=table.last_change + 1)
    kept = state.put_row(row)
    if copy.stamp and not kept.is_exception:
        follow_master(state, table, old=copy, new=kept)


def _as_stored(table: EventTable, copy: Row, whole: Resource) -> Resource:
    """Return an exception's own fields, or all of them where its series is not."""
    if copy.slot is None:
        return whole
    base = whole_fields(table, replace(copy, fields={}))
    return overlay_of(base, whole) if base else whole


def answer(state: State, *, row: Row, old: Resource, new: Resource) -> None:
    """Carry a guest's answer from their copy to the organizer's event."""
    mine = row.calendar_id.lower()
    before, after = guests(old).get(mine), guests(new).get(mine)
    if before is None or after is None or _answer(before) == _answer(after):
        return
    carry_answer(state, row=row, fields=new, values=_answer(after))


def carry_answer(state: State, *, row: Row, fields: Resource, values: Resource) -> None:
    """Write what a guest answered into the organizer's event and all copies."""
    organizer = (fields.get("organizer") or {}).get("email", "")
    if organizer not in state.calendars:
        return
    table = state.table_of(organizer)
    main = find(state, table, row.id)
    if main is None or main.cancelled:
        return
    old = whole_fields(table, main)
    if len(old.get("attendees", ())) > MOST_TRAVELLING_ANSWERS:
        return
    attendees = [
        _answered(entry, values) if entry["email"].lower() == row.calendar_id else entry
        for entry in old.get("attendees", ())
    ]
    whole = {**old, "attendees": attendees}
    stamp = state.next_stamp()
    stored = _as_stored(table, main, whole)
    kept = state.put_row(replace(main, fields=stored, stamp=stamp, updated=stamp))
    if kept.is_master:
        follow_master(state, table, old=main, new=kept)
    carry(state, row=kept, old=old)


def _answer(entry: Resource) -> Resource:
    return {name: entry.get(name) for name in ANSWERS}


def _answered(entry: Resource, values: Resource) -> Resource:
    whole = {**entry, **values}
    return {name: value for name, value in whole.items() if value is not None}


def mail_guests(
    state: State, *, row: Row, old: Resource, new: Resource, actor: str, choice: str
) -> None:
    """Write down the mails that `sendUpdates` asks for.

    All guests, or only those without Google Calendar; never the one who acts.
    """
    if choice == "none":
        return
    before, after = guests(old), guests(new)
    for email, entry in {**before, **after}.items():
        if email == actor.lower() or entry.get("resource"):
            continue
        if choice == "externalOnly" and email in state.accounts:
            continue
        kind = _kind(email, before=before, after=after, new=new)
        _write_mail(state, row, to=email, kind=kind, actor=actor, choice=choice)


def _kind(
    email: str, *, before: dict[str, Any], after: dict[str, Any], new: Resource
) -> str:
    if new.get("status") == "cancelled" or email not in after:
        return "cancellation"
    return "update" if email in before else "invitation"


def mail_organizer(
    state: State, *, row: Row, fields: Resource, actor: str, choice: str
) -> None:
    """Write down the mail by which an organizer hears of an answer."""
    organizer = (fields.get("organizer") or {}).get("email")
    if choice == "none" or not organizer or organizer == actor:
        return
    if choice == "externalOnly" and organizer in state.accounts:
        return
    _write_mail(state, row, to=organizer, kind="response", actor=actor, choice=choice)


def _write_mail(
    state: State, row: Row, *, to: str, kind: str, actor: str, choice: str
) -> None:
    table = state.table_of(row.calendar_id)
    mail = Mail(
        to=to,
        kind=kind,
        event_id=row.id,
        calendar_id=row.calendar_id,
        actor=actor,
        summary=str(whole_fields(table, row).get("summary", "")),
        at=utc_text(state.now()),
        send_updates=choice,
    )
    state.mails.put(f"{state.next_number('mail'):09d}", mail)
