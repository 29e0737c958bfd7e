"""Judge what a complete full read did not show.

Absence alone is never a delete: each missing event or item is asked for by its id.
Google's `get` of a deleted event answers with status `cancelled`; a 404 is suspect and
looked at twice. https://developers.google.com/workspace/calendar/api/v3/reference/events
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from services.connections.connection import Connection
from services.links.link import Link, Rank, links_of, with_item, with_rows
from services.links.parking import GIVES_UP_ON_ONE, given_up
from services.ports.store import Is, Query, Where
from services.run.deciding.ranking import in_window, ranked
from services.run.deciding.resting import awake, still_rests
from services.run.deciding.rivals import woken
from services.run.keeping.tally import counted
from services.run.looking.look import Change, writes_of
from services.run.session import Session
from services.run.staged import Staged, item_now, link_staged
from sync.errors import Missing
from sync.google import is_deleted, with_row
from sync.sides import Side

AT_ONCE = 50
MARGIN = timedelta(days=1)
"""Nothing is concluded near the edge: the window moves on while a read goes on."""
LOOK_AGAIN_AFTER = timedelta(minutes=10)
SURE_AFTER = 2


def judge(session: Session) -> bool:
    """Judge both sides' ended full reads; False when time ran out before the end."""
    return all(_judged(session, side) for side in Side)


def _judged(session: Session, side: Side) -> bool:
    while _reading(session.connection, side):
        if not session.may_go_on():
            return False
        missing = _unmarked(session, side)
        if not missing:
            session.save(_judged_all(side))
            return True
        mark = _mark(session.connection, side)
        for each in missing:
            probed = _looked_for(session, each, side)
            each.link = replace(probed, marks={**probed.marks, side: mark})
        touched = [*missing, *woken(session, missing)]
        session.save(_tallying(touched), writes=writes_of(session, touched))
    return True


def _tallying(links: Sequence[Staged]) -> Change:
    return lambda now: counted(replace(now, backlog=True), links)


def _reading(connection: Connection, side: Side) -> bool:
    reading = (
        connection.calendar_read if side is Side.CALENDAR else connection.agenda_read
    )
    return reading.under_way


def _mark(connection: Connection, side: Side) -> int:
    if side is Side.CALENDAR:
        return connection.calendar_read.mark
    return connection.agenda_read.mark


def _judged_all(side: Side) -> Change:
    def judged(now: Connection) -> Connection:
        if side is Side.CALENDAR:
            done = replace(now.calendar_read, under_way=False, page=None)
            return replace(now, calendar_read=done)
        done = replace(now.agenda_read, under_way=False, page=None)
        return replace(now, agenda_read=done)

    return judged


def _unmarked(session: Session, side: Side) -> list[Staged]:
    member = f"mark_{side}"
    mark = _mark(session.connection, side)
    query = Query(
        collection=links_of(session.connection.id),
        where=[Where(member=member, compare=Is.LESS, value=mark)],
        order_by=member,
        limit=AT_ONCE,
    )
    return [link_staged(document) for document in session.world.store.query(query)]


def _looked_for(session: Session, each: Staged, side: Side) -> Link:
    """Look for what is missing; what is found and cannot be read is set aside."""
    try:
        return _probed(session, each, side)
    except GIVES_UP_ON_ONE as error:
        return given_up(each.link, error, now=session.now())


def _probed(session: Session, each: Staged, side: Side) -> Link:
    link = each.link
    if link.ended_at is not None or _told_by_its_series(link, side):
        return link
    if not in_window(session, link, margin=MARGIN):
        return link
    if side is Side.AGENDA:
        return _probed_item(session, link)
    return _probed_event(session, link)


def _told_by_its_series(link: Link, side: Side) -> bool:
    """Return whether no read ever shows it by itself: its series is spread anew."""
    return link.part is not None and link.part.of_item is (side is Side.AGENDA)


def _probed_event(session: Session, link: Link) -> Link:
    master = link.rows.master
    if master is None or is_deleted(master):
        return link
    try:
        row = session.calendar.get(master["id"])
    except Missing:
        return doubted(session, link)
    return _ranked(session, with_rows(link, with_row(link.rows, row)), link)


def _ranked(session: Session, link: Link, before: Link) -> Link:
    """Return the link as its plan asks; one that rests is not woken by a delete."""
    if still_rests(session, link, before):
        return link
    return ranked(session, awake(session, link, before))


def doubted(session: Session, link: Link) -> Link:
    """Return a link whose event answers 404: suspect once, deleted the second time."""
    if not link.rests and link.suspect + 1 < SURE_AFTER:
        return replace(
            link,
            suspect=link.suspect + 1,
            reread=link.reread | {Side.CALENDAR},
            rank=Rank.EDIT,
            due_at=session.now() + LOOK_AGAIN_AFTER,
            waiting=None,
            why="Google no longer finds the event; it is looked for once more.",
        )
    gone = {**(link.rows.master or {}), "status": "cancelled"}
    rows = with_row(link.rows, gone)
    gone_now = replace(with_rows(link, rows), reread=frozenset())
    return _ranked(session, gone_now, link)


def _probed_item(session: Session, link: Link) -> Link:
    if link.item is None or link.item_id is None:
        return link
    found = session.connector.get([link.item_id]).get(link.item_id)
    if found is not None and found.problem:
        return link
    alive = found is not None and found.content is not None
    item = item_now(found, found.content) if found and found.content and alive else None
    return _ranked(session, with_item(link, item), link)
