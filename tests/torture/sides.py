"""Both sides as they really are: read past Tandem, by the token in each title."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync import jscalendar
from sync.content import Content
from sync.google import Row, content_of
from sync.google.arrival import gathered
from sync.sides import Side
from tests.torture.stage import ZONE, Stage

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """An event or an item that is there; `shown` is what both sides can hold of it."""

    id: str
    token: str
    content: Content
    raw: Json
    shown: Content


def token_of(title: str) -> str:
    """Return the token with which every title begins."""
    return title.partition(" ")[0]


def events(stage: Stage) -> list[Thing]:
    """Return the events that are there, each series with its exceptions as one."""
    found: list[Row] = []
    page: Json = {}
    while True:
        more = {"pageToken": page["nextPageToken"]} if page else {}
        page = stage.anna.ask("GET", EVENTS, showDeleted=True, maxResults=2500, **more)
        found += page["items"]
        if "nextPageToken" not in page:
            break
    live = [
        row
        for row in found
        if row.get("status") != "cancelled" and "recurringEventId" not in row
    ]
    by_series: dict[str, list[Row]] = {}
    for row in found:
        by_series.setdefault(row.get("recurringEventId") or row["id"], []).append(row)
    things = [_event(stage, row, by_series[row["id"]]) for row in live]
    return [thing for thing in things if thing is not None]


def _event(stage: Stage, master: Row, rows: list[Row]) -> Thing | None:
    folded = gathered(rows, event_id=master["id"])
    content = content_of(folded, zone=ZONE)
    if content is None:
        return None
    token = token_of(master.get("summary", ""))
    return Thing(
        id=master["id"],
        token=token,
        content=content,
        raw=dict(master),
        shown=stage.shown(content),
    )


def items(stage: Stage) -> list[Thing]:
    """Return the items that are there."""
    return [
        _item(stage, name, json) for name, json in stage.applications.items().items()
    ]


def _item(stage: Stage, name: str, json: Json) -> Thing:
    content = jscalendar.read(json, default_uid=name)
    token = token_of(json.get("title", ""))
    return Thing(
        id=name, token=token, content=content, raw=json, shown=stage.shown(content)
    )


def things(stage: Stage) -> dict[Side, dict[str, list[Thing]]]:
    """Return all that is there, by side and token."""
    return {
        Side.CALENDAR: _by_token(events(stage)),
        Side.AGENDA: _by_token(items(stage)),
    }


def _by_token(found: list[Thing]) -> dict[str, list[Thing]]:
    by_token: dict[str, list[Thing]] = {}
    for thing in found:
        by_token.setdefault(thing.token, []).append(thing)
    return by_token


def only(found: Mapping[str, list[Thing]], token: str) -> Thing | None:
    """Return the one thing with this token, if there is exactly one."""
    known = found.get(token, [])
    return known[0] if len(known) == 1 else None


EVENTS = "/calendar/v3/calendars/primary/events"
