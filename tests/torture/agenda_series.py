"""What two applications do in the agenda with a series, or one of its occurrences."""

from datetime import datetime, timedelta
from typing import Any

from sync.recurrence import slots_between
from sync.values import local_text, slot_text
from tests.torture import agenda_hand
from tests.torture.agenda_hand import Deed, no_overrides, patch
from tests.torture.chance import Luck
from tests.torture.kinds import agenda_rule, rule
from tests.torture.sides import Thing
from tests.torture.stage import Stage
from tests.torture.words import quarter, title

Json = dict[str, Any]


def _slot(luck: Luck, thing: Thing, *, gone: bool) -> Any:
    """Return a slot of a series that is there, or one that was taken out."""
    if not thing.content.rules:
        return None
    if gone:
        out = [slot for slot, one in thing.content.overrides.items() if one is None]
        return luck.pick(out) if out else None
    start = thing.content.details.when.start
    first = datetime(start.year, start.month, start.day)  # noqa: DTZ001  because it is local
    last = first + timedelta(days=120)
    slots = slots_between(thing.content, start=first, end=last, limit=50)
    there = [slot for slot in slots if thing.content.overrides.get(slot, 1) is not None]
    return luck.pick(there) if len(there) > 2 else None


def _override(
    stage: Stage, luck: Luck, thing: Thing, slot: Any, change: Json | None
) -> str:
    """Change one slot; None takes its override away."""
    key = local_text(slot)
    patch(stage, luck, thing, {"recurrenceOverrides": {key: change}})
    return slot_text(slot)


def retitle_slot(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    slot = _slot(luck, thing, gone=False)
    if slot is None:
        return None
    text = title(luck, thing.token)
    return f"slot {_override(stage, luck, thing, slot, {'title': text})}: title {text}"


def move_slot(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    slot = _slot(luck, thing, gone=False)
    if slot is None or not isinstance(slot, datetime):
        return None
    start = datetime.combine(slot.date(), quarter(luck)).isoformat()
    return f"slot {_override(stage, luck, thing, slot, {'start': start})}: to {start}"


def take_slot(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    slot = _slot(luck, thing, gone=False)
    if slot is None:
        return None
    known = thing.raw.get("recurrenceOverrides", {}).get(local_text(slot), {})
    change = {**dict.fromkeys(known), "excluded": True}
    return f"slot {_override(stage, luck, thing, slot, change)}: taken out"


def put_slot_back(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    slot = _slot(luck, thing, gone=True)
    if slot is None:
        return None
    return f"slot {_override(stage, luck, thing, slot, None)}: put back"


def change_rule(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    """Let a series repeat otherwise, or become one: a single one starts to repeat."""
    if not thing.content.rules and luck.random() < 0.7:
        return None
    chosen = rule(luck, thing.content.details.when.start)
    body = {"recurrenceRules": [agenda_rule(chosen)], **no_overrides(thing)}
    patch(stage, luck, thing, body)
    return f"rule {chosen}"


def stop_repeating(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    """Let only the first of a series be left."""
    if not thing.content.rules:
        return None
    patch(stage, luck, thing, {"recurrenceRules": None, **no_overrides(thing)})
    return "repeats no more"


DEEDS: dict[Deed, int] = {
    **agenda_hand.DEEDS,
    retitle_slot: 4,
    move_slot: 3,
    take_slot: 2,
    put_slot_back: 2,
    change_rule: 1,
    stop_repeating: 1,
}
