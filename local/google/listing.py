"""`events.list`: full reads, incremental reads, pages.

https://developers.google.com/workspace/calendar/api/guides/sync
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from local.google.accounts import rank
from local.google.errors import updated_min_too_long_ago
from local.google.expansion import key_of, slot_instant, slot_of
from local.google.list_query import ListQuery
from local.google.list_tokens import (
    change_of,
    fingerprint,
    page_of,
    page_token,
    place_of,
    sync_token,
)
from local.google.model import Resource, Row
from local.google.rendering import View, resource_of, whole_fields
from local.google.series import former_slots, slot_row, slot_rows
from local.google.times import stamp_text
from local.google.visit import Visit
from local.google.windows import (
    changed_since,
    matches,
    row_in_window,
    slots_in_window,
    span_of,
)

MOST_SNAPSHOTS = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Quirks:
    """What faults do to one page."""

    empty_page: bool = False
    short_page: bool = False
    shuffle: random.Random | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some rows, and where to go on: the next page, or a later change."""

    rows: list[Row]
    next_place: int | None
    snapshot: int = 0
    reached: int = 0


def list_events(visit: Visit, query: ListQuery, quirks: Quirks) -> Resource:
    """Return one page of a calendar's events, ending in exactly one token."""
    if rank(visit.role) <= rank("freeBusyReader"):
        query = replace(query, single_events=True)
    _check_updated_min(visit, query)
    bound = bound_to(visit, query.shape)
    since = _since(visit, query, bound)
    if quirks.short_page:
        query = replace(query, page_size=max(1, query.page_size // 3))
    page_bound = bound_to(visit, "page", query.whole_shape)
    page = _page(visit, query, since=since, bound=page_bound, quirks=quirks)
    envelope = envelope_of(visit)
    envelope["items"] = items_of(visit, query, page, quirks)
    if page.next_place is not None:
        token = page_token(page_bound, place=page.next_place, snapshot=page.snapshot)
        envelope["nextPageToken"] = token
    elif query.ends_with_sync_token:
        envelope["nextSyncToken"] = sync_token(
            visit.state, bound, change=page.reached, epoch=visit.calendar.epoch
        )
    return envelope


def _check_updated_min(visit: Visit, query: ListQuery) -> None:
    days = visit.state.option("updated_min_days")
    if query.updated_min is None or days is None:
        return
    if query.updated_min < visit.state.now() - timedelta(days=days):
        raise updated_min_too_long_ago()


def bound_to(visit: Visit, *parts: str) -> bytes:
    """Return what the tokens of a reading of this calendar are bound to."""
    calendar_id, email = visit.calendar.id, visit.viewer.email
    return fingerprint(visit.state, "events", email, calendar_id, *parts)


def _since(visit: Visit, query: ListQuery, bound: bytes) -> int:
    if query.sync_token is None:
        return 0
    return change_of(
        visit.state,
        query.sync_token,
        bound,
        epoch=visit.calendar.epoch,
        last_change=visit.table.last_change,
    )


def _page(
    visit: Visit, query: ListQuery, *, since: int, bound: bytes, quirks: Quirks
) -> Page:
    place, snapshot = 0, visit.table.last_change
    if query.page_token is not None:
        place, snapshot = place_of(query.page_token, bound)
    if quirks.empty_page:
        place = place or (0 if _ordered(query) else since)
        return Page(rows=[], next_place=place, snapshot=snapshot)
    if _ordered(query):
        rows = _snapshot(visit, query, since=since, number=snapshot)
        end, next_place = page_of(rows, place=place, size=query.page_size)
        return Page(
            rows=rows[place:end],
            next_place=next_place,
            snapshot=snapshot,
            reached=snapshot,
        )
    return _page_of_changes(visit, query, after=max(place, since))


def _ordered(query: ListQuery) -> bool:
    return query.single_events or query.order_by is not None


def _page_of_changes(visit: Visit, query: ListQuery, *, after: int) -> Page:
    """Return the rows after a change number, read from the calendar's log.

    A row that changes between two pages simply comes later.
    """
    rows: list[Row] = []
    for row in _changed_rows(visit, query, after):
        if len(rows) == query.page_size:
            return Page(rows=rows, next_place=rows[-1].change)
        if _wanted(visit, query, row):
            rows.append(row)
    return Page(rows=rows, next_place=None, reached=visit.table.last_change)


def _changed_rows(visit: Visit, query: ListQuery, after: int) -> Iterable[Row]:
    if query.uid is None:
        return visit.table.since(after)
    ids = visit.table.by_uid.get(query.uid, set())
    masters = [visit.table.rows[row_id] for row_id in ids]
    below = [row for one in masters for row in visit.table.exceptions_of(one.id)]
    found = {row.id: row for row in [*masters, *below] if row.change > after}
    return sorted(found.values(), key=lambda row: row.change)


def _wanted(visit: Visit, query: ListQuery, row: Row) -> bool:
    if row.cancelled and not _shows_cancelled(visit, query, row):
        return False
    fields = whole_fields(visit.table, row)
    if query.event_types and not _right_type(visit, query, row):
        return False
    if query.incremental:
        return True
    if not changed_since(row, query) or not matches(fields, query):
        return False
    return row_in_window(
        visit.state,
        visit.table,
        row,
        query=query,
        zone_name=visit.calendar.time_zone,
    )


def _right_type(visit: Visit, query: ListQuery, row: Row) -> bool:
    fields = whole_fields(visit.table, row)
    return fields.get("eventType", "default") in query.event_types


def _shows_cancelled(visit: Visit, query: ListQuery, row: Row) -> bool:
    if query.shows_cancelled:
        return True
    if query.single_events or not row.is_exception or row.gone:
        return False
    master = visit.table.get(row.master_id or "")
    return master is not None and not master.cancelled


def _snapshot(visit: Visit, query: ListQuery, *, since: int, number: int) -> list[Row]:
    """Return the whole ordered answer, the same one for all of its pages."""
    state = visit.state
    shape = f"{visit.calendar.stamp} {query.whole_shape}"
    key = (visit.calendar.id, visit.viewer.email, shape, number)
    kept = state.snapshots.get(key)
    if kept is None:
        kept = _ordered_rows(visit, query, since)
        state.snapshots[key] = kept
        while len(state.snapshots) > MOST_SNAPSHOTS:
            state.snapshots.pop(next(iter(state.snapshots)))
    return kept


def _ordered_rows(visit: Visit, query: ListQuery, since: int) -> list[Row]:
    found: dict[str, Row] = {}
    for row in _all_rows(visit, query, since):
        if row.id not in found or not row.cancelled:
            found[row.id] = row
    rows = [row for row in found.values() if _wanted(visit, query, row)]
    if query.order_by == "updated":
        return sorted(rows, key=lambda row: row.updated)
    if query.single_events:
        return sorted(rows, key=lambda row: _begins(visit, row))
    return rows


def _begins(visit: Visit, row: Row) -> tuple[str, str]:
    fields = whole_fields(visit.table, row)
    zone_name = visit.calendar.time_zone
    if "start" in fields and not row.gone:
        start = span_of(fields, zone_name)[0]
        return start.isoformat(), row.id
    if row.slot is not None:
        return slot_instant(slot_of(row.slot), zone_name).isoformat(), row.id
    return "", row.id


def _all_rows(visit: Visit, query: ListQuery, since: int) -> Iterator[Row]:
    for row in _changed_rows(visit, query, since):
        if not query.single_events:
            yield row
        elif row.is_master or row.former:
            yield from _slots_of(visit, query, row, since=since)
        elif not row.is_exception or _stands_alone(visit, query, row):
            yield row


def _stands_alone(visit: Visit, query: ListQuery, row: Row) -> bool:
    master = visit.table.get(row.master_id or "")
    return query.incremental or master is None or not master.is_master


def _slots_of(
    visit: Visit, query: ListQuery, master: Row, *, since: int
) -> Iterable[Row]:
    if query.incremental:
        return _all_slots(visit, master, since)
    if not master.is_master:
        return [master]
    return _slots_in_window(visit, query, master)


def _all_slots(visit: Visit, master: Row, since: int) -> Iterator[Row]:
    """Yield a changed series' slots, and as cancelled those that it lost."""
    state, table = visit.state, visit.table
    if master.is_master:
        yield from slot_rows(state, table, master)
    for slot in former_slots(state, master, since=since):
        row = slot_row(state, table, master=master, slot=slot)
        if row.id not in table.rows:
            yield replace(row, fields={"status": "cancelled"}, gone=True)
    if not master.is_master:
        yield master


def _slots_in_window(visit: Visit, query: ListQuery, master: Row) -> Iterator[Row]:
    state, table = visit.state, visit.table
    exceptions = [row for row in table.exceptions_of(master.id) if not row.gone]
    yield from exceptions
    taken = {row.slot for row in exceptions}
    zone_name = visit.calendar.time_zone
    for slot in slots_in_window(state, master, query=query, zone_name=zone_name):
        if key_of(slot) not in taken:
            yield slot_row(state, table, master=master, slot=slot)


def envelope_of(visit: Visit) -> Resource:
    """Return what an answer tells about the calendar itself."""
    calendar = visit.calendar
    last = max(calendar.stamp, int(visit.state.values.get("stamp") or 0))
    envelope: Resource = {
        "kind": "calendar#events",
        "etag": f'"p{last:x}"',
        "summary": calendar.summary,
        "description": calendar.description or "",
        "updated": stamp_text(last),
        "timeZone": calendar.time_zone,
        "accessRole": visit.shown_role,
        "defaultReminders": list(calendar.default_reminders),
    }
    return envelope


def view_of(
    visit: Visit,
    *,
    zone_name: str | None = None,
    most_attendees: int | None = None,
    details_of_deleted: bool = True,
) -> View:
    """Return how the visit's viewer sees the calendar's rows."""
    return View(
        calendar=visit.calendar,
        role=visit.role,
        email=visit.viewer.email,
        zone_name=zone_name or visit.calendar.time_zone,
        most_attendees=most_attendees,
        details_of_deleted=details_of_deleted,
        year_zero=bool(visit.state.option("year_zero")),
        unknown_event_type=bool(visit.state.option("unknown_event_type")),
    )


def items_of(
    visit: Visit, query: ListQuery, page: Page, quirks: Quirks
) -> list[Resource]:
    """Return the rows of a page as the viewer sees them."""
    view = view_of(
        visit,
        zone_name=query.zone_name,
        most_attendees=query.most_attendees,
        details_of_deleted=query.show_deleted or query.updated_min is not None,
    )
    rows = page.rows
    if quirks.shuffle is not None:
        rows = quirks.shuffle.sample(rows, len(rows))
    return [resource_of(visit.table, row, view=view) for row in rows]


def rows_between(visit: Visit, query: ListQuery) -> list[Row]:
    """Return the single events that a query's window holds, in order."""
    return _ordered_rows(visit, query, 0)
