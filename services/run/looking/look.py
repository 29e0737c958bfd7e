"""Look at both sides: read what changed, and stage it on the links.

Few changes stay in memory and are written at once. Many are stored page by page, each
page in one batch with what it says about how far the read is, so that a staged step may
be repeated but never lost. A token is saved with the last page that led to it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from connectors.base import ItemPage
from services.connections.connection import Connection, Reading
from services.links.documents import TooLarge, bytes_of, saved
from services.links.link import Link
from services.links.parking import given_up
from services.ports.calendar import Page
from services.ports.store import Write
from services.run.keeping.tally import counted
from services.run.looking.arrivals import staged
from services.run.looking.envelope import believe
from services.run.session import Session
from services.run.staged import Staged
from sync.errors import SyncTokenExpired
from sync.packing import CODEC

FEW = 50
BATCH = 200
BATCH_BYTES = 4_000_000
ITEMS_PER_PAGE = 500

Change = Callable[[Connection], Connection]


@dataclass(slots=True)
class Looked:
    """What a look found: few changes in memory, and how the connection goes on.

    `finish` is to be applied when the changes in memory have been dealt with: it moves
    the token and the cursor on. `complete` tells that nothing is left to read.
    """

    staged: list[Staged] = field(default_factory=list)
    finish: Change = lambda connection: connection
    complete: bool = True


class _ManyChanges(Exception):
    """More than fits in memory: stage it page by page."""


def look(session: Session) -> Looked:
    """Read both sides from where they were left.

    Raises Overtaken, Stopped, and what the sides raise.
    """
    connection = session.connection
    if connection.codec < CODEC:
        _learn_new_fields(session)
    connection = session.connection
    if connection.token and connection.token_shape != session.shape:
        _start_over(session)
    connection = session.connection
    if connection.token and connection.cursor and not _reading(connection):
        try:
            return _look_at_few(session)
        except _ManyChanges:
            pass
        except SyncTokenExpired:
            _start_over(session)
    return _look_at_many(session)


def _reading(connection: Connection) -> bool:
    return connection.calendar_read.under_way or connection.agenda_read.under_way


# --- few -----------------------------------------------------------------------------


def _look_at_few(session: Session) -> Looked:
    connection = session.connection
    page = session.calendar.read(token=connection.token, page=None)
    believe(session, page.envelope)
    items = _few_items(session)
    if page.next_token is None or items.more or len(page.rows) + len(items.items) > FEW:
        raise _ManyChanges
    session.read += len(page.rows) + len(items.items)

    def finish(now: Connection) -> Connection:
        reading = replace(now.calendar_read, page=None)
        told = replace(now, token=page.next_token, cursor=items.cursor)
        return replace(told, calendar_read=reading)

    found = staged(session, page.rows, items.items, live_at=session.now())
    return Looked(staged=found, finish=finish)


def _few_items(session: Session) -> ItemPage:
    cursor = session.connection.cursor
    try:
        return session.connector.read(cursor, window=session.window, limit=FEW + 1)
    except SyncTokenExpired:
        raise _ManyChanges from None


# --- many ----------------------------------------------------------------------------


def _look_at_many(session: Session) -> Looked:
    """Stage page by page, under the lease: two runs would only stage the same twice."""
    _begin_reads(session)
    for stage_page in (_stage_calendar_page, _stage_agenda_page):
        more = True
        while more:
            if not session.may_go_on():
                return Looked(complete=False)
            more = stage_page(session)
    return Looked()


def _begin_reads(session: Session) -> None:
    """Take the lease; mark a full read of each side that has no token or cursor."""

    def begun(now: Connection) -> Connection:
        return replace(
            session.with_lease(now),
            token_shape=session.shape,
            calendar_read=_begun(now.calendar_read, full=now.token is None),
            agenda_read=_begun(now.agenda_read, full=now.cursor is None),
        )

    session.save(begun)


def _begun(reading: Reading, *, full: bool) -> Reading:
    if reading.under_way or not full:
        return reading
    return Reading(mark=reading.mark + 1, under_way=True)


def _stage_calendar_page(session: Session) -> bool:
    """Read and store one page of the calendar; False when it was the last."""
    connection = session.connection
    reading = connection.calendar_read
    token = None if reading.under_way else connection.token
    try:
        page = session.calendar.read(token=token, page=reading.page)
    except SyncTokenExpired:
        _start_over(session)
        return True
    believe(session, page.envelope)
    session.read += len(page.rows)
    store_links(session, staged(session, page.rows, ()), _turned(page))
    return page.next_token is None


def _turned(page: Page) -> Change:
    def turn(now: Connection) -> Connection:
        reading = replace(now.calendar_read, page=page.next_page)
        if page.next_token is None:
            return replace(now, calendar_read=reading, backlog=True)
        return replace(now, calendar_read=reading, token=page.next_token, backlog=True)

    return turn


def _stage_agenda_page(session: Session) -> bool:
    connection = session.connection
    reading = connection.agenda_read
    cursor = reading.page if reading.under_way else connection.cursor
    try:
        page = session.connector.read(
            cursor, window=session.window, limit=ITEMS_PER_PAGE
        )
    except SyncTokenExpired:
        _begin_agenda_again(session)
        return True
    session.read += len(page.items)
    store_links(session, staged(session, (), page.items), _turned_items(page))
    return page.more


def _turned_items(page: ItemPage) -> Change:
    def turn(now: Connection) -> Connection:
        if now.agenda_read.under_way and page.more:
            reading = replace(now.agenda_read, page=page.cursor)
            return replace(now, agenda_read=reading, backlog=True)
        reading = replace(now.agenda_read, page=None)
        return replace(now, agenda_read=reading, cursor=page.cursor, backlog=True)

    return turn


def store_links(session: Session, links: Sequence[Staged], turn: Change) -> None:
    """Store what a page changed, in batches; the last one turns the page.

    Whoever finds a link moved meanwhile reads and folds the page again.
    """
    batch = _Batch(session)
    for each in links:
        if each.touched:
            batch.add(each)
    batch.save(turn)


class _Batch:
    """Links that are saved together: not too many, and not too much of them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.links: list[Staged] = []
        self.writes: list[Write] = []
        self.bytes = 0

    def add(self, each: Staged) -> None:
        """Take a link in, saving what was there before where it is enough."""
        writes = writes_of(self.session, [each])
        size = sum(bytes_of(write) for write in writes)
        if len(self.links) == BATCH or self.bytes + size > BATCH_BYTES:
            self.save(_with_backlog)
        self.links.append(each)
        self.writes += writes
        self.bytes += size

    def save(self, how: Change) -> None:
        """Save what was taken in, and begin anew."""
        links, session = self.links, self.session

        def saved_with(now: Connection) -> Connection:
            return session.with_lease(how(counted(now, links)))

        session.save(saved_with, writes=self.writes)
        self.links, self.writes, self.bytes = [], [], 0


