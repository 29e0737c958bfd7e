"""Go on with a connection's job: its orders, slice by slice, and what comes after."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from services.connections.connection import Connection, Reading, State
from services.links.link import Link, Rank, clean, links_of
from services.orders.jobs import Job, JobKind, Next, Phase
from services.ports.store import Document, Is, Query, Where
from services.run.keeping.tally import tallied
from services.run.looking.envelope import Change
from services.run.looking.look import writes_of
from services.run.session import Session
from services.run.staged import Staged, link_staged
from services.run.writing.landing import ended, left_alone
from services.run.writing.recover import with_open_intents
from services.run.writing.work import Work
from sync.sides import Side

LINKS_AT_ONCE = 100
PAGE = 40
"""Even 40 links of the largest kind fit into one commit."""

LEFT_AS_IT_WAS = (
    "It was there when the connection was reset, and is left as it is until somebody"
    " changes it."
)


def go_on(session: Session, finished: Change) -> bool:
    """Do a slice of the job; False when more of it is left to be done at once.

    `finished` is how a run that went well leaves the connection. Raises what the sides
    raise, Busy and Overtaken.
    """
    _finish_interrupted(session, finished)
    while not session.time_is_up:
        job = session.connection.job
        if job is None:
            return True
        if job.phase is Phase.ORDERING:
            return _wait(session, job)
        if job.phase is Phase.CANCELLING:
            _each_page(session, _ordered(job.id), _without_order)
            _end(session, finished)
        elif job.phase is Phase.WORKING:
            if not _work(session, job, finished):
                return True
        elif not _forget(session, job, finished):
            return True
    return session.connection.job is None


def is_left(connection: Connection) -> bool:
    """Return whether all of a connection's copies are gone, so that it may end."""
    job = connection.job
    leaves = job is not None and job.kind is JobKind.LEAVE
    return leaves and job is not None and job.phase is Phase.FORGETTING


def _finish_interrupted(session: Session, finished: Change) -> None:
    """Find out what came of writes that a crash left without an answer."""
    job = session.connection.job
    if session.connection.work is None or job is None or job.lost:
        return
    Work(session, with_open_intents(session)).do(finished)


def _wait(session: Session, job: Job) -> bool:
    """Leave a job alone whose orders are being placed; give up a dead asker's."""
    if not job.is_abandoned(session.now()):
        return True
    session.save(_phase(Phase.CANCELLING))
    return False


def _work(session: Session, job: Job, finished: Change) -> bool:
    """Work off some orders; False when what is left of them has to wait."""
    links = _due(session, job)
    if links:
        work = Work(session, links)
        work.do(finished)
        return not work.slowed
    if session.world.store.query(replace(_query(session, _ordered(job.id)), limit=1)):
        session.save(lambda now: session.without_lease(finished(now)))
        return False
    session.save(_phase(Phase.FORGETTING))
    return True


def _due(session: Session, job: Job) -> list[Staged]:
    query = Query(
        collection=links_of(session.connection.id),
        where=[
            *_ordered(job.id),
            Where(member="due_at", compare=Is.AT_MOST, value=session.now()),
        ],
        order_by="due_at",
        limit=LINKS_AT_ONCE,
    )
    found = [link_staged(document) for document in session.world.store.query(query)]
    if job.lost:
        for each in found:
            each.link = _without_calendar(each.link)
    return found


def _without_calendar(link: Link) -> Link:
    """Return the link of a calendar that cannot be reached: only the items can go."""
    order = link.order
    if order is None:
        return link
    sides = order.sides - {Side.CALENDAR}
    return replace(link, order=replace(order, sides=sides)) if sides else clean(link)


# --- afterwards ----------------------------------------------------------------------


def _forget(session: Session, job: Job, finished: Change) -> bool:
    """Have the sync state begin anew; False when the connection is to end now."""
    if job.kind is JobKind.LEAVE:
        return False
    if job.next is Next.ALL:
        _each_page(session, (), lambda link: ended(link, now=session.now()))
    else:
        _each_page(session, (), _left_alone)
    anew = _anew if job.next is Next.ALL else _as_it_is
    _end(session, lambda now: anew(finished(now)))
    return True


def _left_alone(link: Link) -> Link:
    return left_alone(link, why=LEFT_AS_IT_WAS)


def _anew(now: Connection) -> Connection:
    """Return the connection as one that never looked at its two sides."""
    return replace(
        now,
        token=None,
        cursor=None,
        calendar_read=Reading(mark=now.calendar_read.mark),
        agenda_read=Reading(mark=now.agenda_read.mark),
        approved=True,
    )


def _as_it_is(now: Connection) -> Connection:
    return now


def _end(session: Session, how: Change) -> None:
    def over(now: Connection) -> Connection:
        state = State.ACTIVE if now.state is State.HELD else now.state
        ended_job = replace(now, job=None, state=state, asked=None, preview=None)
        return session.without_lease(how(ended_job))

    session.save(over)


def _without_order(link: Link) -> Link:
    """Return the link as if nothing had been ordered; what is due is planned anew."""
    return replace(link, order=None, rank=link.rank or Rank.EDIT, waiting=None)


def _phase(phase: Phase) -> Change:
    def turned(now: Connection) -> Connection:
        return replace(now, job=now.job and replace(now.job, phase=phase, after=""))

    return turned


# --- page by page --------------------------------------------------------------------


def _each_page(
    session: Session, where: Sequence[Where], how: Callable[[Link], Link]
) -> None:
    """Change every link that this finds, in batches, each saved with the connection."""
    query, after = _query(session, where), None
    while True:
        page = session.world.store.query(replace(query, after=after))
        _save(session, [one for one in page if _is_live(one)], how)
        if len(page) < PAGE:
            return
        after = page[-1]


def _is_live(document: Document) -> bool:
    return "same_as" not in document.data and not document.data.get("ended_at")


def _save(
    session: Session, page: Sequence[Document], how: Callable[[Link], Link]
) -> None:
    links = [link_staged(document) for document in page]
    for each in links:
        each.link = how(each.link)

    def counted(now: Connection) -> Connection:
        counts = tallied(now.counts, links)
        return session.with_lease(replace(now, counts=counts, backlog=True))

    session.save(counted, writes=writes_of(session, links))


def _query(session: Session, where: Sequence[Where]) -> Query:
    collection = links_of(session.connection.id)
    return Query(collection=collection, where=where, limit=PAGE)


def _ordered(job_id: str) -> list[Where]:
    return [Where(member="order", compare=Is.EQUAL, value=job_id)]
