"""What a link is after one of its writes has landed, or was found to have."""

from dataclasses import replace
from datetime import datetime, timedelta

from connectors.base import Written
from services.links.link import Intent, Link, clean, with_item
from services.run.deciding.rules import Rules
from services.run.session import Session
from services.run.staged import item_now, with_zone
from sync.content import Content
from sync.errors import ContentRefused
from sync.google import (
    Row,
    RowChange,
    Rows,
    gathered,
    ical_uid,
)
from sync.seen import after_create
from sync.sides import Atom, Pair, Side

TOMBSTONE_LASTS = timedelta(days=60)
GONE_AT_ONCE = "The application took the item, and it was gone."


def carried(atoms: frozenset[Atom], change: RowChange) -> frozenset[Atom]:
    """Return the atoms that one row's change brings over."""
    return frozenset(atom for atom in atoms if atom.slot in change.carries)


def read_rows(session: Session, row: Row) -> Rows:
    """Return all rows of an event as Google has them at this moment."""
    found = session.calendar.find(ical_uid(row))
    zoned = [with_zone(each, session.connection.zone) for each in (row, *found)]
    return gathered(zoned, event_id=row["id"])


def inserted(
    rules: Rules,
    link: Link,
    intent: Intent,
    pair: Pair,
    rows: Rows,
    *,
    trusted: Content | None = None,
) -> Link:
    """Return the link of an event that was just created."""
    answer = rules.shown(replace(link, rows=rows), Side.CALENDAR)
    if answer is None or rows.master is None:
        raise ContentRefused("Google took the event, and it was gone at once.")
    after = after_create(pair, Side.CALENDAR, answer=answer, trusted=trusted or answer)
    return replace(
        link,
        rows=rows,
        rows_were=None,
        event_id=rows.master["id"],
        seen=after.seen,
        last_write=intent.id,
        tries=0,
    )


def item_created(
    rules: Rules,
    link: Link,
    intent: Intent,
    pair: Pair,
    answer: Written,
    *,
    held: Content,
) -> Link:
    """Return the link of an item that was just created."""
    link = with_answer(link, answer)
    found = found_shown(rules, link)
    trusted = found if answer.sure else held
    after = after_create(pair, Side.AGENDA, answer=found, trusted=trusted)
    return replace(
        link,
        item_id=answer.item.id,
        seen=after.seen,
        last_write=intent.id,
        tries=0,
    )


def with_answer(link: Link, answer: Written) -> Link:
    """Return the link with the item as it is after a write. Raises ContentRefused."""
    content = answer.item.content
    if content is None:
        raise ContentRefused(answer.item.problem or GONE_AT_ONCE)
    return with_item(link, item_now(answer.item, content))


def found_shown(rules: Rules, link: Link) -> Content:
    """Return what the item shows that was just written. Raises ContentRefused."""
    found = rules.shown(link, Side.AGENDA)
    if found is None:
        raise ContentRefused(GONE_AT_ONCE)
    return found


def ended(link: Link, *, now: datetime) -> Link:
    """Return a link whose both sides are gone: a tombstone with its next generation."""
    return replace(
        clean(link),
        rows=Rows(),
        rows_were=None,
        item=None,
        item_was=None,
        seen={},
        intent=None,
        missed=None,
        reread=frozenset(),
        fights=(),
        generation=link.generation + 1,
        ended_at=now,
        expires_at=now + TOMBSTONE_LASTS,
    )


def copy_gone(link: Link, side: Side, *, why: str, now: datetime) -> Link:
    """Return a link of which we deleted one side: it rests while the other stands."""
    stands = link.item is not None if side is Side.CALENDAR else link.has_event
    if not stands:
        return ended(link, now=now)
    return dormant(without(link, side), why=why)


def without(link: Link, side: Side) -> Link:
    """Return the link with nothing on a side."""
    if side is Side.CALENDAR:
        return replace(link, rows=Rows())
    return replace(link, item=None)


def dormant(link: Link, *, why: str) -> Link:
    """Return a link that rests with one side left, until that side changes."""
    return replace(
        clean(link),
        seen={},
        intent=None,
        missed=None,
        reread=frozenset(),
        fights=(),
        generation=link.generation + 1,
        why=why,
    )


def left_alone(link: Link, *, why: str) -> Link:
    """Return a link that is left as it is until somebody changes one of its sides."""
    return replace(dormant(link, why=why), removed=True)
