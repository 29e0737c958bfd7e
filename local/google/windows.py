"""Which rows lie in a window of time, and which match the other filters."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from local.google.expansion import (
    Slot,
    grid_of,
    horizon,
    length_of,
    slot_instant,
    slot_of,
    slots_from,
)
from local.google.list_query import ListQuery
from local.google.model import Resource, Row
from local.google.rendering import whole_fields
from local.google.state import State
from local.google.tables import EventTable
from local.google.times import end_of, micros

Span = tuple[datetime, datetime]

LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
FOREVER = datetime(2900, 1, 1, tzinfo=UTC)
SEARCHED = ("summary", "description", "location")


def span_of(fields: Resource, zone_name: str) -> Span:
    """Return when one event begins and ends, dates taken in the calendar's zone."""
    return end_of(fields["start"], zone_name), end_of(fields["end"], zone_name)


def in_window(span: Span, query: ListQuery) -> bool:
    """Say whether a span ends after `timeMin` and begins before `timeMax`."""
    start, end = span
    if query.time_min is not None and end <= query.time_min:
        return False
    return query.time_max is None or start < query.time_max


def row_in_window(
    state: State, table: EventTable, row: Row, *, query: ListQuery, zone_name: str
) -> bool:
    """Say whether a row lies in the window; a series does if any slot does."""
    if query.time_min is None and query.time_max is None:
        return True
    if row.is_master:
        return _series_in_window(state, row, query=query, zone_name=zone_name)
    fields = whole_fields(table, row)
    if "start" not in fields or row.gone:
        return _slot_in_window(row, query, zone_name)
    return in_window(span_of(fields, zone_name), query)


def _slot_in_window(row: Row, query: ListQuery, zone_name: str) -> bool:
    if row.slot is None:
        return True
    start = slot_instant(slot_of(row.slot), zone_name)
    return in_window((start, start + timedelta(seconds=1)), query)


def _series_in_window(
    state: State, master: Row, *, query: ListQuery, zone_name: str
) -> bool:
    found = slots_in_window(state, master, query=query, zone_name=zone_name)
    return any(True for _ in found)


def slots_in_window(
    state: State, master: Row, *, query: ListQuery, zone_name: str
) -> Iterator[Slot]:
    """Yield a series' slots that lie in the window, in order."""
    grid, length = grid_of(master.fields), length_of(master.fields)
    until = horizon(master.fields, now=state.now())
    if not grid.endless or query.time_max is not None:
        until = query.time_max or FOREVER
    first = (query.time_min or LONG_AGO) - length
    for slot in slots_from(grid, first, until=until):
        start = slot_instant(slot, zone_name)
        if in_window((start, start + length), query):
            yield slot


def matches(fields: Resource, query: ListQuery) -> bool:
    """Say whether an event passes the filters that are not about time."""
    if query.event_types and fields.get("eventType", "default") not in (
        query.event_types
    ):
        return False
    if query.uid is not None and fields.get("iCalUID") != query.uid:
        return False
    return _has_properties(fields, query) and _has_terms(fields, query)


def _has_properties(fields: Resource, query: ListQuery) -> bool:
    properties = fields.get("extendedProperties") or {}
    private, shared = properties.get("private", {}), properties.get("shared", {})
    return all(_holds(private, wanted) for wanted in query.private) and all(
        _holds(shared, wanted) for wanted in query.shared
    )


def _holds(members: Resource, wanted: str) -> bool:
    name, _, value = wanted.partition("=")
    return bool(members.get(name) == value)


def _has_terms(fields: Resource, query: ListQuery) -> bool:
    if not query.terms:
        return True
    people = [*(fields.get("attendees") or ()), fields.get("organizer") or {}]
    texts = [str(fields.get(name, "")) for name in SEARCHED]
    for person in people:
        texts += [person.get("email", ""), person.get("displayName", "")]
    haystack = "\n".join(texts).lower()
    return all(term in haystack for term in query.terms)


def changed_since(row: Row, query: ListQuery) -> bool:
    """Say whether a row was updated at or after `updatedMin`."""
    return query.updated_min is None or row.updated >= micros(query.updated_min)
