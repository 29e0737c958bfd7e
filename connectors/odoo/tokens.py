"""What we write into `access_token` of the meetings that we make.

Odoo keeps the text as it is, finds meetings by it, and copies it to no other row (see
docs/connectors/odoo.md). It is the key of a meeting's video room as well, so it ends in
what nobody can guess.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

_FORM = "tandem"
_PARTS = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """What a meeting that we made is.

    `key` is the idempotency key and `ical_uid` the iCalUID that came with it. A meeting
    that took another one's place names the item that it goes on. `building` tells that
    we are not done with it yet; `replaces` is then what it takes the place of.
    """

    key: str = ""
    ical_uid: str = ""
    item: str = ""
    building: bool = False
    replaces: str = ""


def token_text(token: Token, *, secret: str) -> str:
    """Return a token as it is written."""
    words = [_FORM, *map(_coded, (token.key, token.ical_uid, token.item))]
    words.append(f"b{_coded(token.replaces)}" if token.building else "d")
    said = ".".join(words)
    proof = hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()
    return f"{said}.{proof[:32]}"


def token_of(text: str | bool | None) -> Token | None:
    """Read a token; None for what is none of ours."""
    words = str(text or "").split(".")
    if len(words) != _PARTS or words[0] != _FORM:
        return None
    try:
        key, ical_uid, item = map(_decoded, words[1:4])
        replaces = _decoded(words[4][1:])
    except ValueError:
        return None
    building = words[4].startswith("b")
    return Token(
        key=key, ical_uid=ical_uid, item=item, building=building, replaces=replaces
    )


def pattern_of_key(key: str) -> str:
    """Return what `=like` finds the token of a key with, whatever stands behind."""
    return f"{_FORM}.{_coded(key)}.%"


def pattern_of_item(item: str) -> str:
    """Return what finds whatever takes the place of this item."""
    return f"{_FORM}.%.%.{_coded(item)}.%"


def _coded(text: str) -> str:
    """Return letters and digits only: `=like` takes others for wildcards."""
    return base64.b32encode(text.encode()).decode().rstrip("=").lower()


def _decoded(coded: str) -> str:
    padded = coded.upper() + "=" * (-len(coded) % 8)
    return base64.b32decode(padded).decode()
