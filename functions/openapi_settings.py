"""The settings of agendas and connections, in the API's description."""

from functions.openapi_parts import (
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
from services.setting_values import (
    Declined,
    Direction,
    FirstSync,
    GoogleEvents,
    GuestMail,
    OnDelete,
    Participants,
    Rule,
)
from services.settings import EVENT_TYPES

_direction = one_of(*Direction)
_rule = one_of(*Rule)
_on_delete = one_of(*OnDelete)
_text: Schema = {**TEXT, "maxLength": 2000}
_filled: Schema = {**_text, "minLength": 1, "pattern": r"\S"}
_words = list_of(_filled, most=200)


def _default_and(other: str, word: Schema) -> Schema:
    table: Schema = {
        "type": "object",
        "additionalProperties": or_null(word),
        "maxProperties": 200,
    }
    exceptions = taken({"default": or_null(word), other: or_null(table)})
    return {"anyOf": [word, exceptions]}


_members: dict[str, Schema] = {
    "direction": _default_and("by_type", _direction),
    "time_zone": {**TEXT, "description": "An IANA name; UTC unless given."},
    "window_days": whole(0, 3650),
    "horizon_days": whole(1, 3650),
    "conflict": _default_and("by_field", _rule),
    "allow_external_changes": YES_OR_NO,
    "deletes": taken(
        {"to_calendar": or_null(_on_delete), "to_agenda": or_null(_on_delete)}
    ),
    "first_sync": one_of(*FirstSync),
    "max_creates": whole(0, 1_000_000),
    "brake": taken(
        {
            "max_deletes": or_null(whole(0, 1_000_000)),
            "max_moves": or_null(whole(0, 1_000_000)),
            "max_share": or_null({"type": "number", "minimum": 0, "maximum": 1}),
            "hours": or_null({"type": "number", "minimum": 0.1, "maximum": 168}),
        }
    ),
    "guest_mail": one_of(*GuestMail),
    "participants": one_of(*Participants),
    "types": taken(
        {
            "include": or_null(_words),
            "exclude": or_null(_words),
            "private": or_null(_text),
            "default": or_null(_text),
        }
    ),
    "templates": taken(
        {
            "title": or_null(_text),
            "location": or_null(_text),
            "description": or_null(_text),
        }
    ),
    "hold_until": _text,
    "google_events": one_of(*GoogleEvents),
    "event_types": list_of(one_of(*EVENT_TYPES), most=200),
    "declined": one_of(*Declined),
    "calendar_id": _filled,
    "allowed_accounts": list_of(EMAIL, most=200),
    "poll_seconds": whole(10, 86_400),
    "audit_days": whole(1, 365),
}

SETTINGS = taken({name: or_null(schema) for name, schema in _members.items()})
