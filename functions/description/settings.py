"""The settings of agendas and connections, in the API's description.

A setting that this version keeps without acting on it says so, here and in
docs/settings.md; a test holds both against the code.
"""

from collections.abc import Mapping

from functions.description.parts import (
    EMAIL,
    TEXT,
    YES_OR_NO,
    Schema,
    list_of,
    one_of,
    or_null,
    taken,
    whole,
)
from services.agendas.settings import (
    Cancelled,
    Declined,
    Direction,
    FirstSync,
    GoogleEvents,
    GuestMail,
    Participants,
    Rule,
)
from services.agendas.settings_reading import FIELDS_OF, GOOGLE_EVENT_TYPES
from sync.policy import OnDelete

_direction = one_of(*Direction)
_rule = one_of(*Rule)
_on_delete = one_of(*OnDelete)
_text: Schema = {**TEXT, "maxLength": 2000}
_filled: Schema = {**_text, "minLength": 1, "pattern": r"\S"}
_words = list_of(_filled, most=200)

MEANS: Mapping[str, str] = {
    "direction": "Which way changes go.",
    "direction.by_type": "Another direction for items of one type.",
    "time_zone": "The agenda's zone, an IANA name: that of its flat appointments.",
    "window_days": "How many days back appointments are synced.",
    "horizon_days": (
        "How many days ahead a series is told occurrence by occurrence: in "
        "`changes/next`, and on a side that cannot hold it."
    ),
    "conflict": "Who wins where both sides changed one field; `latest`: the later.",
    "conflict.by_field": "Another rule for one member of the item.",
    "allow_external_changes": (
        "Whether events that the application made may be changed at Google."
    ),
    "deletes.to_calendar": "What a delete in the agenda does to the event.",
    "deletes.to_agenda": "What a delete in the calendar does to the item.",
    "first_sync": "Whether the first sync waits for a person's yes.",
    "max_creates": "How much a first sync may create unasked.",
    "brake.max_deletes": "How many deletes may happen before a person is asked.",
    "brake.max_moves": "How many moves may happen before a person is asked.",
    "brake.max_share": (
        "The same as a share of the links: it counts from five deletes or moves on."
    ),
    "brake.hours": "Over how many hours deletes and moves are counted.",
    "guest_mail": (
        "Which guests Google mails about what a person just changed in the agenda; at "
        "most 50 an hour."
    ),
    "participants": (
        "`text`: an item's participants stand below the event's text; `guests`: they "
        "are the event's guests; `none`: they stay in the agenda."
    ),
    "types.include": "The types of item that are synced; none given: all.",
    "types.exclude": "The types of item that are not synced.",
    "types.private": "The `type` of an item that was made from a private event.",
    "types.default": "The `type` of an item that was made from any other event.",
    "templates.title": (
        "The title of an item's event, with `{field}` places; empty: the item's own."
    ),
    "templates.location": (
        "The place of an item's event, with `{field}` places; empty: the item's own."
    ),
    "templates.description": (
        "The text of an item's event, with `{field}` places; empty: the item's own."
    ),
    "hold_until": "A field that must be set before an item is synced.",
    "google_events": (
        "How events that were made at Google appear in the agenda, if at all; `busy`: "
        "as a block of time."
    ),
    "event_types": "The kinds of event that are read at Google.",
    "declined": (
        "How an event appears that the owner declined: as free time, not at all, or as "
        "it is."
    ),
    "cancelled": (
        "How a cancelled item appears in the calendar: in free time, or not at all."
    ),
    "calendar_id": "The calendar to connect: `primary`, or its id.",
    "allowed_accounts": (
        "The Google accounts that may be connected; none given: the owner's."
    ),
    "poll_seconds": (
        "How often an application that cannot tell of its changes is asked; without "
        "it as often as its connector says."
    ),
    "audit_days": "How often all links of a connection are compared anew.",
}
"""What each setting means, in the order of docs/settings.md."""


def _said(name: str, schema: Schema) -> Schema:
    """Return the schema of one setting, which may be null, with what it means."""
    return {**or_null(schema), "description": MEANS[name]}


def _group(name: str, members: Mapping[str, Schema]) -> Schema:
    """Return a setting that holds settings."""
    return or_null(
        taken({each: _said(f"{name}.{each}", one) for each, one in members.items()})
    )


def _default_and(name: str, other: str, word: Schema, table: Schema) -> Schema:
    exceptions = taken(
        {"default": or_null(word), other: _said(f"{name}.{other}", table)}
    )
    return {"anyOf": [word, exceptions]}


_by_type: Schema = {
    "type": "object",
    "additionalProperties": or_null(_direction),
    "maxProperties": 200,
}
_by_field = taken(dict.fromkeys(FIELDS_OF, or_null(_rule)))

_plain: dict[str, Schema] = {
    "direction": _default_and("direction", "by_type", _direction, _by_type),
    "time_zone": TEXT,
    "window_days": whole(0, 3650),
    "horizon_days": whole(1, 3650),
    "conflict": _default_and("conflict", "by_field", _rule, _by_field),
    "allow_external_changes": YES_OR_NO,
    "first_sync": one_of(*FirstSync),
    "max_creates": whole(0, 1_000_000),
    "guest_mail": one_of(*GuestMail),
    "participants": one_of(*Participants),
    "hold_until": _text,
    "google_events": one_of(*GoogleEvents),
    "event_types": list_of(one_of(*GOOGLE_EVENT_TYPES), most=200),
    "declined": one_of(*Declined),
    "cancelled": one_of(*Cancelled),
    "calendar_id": _filled,
    "allowed_accounts": list_of(EMAIL, most=200),
    "poll_seconds": whole(10, 86_400),
    "audit_days": whole(1, 365),
}

_groups: dict[str, dict[str, Schema]] = {
    "deletes": {"to_calendar": _on_delete, "to_agenda": _on_delete},
    "brake": {
        "max_deletes": whole(0, 1_000_000),
        "max_moves": whole(0, 1_000_000),
        "max_share": {"type": "number", "minimum": 0, "maximum": 1},
        "hours": {"type": "number", "minimum": 0.1, "maximum": 168},
    },
    "types": {
        "include": _words,
        "exclude": _words,
        "private": _text,
        "default": _text,
    },
    "templates": {"title": _text, "location": _text, "description": _text},
}

SETTINGS = taken(
    {name: _said(name, schema) for name, schema in _plain.items()}
    | {name: _group(name, members) for name, members in _groups.items()}
)
