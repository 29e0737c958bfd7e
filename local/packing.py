"""Documents as JSON text that SQLite can compare: times, bytes, and odd characters.

A time is the text "\\x01t" with UTC to the microsecond, so texts are in order of
time; bytes are "\\x01b" with base64. Inside other texts, NUL is written "\\x01\\x02"
and \\x01 is written "\\x01\\x03": SQLite ends a text at NUL, and no text can pass for
a time.
The members are sorted, so equal documents are equal texts.
"""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

TIMES: Final = "\x01t"
BYTES: Final = "\x01b"

_MARK: Final = "\x01"
_MARK_IN_JSON: Final = "\\u0001"


def packed(data: Mapping[str, Any]) -> str:
    """Return a document as JSON text."""
    plain = {name: packed_value(value) for name, value in data.items()}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def unpacked(text: str) -> dict[str, Any]:
    """Return the document that became this text."""
    data: dict[str, Any] = json.loads(text)
    if _MARK_IN_JSON in text:
        return {name: _unpacked_value(value) for name, value in data.items()}
    return data


def packed_value(value: object) -> object:
    """Return a value as JSON has it, or as a query compares it."""
    match value:
        case str():
            return _escaped(value)
        case datetime():
            return TIMES + value.astimezone(UTC).isoformat(timespec="microseconds")[:26]
        case bytes():
            return BYTES + base64.b64encode(value).decode("ascii")
        case Mapping():
            return {name: packed_value(member) for name, member in value.items()}
        case list() | tuple():
            return [packed_value(element) for element in value]
    return value


def _unpacked_value(value: object) -> object:
    match value:
        case str():
            return _read(value) if _MARK in value else value
        case dict():
            return {name: _unpacked_value(member) for name, member in value.items()}
        case list():
            return [_unpacked_value(element) for element in value]
    return value


def _read(text: str) -> object:
    if text.startswith(TIMES):
        return datetime.fromisoformat(text[2:]).replace(tzinfo=UTC)
    if text.startswith(BYTES):
        return base64.b64decode(text[2:])
    return text.replace("\x01\x02", "\x00").replace("\x01\x03", "\x01")


def _escaped(text: str) -> str:
    if "\x00" in text or "\x01" in text:
        return text.replace("\x01", "\x01\x03").replace("\x00", "\x01\x02")
    return text
