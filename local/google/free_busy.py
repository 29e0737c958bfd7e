"""When a calendar's owner is busy.

https://developers.google.com/workspace/calendar/api/v3/reference/freebusy/query
"""

from dataclasses import replace
from datetime import datetime

from werkzeug.datastructures import MultiDict

from local.google.errors import ApiError
from local.google.list_query import read_query
from local.google.listing import rows_between
from local.google.model import Resource
from local.google.rendering import whole_fields
from local.google.state import State
from local.google.times import utc_text
from local.google.visit import FULL, Viewer, open_visit
from local.google.windows import span_of


def busy_times(
    state: State, viewer: Viewer, calendar_id: str, *, first: datetime, last: datetime
) -> Resource:
    """Return the busy spans of one calendar; refusals lie inside the answer."""
    try:
        visit = open_visit(
            state, replace(viewer, scopes=frozenset({FULL})), calendar_id
        )
    except ApiError:
        return {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
    window = {"timeMin": utc_text(first), "timeMax": utc_text(last)}
    query = read_query(MultiDict({**window, "singleEvents": "true"}))
    spans = []
    for row in rows_between(visit, query):
        fields = whole_fields(visit.table, row)
        if _is_busy(fields, visit.calendar.id):
            spans.append(span_of(fields, visit.calendar.time_zone))
    merged = _merged(sorted(spans))
    return {
        "busy": [
            {"start": utc_text(max(start, first)), "end": utc_text(min(end, last))}
            for start, end in merged
        ]
    }


def _is_busy(fields: Resource, calendar_id: str) -> bool:
    if fields.get("transparency") == "transparent":
        return False
    mine = [
        entry
        for entry in fields.get("attendees", ())
        if entry["email"].lower() == calendar_id
    ]
    return not any(entry.get("responseStatus") == "declined" for entry in mine)


def _merged(
    spans: list[tuple[datetime, datetime]],
) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
