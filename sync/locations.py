"""Changing the locations of a JSCalendar Event: places, and the zone of its end.

A JSON object has no order, so the main place is the one with the first id: numbers by
value, and before all words.
"""

from collections.abc import Mapping

from sync.content import Details
from sync.jscalendar_entries import end_zone_of, place_of
from sync.jscalendar_write import END, end_zone_json, place_json
from sync.members import Member, natural
from sync.normal import one_newline
from sync.pointers import free_id, put
from sync.values import Json

Entries = dict[str, Json]


def put_places(event: dict[str, Json], after: Details) -> None:
    """Give the event these places; a new main place takes the old one's id."""
    entries = dict(event.get("locations", {}))
    if after.places:
        _rename_main(entries, after.places)
    for key, name in _named(entries).items():
        if name not in after.places:
            _remove_name(entries, key)
    for name in after.places:
        if name not in _named(entries).values():
            entries[_next_number(entries)] = place_json(name)
    if after.places:
        _move_to_front(entries, after.places[0])
    put(event, "locations", entries)


def _named(entries: Mapping[str, Json]) -> dict[str, str]:
    """Return the names by id, the main place first."""
    names = {key: one_newline(place_of(_member(entries[key]))) for key in entries}
    return {key: names[key] for key in sorted(names, key=natural) if names[key]}


def _member(entry: Json) -> Member:
    return Member(value=entry, problems=[])


def _rename_main(entries: Entries, places: tuple[str, ...]) -> None:
    named = _named(entries)
    main = next(iter(named), None)
    if main is None or named[main] in places or places[0] in named.values():
        return
    # Where a place lies on the map is not true of another.
    kept = {name: it for name, it in entries[main].items() if name != "coordinates"}
    entries[main] = {**kept, "name": places[0]}


def _remove_name(entries: Entries, key: str) -> None:
    if end_zone_of(_member(entries[key])) is None:
        del entries[key]
    else:
        entries[key] = {name: it for name, it in entries[key].items() if name != "name"}


def _next_number(entries: Entries) -> str:
    numbers = [int(key) for key in entries if not natural(key)[0]]
    return str(max(numbers, default=0) + 1)


def _move_to_front(entries: Entries, place: str) -> None:
    """Let the main place and the first one change their ids."""
    named = _named(entries)
    first = next(iter(named))
    key = next(key for key, name in named.items() if name == place)
    entries[first], entries[key] = entries[key], entries[first]


def put_end_zone(event: dict[str, Json], zone: str | None) -> None:
    """Say in which zone the end is shown; nothing for None."""
    entries = dict(event.get("locations", {}))
    saying = [
        key
        for key in sorted(entries, key=natural)
        if end_zone_of(_member(entries[key])) is not None
    ]
    for key in saying if zone is None else saying[1:]:
        _silence(entries, key)
    if zone and saying:
        entries[saying[0]] = {**entries[saying[0]], "timeZone": zone}
    elif zone:
        entries[free_id(entries, END)] = end_zone_json(zone)
    put(event, "locations", entries)


def _silence(entries: Entries, key: str) -> None:
    if place_of(_member(entries[key])):
        entries[key] = {
            name: it for name, it in entries[key].items() if name != "timeZone"
        }
    else:
        del entries[key]
