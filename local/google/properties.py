"""Extended properties with Google's limits.

https://developers.google.com/workspace/calendar/api/guides/extended-properties
"""

from typing import Any

from local.google.errors import ApiError, invalid
from local.google.model import Resource

LONGEST_KEY = 44
LONGEST_VALUE = 1024
MOST_PROPERTIES = 300
MOST_BYTES = 32 * 1024


def extended_properties(value: Any) -> Resource:
    """Return properties as Google keeps them.

    Long keys are dropped and long values cut, both without a word.
    """
    if not isinstance(value, dict):
        raise invalid("Invalid Value")
    kept = {
        kind: _kind(value[kind])
        for kind in ("private", "shared")
        if isinstance(value.get(kind), dict)
    }
    _check_size(kept)
    return {kind: members for kind, members in kept.items() if members}


def _kind(members: Resource) -> dict[str, str]:
    return {
        name: str(value)[:LONGEST_VALUE]
        for name, value in members.items()
        if value is not None and len(name) <= LONGEST_KEY
    }


def _check_size(kept: Resource) -> None:
    pairs = [pair for members in kept.values() for pair in members.items()]
    size = sum(len(name.encode()) + len(value.encode()) for name, value in pairs)
    if len(pairs) > MOST_PROPERTIES or size > MOST_BYTES:
        raise ApiError(
            status=400,
            reason="invalid",
            message="The extended properties are too many or too large.",
        )
