"""What an older codec read of a link: fields that it did not know have no seen yet.

Until such a part is read again, the side's seen follows it in these fields; what it
then shows is their baseline. It is no edit, on neither side.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from connectors.base import Json
from services.links.link import Link
from sync.baseline import with_baseline
from sync.content import Content
from sync.google import Row, Rows, is_deleted
from sync.packing import CODEC, fields_since
from sync.sides import Side

ITEM = "item"
ROW = "row/"
"""With the key of its slot behind it; the master's is empty."""


def unread_of(inside: Json, rows: Rows) -> Mapping[str, int]:
    """Return the parts of a stored link that a codec read which knew less than ours."""
    codec, known = inside["codec"], inside.get("unread", {})
    if codec < CODEC:
        parts = [*_rows_in(rows), *([ITEM] if inside["item"] else [])]
        known = {**dict.fromkeys(parts, codec), **known}
    return {part: least for part, least in known.items() if fields_since(least)}


def unknown_in(link: Link, side: Side) -> frozenset[str]:
    """Return the fields that were not known when a side was read, by first part.

    An exception that is gone will not be read again, so it counts no more.
    """
    if not link.unread:
        return frozenset()
    parts: Iterable[str] = [ITEM] if side is Side.AGENDA else _rows_in(link.rows)
    codecs = [link.unread[part] for part in parts if part in link.unread]
    return fields_since(min(codecs)) if codecs else frozenset()


def based(
    link: Link, side: Side, seen: Content | None, now: Content | None
) -> Content | None:
    """Return what was seen of a side, with what it shows of what was not known."""
    if seen is None or now is None:
        return seen
    return with_baseline(seen, now, unknown_in(link, side))


def was_read(link: Link, part: str) -> Link:
    """Return a link of which this part is no longer as an older codec read it."""
    left = {name: codec for name, codec in link.unread.items() if name != part}
    return replace(link, unread=left)


def part_of(row: Row, rows: Rows) -> str:
    """Return which part of a link a row is, now that it stands among its rows."""
    own = (key for key, each in rows.exceptions.items() if each["id"] == row["id"])
    return ROW + next(own, "")


def _rows_in(rows: Rows) -> list[str]:
    there = {"": rows.master, **rows.exceptions}
    return [ROW + key for key, row in there.items() if row and not is_deleted(row)]
