"""Fold what a look found onto the links it belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connectors.base import Item
from services.links.baselines import ITEM, part_of
from services.links.link import ItemNow, Link, Part, Waiting, with_item, with_rows
from services.links.parking import given_up, parked, unreadable_item
from services.run.deciding.ranking import in_window, ranked, waits_for_master
from services.run.deciding.resting import awake, still_rests
from services.run.deciding.rivals import woken
from services.run.looking.generations import renewed
from services.run.session import Session
from services.run.staged import Staged, fetched, item_now, with_zone
from sync.content import Content
from sync.google import (
    Row,
    Rows,
    Unreadable,
    ical_uid,
    is_deleted,
    is_instance,
    lone,
    marker_of,
    master_id,
    meeting_of,
    organizer_is_self,
    slot_key,
    with_row,
    write_of,
)
from sync.identity import (
    birth_of,
    comes_from_us,
    event_link,
    is_ours,
    item_link,
    keyed_link,
    marked_link,
    split_from,
)
from sync.sides import Side


def row_link(row: Row) -> str:
    """Return the id of the link that a row belongs to."""
    event = master_id(row)
    return marked_link(event, marker_of(row)) or event_link(event)


def named_link(session: Session, item: Item) -> str:
    """Return the id of the link that an item belongs to."""
    keyed = keyed_link(session.agenda.id, item.key)
    return keyed or item_link(session.identity, item.id)


def staged(
    session: Session,
    rows: Sequence[Row],
    items: Sequence[Item],
    *,
    live_at: datetime | None = None,
) -> list[Staged]:
    """Return the links that these rows and items belong to, folded and ranked.

    Links that nothing changed are among them (they carry the read's mark); what is
    wholly outside the window and not linked is left out. `live_at` is given where what
    people changed in the agenda is news.
    """
    by_row = [(row_link(row), row) for row in rows if row.get("id")]
    by_item = [(named_link(session, item), item) for item in items]
    links = fetched(session, {name for name, _ in [*by_row, *by_item]})
    unread = {
        name for name, row in by_row if not _is_read(session, links, name, row)
    } | {name for name, item in by_item if not _fold_item(session, links, name, item)}
    aside = {links[name].link.id for name in unread}
    for name in {name for name, _ in by_item} & links.keys():
        links[name].link = _with_news(links[name], live_at)
    unique = {each.link.id: each for each in links.values()}
    found = [
        each
        for each in unique.values()
        if each.link.id in aside or _ranked(session, each)
    ]
    return [*found, *woken(session, found)]


def _is_read(session: Session, links: dict[str, Staged], name: str, row: Row) -> bool:
    """Fold a row; False for one that cannot be read: it is its own link's trouble."""
    try:
        _fold_row(session, links, name, row)
    except Unreadable as unreadable:
        known = links.setdefault(name, Staged(link=_born(session, name, row)))
        marks = _marked(session, known.link, Side.CALENDAR)
        aside = given_up(known.link, unreadable, now=session.now())
        known.link = replace(aside, marks=marks, event_id=master_id(row))
        return False
    return True


def _born(session: Session, name: str, row: Row, *, follows: str = "") -> Link:
    return Link(
        id=name,
        birth=birth_of(name),
        foreign=_is_foreign(row),
        follows=follows,
        marks=marks_at_birth(session),
    )


def _is_foreign(row: Row) -> bool:
    """Whether another connection made the event, or what it is a guest's copy of."""
    if is_ours(master_id(row)):
        return True
    copied = not organizer_is_self(row)
    return copied and comes_from_us(master_id(row), ical_uid(row))


def _first_seen(session: Session, link: Link, item: ItemNow) -> ItemNow:
    """Return an item with a stamp: this moment where its application gives none."""
    if item.changed_at is not None:
        return item
    same = link.item is not None and link.item.content == item.content
    stamp = link.item.changed_at if link.item and same else session.now()
    return replace(item, changed_at=stamp)


def _with_news(each: Staged, live_at: datetime | None) -> Link:
    """Return a link that knows when a person last changed its item."""
    link, before = each.link, each.stored.item if each.stored else None
    shown = link.item.content if link.item else None
    if shown == (before.content if before else None):
        return link
    return replace(link, live_at=live_at, note="")


def _fold_row(session: Session, links: dict[str, Staged], name: str, row: Row) -> None:
    known = _at_home(session, links, name, of=row["id"])
    if known is not None and _stands_alone(known.link, row):
        if not known.link.spread:
            known.link = replace(known.link, rows=with_row(known.link.rows, row))
        _fold_orphan(session, links, row, series=known.link)
        return
    if known is None:
        if is_deleted(row) and not row.get("recurringEventId"):
            return
        leader = _leader(session, links, master_id(row))
        known = links[name] = Staged(link=_born(session, name, row, follows=leader))
    link = known.link = renewed(known.link, row)
    ended_already = link.ended_at is not None and is_deleted(row)
    if ended_already or link.event_id not in (None, master_id(row)):
        # What we deleted, or a generation that is long replaced, says nothing new.
        return
    if link.event_id is None and _is_strange(row):
        return
    known.link = _alive(_with_row(session, link, row))


def _leader(session: Session, links: dict[str, Staged], event: str) -> str:
    """Return the link of the series that this event goes on from, if it has one."""
    cut = split_from(event)
    if cut is None:
        return ""
    name = event_link(cut)
    if name not in links:
        links |= fetched(session, [name])
    return links[name].link.id if name in links else ""


def _at_home(
    session: Session, links: dict[str, Staged], name: str, *, of: str
) -> Staged | None:
    """Return the link of this name, or the one that this event or item went to."""
    known = links.get(name)
    home = known.link.homes.get(of) if known else None
    if home is None:
        return known
    if home not in links:
        links |= fetched(session, [home])
    return links.get(home, known)


def _is_strange(row: Row) -> bool:
    """Return whether somebody else made an event under an id of our form."""
    if is_deleted(row) or is_instance(row) or not is_ours(row["id"]):
        return False
    if meeting_of(row) and not organizer_is_self(row):
        return False
    return marked_link(row["id"], marker_of(row)) is None


def _with_row(session: Session, link: Link, row: Row) -> Link:
    named = meeting_of(row) if link.foreign else ""
    rows = with_row(link.rows, with_zone(row, session.connection.zone))
    rests = bool(row.get("recurringEventId")) or (link.spread and rows == link.rows)
    fresh = session.rules.read_since(with_rows(link, rows), part_of(row, rows))
    late = link.missed if link.missed and write_of(row) == link.missed.id else None
    return replace(
        fresh,
        intent=link.intent or late,
        missed=None if late else link.missed,
        marks=_marked(session, link, Side.CALENDAR),
        event_id=link.event_id or master_id(row),
        ical_uid=link.ical_uid or named or ical_uid(row),
        suspect=0,
        orphan=link.orphan and (rests or not link.spread),
    )


def _stands_alone(link: Link, row: Row) -> bool:
    """Whether an instance comes whose series stands nowhere as a whole."""
    whole = link.has_event and not link.spread
    return link.orphan and not whole and is_instance(row)


def _fold_orphan(
    session: Session, links: dict[str, Staged], row: Row, *, series: Link
) -> None:
    """Put an instance whose series stands nowhere as a whole on a link of its own."""
    child = part_link(row, series=series) if series.spread else orphan_link(row)
    if child.id not in links:
        links |= fetched(session, [child.id])
    known = links.setdefault(child.id, Staged(link=child))
    known.link = _alive(_with_row(session, known.link, lone(row)))


def orphan_link(row: Row) -> Link:
    """Return the link of an instance that stands alone."""
    rows = with_row(Rows(), lone(row))
    name = event_link(row["id"])
    return Link(id=name, birth=Side.CALENDAR, event_id=row["id"], rows=rows)


def part_link(row: Row, *, series: Link) -> Link:
    """Return the link of an instance of a series that is spread."""
    key = slot_key(row.get("originalStartTime") or row["start"])
    part = Part(series=series.id, key=key, of_item=False)
    return replace(orphan_link(row), part=part)


def _alive(link: Link) -> Link:
    """Return an ended link as one that lives, when something of it is there again."""
    master = link.rows.master
    gone = master is None or is_deleted(master)
    if link.ended_at is None or (gone and link.item is None):
        return link
    return replace(link, ended_at=None, expires_at=None)


def _fold_item(
    session: Session, links: dict[str, Staged], name: str, item: Item
) -> bool:
    """Fold an item; False for one that cannot be read: that is its own trouble."""
    known = _at_home(session, links, name, of=item.id)
    if known is None:
        if item.content is None and not item.problem:
            return True
        known = links[name] = Staged(
            link=Link(id=name, birth=birth_of(name), marks=marks_at_birth(session))
        )
    link = known.link
    if item.problem:
        named = replace(
            link, item_id=item.id, marks=_marked(session, link, Side.AGENDA)
        )
        known.link = parked(named, unreadable_item(item.problem), now=session.now())
        return False
    content = item.content
    shown = link.item.content if link.item else None
    now = None if content is None else item_now(item, content)
    now = now and _first_seen(session, link, now)
    known.link = _alive(
        replace(
            session.rules.read_since(with_item(link, now), ITEM),
            item_id=item.id,
            foreign=False,
            ical_uid=link.ical_uid or item.ical_uid or (content.uid if content else ""),
            marks=_marked(session, link, Side.AGENDA),
            suspect=0,
            unheld=link.unheld if _same_rules(link, content) else "",
            orphan=link.orphan and not (link.spread and content != shown),
        )
    )
    return True


def _same_rules(link: Link, content: Content | None) -> bool:
    before = link.item.content if link.item else None
    return bool(before and content and before.rules == content.rules)


def marks_at_birth(session: Session) -> Mapping[Side, int]:
    """Return the marks of a new link: it is missed by no read that is under way."""
    connection = session.connection
    return {
        Side.CALENDAR: connection.calendar_read.mark,
        Side.AGENDA: connection.agenda_read.mark,
    }


def _marked(session: Session, link: Link, side: Side) -> Mapping[Side, int]:
    connection = session.connection
    reading = (
        connection.calendar_read if side is Side.CALENDAR else connection.agenda_read
    )
    return {**link.marks, side: reading.mark} if reading.under_way else link.marks


def _ranked(session: Session, each: Staged) -> bool:
    """Rank a folded link; False when it is not worth keeping at all."""
    link, before = each.link, each.stored
    if link.waiting is Waiting.PARKED and before and _same_sides(link, before):
        return True
    if before is not None and _same_sides(link, before):
        return True
    if before is not None and still_rests(session, link, before):
        return True
    try:
        each.link = ranked(session, awake(session, link, before))
    except Unreadable as unreadable:
        each.link = given_up(link, unreadable, now=session.now())
        return True
    return before is not None or _worth_keeping(session, each.link)


def _same_sides(link: Link, before: Link) -> bool:
    return link.rows == before.rows and link.item == before.item


def _worth_keeping(session: Session, link: Link) -> bool:
    """Whether a link that was never stored is to be: it may reach into the window."""
    return waits_for_master(link) or in_window(session, link)
