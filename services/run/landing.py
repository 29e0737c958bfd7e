"""What a link is after one of its writes has landed, or was found to have."""

from dataclasses import replace
from datetime import datetime, timedelta

from connectors.base import Written
from services.links import Intent, Link, clean
from services.run.session import Session
from services.run.staged import item_now, with_zone
from sync.content import Content
from sync.errors import ContentRefused
from sync.google import (
    Row,
    RowChange,
    Rows,
    content_of,
    gathered,
    ical_uid,
)
from sync.seen import after_create
from sync.sides import Atom, Pair, Side

TOMBSTONE_LASTS = timedelta(days=60)


def carried(atoms: frozenset[Atom], change: RowChange) -> frozenset[Atom]:
    """Return the atoms that one row's change brings over."""
    return frozenset(atom for atom in atoms if atom.slot in change.carries)


def read_rows(session: Session, row: Row) -> Rows:
    """Return all rows of an event as Google has them at this moment."""
    found = session.calendar.find(ical_uid(row))
    zoned = [with_zone(each, session.connection.zone) for each in (row, *found)]
    return gathered(zoned, event_id=row["id"])


def inserted(
    link: Link,
    intent: Intent,
    pair: Pair,
    rows: Rows,
    *,
    zone: str,
    trusted: Content | None = None,
) -> Link:
    """Return the link of an event that was just created."""
    answer = content_of(rows, zone=zone)
    if answer is None or rows.master is None:
        raise ContentRefused("Google took the event, and it was gone at once.")
    after = after_create(pair, Side.CALENDAR, answer=answer, trusted=trusted or answer)
    return replace(
        link,
        rows=rows,
        event_id=rows.master["id"],
        seen=after.seen,
        last_write=intent.id,
        tries=0,
    )


def item_created(
    link: Link, intent: Intent, pair: Pair, answer: Written, *, held: Content
) -> Link:
    """Return the link of an item that was just created."""
    content = shown(answer)
    trusted = content if answer.sure else held
    after = after_create(pair, Side.AGENDA, answer=content, trusted=trusted)
    return replace(
        link,
        item=item_now(answer.item, content),
        item_id=answer.item.id,
        seen=after.seen,
        last_write=intent.id,
        tries=0,
    )


def shown(answer: Written) -> Content:
    """Return what the application shows after a write. Raises ContentRefused."""
    if answer.item.content is None:
        raise ContentRefused(
            answer.item.problem or "The application took the item, and it was gone."
        )
    return answer.item.content


def ended(link: Link, *, now: datetime) -> Link:
    """Return a link whose both sides are gone: a tombstone with its next generation."""
    return replace(
        clean(link),
        rows=Rows(),
        item=None,
        seen={},
        intent=None,
        reread=frozenset(),
        fights=(),
        generation=link.generation + 1,
        ended_at=now,
        expires_at=now + TOMBSTONE_LASTS,
    )
