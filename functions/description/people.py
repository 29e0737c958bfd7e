"""People and who looked at what, in the API's description."""

from functions.description.parts import (
    MOMENT,
    NUMBER,
    OBJECT,
    TEXT,
    Schema,
    one_of,
    page_of,
    shown,
)

KINDS = (
    *("account", "agenda", "item", "invitation"),
    *("connection", "link", "write", "run"),
)

PEOPLE: dict[str, Schema] = {
    "Kept": shown({"kind": one_of(*KINDS), "value": OBJECT}),
    "Export": page_of("Kept"),
    "Erased": shown(
        {
            "connections": NUMBER,
            "agendas": NUMBER,
            "invitations": NUMBER,
            "accounts": NUMBER,
            "revoked": NUMBER,
            "not_revoked": NUMBER,
        }
    ),
    "Look": shown(
        {"id": TEXT, "at": MOMENT, "who": TEXT, "did": TEXT, "about": OBJECT}
    ),
    "Looks": page_of("Look"),
}
