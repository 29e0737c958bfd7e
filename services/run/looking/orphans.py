"""Instances of a series that we may not see: each an event of its own, until we may.

Who was invited to one occurrence first, and to the whole series later, has one item.
"""

from dataclasses import replace

from services.links.decided import Decided
from services.links.link import Link, Rank, clean
from services.run.deciding.ranking import ranked
from services.run.looking.arrivals import orphan_link
from services.run.looking.pairs import Arrivals
from services.run.session import Session
from services.run.staged import Staged, fetched
from sync.google import Rows, is_deleted
from sync.identity import event_link
from sync.plan import Act, Plan
from sync.plan_hash import plan_marks
from sync.sides import Side

GOES = Plan(act=Act.DELETE, side=Side.AGENDA)


def apart(session: Session, arrivals: Arrivals, link: Link) -> Link:
    """Give each instance of a series that we may not see a link of its own."""
    children = [
        orphan_link(row) for row in link.rows.exceptions.values() if not is_deleted(row)
    ]
    stored = fetched(session, [child.id for child in children])
    for child in children:
        each = stored.get(child.id) or Staged(link=child)
        fresh = replace(each.link, rows=child.rows)
        each.link = ranked(session, fresh)
        arrivals.staged.setdefault(child.id, each)
    return replace(clean(link), orphan=bool(children))


def grown(link: Link) -> bool:
    """Whether the series of instances that stood alone has come into view."""
    return link.orphan and not link.spread and link.has_event


def reunited(session: Session, arrivals: Arrivals, link: Link) -> Link:
    """Return the link of a series with the item that one of its instances had.

    The others' items go: what they show is in the series. Nobody's edit is lost, since
    an edit outweighs a delete. An application without series keeps them all.
    """
    whole = replace(link, orphan=False)
    if not session.connector.capabilities.series:
        return whole
    for child in _children(session, arrivals, link):
        if whole.item is None:
            whole = replace(
                whole,
                item=child.link.item,
                item_id=child.link.item_id,
                seen=child.link.seen,
            )
            child.gone, child.same_as = True, link.id
        else:
            child.link = _going(session, child.link)
    return replace(whole, rank=Rank.EDIT, due_at=session.now(), waiting=None)


def _children(session: Session, arrivals: Arrivals, link: Link) -> list[Staged]:
    rows = [link.rows.exceptions[key] for key in sorted(link.rows.exceptions)]
    names = [event_link(row["id"]) for row in rows]
    stored = fetched(session, [name for name in names if name not in arrivals.staged])
    for name, each in stored.items():
        arrivals.staged.setdefault(name, each)
    found = [arrivals.staged[name] for name in names if name in arrivals.staged]
    return [each for each in found if each.link.item is not None and not each.gone]


def _going(session: Session, child: Link) -> Link:
    gone = {**(child.rows.master or {}), "status": "cancelled"}
    return replace(
        child,
        rows=Rows(master=gone),
        rank=Rank.DELETE,
        due_at=session.now(),
        waiting=None,
        decided=Decided(yes=plan_marks(GOES)),
    )
