"""Where reading goes on: Severa has change stamps alone, so we note the rest."""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from sync.errors import SyncTokenExpired

VERSION = "severa1."


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """How far all activities, or what changed in them, were read.

    `since` is the stamp from which changes are asked for, by Severa's clock, and
    `next_since` that of the next time. `shown` holds what was told of those that will
    come again, `coming` the same for the next time. `known` are the activities that
    exist, as of the comparison at `compared`.
    """

    full: bool
    since: datetime
    next_since: datetime
    compared: datetime
    page: str = ""
    shown: Mapping[str, str] = field(default_factory=dict)
    coming: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()

    def turned(self, page: str) -> Self:
        """Return the place of the next page, or behind the last one for none."""
        if page:
            return replace(self, page=page)
        return replace(
            self,
            full=False,
            page="",
            since=self.next_since,
            shown=self.coming,
            coming={},
        )

    @property
    def text(self) -> str:
        """The cursor, a text without blanks."""
        told = {
            "full": self.full,
            "since": self.since.isoformat(),
            "next": self.next_since.isoformat(),
            "compared": self.compared.isoformat(),
            "page": self.page,
            "shown": dict(self.shown),
            "coming": dict(self.coming),
            "known": "".join(sorted(self.known)),
        }
        packed = zlib.compress(json.dumps(told, separators=(",", ":")).encode())
        return VERSION + base64.urlsafe_b64encode(packed).decode()


GUID = 36


def place_of(cursor: str) -> Place:
    """Return what a cursor says. Raises SyncTokenExpired for what is none of ours."""
    if not cursor.startswith(VERSION):
        raise SyncTokenExpired("The cursor of the agenda is none of ours.")
    try:
        packed = base64.urlsafe_b64decode(cursor.removeprefix(VERSION))
        told = json.loads(zlib.decompress(packed))
    except (binascii.Error, zlib.error, ValueError):
        raise SyncTokenExpired("The cursor of the agenda cannot be read.") from None
    known = told["known"]
    return Place(
        full=told["full"],
        since=datetime.fromisoformat(told["since"]),
        next_since=datetime.fromisoformat(told["next"]),
        compared=datetime.fromisoformat(told["compared"]),
        page=told["page"],
        shown=told["shown"],
        coming=told["coming"],
        known=frozenset(known[at : at + GUID] for at in range(0, len(known), GUID)),
    )
