"""Links that know less than Google does: of an event older than the one that lives.

A link whose event was deleted is given another, of the next generation. Where an older
copy of the store is put back, its links still name the first; not to make another, they
go on with the one that stands.
"""

from dataclasses import replace

from services.links.link import Link
from sync.google import Row, Rows, is_deleted, is_instance, marker_of
from sync.identity import generation_of, marked_link
from sync.sides import Side


def renewed(link: Link, row: Row) -> Link:
    """Return the link, at this event if we made it after the one that the link knows.

    A series is read again: its exceptions may have come before it.
    """
    if link.event_id is None or not _is_later(link, row):
        return link
    again = {Side.CALENDAR} if row.get("recurrence") else set()
    return replace(
        link,
        event_id=row["id"],
        rows=Rows(),
        generation=max(link.generation, generation_of(row["id"])),
        reread=link.reread | again,
    )


def _is_later(link: Link, row: Row) -> bool:
    if is_deleted(row) or is_instance(row):
        return False
    if marked_link(row["id"], marker_of(row)) != link.id:
        return False
    return generation_of(row["id"]) > generation_of(link.event_id or "")
