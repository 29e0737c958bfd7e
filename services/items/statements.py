"""What an application changed: the difference between its last two statements.

An application that repeats the whole item with every change cannot know what came from
Google meanwhile. So only what differs from its own last statement is its edit.
"""

import json
from collections.abc import Mapping
from typing import Final

from services.ports.values import Json

TIME: Final = frozenset({"start", "timeZone", "showWithoutTime"})
"""Members that mean something together only."""

EDITS: Final = TIME | {
    "duration",
    "title",
    "description",
    "locations",
    "virtualLocations",
    "status",
    "recurrenceRules",
    "recurrenceOverrides",
}
"""Members whose change is an edit, which beats a delete of the same item."""

_ABSENT: Final = object()


def same(one: Json, other: Json) -> bool:
    """Return whether two JSON values are equal (1 is not true, order is no matter)."""
    return _text(one) == _text(other)


def differing(before: Mapping[str, Json], after: Mapping[str, Json]) -> frozenset[str]:
    """Return the members that differ; of those that belong together, all or none."""
    names = _differing(before, after)
    return names | TIME if names & TIME else names


def restated(
    before: Mapping[str, Json], after: Mapping[str, Json], now: Mapping[str, Json]
) -> dict[str, Json]:
    """Return `now` with what changed between two statements, and only with that.

    Another duration brings its whole time along where a person has made whole days of
    hours meanwhile, or hours of whole days: it would mean something else there.
    """
    names = differing(before, after)
    if "duration" in names and _all_day(after) != _all_day(now):
        names |= TIME
    return _with(names, before, after, now)


def restated_with_time(
    before: Mapping[str, Json], after: Mapping[str, Json], now: Mapping[str, Json]
) -> dict[str, Json]:
    """Return the same, with the statement's whole time and duration as its edit.

    For an edit that does not fit the item as it is now.
    """
    names = differing(before, after) | TIME | {"duration"}
    return _with(names, before, after, now)


def _all_day(value: Mapping[str, Json]) -> bool:
    return value.get("showWithoutTime") is True


def _with(
    names: frozenset[str],
    before: Mapping[str, Json],
    after: Mapping[str, Json],
    now: Mapping[str, Json],
) -> dict[str, Json]:
    result = dict(now)
    for name in [*after, *(name for name in names if name not in after)]:
        if name not in names:
            continue
        if name not in after:
            result.pop(name, None)
        else:
            result[name] = _merged(before.get(name), after[name], result.get(name))
    return result


def _merged(before: Json, after: Json, now: Json) -> Json:
    """Merge objects member by member; where one of the three is none, take ours."""
    if not all(isinstance(value, Mapping) for value in (before, after, now)):
        return after
    return _with(_differing(before, after), before, after, now)


def _differing(before: Mapping[str, Json], after: Mapping[str, Json]) -> frozenset[str]:
    return frozenset(
        name
        for name in {*before, *after}
        if not same(before.get(name, _ABSENT), after.get(name, _ABSENT))
    )


def _text(value: Json) -> str:
    return "absent" if value is _ABSENT else json.dumps(value, sort_keys=True)
