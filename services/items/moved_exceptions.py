"""Where the exceptions of a series go when an application moves it.

An application names the exceptions that it knows. The others, which came from Google or
from other applications, go along with the grid: left at their old slots they would
stand beside the series as occurrences that nobody made, and what was cancelled would
come back.
"""

from collections.abc import Collection, Mapping

from services.ports.values import Json
from sync import jscalendar
from sync.content import Content, Slot
from sync.facets import places_of
from sync.jscalendar_series import slot_of_key
from sync.values import local_text

OVERRIDES = "recurrenceOverrides"


def keys_in(edit: Json) -> Collection[str]:
    """Return the keys of the exceptions that an edit names."""
    overrides = edit.get(OVERRIDES) if isinstance(edit, Mapping) else None
    return overrides.keys() if isinstance(overrides, Mapping) else ()


def with_exceptions_along(
    before: Mapping[str, Json], after: Json, *, named: Collection[str]
) -> Json:
    """Return an item after an edit, its exceptions at their slots of the new grid.

    Those that the edit names stay as it says, and win where another one would meet
    them. What has no place on the new grid goes. An item that cannot be read is
    returned as it is.
    """
    others = [key for key in keys_in(after) if key not in named]
    new = _grid(after) if others else None
    if new is None:
        return after
    places = _places(before, new, others)
    if all(places[key] == key for key in others):
        return after
    overrides = after[OVERRIDES]
    moved = {place: overrides[key] for key, place in places.items() if place}
    said = {key: overrides[key] for key in overrides if key in named}
    return {**after, OVERRIDES: moved | said}


def _places(
    before: Mapping[str, Json], new: Content, keys: Collection[str]
) -> dict[str, str | None]:
    old = jscalendar.read({**before, OVERRIDES: {}}, default_uid=new.uid)
    all_day = old.details.when.all_day
    slots = {key: slot_of_key(key, all_day=all_day) for key in keys}
    places = places_of(old, new, slots.values())
    return {key: _key(places[slot]) for key, slot in slots.items()}


def _key(place: Slot | None) -> str | None:
    return None if place is None else local_text(place)


def _grid(item: Mapping[str, Json]) -> Content | None:
    try:
        return jscalendar.read({**item, OVERRIDES: {}}, default_uid="series")
    except jscalendar.ContentInvalid:
        return None
