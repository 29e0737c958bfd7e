"""Both sides as they really are: read past Tandem, by the token in each title."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.item_records import stored_item
from services.ports import Query
from sync import jscalendar
from sync.content import Content
from sync.google import Row, Rows, content_of, project
from sync.google.arrival import gathered
from sync.sides import Side
from tests.torture.stage import ZONE, Stage

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """An event or an item that is there."""

    id: str
    token: str
    content: Content
    raw: Json
    rows: Rows | None = None


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
    things = [_event(row, by_series[row["id"]]) for row in live]
    return [thing for thing in things if thing is not None]


def _event(master: Row, rows: list[Row]) -> Thing | None:
    folded = gathered(rows, event_id=master["id"])
    content = content_of(folded, zone=ZONE)
    if content is None:
        return None
    token = token_of(master.get("summary", ""))
    return Thing(
        id=master["id"], token=token, content=content, raw=dict(master), rows=folded
    )


def items(stage: Stage) -> list[Thing]:
    """Return the items that are there."""
    query = Query(collection=f"agendas/{stage.agenda}/items", limit=10_000)
    stored = [stored_item(document) for document in stage.store.query(query)]
    return [
        Thing(
            id=item.id,
            token=token_of(item.json.get("title", "")),
            content=jscalendar.read(item.json, default_uid=item.id),
            raw=item.json,
        )
        for item in stored
        if not item.deleted
    ]


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


def shown(content: Content) -> Content:
    """Return a content as Google would show it, so that both sides can be compared."""
    return project(content, zone=ZONE)


def only(found: Mapping[str, list[Thing]], token: str) -> Thing | None:
    """Return the one thing with this token, if there is exactly one."""
    known = found.get(token, [])
    return known[0] if len(known) == 1 else None


EVENTS = "/calendar/v3/calendars/primary/events"
