"""One write of an event: merging, checking, keeping, and telling the others."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from local.google.errors import (
    calendar_refusal,
    condition_not_met,
    event_type_restriction,
    invalid,
    non_organizer,
)
from local.google.expansion import check_expands
from local.google.fields import kept_members, kept_times
from local.google.invitations import (
    answer,
    carry,
    is_copy,
    mail_guests,
    mail_organizer,
)
from local.google.model import Resource, Row
from local.google.rendering import etag_of, overlay_of, whole_fields
from local.google.series import follow_master, is_dropped, with_former
from local.google.visit import Visit, check_private_access

CARRIED = ("iCalUID", "creator", "organizer", "hangoutLink")
SIGNIFICANT = ("start", "end", "recurrence", "location", "status")
QUIET = frozenset({"reminders", "eventLabelId", "colorId"})
ORGANIZERS_ONLY = (
    "guestsCanInviteOthers",
    "guestsCanModify",
    "guestsCanSeeOtherGuests",
)
STATUS_TYPES = ("focusTime", "outOfOffice", "workingLocation")
SEND_UPDATES = ("all", "externalOnly", "none")
STALE_SEQUENCE = (
    "Invalid sequence value. The specified sequence number is below the current"
    " sequence number of the resource. Re-fetch the resource and use its sequence"
    " number on the following request."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteOptions:
    """How a write was asked for: the parameters beside its body."""

    send_updates: str = "none"
    conference: bool = False
    attachments: bool = False
    labels: bool = False
    if_match: str | None = None


def write_options(arguments: Mapping[str, str], if_match: str | None) -> WriteOptions:
    """Return the options of a request's query."""
    notify = arguments.get("sendNotifications") == "true"
    choice = arguments.get("sendUpdates", "all" if notify else "none")
    if choice not in SEND_UPDATES:
        raise invalid("Invalid value for sendUpdates.", location="sendUpdates")
    return WriteOptions(
        send_updates=choice,
        conference=arguments.get("conferenceDataVersion") == "1",
        attachments=arguments.get("supportsAttachments") == "true",
        labels=arguments.get("eventLabelVersion") == "1",
        if_match=if_match,
    )


def check_if_match(row: Row, if_match: str | None) -> None:
    """Raise the 412 for a version that is no longer the present one.

    https://developers.google.com/workspace/calendar/api/guides/version-resources
    """
    if if_match is None or if_match.strip() == "*":
        return
    if etag_of(row) not in [tag.strip() for tag in if_match.split(",")]:
        raise condition_not_met()


def stored_fields(
    visit: Visit, raw: Resource, *, old: Resource, options: WriteOptions
) -> Resource:
    """Return what is kept of a merged body, or raise Google's refusal."""
    asked = dict(raw)
    if not options.attachments:
        _put_back(asked, old, "attachments")
    if not options.conference:
        _put_back(asked, old, "conferenceData")
    _choose_label(asked, old, options)
    fields = kept_members(asked)
    fields.update(kept_times(asked, calendar_zone=visit.calendar.time_zone))
    fields.update({name: old[name] for name in CARRIED if name in old})
    if "recurrence" in fields:
        check_expands(fields)
    if options.conference:
        _make_conference(fields, old)
    check_event_type(visit, fields, old=old)
    _check_attendees(visit, fields, old=old)
    return fields


def _put_back(asked: Resource, old: Resource, name: str) -> None:
    asked.pop(name, None)
    if name in old:
        asked[name] = old[name]


def _choose_label(asked: Resource, old: Resource, options: WriteOptions) -> None:
    _put_back(asked, old, "colorId" if options.labels else "eventLabelId")


def _make_conference(fields: Resource, old: Resource) -> None:
    wanted = fields.get("conferenceData")
    if wanted is None:
        fields.pop("hangoutLink", None)
        return
    request = wanted.get("createRequest")
    if not isinstance(request, dict):
        return
    before = (old.get("conferenceData") or {}).get("createRequest") or {}
    if before.get("requestId") == request.get("requestId"):
        fields["conferenceData"] = old["conferenceData"]
        return
    name = "-".join(secrets.token_hex(5)[i : i + 3] for i in (0, 3, 6))
    link = f"https://meet.google.com/{name}"
    fields["hangoutLink"] = link
    fields["conferenceData"] = {
        "createRequest": {**request, "status": {"statusCode": "success"}},
        "entryPoints": [{"entryPointType": "video", "uri": link, "label": link[8:]}],
        "conferenceSolution": {
            "key": {"type": "hangoutsMeet"},
            "name": "Google Meet",
        },
        "conferenceId": name,
    }


