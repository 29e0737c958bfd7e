"""Look before trying again: did a write whose answer we never saw land?"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from connectors.base import Written
from services.connections.journal import load
from services.links.baselines import based
from services.links.link import Intent, Link, with_item, with_page
from services.orders.order import wanting
from services.run.looking.occurrences import found_item
from services.run.session import Session
from services.run.staged import Staged, fetched, item_now, with_zone
from services.run.writing.landing import (
    copy_gone,
    found_shown,
    inserted,
    item_created,
    read_rows,
)
from sync.content import Content, Slot
from sync.errors import Missing
from sync.facets import same_grid
from sync.google import (
    Row,
    Rows,
    changed_at,
    etag_of,
    is_deleted,
    landed_in,
    with_row,
)
from sync.plan import Act
from sync.recovery import after_unknown
from sync.sides import GRID, Pair, Side


def with_open_intents(session: Session) -> list[Staged]:
    """Return the links whose last run ended between its intents and its answers.

    Each has its intent back, so that planning starts with looking.
    """
    page_id = session.connection.work
    page = page_id and load(session.world.store, session.connection.id, page_id)
    if not page:
        return []
    links = fetched(session, [entry.link for entry in page.entries])
    found = []
    for entry in page.entries:
        known = links.get(entry.link) or _unborn(session, entry)
        if known.link.last_write != entry.id:
            link = with_page(known.link, page.id)
            known.link = replace(link, intent=entry, due_at=session.now())
            found.append(known)
    return found


def _unborn(session: Session, entry: Intent) -> Staged:
    """Return a link that was never stored, as far as its intent tells of it."""
    birth = entry.side.other
    return Staged(link=Link(id=entry.link, birth=birth, due_at=session.now()))


def resolved(session: Session, link: Link) -> Link:
    """Return the link after finding out what came of its open intent."""
    intent = link.intent
    if intent is None:
        return link
    # Guests may have been mailed by the write whose answer was lost.
    free = replace(link, intent=None, live_at=None)
    if intent.restores:
        return _read_anew(session, free, intent)
    if intent.side is Side.AGENDA:
        return _resolved_item(session, free, intent)
    found = _resolved_event(session, free, intent)
    patched = intent.act not in (Act.CREATE, Act.DELETE)
    # Whoever wrote it may only be held up: then it comes when nobody waits any more.
    missed = patched and found.last_write != intent.id
    return replace(found, missed=intent if missed else None)


def _read_anew(session: Session, link: Link, intent: Intent) -> Link:
    """Return the link with the side as it is now that an order was writing to.

    The order is on the link: what of it is done shows in what is there.
    """
    if intent.side is Side.AGENDA:
        return _item_anew(session, link, intent)
    return _event_anew(session, link, intent)


def _event_anew(session: Session, link: Link, intent: Intent) -> Link:
    try:
        row = session.calendar.get(intent.target)
    except Missing:
        return replace(link, rows=Rows())
    if is_deleted(row):
        return replace(link, rows=Rows())
    rows = read_rows(session, with_zone(row, session.connection.zone))
    return _standing(session, replace(link, rows=rows, event_id=row["id"]), intent)


def _item_anew(session: Session, link: Link, intent: Intent) -> Link:
    if intent.act == Act.CREATE:
        item = session.connector.find(intent.target)
    else:
        item = session.connector.get([intent.target]).get(intent.target)
    if item is None or item.content is None:
        return with_item(link, None)
    now = item_now(item, item.content)
    return _standing(session, replace(link, item=now, item_id=item.id), intent)


def _standing(session: Session, link: Link, intent: Intent) -> Link:
    """Return the link of what an order made again, or moved, if that landed."""
    sent, now = intent.sent, session.rules.shown(link, intent.side)
    if link.order is None or sent is None or now is None:
        return link
    made = intent.act == Act.CREATE
    if made or (intent.atoms & GRID and same_grid(now, sent)):
        link = replace(link, order=wanting(link.order, intent.side, sent))
    return replace(link, seen={}, ended_at=None, expires_at=None) if made else link


def _gone(session: Session, link: Link, intent: Intent) -> Link:
    return copy_gone(link, intent.side, why=intent.why, now=session.now())


# --- at Google -----------------------------------------------------------------------


def _resolved_event(session: Session, link: Link, intent: Intent) -> Link:
    zone = session.connection.zone
    try:
        row = session.calendar.get(intent.target)
    except Missing:
        return link if intent.act != Act.DELETE else _gone(session, link, intent)
    if intent.act == Act.DELETE:
        return _gone(session, link, intent) if is_deleted(row) else link
    rows = read_rows(session, with_zone(row, zone))
    if intent.act == Act.CREATE:
        if intent.sent is None:
            return link
        held = session.rules.would_show(link, Side.CALENDAR, intent.sent)
        if is_deleted(row):
            return _deleted_since(link, intent, row, held=held)
        pair = _as_planned(session.rules.pair(link), intent)
        return inserted(session.rules, link, intent, pair, rows, trusted=held)
    fresh = replace(link, rows=rows)
    answer = session.rules.shown(fresh, Side.CALENDAR)
    if answer is None:
        return fresh
    told = landed_in(
        link.rows,
        rows,
        {atom.slot for atom in intent.atoms},
        intent=intent.id,
        grid=answer,
    )
    stands = etag_of(row) == intent.version and not any(told.values())
    return _after(session, fresh, intent, answer, stands=stands, told=told)


def _deleted_since(link: Link, intent: Intent, row: Row, *, held: Content) -> Link:
    """Return the link of an event that landed, and that somebody deleted since.

    One that was deleted before we asked for it is an older generation's.
    """
    deleted_at = changed_at(row)
    if deleted_at is None or deleted_at <= intent.at:
        return link
    return replace(
        link,
        rows=with_row(Rows(), row),
        event_id=row["id"],
        seen={Side.CALENDAR: held, intent.side.other: intent.origin},
        last_write=intent.id,
    )


def _as_planned(pair: Pair, intent: Intent) -> Pair:
    """Return the pair with the other side as it was when the copy was planned.

    What changed there since is a change like any other, to be carried next.
    """
    return replace(pair, now={**pair.now, intent.side.other: intent.origin})


# --- in the application --------------------------------------------------------------


def _resolved_item(session: Session, link: Link, intent: Intent) -> Link:
    if intent.act == Act.CREATE:
        return _resolved_creation(session, link, intent)
    item = found_item(session, link, intent.target)
    content = item.content if item else None
    if intent.act == Act.DELETE:
        return link if content else _gone(session, link, intent)
    if item is None or content is None:
        return with_item(link, None)
    fresh = with_item(link, item_now(item, content))
    stands = bool(intent.version) and item.version == intent.version
    found = found_shown(session.rules, fresh)
    return _after(session, fresh, intent, found, stands=stands)


def _resolved_creation(session: Session, link: Link, intent: Intent) -> Link:
    item = session.connector.find(intent.target)
    if item is None or item.content is None or intent.sent is None:
        return link
    held = session.rules.would_show(link, Side.AGENDA, intent.sent)
    pair = _as_planned(session.rules.pair(link), intent)
    answer = Written(item=item, sure=False)
    return item_created(session.rules, link, intent, pair, answer, held=held)


def _after(
    session: Session,
    link: Link,
    intent: Intent,
    answer: Content,
    *,
    stands: bool,
    told: Mapping[Slot | None, bool] = MappingProxyType({}),
) -> Link:
    """Return the link after a change whose answer was lost."""
    sent, before, origin = intent.sent, intent.before, intent.origin
    before = based(link, intent.side, before, answer)
    if stands or sent is None or before is None or origin is None:
        return link
    after = after_unknown(
        session.rules.pair(link),
        intent.side,
        atoms=intent.atoms,
        origin=origin,
        before=before,
        held=session.rules.would_show(link, intent.side, sent),
        answer=answer,
        told=told,
    )
    if after is None:
        return link
    return replace(link, seen=after.seen, last_write=intent.id)