def _with_backlog(now: Connection) -> Connection:
    return replace(now, backlog=True)


def writes_of(session: Session, links: Sequence[Staged]) -> list[Write]:
    """Return the writes that save these links; one that is too large is parked."""
    return list(chain.from_iterable(_writes(session, each) for each in links))


def _writes(session: Session, each: Staged) -> list[Write]:
    connection = session.connection.id
    try:
        return [saved(connection, each.link, over=each.document)]
    except TooLarge as too_large:
        each.link = given_up(_as_it_was(each), too_large, now=session.now())
        return [saved(connection, each.link, over=each.document)]


def _as_it_was(each: Staged) -> Link:
    """Return a link without what made it too large."""
    link = each.link
    bare = Link(id=link.id, birth=link.birth, event_id=link.event_id)
    return each.stored or replace(bare, item_id=link.item_id)


def _start_over(session: Session) -> None:
    """Forget the sync token: only a full read helps."""

    def forgetful(now: Connection) -> Connection:
        reading = Reading(mark=now.calendar_read.mark + 1, under_way=True)
        return replace(
            now, token=None, token_shape=session.shape, calendar_read=reading
        )

    session.save(forgetful)


def _learn_new_fields(session: Session) -> None:
    """Read both sides anew: what an older codec left out is news to nobody."""
    connection = session.connection
    if connection.token or connection.cursor or _reading(connection):
        read_anew(session)
    session.save(lambda now: replace(now, codec=CODEC))


def read_anew(session: Session) -> None:
    """Forget where both sides were read to: what was left out may be wanted now."""
    _start_over(session)
    _begin_agenda_again(session)


def _begin_agenda_again(session: Session) -> None:
    def forgetful(now: Connection) -> Connection:
        reading = Reading(mark=now.agenda_read.mark + 1, under_way=True)
        return replace(now, cursor=None, agenda_read=reading)

    session.save(forgetful)
