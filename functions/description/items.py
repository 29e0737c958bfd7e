"""Items, appointments and changes, in the API's description."""

from functions.description.parts import (
    ANY,
    OBJECT,
    TEXT,
    YES_OR_NO,
    Schema,
    list_of,
    one_of,
    or_null,
    ref,
    shown,
)

_local: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$",
    "examples": ["2027-03-29T09:00:00"],
}
_duration: Schema = {"type": "string", "examples": ["PT1H30M"]}
_by_id: Schema = {"type": "object", "additionalProperties": OBJECT}
_flag_or_text: Schema = {
    "anyOf": [YES_OR_NO, one_of("true", "false", "1", "0", "yes", "no", "")]
}

EVENT: dict[str, Schema] = {
    "@type": {"const": "Event"},
    "uid": TEXT,
    "title": TEXT,
    "description": TEXT,
    "descriptionContentType": TEXT,
    "start": _local,
    "timeZone": or_null(TEXT),
    "duration": _duration,
    "showWithoutTime": YES_OR_NO,
    "recurrenceRules": or_null(list_of(OBJECT)),
    "recurrenceOverrides": or_null(_by_id),
    "status": TEXT,
    "freeBusyStatus": TEXT,
    "privacy": TEXT,
    "participants": or_null(_by_id),
    "locations": or_null(_by_id),
    "virtualLocations": or_null(_by_id),
    "alerts": or_null(_by_id),
    "useDefaultAlerts": YES_OR_NO,
    "keywords": or_null({"type": "object", "additionalProperties": {"const": True}}),
    "color": or_null(TEXT),
}

EXAMPLE = {
    "@type": "Event",
    "title": "Roof survey",
    "start": "2027-03-29T09:00:00",
    "timeZone": "Europe/Amsterdam",
    "duration": "PT1H30M",
    "recurrenceRules": [{"@type": "RecurrenceRule", "frequency": "weekly", "count": 8}],
    "recurrenceOverrides": {"2027-04-05T09:00:00": {"excluded": True}},
}

FLAT: dict[str, Schema] = {
    "title": TEXT,
    "start": {
        **TEXT,
        "description": "Local, or with an offset; a date for a whole day.",
        "examples": ["2027-03-29T09:00:00", "2027-03-29T09:00:00+02:00", "2027-03-29"],
    },
    "end": {**TEXT, "description": "As the start; of whole days, the day after."},
    "time_zone": {**TEXT, "description": "The agenda's unless given."},
    "all_day": _flag_or_text,
    "location": TEXT,
    "description": TEXT,
    "attendees": {**TEXT, "examples": ["a@example.com, b@example.com"]},
    "private": _flag_or_text,
    "busy": _flag_or_text,
}

_SHOWN_FLAT: dict[str, Schema] = {
    **FLAT,
    "all_day": YES_OR_NO,
    "private": YES_OR_NO,
    "busy": YES_OR_NO,
    "id": TEXT,
    "etag": TEXT,
}

ITEM_SCHEMAS: dict[str, Schema] = {
    "Item": {
        "type": "object",
        "description": (
            "A JSCalendar Event (RFC 8984), 256 kB at most. Members outside our "
            "subset, and vendor members, are kept and returned; `id` and `etag`, "
            "which lists add, are not kept."
        ),
        "properties": EVENT,
        "required": ["start"],
        "examples": [EXAMPLE],
    },
    "ItemPatch": {"type": "object", "description": "A merge patch (RFC 7396)."},
    "ListedItem": {
        "description": (
            "An item, or one occurrence of it with its `recurrenceId`, and two members "
            "more: `id`, of an occurrence `{item}~{start}`, and its `etag`."
        ),
        "allOf": [ref("Item"), shown({"id": TEXT, "etag": TEXT})],
    },
    "Items": shown(
        {"items": list_of(ref("ListedItem")), "next_page_token": or_null(TEXT)}
    ),
    "Appointment": {
        "type": "object",
        "description": (
            "Only the members that are named change. Others than these are kept as "
            "fields for templates; null removes such a field."
        ),
        "properties": {name: or_null(schema) for name, schema in FLAT.items()},
    },
    "ShownAppointment": shown(_SHOWN_FLAT),
    "Change": shown(
        {
            "item": TEXT,
            "deleted": YES_OR_NO,
            "etag": TEXT,
            "value": ref("Item"),
        },
        optional=("etag", "value"),
    ),
    "Changes": shown(
        {"changes": list_of(ref("Change")), "cursor": TEXT, "more": YES_OR_NO}
    ),
    "NextChange": shown(
        {"ack": TEXT, "op": one_of("put", "delete", ""), "id": TEXT}
        | dict.fromkeys((name for name in _SHOWN_FLAT if name != "id"), ANY)
    ),
    "Acknowledged": shown({"acknowledged": YES_OR_NO}),
    "Configurations": shown(
        {
            "configurations": list_of(
                shown({"name": TEXT, "description": TEXT, "text": TEXT})
            )
        }
    ),
}
