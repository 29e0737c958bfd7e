"""What a person does in Google's calendar."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from local.google.splitting import split
from local.google.visit import Viewer, open_visit
from local.google.writing import WriteOptions
from tests.torture.chance import Luck
from tests.torture.sides import EVENTS, Thing
from tests.torture.stage import ANNA, BOB, ZONE, Stage
from tests.torture.words import days_ahead, moment, note, place, quarter, title

Json = dict[str, Any]
Deed = Callable[[Stage, Luck, Thing], str | None]
"""Does something to an event and says what; None when it cannot be done to this."""


def create(stage: Stage, luck: Luck, token: str) -> str:
    """Make an event: timed or all day, single or a series."""
    body: Json = {"summary": title(luck, token)}
    if luck.random() < 0.5:
        body["location"] = place(luck)
    if luck.random() < 0.3:
        body["description"] = note(luck)
    if luck.random() < 0.2:
        first = days_ahead(luck, stage.clock.now())
        body |= _all_day(first, timedelta(days=luck.randrange(1, 3)))
    else:
        start = moment(luck, stage.clock.now())
        body |= _timed(start, timedelta(minutes=15 * luck.randrange(2, 9)))
    if luck.random() < 0.35:
        rule = luck.choice(("DAILY", "WEEKLY"))
        body["recurrence"] = [f"RRULE:FREQ={rule};COUNT={luck.randrange(4, 9)}"]
    stage.anna.ask("POST", EVENTS, body)
    kind = "a series" if "recurrence" in body else "an event"
    return f"makes {kind}: {_when_of(body)}"


def _when_of(body: Json) -> str:
    start = body["start"]
    rule = (body.get("recurrence") or [""])[0].removeprefix("RRULE:")
    return f"{start.get('dateTime') or start.get('date')} {rule}".strip()


def _timed(start: datetime, lasts: timedelta) -> Json:
    return {
        "start": {"dateTime": start.isoformat(), "timeZone": ZONE, "date": None},
        "end": {
            "dateTime": (start + lasts).isoformat(),
            "timeZone": ZONE,
            "date": None,
        },
    }


def _all_day(first: date, lasts: timedelta) -> Json:
    none = {"dateTime": None, "timeZone": None}
    return {
        "start": {"date": first.isoformat(), **none},
        "end": {"date": (first + lasts).isoformat(), **none},
    }


def patch(stage: Stage, event_id: str, body: Json) -> None:
    """Change an event as a person does: the members that the body names."""
    stage.anna.ask("PATCH", f"{EVENTS}/{event_id}", body)


def retitle(stage: Stage, luck: Luck, thing: Thing) -> str:
    summary = title(luck, thing.token)
    patch(stage, thing.id, {"summary": summary})
    return f"title {summary}"


def put_place(stage: Stage, luck: Luck, thing: Thing) -> str:
    location = place(luck) if luck.random() < 0.8 else ""
    patch(stage, thing.id, {"location": location})
    return f'place "{location}"'


def describe(stage: Stage, luck: Luck, thing: Thing) -> str:
    text = note(luck)
    patch(stage, thing.id, {"description": text})
    return f'description "{text}"'


def move(stage: Stage, luck: Luck, thing: Thing) -> str:
    details = thing.content.details
    lasts = _length(thing)
    if details.when.all_day:
        first = days_ahead(luck, stage.clock.now())
        patch(stage, thing.id, _all_day(first, lasts))
        return f"moved to {first}"
    start = moment(luck, stage.clock.now())
    patch(stage, thing.id, _timed(start, lasts))
    return f"moved to {start}"


def _length(thing: Thing) -> timedelta:
    lasts = thing.content.details.duration
    return timedelta(days=lasts.days, seconds=lasts.seconds)


def lengthen(stage: Stage, luck: Luck, thing: Thing) -> str:
    start = thing.content.details.when.start
    if isinstance(start, datetime):
        lasts = timedelta(minutes=5 * luck.randrange(2, 40))
        patch(stage, thing.id, {"end": _timed(start, lasts)["end"]})
    else:
        lasts = timedelta(days=luck.randrange(1, 5))
        patch(stage, thing.id, {"end": _all_day(start, lasts)["end"]})
    return f"lasts {lasts}"


def flip(stage: Stage, luck: Luck, thing: Thing) -> str:
    start = thing.content.details.when.start
    if isinstance(start, datetime):
        patch(stage, thing.id, _all_day(start.date(), timedelta(days=1)))
        return "made all day"
    at = datetime.combine(start, quarter(luck))
    patch(stage, thing.id, _timed(at, timedelta(hours=1)))
    return f"made timed, {at}"


def hide(stage: Stage, luck: Luck, thing: Thing) -> str:
    visibility = luck.choice(("default", "private", "confidential"))
    patch(stage, thing.id, {"visibility": visibility})
    return f"visibility {visibility}"


def free(stage: Stage, luck: Luck, thing: Thing) -> str:
    now = thing.raw.get("transparency", "opaque")
    other = "opaque" if now == "transparent" else "transparent"
    patch(stage, thing.id, {"transparency": other})
    return f"now {other}"


def remind(stage: Stage, luck: Luck, thing: Thing) -> str:
    if luck.random() < 0.3:
        patch(stage, thing.id, {"reminders": {"useDefault": True, "overrides": []}})
        return "the default reminders"
    minutes = luck.randrange(1, 300)
    alert = {"method": luck.choice(("popup", "email")), "minutes": minutes}
    patch(stage, thing.id, {"reminders": {"useDefault": False, "overrides": [alert]}})
    return f"a reminder {minutes} minutes before"


def paint(stage: Stage, luck: Luck, thing: Thing) -> str:
    color = str(luck.randrange(1, 12))
    patch(stage, thing.id, {"colorId": color})
    return f"colour {color}"


def invite(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    if thing.raw.get("attendees"):
        return None
    guest = {"email": luck.choice((BOB, "carl@elsewhere.example"))}
    patch(stage, thing.id, {"attendees": [{"email": ANNA}, guest]})
    return f"invites {guest['email']}"


def attach(stage: Stage, luck: Luck, thing: Thing) -> str:
    """Add something that Tandem does not know of, and must leave alone."""
    link = f"https://example.com/{luck.randrange(10**6)}"
    patch(stage, thing.id, {"source": {"title": "More", "url": link}})
    stage.attached[thing.id] = link
    return f"attaches {link}, which Tandem does not map"


def answer(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    """Let the other account answer an invitation."""
    invited = [each["email"] for each in thing.raw.get("attendees", ())]
    if BOB not in invited:
        return None
    said = luck.choice(("accepted", "declined", "tentative"))
    own = f"{EVENTS}/{thing.id}"
    row = stage.bob.ask("GET", own)
    attendees = [
        {**one, "responseStatus": said} if one["email"] == BOB else one
        for one in row.get("attendees", ())
    ]
    stage.bob.ask("PATCH", own, {"attendees": attendees})
    return f"Bob answers {said}"


# --- series --------------------------------------------------------------------------


def _instance(stage: Stage, luck: Luck, thing: Thing, *, status: str) -> Json:
    """Return one instance with this status, or an empty one."""
    if not thing.content.rules:
        return {}
    path = f"{EVENTS}/{thing.id}/instances"
    found = stage.anna.ask("GET", path, showDeleted=True, maxResults=50)["items"]
    fitting = [row for row in found if (row["status"] == "cancelled") == bool(status)]
    if not status and len(fitting) < 3:
        return {}
    return luck.pick(fitting, _slot) if fitting else {}


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


def move_instance(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    row = _instance(stage, luck, thing, status="")
    if not row or "dateTime" not in row["start"]:
        return None
    day = datetime.fromisoformat(row["start"]["dateTime"]).date()
    start = datetime.combine(day, quarter(luck))
    patch(stage, row["id"], _timed(start, timedelta(minutes=45)))
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
    if not thing.content.rules:
        return None
    rule = f"FREQ={luck.choice(('DAILY', 'WEEKLY'))};COUNT={luck.randrange(4, 10)}"
    patch(stage, thing.id, {"recurrence": [f"RRULE:{rule}"]})
    return f"rule {rule}"


def cut(stage: Stage, luck: Luck, thing: Thing, *, token: str) -> str | None:
    """Change this and what follows: another series goes on, under its own title."""
    row = _instance(stage, luck, thing, status="")
    if not row or row["id"].endswith(_first_key(thing)):
        return None
    viewer = Viewer(email=ANNA, client_id="1-app", project="1", scopes=frozenset())
    with stage.app.world.state.lock:
        visit = open_visit(stage.app.world.state, viewer, ANNA, at_least="owner")
        split(visit, row["id"], {"summary": title(luck, token)}, WriteOptions())
        stage.app.world.pusher.announce(stage.app.world.state)
    return f"split at {_slot(row)}"


def _first_key(thing: Thing) -> str:
    start = thing.raw["start"]
    return str(start.get("date") or start["dateTime"])[:10].replace("-", "")


def delete(stage: Stage, thing: Thing) -> str:
    """Delete an event, or a whole series."""
    stage.anna.ask("DELETE", f"{EVENTS}/{thing.id}")
    return "deleted"


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
    invite: 1,
    attach: 2,
    answer: 2,
    retitle_instance: 4,
    move_instance: 3,
    cancel_instance: 2,
    restore_instance: 2,
    change_rule: 1,
}