def check_event_type(visit: Visit, fields: Resource, *, old: Resource) -> None:
    """Raise the 400 for a write that the event's type forbids."""
    kind = str(fields.get("eventType", "default"))
    if old and kind != old.get("eventType", "default"):
        raise event_type_restriction(str(old.get("eventType", "default")))
    if kind == "fromGmail" and not old:
        raise event_type_restriction(kind)
    if kind in STATUS_TYPES and not visit.calendar.primary:
        raise event_type_restriction(kind)
    if kind in ("focusTime", "outOfOffice") and "date" in fields["start"]:
        raise event_type_restriction(kind)
    if kind == "birthday" and not _is_birthday(fields):
        raise event_type_restriction(kind)
    if kind == "workingLocation" and not fields.get("workingLocationProperties"):
        raise calendar_refusal(
            400,
            "malformedWorkingLocationEvent",
            "A working location event must have working location properties.",
        )


def _is_birthday(fields: Resource) -> bool:
    rule = "".join(fields.get("recurrence") or ("FREQ=YEARLY",))
    kind = (fields.get("birthdayProperties") or {"type": "birthday"}).get("type")
    return "date" in fields["start"] and "YEARLY" in rule and kind == "birthday"


def _check_attendees(visit: Visit, fields: Resource, *, old: Resource) -> None:
    changed = fields.get("attendees") != old.get("attendees")
    if visit.viewer.acts_alone and changed and fields.get("attendees"):
        raise calendar_refusal(
            403,
            "forbiddenForServiceAccounts",
            "Service accounts cannot invite attendees without Domain-Wide Delegation"
            " of Authority.",
        )


def check_rights(visit: Visit, *, old: Resource, new: Resource) -> None:
    """Raise the 403 for what this viewer may not change in an event."""
    check_private_access(visit, old)
    if not is_copy(visit.calendar, old):
        return
    if any(old.get(name) != new.get(name) for name in ORGANIZERS_ONLY):
        raise non_organizer()


def with_sequence(fields: Resource, *, old: Resource, asked: object) -> Resource:
    """Return the fields with the next iCalendar sequence number."""
    stored = int(old.get("sequence", 0))
    if isinstance(asked, int) and asked < stored:
        raise invalid(STALE_SEQUENCE)
    bump = any(fields.get(name) != old.get(name) for name in SIGNIFICANT)
    number = max(stored + (1 if bump and old else 0), int(fields.get("sequence", 0)))
    return {**fields, "sequence": number} if number else fields


def keep(visit: Visit, row: Row, *, fields: Resource, options: WriteOptions) -> Row:
    """Keep an event's new fields and tell guests, mails and exceptions.

    Equal fields change nothing: no etag, no push, unless the stand-in is told so.
    """
    state, table = visit.state, visit.table
    old = {} if row.stamp == 0 else whole_fields(table, row)
    if old == fields and not state.option("same_content_touches"):
        return row
    kept = _put(visit, row, old=old, fields=fields)
    if row.stamp and not kept.is_exception:
        follow_master(state, table, old=row, new=kept)
    _tell(visit, kept, old=old, new=fields, options=options)
    return table.get(kept.id) or kept


def _put(visit: Visit, row: Row, *, old: Resource, fields: Resource) -> Row:
    stamp = visit.state.next_stamp()
    changed = {name for name in {**old, **fields} if old.get(name) != fields.get(name)}
    quiet = bool(changed) and changed <= QUIET
    stored = fields
    if row.slot is not None:
        base = whole_fields(visit.table, replace(row, fields={}))
        stored = overlay_of(base, fields) if base else fields
    new = replace(
        row,
        fields=stored,
        stamp=stamp,
        updated=row.updated if quiet else stamp,
        created=row.created or stamp,
        gone=is_dropped(visit.table, row),
    )
    new = with_former(row, new, change=visit.table.last_change + 1)
    return visit.state.put_row(new)


def _tell(
    visit: Visit, row: Row, *, old: Resource, new: Resource, options: WriteOptions
) -> None:
    state, actor, choice = visit.state, visit.viewer.email, options.send_updates
    if is_copy(visit.calendar, new):
        answer(state, row=row, old=old, new=new)
        mail_organizer(state, row=row, fields=new, actor=actor, choice=choice)
        return
    carry(state, row=row, old=old)
    mail_guests(state, row=row, old=old, new=new, actor=actor, choice=choice)
