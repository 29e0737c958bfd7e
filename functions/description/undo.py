"""The journal and what takes it back, in the API's description."""

from functions.description.parts import (
    MOMENT,
    NUMBER,
    OBJECT,
    TEXT,
    Schema,
    list_of,
    one_of,
    or_null,
    ref,
    shown,
    taken,
)

_side = one_of("calendar", "agenda")

UNDO: dict[str, Schema] = {
    "JournaledWrite": shown(
        {
            "id": {
                **TEXT,
                "description": "The id by which this write can be undone.",
            },
            "link": TEXT,
            "side": _side,
            "act": TEXT,
            "target": TEXT,
            "at": MOMENT,
            "why": TEXT,
            "fields": {
                **list_of(TEXT),
                "description": "The members of the item that were written.",
            },
            "before": or_null(OBJECT),
            "sent": or_null(OBJECT),
            "lost": {
                **OBJECT,
                "description": "What lost a conflict, by the item's members.",
            },
            "outcome": TEXT,
            "order": {
                **or_null(TEXT),
                "description": "What a person had asked for, where they had.",
            },
            "answer": shown(
                {
                    "version": or_null(TEXT),
                    "shown": {
                        **or_null(OBJECT),
                        "description": "What came back, where it is not what was sent.",
                    },
                    "message": or_null(TEXT),
                }
            ),
        }
    ),
    "Undo": {
        **taken(
            {
                "write": {**TEXT, "pattern": r"^[a-z0-9_]{1,60}\.[0-9]{1,6}$"},
                "run": {**TEXT, "pattern": "^[A-Za-z0-9_]{1,64}$"},
                "since": {**MOMENT, "minLength": 1, "maxLength": 60},
            }
        ),
        "minProperties": 1,
        "maxProperties": 1,
    },
    "Skipped": shown(
        {
            "write": TEXT,
            "link": TEXT,
            "side": _side,
            "fields": list_of(TEXT),
            "why": TEXT,
        }
    ),
    "Undone": shown(
        {"run": TEXT, "undone": NUMBER, "skipped": list_of(ref("Skipped"))}
    ),
    "Reset": taken(
        {
            "existing": one_of(
                "leave", "delete_calendar", "delete_agenda", "delete_both"
            ),
            "next": one_of("new_only", "all"),
        },
        required=("existing", "next"),
    ),
}
