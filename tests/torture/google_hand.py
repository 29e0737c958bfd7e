"""What a person does in Google's calendar."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.torture.chance import Luck
from tests.torture.kinds import google_span, google_times, is_fixed, same_day, times
from tests.torture.sides import EVENTS, Thing
from tests.torture.stage import ANNA, BOB, ZONE, Stage
from tests.torture.words import days_ahead, note, place, quarter, title

Json = dict[str, Any]
UNMAPPED: tuple[Callable[[str], Json], ...] = (
    lambda word: {"source": {"title": "More", "url": f"https://example.com/{word}"}},
    lambda word: {"extendedProperties": {"private": {"theirs": word}}},
    lambda word: {"extendedProperties": {"shared": {"ours": word}}},
    lambda _: {"guestsCanModify": True},
    lambda _: {"guestsCanInviteOthers": False},
)
Deed = Callable[[Stage, Luck, Thing], str | None]
"""Does something to an event and says what; None when it cannot be done to this."""


def create(stage: Stage, luck: Luck, token: str) -> str:
    """Make an event of any kind."""
    body: Json = {"summary": title(luck, token)}
    if luck.random() < 0.5:
        body["location"] = place(luck)
    if luck.random() < 0.3:
        body["description"] = note(luck)
    when = times(luck, stage.clock.now())
    stage.anna.ask("POST", EVENTS, body | google_times(when))
    kind = f"a series {when.rule}" if when.rule else "an event"
    return f"makes {kind}: {when.start} {when.zone}, lasts {when.lasts}"


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
    details, now = thing.content.details, stage.clock.now()
    fixed = is_fixed(thing)
    day = same_day(thing) if fixed else days_ahead(luck, now)
    zone = details.when.zone or ZONE if fixed else ZONE
    start = day if details.when.all_day else datetime.combine(day, quarter(luck))
    patch(stage, thing.id, google_span(start, start + _length(thing), zone=zone))
    return f"moved to {start}"


def _length(thing: Thing) -> timedelta:
    lasts = thing.content.details.duration
    return timedelta(days=lasts.days, seconds=lasts.seconds)


def lengthen(stage: Stage, luck: Luck, thing: Thing) -> str:
    when = thing.content.details.when
    timed = isinstance(when.start, datetime)
    minutes, days = 5 * luck.randrange(2, 40), luck.randrange(1, 5)
    lasts = timedelta(minutes=minutes) if timed else timedelta(days=days)
    span = google_span(when.start, when.start + lasts, zone=when.zone or ZONE)
    patch(stage, thing.id, {"end": span["end"]})
    return f"lasts {lasts}"


def flip(stage: Stage, luck: Luck, thing: Thing) -> str | None:
    when = thing.content.details.when
    if is_fixed(thing):
        return None
    if isinstance(when.start, datetime):
        day = when.start.date()
        patch(stage, thing.id, google_span(day, day + timedelta(days=1), zone=ZONE))
        return "made all day"
    at = datetime.combine(when.start, quarter(luck))
    patch(stage, thing.id, google_span(at, at + timedelta(hours=1), zone=ZONE))
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
    more = luck.choice(UNMAPPED)(str(luck.randrange(10**6)))
    patch(stage, thing.id, more)
    stage.keep(thing.id, more)
    return f"adds {more}, which Tandem does not map"


def meet(stage: Stage, luck: Luck, thing: Thing) -> str:
    """Add a video call, which Tandem shows and never writes."""
    key = {"type": "hangoutsMeet"}
    asked = {"requestId": str(luck.randrange(10**6)), "conferenceSolutionKey": key}
    body = {"conferenceData": {"createRequest": asked}}
    made = stage.anna.ask(
        "PATCH", f"{EVENTS}/{thing.id}", body, conferenceDataVersion=1
    )
    stage.keep(thing.id, {"conferenceData": made["conferenceData"]})
    return f"adds a video call {made['hangoutLink']}"


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
    attach: 3,
    meet: 1,
    answer: 2,
}
