"""The cursor of an Odoo agenda: up to when it was read, and which rows were there.

Odoo tells nothing of what is deleted, so the ids of all rows go along. All is packed:
ten thousand rows take about as many bytes.
"""

import base64
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from sync.errors import SyncTokenExpired
from sync.values import Json

_FORM = "o1."
LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """Where a reading of changes stands.

    `at` is the latest stamp that any row had, as Odoo writes it, and `looked_at` when
    that was by our clock, in seconds. `known` are all rows: of an item its ids.
    `recent` are the stamps of rows that changed shortly before `at`, and `shown` the
    versions of items whose rows may change once more in their last second. `pending`
    are items still to be read; `full` tells that they are those of a complete read.
    `turn` is where the next look for deleted rows begins, and `final` the stamp up to
    which no row changes without another one.
    """

    at: str = ""
    looked_at: float = 0.0
    known: Mapping[str, Sequence[int]] = field(default_factory=dict)
    recent: Mapping[int, str] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    pending: Sequence[str] = ()
    full: bool = False
    turn: int = 0
    final: str = ""


def packed(cursor: Cursor) -> str:
    """Return the cursor as text."""
    single, series = _parted(cursor.known)
    body = {
        "at": cursor.at,
        "looked": cursor.looked_at,
        "single": _steps(sorted(single)),
        "series": {name: _steps(sorted(ids)) for name, ids in series.items()},
        "recent": {str(row): stamp for row, stamp in cursor.recent.items()},
        "shown": dict(cursor.shown),
        "pending": list(cursor.pending),
        "full": cursor.full,
        "turn": cursor.turn,
        "final": cursor.final,
    }
    raw = zlib.compress(json.dumps(body, separators=(",", ":")).encode())
    return _FORM + base64.urlsafe_b64encode(raw).decode()


def unpacked(text: str) -> Cursor:
    """Read a cursor. Raises SyncTokenExpired for what is none of ours."""
    try:
        body = json.loads(_inflated(text))
        return _of(body)
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error):
        raise SyncTokenExpired("The cursor of the agenda is none of ours.") from None


def _inflated(text: str) -> bytes:
    if not text.startswith(_FORM):
        raise ValueError("It begins otherwise.")
    raw = base64.urlsafe_b64decode(text.removeprefix(_FORM))
    unpacking = zlib.decompressobj()
    body = unpacking.decompress(raw, LARGEST)
    if not unpacking.eof:
        raise ValueError("It breaks off, or is larger than any of ours.")
    return body


def _of(body: Mapping[str, Json]) -> Cursor:
    single = {str(number): (number,) for number in _sums(body["single"])}
    series = {name: tuple(_sums(steps)) for name, steps in body["series"].items()}
    return Cursor(
        at=body["at"],
        looked_at=body["looked"],
        known={**single, **series},
        recent={int(row): stamp for row, stamp in body["recent"].items()},
        shown=body["shown"],
        pending=tuple(body["pending"]),
        full=body["full"],
        turn=body["turn"],
        final=body["final"],
    )


def _parted(
    known: Mapping[str, Sequence[int]],
) -> tuple[list[int], dict[str, Sequence[int]]]:
    series = {name: ids for name, ids in known.items() if [*ids] != [_number(name)]}
    return [ids[0] for name, ids in known.items() if name not in series], series


def _number(name: str) -> int | None:
    return int(name) if name.isdigit() else None


def _steps(numbers: Sequence[int]) -> list[int]:
    """Return the distances between sorted numbers, which pack far better."""
    return [number - before for before, number in pairwise([0, *numbers])]


def _sums(steps: Iterable[int]) -> list[int]:
    return list(accumulate(int(step) for step in steps))
