"""What was unsure is looked at again when what it was like was paired or carried."""

from collections.abc import Iterator
from dataclasses import replace

from services.links.link import Link, Rank, Waiting, links_of
from services.ports.store import Is, Query, Where
from services.run.looking.pairs import MOST_CANDIDATES, Arrivals
from services.run.session import Session
from services.run.staged import Staged, link_staged
from sync.sides import Side


class Rivals:
    """Finds at which times something ceased to stand alone in this run."""

    def __init__(self, session: Session, arrivals: Arrivals) -> None:
        self.session, self.arrivals = session, arrivals
        self.released: set[str] = set()

    def release(self) -> bool:
        """Let what waits for a person at these times be looked at again; or False.

        Asked before the links are saved: afterwards nobody knows what they were.
        """
        freed = set(self._freed()) - self.released
        self.released |= freed
        if not freed or not self._any_waits():
            return False
        found = [each for span in sorted(freed) for each in self._unsure(span)]
        for each in found:
            each.link = looked_at_again(self.session, each.link)
        return bool(found)

    def _freed(self) -> Iterator[str]:
        yield from filter(None, map(freed_span, self.arrivals.staged.values()))

    def _any_waits(self) -> bool:
        if self.session.connection.counts.unsure:
            return True
        return any(waits(each) for each in self.arrivals.staged.values())

    def _unsure(self, span: str) -> list[Staged]:
        known = self.arrivals.staged
        for each in stored_unsure(self.session, span):
            known.setdefault(each.link.id, each)
        return [one for one in known.values() if one.link.span == span and waits(one)]


def freed_span(each: Staged) -> str:
    """Return the time at which a link, as it is to be saved, is no rival any more."""
    before = each.stored
    if before is None or not before.alone or not before.span:
        return ""
    return before.span if each.gone or _is_another(each.link, before) else ""


def stored_unsure(session: Session, span: str) -> Iterator[Staged]:
    """Yield the stored links of this time that wait for a person to pair them."""
    for side in Side:
        where = [
            Where(member="alone", compare=Is.EQUAL, value=str(side)),
            Where(member="span", compare=Is.EQUAL, value=span),
        ]
        collection = links_of(session.connection.id)
        query = Query(collection=collection, where=where, limit=MOST_CANDIDATES)
        found = map(link_staged, session.world.store.query(query))
        yield from filter(waits, found)


def looked_at_again(session: Session, link: Link) -> Link:
    """Return an unsure link as one whose partner is looked for once more."""
    now = session.now()
    return replace(link, rank=Rank.CREATE, waiting=None, due_at=now, why="")


def _is_another(link: Link, before: Link) -> bool:
    """Whether a link is no longer what others may be confused with."""
    moved = link.alone is not before.alone or link.span != before.span
    return moved or link.rows != before.rows or link.item != before.item


def waits(each: Staged) -> bool:
    """Return whether a person has to say what a link is the same as."""
    return not each.gone and each.link.waiting is Waiting.UNSURE
