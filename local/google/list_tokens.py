"""Sync tokens and page tokens: opaque, and bound to what they were made for.

https://developers.google.com/workspace/calendar/api/guides/sync
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Sequence

from local.google.errors import full_sync_required, invalid
from local.google.state import State

SYNC = struct.Struct(">QII8s")
PAGE = struct.Struct(">QQ8s")
DAY = 86_400


def fingerprint(state: State, *parts: object) -> bytes:
    """Return a short digest of what a token is bound to."""
    text = "\n".join([state.secret("token_salt"), *map(str, parts)])
    return hashlib.sha256(text.encode()).digest()[:8]


def sync_token(state: State, bound: bytes, *, change: int, epoch: int) -> str:
    """Return a token for everything after a change number."""
    packed = SYNC.pack(change, _epoch(state, epoch), state.seconds(), bound)
    return base64.b64encode(packed).decode()


def change_of(
    state: State, token: str, bound: bytes, *, epoch: int, last_change: int
) -> int:
    """Return a sync token's change number; 400 when foreign, 410 when outlived."""
    try:
        change, token_epoch, issued, made_for = SYNC.unpack(_decoded(token))
    except (struct.error, binascii.Error, ValueError):
        raise invalid_sync_token() from None
    if made_for != bound or change > last_change:
        raise invalid_sync_token()
    days = state.option("sync_token_days")
    too_old = days is not None and issued + days * DAY < state.seconds()
    if token_epoch != _epoch(state, epoch) or too_old:
        raise full_sync_required()
    return int(change)


def invalid_sync_token() -> Exception:
    """Return the 400 for a token that never was one, or somebody else's."""
    return invalid("Invalid sync token value.", location="syncToken")


def expire_sync_tokens(state: State) -> None:
    """End every sync token that was ever given out."""
    state.next_number("sync_epoch")


def _epoch(state: State, epoch: int) -> int:
    return epoch + int(state.values.get("sync_epoch") or 0)


def page_token(bound: bytes, *, place: int, snapshot: int = 0) -> str:
    """Return a token for the next page."""
    return base64.urlsafe_b64encode(PAGE.pack(place, snapshot, bound)).decode()


def place_of(token: str, bound: bytes) -> tuple[int, int]:
    """Return a page token's place and snapshot, or raise the 400."""
    try:
        place, snapshot, made_for = PAGE.unpack(_decoded(token, b"-_"))
    except (struct.error, binascii.Error, ValueError):
        raise _invalid_page_token() from None
    if made_for != bound:
        raise _invalid_page_token()
    return int(place), int(snapshot)


def _invalid_page_token() -> Exception:
    return invalid("Invalid page token value.", location="pageToken")


def _decoded(token: str, letters: bytes = b"+/") -> bytes:
    return base64.b64decode(token.encode(), altchars=letters, validate=True)


def page_of(rows: Sequence[object], *, place: int, size: int) -> tuple[int, int | None]:
    """Return where a page ends and where the next one begins, if there is one."""
    end = min(place + size, len(rows))
    return end, end if end < len(rows) else None
