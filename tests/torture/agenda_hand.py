"""What two applications do in the agenda."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from services.items import Condition, delete_item, patch_item, put_item
from services.json_values import merge_patch
from sync.recurrence import slots_between
from sync.values import local_text, slot_text
from tests.torture.chance import Luck
from tests.torture.sides import Thing
from tests.torture.stage import ZONE, Stage
from tests.torture.words import days_ahead, moment, note, place, quarter, title

Json = dict[str, Any]
Deed = Callable[[Stage, Luck, Thing], str | None]

APPLICATIONS = ("k_one", "k_two")
ALWAYS = Condition()


def create(stage: Stage, luck: Luck, token: str) -> str:
    """Make an item: timed or all day, single or a series."""
    body: Json = {"@type": "Event", "title": title(luck, token)}
    if luck.random() < 0.5:
        body["locations"] = _places(place(luck))
    if luck.random() < 0.3:
        body["description"] = note(luck)
    if luck.random() < 0.2:
        first = days_ahead(luck, stage.clock.now())
        body |= {"start": f"{first}T00:00:00", "showWithoutTime": True}
        body["duration"] = f"P{luck.randrange(1, 3)}D"
    else:
        start = moment(luck, stage.clock.now())
        body |= {"start": start.isoformat(), "timeZone": ZONE}
        body["duration"] = f"PT{15 * luck.randrange(2, 9)}M"
    if luck.random() < 0.35:
        rule = {"@type": "RecurrenceRule", "count": luck.randrange(4, 9)}
        rule["frequency"] = luck.choice(("daily", "weekly"))
        body["recurrenceRules"] = [rule]
    author = luck.choice(APPLICATIONS)
    put_item(stage.desk(author), f"item-{token}", body, condition=ALWAYS)
    stage.said[author, f"item-{token}"] = body
    kind = "a series" if "recurrenceRules" in body else "an item"
    rule_text = " ".join(
        f"{each['frequency']} x{each['count']}"
        for each in body.get("recurrenceRules", ())
    )
    return f"{author} makes {kind}: {body['start']} {rule_text}".strip()


def _places(name: str) -> Json:
    return {"1": {"@type": "Location", "name": name}}


def patch(stage: Stage, luck: Luck, thing: Thing, body: Json) -> None:
    """Change the members that the body names, as one of the applications."""
    author = luck.choice(APPLICATIONS)
    patch_item(stage.desk(author), thing.id, body, condition=ALWAYS)
    said = stage.said.get((author, thing.id))
    if said is not None:
        stage.said[author, thing.id] = merge_patch(said, body)


def retitle(stage: Stage, luck: Luck, thing: Thing) -> str:
    text = title(luck, thing.token)
    patch(stage, luck, thing, {"title": text})
    return f"title {text}"


def put_place(stage: Stage, luck: Luck, thing: Thing) -> str:
    name = place(luck)
    known = dict.fromkeys(thing.raw.get("locations", {}))
    patch(stage, luck, thing, {"locations": {**known, **_places(name)}})
    return f'place "{name}"'


def describe(stage: Stage, luck: Luck, thing: Thing) -> str:
    text = note(luck)
    body = {"description": text, "descriptionContentType": None}
    patch(stage, luck, thing, body)
    return f'description "{text}"'


def move(stage: Stage, luck: Luck, thing: Thing) -> str:
    start = _another_start(stage, luck, thing)
    patch(stage, luck, thing, {"start": start, **_no_overrides(thing)})
    return f"moved to {start}"


def _another_start(stage: Stage, luck: Luck, thing: Thing) -> str:
    if thing.content.details.when.all_day:
        return f"{days_ahead(luck, stage.clock.now())}T00:00:00"
    return moment(luck, stage.clock.now()).isoformat()


def _no_overrides(thing: Thing) -> Json:
    """An application that moves a series names its exceptions no more."""
    known = thing.raw.get("recurrenceOverrides")
    return {"recurrenceOverrides": None} if known else {}


def lengthen(stage: Stage, luck: Luck, thing: Thing) -> str:
    all_day = thing.content.details.when.all_day
    lasts = f"P{luck.randrange(1, 5)}D" if all_day else f"PT{luck.randrange(10, 200)}M"
    patch(stage, luck, thing, {"duration": lasts})
    return f"lasts {lasts}"


def flip(stage: Stage, luck: Luck, thing: Thing) -> str:
    start = thing.content.details.when.start
    if isinstance(start, datetime):
        body = {
            "start": f"{start.date()}T00:00:00",
            "showWithoutTime": True,
            "timeZone": None,
            "duration": "P1D",
        }
        patch(stage, luck, thing, body | _no_overrides(thing))
        return "made all day"
    at = datetime.combine(start, quarter(luck))
    body = {
        "start": at.isoformat(),
        "timeZone": ZONE,
        "showWithoutTime": None,
        "duration": "PT1H",
    }
    patch(stage, luck, thing, body | _no_overrides(thing))
    return f"made timed, {at}"


def hide(stage: Stage, luck: Luck, thing: Thing) -> str:
    privacy = luck.choice(("public", "private", "secret"))
    patch(stage, luck, thing, {"privacy": privacy})
    return f"privacy {privacy}"


def free(stage: Stage, luck: Luck, thing: Thing) -> str:
    now = thing.raw.get("freeBusyStatus", "busy")
    other = "busy" if now == "free" else "free"
    patch(stage, luck, thing, {"freeBusyStatus": other})
    return f"now {other}"


def remind(stage: Stage, luck: Luck, thing: Thing) -> str:
    minutes = luck.randrange(1, 300)
    trigger = {"@type": "OffsetTrigger", "offset": f"-PT{minutes}M"}
    alert = {"@type": "Alert", "action": "display", "trigger": trigger}
    known = dict.fromkeys(thing.raw.get("alerts", {}))
    body = {"alerts": {**known, "1": alert}, "useDefaultAlerts": None}
    patch(stage, luck, thing, body)
    return f"a reminder {minutes} minutes before"


def paint(stage: Stage, luck: Luck, thing: Thing) -> str:
    color = luck.choice(("tomato", "gold", "green", "blue", "purple", "gray"))
    patch(stage, luck, thing, {"color": color})
    return f"colour {color}"


def tag(stage: Stage, luck: Luck, thing: Thing) -> str:
    word = f"tag{luck.randrange(100)}"
    patch(stage, luck, thing, {"keywords": {word: True}})
    return f"keyword {word}, which Google cannot hold"


# --- statements ----------------------------------------------------------------------


def restate(stage: Stage, luck: Luck, thing: Thing) -> str:
    """Send the whole item as it is, with another title: an application that PUTs."""
    author, text = luck.choice(APPLICATIONS), title(luck, thing.token)
    body = {**thing.raw, "title": text}
    put_item(stage.desk(author), thing.id, body, condition=ALWAYS)
    stage.said[author, thing.id] = body
    return f"{author} states the whole with title {text}"


def repeat(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    """Say once more what was said before, whatever became of it meanwhile."""
    author = luck.choice(APPLICATIONS)
    body = stage.said.get((author, thing.id))
    if body is None:
        return None
    put_item(stage.desk(author), thing.id, body, condition=ALWAYS)
    return f"{author} repeats its old statement"


def restate_old(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    """Say what was said before with another title: only that is an edit."""
    author = luck.choice(APPLICATIONS)
    body = stage.said.get((author, thing.id))
    if body is None:
        return None
    text = title(luck, thing.token)
    body = {**body, "title": text}
    put_item(stage.desk(author), thing.id, body, condition=ALWAYS)
    stage.said[author, thing.id] = body
    return f"{author} repeats its old statement with title {text}"


# --- series --------------------------------------------------------------------------


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
    if not thing.content.rules:
        return None
    rule = {"@type": "RecurrenceRule", "count": luck.randrange(4, 10)}
    rule["frequency"] = luck.choice(("daily", "weekly"))
    body = {"recurrenceRules": [rule], **_no_overrides(thing)}
    patch(stage, luck, thing, body)
    return f"rule {rule['frequency']} x{rule['count']}"


def delete(stage: Stage, luck: Luck, thing: Thing) -> str:
    """Delete an item, as one of the applications."""
    author = luck.choice(APPLICATIONS)
    delete_item(stage.desk(author), thing.id, condition=ALWAYS)
    return f"{author} deletes it"


DEEDS: dict[Deed, int] = {
    retitle: 5,
    put_place: 4,
    describe: 4,
    move: 3,
    lengthen: 3,
    flip: 1,
    hide: 2,
    free: 2,
    remind: 2,
    paint: 2,
    tag: 1,
    restate: 2,
    repeat: 2,
    restate_old: 2,
    retitle_slot: 4,
    move_slot: 3,
    take_slot: 2,
    put_slot_back: 2,
    change_rule: 1,
}
