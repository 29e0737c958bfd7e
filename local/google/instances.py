"""`events.instances`: one series, slot by slot.

https://developers.google.com/workspace/calendar/api/v3/reference/events/instances
"""

from collections.abc import Iterable
from datetime import timedelta

from local.google.list_query import ListQuery
from local.google.list_tokens import page_of, page_token, place_of
from local.google.listing import Page, Quirks, bound_to, envelope_of, items_of
from local.google.model import Resource, Row
from local.google.rendering import whole_fields
from local.google.series import find, slot_rows
from local.google.visit import Visit
from local.google.windows import in_window, span_of


def list_instances(
    visit: Visit, master: Row, *, query: ListQuery, original_start: str | None
) -> Resource:
    """Return one page of a series' slots; `timeMin` is inclusive here."""
    bound = bound_to(visit, "instances", master.id, query.whole_shape)
    place = place_of(query.page_token, bound)[0] if query.page_token else 0
    rows = [
        row
        for row in _slots_of_series(visit, master, original_start)
        if _slot_wanted(visit, query, row)
    ]
    end, next_place = page_of(rows, place=place, size=query.page_size)
    envelope = envelope_of(visit)
    page = Page(rows=rows[place:end], next_place=next_place)
    envelope["items"] = items_of(visit, query, page, Quirks())
    if next_place is not None:
        envelope["nextPageToken"] = page_token(bound, place=next_place)
    return envelope


def _slots_of_series(
    visit: Visit, master: Row, original_start: str | None
) -> Iterable[Row]:
    if not master.is_master:
        return [master]
    if original_start is None:
        return slot_rows(visit.state, visit.table, master)
    row = find(visit.state, visit.table, f"{master.id}_{original_start}")
    return [row] if row is not None and row.slot == original_start else []


def _slot_wanted(visit: Visit, query: ListQuery, row: Row) -> bool:
    if row.cancelled and not query.show_deleted:
        return False
    if query.time_min is None and query.time_max is None:
        return True
    fields = whole_fields(visit.table, row)
    start, end = span_of(fields, visit.calendar.time_zone)
    return in_window((start, end + timedelta(seconds=1)), query)
