"""Previews and the answers to them, in the API's description."""

from functions.description.parts import (
    MOMENT,
    NUMBER,
    OBJECT,
    TEXT,
    YES_OR_NO,
    Schema,
    list_of,
    one_of,
    or_null,
    page_of,
    ref,
    shown,
    taken,
)

_side = one_of("calendar", "agenda")
_both = shown({"calendar": or_null(OBJECT), "agenda": or_null(OBJECT)})
_id: Schema = {**TEXT, "minLength": 1, "maxLength": 200}
_ids = list_of(_id, most=10_000)

_head: dict[str, Schema] = {
    "id": TEXT,
    "kind": TEXT,
    "state": one_of("open", "applied", "declined", "expired", "over"),
    "reason": TEXT,
    "created_at": MOMENT,
    "expires_at": MOMENT,
    "applied_at": or_null(MOMENT),
    "declined_at": or_null(MOMENT),
    "counts": {"type": "object", "additionalProperties": NUMBER},
    "counts_by_side": shown({"calendar": OBJECT, "agenda": OBJECT}),
    "mailed": {**NUMBER, "description": "How many people Google would mail."},
    "google_calls": NUMBER,
    "seconds": {**NUMBER, "description": "About how long applying it takes."},
    "existing": {**TEXT, "description": "Of a reset: what becomes of what is linked."},
    "next": {**TEXT, "description": "Of a reset: what is synced afterwards."},
}
_OF_RESET = ("existing", "next")

PREVIEWS: dict[str, Schema] = {
    "ListedPreview": shown(_head, optional=_OF_RESET),
    "Previews": page_of("ListedPreview"),
    "Preview": shown(
        {
            **_head,
            "writes": list_of(ref("PlannedWrite")),
            "unsure": list_of(ref("UnsurePair")),
            "done": list_of(ref("DoneWrite")),
            "more": YES_OR_NO,
            "next_page_token": or_null(TEXT),
        },
        optional=_OF_RESET,
    ),
    "PlannedWrite": shown(
        {
            "id": TEXT,
            "link": TEXT,
            "act": one_of("create", "edit", "move", "delete", "pair"),
            "side": _side,
            "why": TEXT,
            "cause": TEXT,
            "fields": list_of(TEXT),
            "now": _both,
            "becomes": or_null(OBJECT),
            "mailed": list_of(TEXT),
            "google_calls": NUMBER,
        }
    ),
    "UnsurePair": shown(
        {
            "link": TEXT,
            "side": _side,
            "why": TEXT,
            "now": _both,
            "candidates": list_of(shown({"link": TEXT, "now": or_null(OBJECT)})),
        }
    ),
    "DoneWrite": shown(
        {
            "write": TEXT,
            "link": TEXT,
            "act": TEXT,
            "side": _side,
            "why": TEXT,
            "before": or_null(OBJECT),
        }
    ),
    "NewPreview": taken({"settings": or_null(ref("Settings"))}),
    "Decisions": taken(
        {
            "pairs": list_of(
                taken({"link": _id, "with": or_null(_id)}, required=("link", "with")),
                most=100,
            ),
            "writes": list_of(
                taken(
                    {
                        "id": _id,
                        "answer": one_of("yes", "no", "leave", "restore"),
                    },
                    required=("id", "answer"),
                ),
                most=10_000,
            ),
            "undo": {"anyOf": [one_of("all"), _ids, {"type": "null"}]},
        }
    ),
    "DeclinePreview": taken(
        {"answer": one_of("leave", "restore"), "only": or_null(_ids), "except": _ids}
    ),
    "Decided": shown({"run": or_null(TEXT)}),
    "Declined": shown({"run": TEXT, "declined": NUMBER, "restored": NUMBER}),
    "ApplyPreview": taken({"only": or_null(_ids), "except": _ids}),
    "Applied": shown({"run": TEXT, "passed": NUMBER, "replanned": NUMBER}),
}
