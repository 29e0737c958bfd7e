"""What a person does in Google's calendar with a series, or one of its instances."""

from datetime import datetime, timedelta
from typing import Any

from tests.torture import google_hand
from tests.torture.chance import Luck
from tests.torture.google_hand import Deed, patch
from tests.torture.kinds import google_rule, google_span, rule
from tests.torture.sides import EVENTS, Thing
from tests.torture.stage import ANNA, ZONE, Stage
from tests.torture.words import place, quarter, title

Json = dict[str, Any]


def _instance(stage: Stage, luck: Luck, thing: Thing, *, status: str) -> Json:
    """Return one instance with this status, or an empty one."""
    if not thing.content.rules:
        return {}
    found = _instances(stage, thing)
    fitting = [row for row in found if (row["status"] == "cancelled") == bool(status)]
    if not status and len(fitting) < 3:
        return {}
    return luck.pick(fitting, _slot) if fitting else {}


def _instances(stage: Stage, thing: Thing) -> list[Json]:
    path = f"{EVENTS}/{thing.id}/instances"
    asked = stage.anna.ask("GET", path, showDeleted=True, maxResults=50)
    return list(asked["items"])


def _slot(row: Json) -> str:
    original = row["originalStartTime"]
    return str(original.get("dateTime") or original.get("date"))


def retitle_instance(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    row = _instance(stage, luck, thing, status="")
    if not row:
        return None
    summary = title(luck, thing.token)
    patch(stage, row["id"], {"summary": summary})
    return f"instance {_slot(row)}: title {summary}"


def place_instance(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    row = _instance(stage, luck, thing, status="")
    if not row:
        return None
    location = place(luck)
    patch(stage, row["id"], {"location": location})
    return f'instance {_slot(row)}: place "{location}"'


def move_instance(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    row = _instance(stage, luck, thing, status="")
    if not row or "dateTime" not in row["start"]:
        return None
    day = datetime.fromisoformat(row["start"]["dateTime"]).date()
    start = datetime.combine(day, quarter(luck))
    span = google_span(start, start + timedelta(minutes=45), zone=ZONE)
    patch(stage, row["id"], span)
    return f"instance {_slot(row)}: moved to {start}"


def cancel_instance(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    row = _instance(stage, luck, thing, status="")
    if not row:
        return None
    stage.anna.ask("DELETE", f"{EVENTS}/{row['id']}")
    return f"instance {_slot(row)}: cancelled"


def restore_instance(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    row = _instance(stage, luck, thing, status="cancelled")
    if not row:
        return None
    patch(stage, row["id"], {"status": "confirmed"})
    return f"instance {_slot(row)}: restored"


def change_rule(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    """Let a series repeat otherwise, or become one: a single one starts to repeat."""
    if not thing.content.rules and luck.random() < 0.7:
        return None
    when = thing.content.details.when
    chosen = rule(luck, when.start)
    line = google_rule(chosen, when.start, zone=when.zone or ZONE)
    patch(stage, thing.id, {"recurrence": [line]})
    return f"rule {chosen}"


def stop_repeating(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    """Let only the first of a series be left."""
    if not thing.content.rules:
        return None
    patch(stage, thing.id, {"recurrence": None})
    return "repeats no more"


def cut(stage: Stage, luck: Luck, thing: Thing, *, token: str) -> str | None:
    """Change this and what follows: another series goes on, under its own title.

    Something is left before it, or the first series would be gone.
    """
    row = _instance(stage, luck, thing, status="")
    if not row or not _lives_before(_instances(stage, thing), row):
        return None
    body = {"summary": title(luck, token)}
    asked = {"calendar": ANNA, "event_id": row["id"], "body": body}
    stage.anna.ask("POST", "/_/split", asked)
    return f"split at {_slot(row)}"


def _lives_before(rows: list[Json], row: Json) -> bool:
    living = [one for one in rows if one["status"] != "cancelled"]
    return min(map(_original, living)) < _original(row)


def _original(row: Json) -> datetime:
    return _moment(row["originalStartTime"])


def _moment(moment: Json) -> datetime:
    return datetime.fromisoformat(moment.get("date") or moment["dateTime"])


DEEDS: dict[Deed, int] = {
    **google_hand.DEEDS,
    retitle_instance: 4,
    place_instance: 2,
    move_instance: 3,
    cancel_instance: 2,
    restore_instance: 2,
    change_rule: 1,
    stop_repeating: 1,
}
