"""What two applications do in the agenda."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from services.json_values import merge_patch
from tests.torture.chance import Luck
from tests.torture.kinds import agenda_times, is_fixed, same_day, times
from tests.torture.sides import Thing
from tests.torture.stage import ZONE, Stage
from tests.torture.words import days_ahead, note, place, quarter, title

Json = dict[str, Any]
Deed = Callable[[Stage, Luck, Thing], str | None]

APPLICATIONS = ("k_one", "k_two")


def create(stage: Stage, luck: Luck, token: str) -> str:
    """Make an item of any kind."""
    body: Json = {"@type": "Event", "title": title(luck, token)}
    if luck.random() < 0.5:
        body["locations"] = _places(place(luck))
    if luck.random() < 0.3:
        body["description"] = note(luck)
    when = times(luck, stage.clock.now())
    body |= agenda_times(when)
    author = luck.choice(APPLICATIONS)
    stage.applications.put(author, f"item-{token}", body)
    stage.said[author, f"item-{token}"] = body
    kind = f"a series {when.rule}" if when.rule else "an item"
    return f"{author} makes {kind}: {when.start} {when.zone}, lasts {when.lasts}"


def _places(name: str) -> Json:
    return {"1": {"@type": "Location", "name": name}}


def patch(stage: Stage, luck: Luck, thing: Thing, body: Json) -> None:
    """Change the members that the body names, as one of the applications."""
    author = luck.choice(APPLICATIONS)
    stage.applications.patch(author, thing.id, body)
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
    patch(stage, luck, thing, {"start": start, **no_overrides(thing)})
    return f"moved to {start}"


def _another_start(stage: Stage, luck: Luck, thing: Thing) -> str:
    ahead = days_ahead(luck, stage.clock.now())
    day = same_day(thing) if is_fixed(thing) else ahead
    all_day = thing.content.details.when.all_day
    return datetime.combine(day, time() if all_day else quarter(luck)).isoformat()


def no_overrides(thing: Thing) -> Json:
    """An application that moves a series names its exceptions no more."""
    known = thing.raw.get("recurrenceOverrides")
    return {"recurrenceOverrides": None} if known else {}


def lengthen(stage: Stage, luck: Luck, thing: Thing) -> str:
    all_day = thing.content.details.when.all_day
    lasts = f"P{luck.randrange(1, 5)}D" if all_day else f"PT{luck.randrange(10, 200)}M"
    patch(stage, luck, thing, {"duration": lasts})
    return f"lasts {lasts}"


def flip(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    start = thing.content.details.when.start
    if is_fixed(thing):
        return None
    body: Json = {"start": f"{same_day(thing)}T00:00:00", "showWithoutTime": True}
    body |= {"timeZone": None, "duration": "P1D"}
    if isinstance(start, datetime):
        patch(stage, luck, thing, body | no_overrides(thing))
        return "made all day"
    at = datetime.combine(start, quarter(luck))
    body = {"start": at.isoformat(), "timeZone": ZONE, "duration": "PT1H"}
    body |= {"showWithoutTime": None}
    patch(stage, luck, thing, body | no_overrides(thing))
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


def attach(stage: Stage, luck: Luck, thing: Thing) -> str:
    """Add something that Tandem does not know of, and must leave alone."""
    more = {"example.com:ref": f"R{luck.randrange(10**6)}"}
    patch(stage, luck, thing, more)
    stage.keep(thing.id, more)
    return f"adds {more}, which Tandem does not map"


# --- statements ----------------------------------------------------------------------


def restate(stage: Stage, luck: Luck, thing: Thing) -> str:
    """Send the whole item as it is, with another title: an application that PUTs.

    No hostile agenda keeps what was said, so nobody repeats old statements there.
    """
    author, text = luck.choice(APPLICATIONS), title(luck, thing.token)
    body = {**thing.raw, "title": text}
    stage.applications.put(author, thing.id, body)
    stage.said[author, thing.id] = body
    return f"{author} states the whole with title {text}"


def repeat(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    """Say once more what was said before, whatever became of it meanwhile."""
    author = luck.choice(APPLICATIONS)
    body = stage.said.get((author, thing.id))
    if body is None or stage.hostile:
        return None
    stage.applications.put(author, thing.id, body)
    return f"{author} repeats its old statement"


def restate_old(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    """Say what was said before with another title: only that is an edit."""
    author = luck.choice(APPLICATIONS)
    body = stage.said.get((author, thing.id))
    if body is None or stage.hostile:
        return None
    text = title(luck, thing.token)
    body = {**body, "title": text}
    stage.applications.put(author, thing.id, body)
    stage.said[author, thing.id] = body
    return f"{author} repeats its old statement with title {text}"


def delete(stage: Stage, luck: Luck, thing: Thing) -> str:
    """Delete an item, as one of the applications."""
    author = luck.choice(APPLICATIONS)
    stage.applications.delete(author, thing.id)
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
    attach: 1,
    restate: 2,
    repeat: 2,
    restate_old: 2,
}
