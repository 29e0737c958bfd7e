"""What is to be done with a link: its rank, when it is due, or why it waits."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from services.links.link import Link, Rank, Waiting, clean
from services.run.session import Session
from sync.google import meeting_of
from sync.pairing import span
from sync.plan import Act, Plan, plan
from sync.recurrence import reaches

NO_MARGIN = timedelta(0)

RANKS: Mapping[Act, Rank] = {
    Act.NOTHING: Rank.CLEAN,
    Act.CREATE: Rank.CREATE,
    Act.MEET: Rank.EDIT,
    Act.AGREE: Rank.EDIT,
    Act.WRITE: Rank.EDIT,
    Act.DELETE: Rank.DELETE,
    Act.REST: Rank.EDIT,
    Act.END: Rank.DELETE,
}


def waiting_until(link: Link, moment: datetime, why: str) -> Link:
    """Return the link put off, with the reason."""
    return replace(link, due_at=moment, waiting=Waiting.LIMITED, why=why)


def ranked(session: Session, link: Link) -> Link:
    """Return the link with the rank of what its plan asks for, due at once."""
    link = replace(link, removed=False)
    if link.order is not None:
        rank = link.rank or Rank.EDIT
        return replace(link, rank=rank, due_at=session.now(), waiting=None)
    if link.intent is not None:
        # What came of it nobody knows yet, so that nothing can be said of its sides.
        rank = link.rank or Rank.EDIT
        return replace(link, rank=rank, due_at=session.now(), waiting=None, why="")
    if link.spread and link.orphan:
        return link
    if waits_for_master(link) or link.spread:
        return replace(link, rank=Rank.CREATE, due_at=session.now(), waiting=None)
    pair = session.rules.pair(link)
    found = plan(pair, session.rules.policy(link))
    rank = RANKS[found.act]
    lonely = link.foreign and not link.linked and link.item is None
    if rank is Rank.CLEAN or (lonely and not seeks(link)):
        return at_rest(link, found)
    if rank is link.rank and link.waiting is Waiting.HELD:
        return link
    there = next((now for now in pair.now.values() if now is not None), None)
    return replace(
        link,
        rank=rank,
        due_at=session.now(),
        waiting=None,
        why="",
        tries=0,
        span=span(there, zone=session.connection.zone) if there else "",
    )


def seeks(link: Link) -> bool:
    """Whether an event is somebody's copy of a meeting that an item here may be."""
    master = link.rows.master
    return link.foreign and master is not None and bool(meeting_of(master))


def at_rest(link: Link, found: Plan) -> Link:
    """Return the link with nothing to do, and the reason where a rule says so."""
    return replace(clean(link), why=found.why if found.rests else "")


def waits_for_master(link: Link) -> bool:
    """Whether only exceptions of a series are known, so that it must be asked for."""
    return link.rows.master is None and bool(link.rows.exceptions) and not link.orphan


def in_window(session: Session, link: Link, *, margin: timedelta = NO_MARGIN) -> bool:
    """Whether the event or the item reaches into the window, by more than a margin."""
    pair = session.rules.pair(link)
    window = session.window
    return any(
        reaches(
            content,
            start=window.start + margin,
            end=window.end,
            zone=session.connection.zone,
        )
        for content in pair.now.values()
        if content is not None
    )
