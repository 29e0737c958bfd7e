"""How far the changes of a calendar were read: by the server's tokens, or by etags.

A cursor is JSON text. With tokens it is ["token", whether all is read, the token where
the listing began, the token behind it, the last name given out]. Between the pages of
one listing the listing itself stays in memory; where it is lost, the listing is made
anew from where it began, and goes on behind the last name. The token behind the *first*
listing is kept, so whatever changed since is told once more, and nothing is skipped.

Without tokens it is ["etags", whether all is read, the calendar's own tag, a mark for
each entry]: what has no such mark has changed.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sync.errors import SyncTokenExpired

MARK = 5
"""Bytes of a name's digest, and of its etag's: 40 bits of 10,000 entries suffice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ByToken:
    """Read with tokens: from `start`, towards `end`, until behind `last`."""

    full: bool = True
    start: str = ""
    end: str = ""
    last: str = ""

    def text(self) -> str:
        """Return it as a cursor."""
        return json.dumps(["token", self.full, self.start, self.end, self.last])


@dataclass(frozen=True, kw_only=True, slots=True)
class ByEtags:
    """Read by comparing: `marks` holds, by a name's digest, its etag's."""

    full: bool = True
    ctag: str = ""
    marks: Mapping[bytes, bytes] = field(default_factory=dict)

    def text(self) -> str:
        """Return it as a cursor."""
        packed = b"".join(name + self.marks[name] for name in sorted(self.marks))
        marks = base64.b85encode(packed).decode()
        return json.dumps(["etags", self.full, self.ctag, marks])

    def knows(self, name: str, etag: str) -> bool:
        """Whether this entry was read as it is."""
        return self.marks.get(digest(name)) == digest(etag)

    def gone(self, names: Iterable[str]) -> bool:
        """Whether an entry that was read is not among these."""
        there = {digest(name) for name in names}
        return any(name not in there for name in self.marks)


def digest(text: str) -> bytes:
    """Return the mark of a name or an etag."""
    return hashlib.sha256(text.encode()).digest()[:MARK]


def cursor_of(text: str) -> ByToken | ByEtags:
    """Return what a cursor says. Raises SyncTokenExpired where it is none of ours."""
    try:
        kind, full, *rest = json.loads(text)
        if kind == "token":
            start, end, last = rest
            return ByToken(full=bool(full), start=start, end=end, last=last)
        if kind == "etags":
            ctag, marks = rest
            return ByEtags(full=bool(full), ctag=ctag, marks=_marks(marks))
    except (ValueError, TypeError, binascii.Error) as odd:
        raise SyncTokenExpired("The cursor of the calendar is none of ours.") from odd
    raise SyncTokenExpired("The cursor of the calendar is none of ours.")


def _marks(text: str) -> dict[bytes, bytes]:
    packed = base64.b85decode(text)
    width = 2 * MARK
    parts = [packed[place : place + width] for place in range(0, len(packed), width)]
    return {part[:MARK]: part[MARK:] for part in parts}
