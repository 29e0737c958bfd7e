"""Partial responses: `fields=items(id,start/dateTime),nextSyncToken`.

https://developers.google.com/workspace/calendar/api/guides/performance
"""

from functools import lru_cache
from typing import Any

from local.google.errors import ApiError

Mask = dict[str, Any]
LETTERS_END = "(),/"


def selected(value: Any, text: str) -> Any:
    """Return what a `fields` parameter leaves of an answer."""
    return _apply(value, parsed(text))


@lru_cache(maxsize=256)
def parsed(text: str) -> Mask:
    """Return the mask of a `fields` parameter, or raise the 400."""
    mask, rest = _names(text.replace(" ", ""))
    if rest:
        raise _invalid(text)
    return mask


def _names(text: str) -> tuple[Mask, str]:
    mask: Mask = {}
    rest = text
    while True:
        rest = _one(rest, mask)
        if not rest.startswith(","):
            return mask, rest
        rest = rest[1:]


def _one(text: str, mask: Mask) -> str:
    name, rest = _name(text)
    below = mask.setdefault(name, {})
    if rest.startswith("/"):
        return _one(rest[1:], below)
    if rest.startswith("("):
        inner, rest = _names(rest[1:])
        if not rest.startswith(")"):
            raise _invalid(text)
        below.update(inner)
        return rest[1:]
    return rest


def _name(text: str) -> tuple[str, str]:
    length = next(
        (place for place, letter in enumerate(text) if letter in LETTERS_END),
        len(text),
    )
    if length == 0:
        raise _invalid(text)
    return text[:length], text[length:]


def _apply(value: Any, mask: Mask) -> Any:
    if not mask:
        return value
    if isinstance(value, list):
        return [_apply(item, mask) for item in value]
    if not isinstance(value, dict):
        return value
    if "*" in mask:
        return {name: _apply(item, mask["*"]) for name, item in value.items()}
    return {
        name: _apply(value[name], below)
        for name, below in mask.items()
        if name in value
    }


def _invalid(text: str) -> ApiError:
    return ApiError(
        status=400,
        reason="invalidParameter",
        message=f"Invalid field selection {text}",
        location_type="parameter",
        location="fields",
    )
