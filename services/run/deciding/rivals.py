"""What waited for a person to tell it from something that is gone: it is free again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from services.links.link import Link, Rank, Waiting, links_of
from services.ports.store import Is, Query, Where
from services.run.session import Session
from services.run.staged import Staged, link_staged
from sync.sides import Side

MOST = 20


def woken(session: Session, changed: Sequence[Staged]) -> list[Staged]:
    """Return the stored links that were unsure because of one that has changed since.

    They are due to be looked at anew: what they were like may be gone, joined with
    something else, or called something else by now.
    """
    known = {each.link.id for each in changed}
    found: dict[str, Staged] = {}
    for each in changed:
        if _was_unsure(each):
            found |= {one.link.id: one for one in _rivals(session, each.stored)}
    return [_due(session, one) for name, one in found.items() if name not in known]


def _was_unsure(each: Staged) -> bool:
    before = each.stored
    return before is not None and before.waiting is Waiting.UNSURE and each.touched


def _rivals(session: Session, link: Link | None) -> Iterator[Staged]:
    if link is None:
        return
    for member in ("span", "ical_uid"):
        value = getattr(link, member)
        for side in Side if value else ():
            yield from _unsure(_stored(session, side, member, value))


def _stored(session: Session, side: Side, member: str, value: str) -> Iterable[Staged]:
    query = Query(
        collection=links_of(session.connection.id),
        where=[
            Where(member="alone", compare=Is.EQUAL, value=str(side)),
            Where(member=member, compare=Is.EQUAL, value=value),
        ],
        limit=MOST,
    )
    return [link_staged(each) for each in session.world.store.query(query)]


def _unsure(links: Iterable[Staged]) -> Iterator[Staged]:
    return (each for each in links if each.link.waiting is Waiting.UNSURE)


def _due(session: Session, each: Staged) -> Staged:
    each.link = replace(
        each.link, rank=Rank.CREATE, due_at=session.now(), waiting=None, why=""
    )
    return each
