"""Connections and what they did, in the API's description."""

from functions.description.parts import (
    EMAIL,
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
from functions.views.things import STATES, WAITING
from sync.troubles import Cause

CAUSES = tuple(str(cause) for cause in Cause)
COUNTS = ("links", "dirty", "parked", "held")
PERCENTILES = shown({"p50": or_null(NUMBER), "p95": or_null(NUMBER), "samples": NUMBER})

_copies: Schema = {
    **one_of("keep", "remove", "freeze"),
    "description": (
        "What becomes of what we made on both sides. `keep` leaves it and forgets the"
        " links, `freeze` keeps them too for when the pair is connected again, and"
        " `remove` takes our copies away first, never an original."
    ),
}

_reply: Schema = {
    **shown({"status": or_null(NUMBER), "reason": TEXT, "message": TEXT}),
    "description": (
        "What the other side itself answered, cut: its HTTP status, its word for the "
        "refusal and its message, without addresses and texts of the appointment."
    ),
}

_link: dict[str, Schema] = {
    "id": TEXT,
    "born_at": one_of("calendar", "agenda"),
    "series": or_null(TEXT),
    "follows": or_null(TEXT),
    "event": or_null(TEXT),
    "item": or_null(TEXT),
    "now": OBJECT,
    "seen": OBJECT,
    "dirty": or_null(TEXT),
    "waiting": or_null(one_of(*WAITING)),
    "why": TEXT,
    "note": TEXT,
    "parked": or_null(ref("Parked")),
    "tries": NUMBER,
    "ended_at": or_null(MOMENT),
    "intent": or_null(ref("Write")),
}

CONNECTIONS: dict[str, Schema] = {
    "NewConnection": taken(
        {
            "account": EMAIL,
            "calendar_id": or_null({**TEXT, "minLength": 1, "maxLength": 1000}),
            "shared": YES_OR_NO,
        },
        required=("account",),
    ),
    "ConnectionPatch": taken({"settings": or_null(ref("Settings"))}),
    "Connection": shown(
        {
            "id": TEXT,
            "organization": TEXT,
            "agenda": TEXT,
            "account": TEXT,
            "email": TEXT,
            "calendar_id": TEXT,
            "summary": TEXT,
            "shared": YES_OR_NO,
            "state": one_of(*STATES),
            "reason": TEXT,
            "until": MOMENT,
            "settings": OBJECT,
            "created_at": MOMENT,
            "freshness": shown({"to_agenda": PERCENTILES, "to_calendar": PERCENTILES}),
            "counts": shown(dict.fromkeys(COUNTS, NUMBER)),
            "push": shown(
                {
                    "state": one_of("open", "silent", "closed", "impossible"),
                    "silences": NUMBER,
                }
            ),
            "audit": shown(
                {
                    "last_at": or_null(MOMENT),
                    "links": NUMBER,
                    "drifted": NUMBER,
                    "repaired": NUMBER,
                    "found": {"type": "object", "additionalProperties": NUMBER},
                    "run": or_null(TEXT),
                    "next_at": or_null(MOMENT),
                }
            ),
            "last_run": or_null(OBJECT),
        },
        optional=("until",),
    ),
    "Connections": page_of("Connection"),
    "Calendar": shown(
        {
            "id": TEXT,
            "summary": TEXT,
            "access_role": TEXT,
            "time_zone": TEXT,
            "primary": YES_OR_NO,
        }
    ),
    "Calendars": page_of("Calendar"),
    "Disconnect": taken({"copies": _copies, "revoke": YES_OR_NO}),
    "Run": shown({"run": TEXT}),
    "Repaired": shown({"run": TEXT, "links": NUMBER, "more": YES_OR_NO}),
    "ShownRun": shown(
        {
            "id": TEXT,
            "run": TEXT,
            "asked_for": TEXT,
            "outcome": TEXT,
            "asked_at": or_null(MOMENT),
            "started_at": or_null(MOMENT),
            "ended_at": or_null(MOMENT),
            "read": or_null(NUMBER),
            "written": or_null(NUMBER),
        }
    ),
    "JournalPage": shown(
        {
            "id": TEXT,
            "run": TEXT,
            "at": MOMENT,
            "writes": list_of(ref("JournaledWrite")),
        }
    ),
    "Journal": page_of("JournalPage"),
    "Write": shown(
        {
            "id": TEXT,
            "link": TEXT,
            "side": one_of("calendar", "agenda"),
            "act": TEXT,
            "target": TEXT,
            "at": MOMENT,
            "why": TEXT,
            "fields": list_of(TEXT),
            "before": or_null(OBJECT),
            "sent": or_null(OBJECT),
            "lost": OBJECT,
            "outcome": TEXT,
        }
    ),
    "Parked": shown(
        {
            "cause": one_of(*CAUSES),
            "field": or_null(TEXT),
            "answer": or_null(_reply),
            "next_step": TEXT,
            "since": MOMENT,
        }
    ),
    "Link": shown(_link),
    "ExplainedLink": shown(
        {
            **_link,
            "story": list_of(TEXT),
            "differs": shown(
                {
                    "calendar": list_of(TEXT),
                    "agenda": list_of(TEXT),
                    "between": list_of(TEXT),
                }
            ),
            "decisions": list_of(ref("Write")),
        }
    ),
    "Links": page_of("Link"),
}
