"""Cursors: how far somebody has read an agenda's changes, and when that was."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from services.items.records import TOMBSTONE_LASTS
from services.opaque import opaque, plain_of
from services.refusals import Expired, invalid

_FORM = re.compile(r"1\.(\d{1,15})\.(\d{1,12})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """A place in the order of changes: everything up to `number` has been read."""

    number: int
    made_at: datetime


def text_of(number: int, *, now: datetime) -> str:
    """Return a cursor as text that means nothing to others."""
    return opaque(f"1.{number}.{int(now.timestamp())}")


def cursor_of(text: str, *, now: datetime) -> Cursor:
    """Return the cursor of a text of ours.

    Raises Expired when it is older than the tombstones, so that deletes may be missed;
    Invalid when it is none of ours.
    """
    found = _FORM.fullmatch(_decoded(text))
    if found is None:
        raise invalid("/cursor", "This is not one of our cursors.")
    number, seconds = (int(group) for group in found.groups())
    if seconds > 253_402_300_799:
        raise invalid("/cursor", "This is not one of our cursors.")
    made_at = datetime.fromtimestamp(seconds, UTC)
    if now - made_at > TOMBSTONE_LASTS:
        raise Expired(
            "The cursor is older than 90 days, so deletes may have been missed: read "
            "everything again, without a cursor.",
            kind="cursor-expired",
        )
    return Cursor(number=number, made_at=made_at)


def _decoded(text: str) -> str:
    try:
        return plain_of(text)
    except ValueError:
        return ""
