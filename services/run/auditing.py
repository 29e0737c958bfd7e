"""Audit one connection, slice by slice: everything is listed once and compared.

Both sides are listed as in a full read, and beside the tokens: an audit moves none.
What drifted is marked on its link, and the ordinary run repairs it by the usual plan.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from services.agendas.settings_reading import effective
from services.connections.asked_runs import News, tell
from services.connections.audits import (
    Audit,
    Phase,
    audited,
    calls_left,
    forget_audit,
    hash_set,
    hashes,
    load_audit,
    next_slot,
    queue_audit,
    save_audit,
    short_hash,
    spend_calls,
    tomorrow,
)
from services.connections.connection import (
    RUNNING,
    Connection,
    ConnectionMissing,
    Counts,
    change,
    load,
    path_of,
    replaced,
)
from services.google.access import open_calendar
from services.lanes import Lane
from services.links.documents import saved
from services.links.link import Rank, links_of
from services.ports.store import Conflict, Document, Query
from services.queueing import queue_run
from services.run.connecting import application_of
from services.run.hint import Hint
from services.run.keeping.recounting import counts_of, recounted
from services.run.keeping.tally import tallied
from services.run.looking.drift import Drifted, doubled, in_items, in_link, in_rows
from services.run.session import Session
from services.run.staged import Staged, fetched, link_staged
from services.world import World
from sync.errors import PermanentError, SyncTokenExpired, TransientError
from sync.sides import Side

logger = logging.getLogger(__name__)

ITEMS_AT_ONCE = 500
LINKS_AT_ONCE = 200
MOST_AT_ONCE = 40
MOST_MARKED = 2_000
MOST_TRIES = 6
CHECK_AFTER = timedelta(minutes=30)
WAITS = timedelta(minutes=1)


class InUse(Exception):
    """A run holds the lease: the audit is not to get in its way."""


def audit(world: World, connection_id: str, *, run: str) -> str:
    """Do a slice of an audit and queue the next; return what came of it, in a word."""
    try:
        connection, document = load(world.store, connection_id)
    except ConnectionMissing:
        return "missing"
    agenda = world.store.get(f"agendas/{connection.agenda}")
    if connection.state not in RUNNING or agenda is None:
        return _ended(world, connection_id, run, word=str(connection.state))
    if not connection.first_sync_done or connection.lease.is_live(world.clock.now()):
        return _later(world, connection_id, run, word="busy")
    if calls_left(world.store, connection.organization, now=world.clock.now()) <= 0:
        at = tomorrow(connection_id, now=world.clock.now())
        queue_audit(world, connection_id, run=run, at=at)
        return "budget"
    session = Session(
        world, Hint(), connection=connection, document=document, agenda=agenda
    )
    return _sliced(session, run)


def _sliced(session: Session, run: str) -> str:
    world, connection = session.world, session.connection.id
    auditing = _Auditing(session, run)
    try:
        return auditing.go_on()
    except InUse:
        return _later(world, connection, run, word="busy")
    except Conflict:
        return "another"
    except TransientError:
        return auditing.try_again()
    except PermanentError as error:
        return _ended(world, connection, run, word=type(error).__name__)
    finally:
        now = world.clock.now()
        spend_calls(
            world.store, session.connection.organization, auditing.calls, now=now
        )


def _later(world: World, connection_id: str, run: str, *, word: str) -> str:
    queue_audit(world, connection_id, run=run, at=world.clock.now() + WAITS)
    return word


def _ended(world: World, connection_id: str, run: str, *, word: str) -> str:
    news = News(id=run, at=world.clock.now(), outcome=word, ended=True)
    tell(world.store, connection_id, news, only_asked=True)
    return word


class _Auditing:
    """One slice of an audit."""

    def __init__(self, session: Session, run: str) -> None:
        self.session, self.world, self.run = session, session.world, run
        self.id = session.connection.id
        self.calls = 0
        known, self.document = load_audit(self.world.store, self.id)
        fresh = Audit(run=run, started_at=session.now())
        self.audit = known if known is not None and known.run == run else fresh

    def go_on(self) -> str:
        """Take pages until the slice is over, or the audit."""
        self._connect()
        if self.audit.phase is Phase.CHECK:
            return self._check()
        while True:
            step = self._step()
            if step is None:
                return self._looked_at_all()
            try:
                self._save(step())
            except SyncTokenExpired:
                # The place in the list is lost: from the first page again.
                fresh = Audit(run=self.run, started_at=self.session.now())
                self._save(replace(fresh, tries=self.audit.tries))
                return self.try_again()
            if self.session.time_is_up and self._step() is not None:
                queue_audit(self.world, self.id, run=self.run)
                return "going on"

    def _step(self) -> Callable[[], Audit] | None:
        """Return what takes the next page; None when there is none."""
        return {
            Phase.CALENDAR: self._calendar_page,
            Phase.AGENDA: self._agenda_page,
            Phase.LINKS: self._links_page,
        }.get(self.audit.phase)

    def try_again(self) -> str:
        """Wait for the other side to answer again; give up after some times."""
        tries = self.audit.tries + 1
        if tries > MOST_TRIES:
            ids = {"event": "audit-given-up", "connection_id": self.id}
            logger.warning("audit given up", extra=ids)
            return _ended(self.world, self.id, self.run, word="given up")
        self._save(replace(self.audit, tries=tries))
        at = self.session.now() + WAITS * 2**tries
        queue_audit(self.world, self.id, run=self.run, at=at)
        return "postponed"

    def _connect(self) -> None:
        session = self.session
        session.settings = effective(
            session.agenda.data.get("settings") or {}, session.connection.settings
        )
        session.connector = self.world.connect(application_of(session.agenda))
        session.calendar = open_calendar(
            self.world,
            session.connection,
            now=session.now(),
            event_types=session.settings.event_types,
            count=session.allowance.count,
        )

    def _save(self, audit: Audit) -> None:
        self.audit = audit
        self.document = save_audit(self.world.store, self.id, audit, over=self.document)

    # --- pages -----------------------------------------------------------------------

    def _calendar_page(self) -> Audit:
        self.calls += 1
        page = self.session.calendar.read(token=None, page=self.audit.place or None)
        drifted, shown = in_rows(self.session, page.rows)
        after = self._marked(drifted)
        after = replace(after, calendar=after.calendar + hashes(shown))
        if page.next_page is not None:
            return replace(after, place=page.next_page)
        return replace(after, phase=Phase.AGENDA, place="")

    def _agenda_page(self) -> Audit:
        session = self.session
        page = session.connector.read(
            self.audit.place or None, window=session.window, limit=ITEMS_AT_ONCE
        )
        drifted, shown = in_items(session, page.items)
        after = self._marked(drifted)
        after = replace(after, agenda=after.agenda + hashes(shown))
        if page.more:
            return replace(after, place=page.cursor)
        return replace(after, phase=Phase.LINKS, place="")

    def _links_page(self) -> Audit:
        """Look at links in the order of their items: two of one item are neighbours."""
        self._begin_to_count()
        documents = self._links()
        shown = {
            Side.CALENDAR: hash_set(self.audit.calendar),
            Side.AGENDA: hash_set(self.audit.agenda),
        }
        links = [link_staged(document) for document in documents]
        drifted = list(self._doubled(links))
        twice = {found.each.link.id for found in drifted}
        for each in links:
            name = short_hash(each.link.id)
            found = each.link.id not in twice and in_link(
                self.session,
                each,
                shown={side: name in shown[side] for side in Side},
                since=self.audit.started_at,
            )
            drifted += [found] if found else []
        after = self._marked(drifted)
        linked = sum(each.link.linked for each in links)
        counts = counts_of(
            (each.stored for each in links if each.stored), more_than=after.counts
        )
        after = replace(after, links=after.links + linked, counts=counts)
        if len(documents) == LINKS_AT_ONCE:
            return replace(after, place=documents[-1].id)
        return replace(after, phase=Phase.CHECK, place="")

    def _begin_to_count(self) -> None:
        """Count links only as long as the connection is as it is with the first."""
        if not self.audit.place:
            _, document = load(self.world.store, self.id)
            self.audit = replace(
                self.audit, counts=Counts(), counted_from=document.version
            )

    def _links(self) -> Sequence[Document]:
        collection, place = links_of(self.id), None
        if self.audit.place:
            place = self.world.store.get(f"{collection}/{self.audit.place}")
        return self.world.store.query(
            Query(
                collection=collection,
                order_by="item_id",
                limit=LINKS_AT_ONCE,
                after=place,
            )
        )

    def _doubled(self, links: Sequence[Staged]) -> list[Drifted]:
        before = fetched(self.session, [self.audit.place]) if self.audit.place else {}
        row = [*before.values(), *links]
        found = []
        for one, other in pairwise(row):
            if one.link.item_id is None or one.link.item_id != other.link.item_id:
                continue
            extra = doubled(self.session, one, other)
            found += [extra] if extra else []
        return found

    # --- marking ---------------------------------------------------------------------

    def _marked(self, drifted: Sequence[Drifted]) -> Audit:
        """Save links that drifted, for the next run; return the audit that knows."""
        audit = self.audit
        for at in range(0, len(drifted), MOST_AT_ONCE):
            some = self._saved(drifted[at : at + MOST_AT_ONCE])
            found = dict(audit.found)
            for each in some:
                found[str(each.kind)] = found.get(str(each.kind), 0) + 1
                ids = {"event": "drift", "connection_id": self.id}
                ids |= {"link_id": each.each.link.id, "kind": str(each.kind)}
                logger.warning("a link had drifted", extra=ids)
            names = [each.each.link.id for each in some]
            marked = (*audit.marked, *names)[:MOST_MARKED]
            audit = replace(audit, found=found, marked=marked)
        return audit

    def _saved(self, drifted: Sequence[Drifted]) -> list[Drifted]:
        """Save links together with what is counted; what moved meanwhile is left out.

        Whoever moved it has it in hand. Raises InUse.
        """
        left = {f"{links_of(self.id)}/{one.each.link.id}": one for one in drifted}
        while left:
            connection, document = load(self.world.store, self.id)
            if connection.lease.is_live(self.session.now()):
                raise InUse
            links = [one.each for one in left.values()]
            counts = tallied(connection.counts, links)
            after = replace(connection, counts=counts, backlog=True)
            writes = [saved(self.id, each.link, over=each.document) for each in links]
            try:
                self.world.store.commit(
                    [replaced(after, version=document.version), *writes]
                )
            except Conflict as conflict:
                if conflict.path != path_of(self.id):
                    left.pop(conflict.path)
                continue
            break
        return list(left.values())

    # --- the end ---------------------------------------------------------------------

    def _looked_at_all(self) -> str:
        counts, version = self.audit.counts, self.audit.counted_from
        recounted(self.world.store, self.id, counts, version=version)
        self._tell(repaired=0)
        if not self.audit.drifted:
            self._forget()
            return "done"
        queue_run(self.world, self.id, lane=Lane.BACKFILL)
        at = self.session.now() + CHECK_AFTER
        queue_audit(self.world, self.id, run=self.run, at=at)
        return "repairing"

    def _check(self) -> str:
        """Look which of the links that had drifted are well again."""
        links = fetched(self.session, self.audit.marked)
        well = [
            each
            for each in links.values()
            if each.link.rank is Rank.CLEAN and each.link.waiting is None
        ]
        gone = len(self.audit.marked) - len(links)
        self._tell(repaired=len(well) + gone)
        self._forget()
        return "done"

    def _forget(self) -> None:
        if self.document is not None:
            forget_audit(self.world.store, self.document)

    def _tell(self, *, repaired: int) -> None:
        now, audit = self.session.now(), self.audit
        days = self.session.settings.audit_days
        shown = audited(audit, now=now, repaired=repaired)

        def told(connection: Connection) -> Connection:
            at = next_slot(connection.id, days=days, now=now)
            return replace(connection, audit=shown, audit_at=at)

        change(self.world.store, self.id, told)
        news = News(id=self.run, at=now, outcome="done", ended=True)
        news = replace(news, read=0 if repaired else audit.links)
        tell(self.world.store, self.id, news, only_asked=True)
        ids = {"event": "audited", "connection_id": self.id, "links": audit.links}
        ids |= {"drifted": audit.drifted, "repaired": repaired}
        logger.info("connection audited", extra=ids)
