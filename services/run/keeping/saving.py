"""Save what a run holds: its links together with its connection."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.connections.connection import Connection
from services.links.documents import bytes_of
from services.links.link import Rank, link_path
from services.ports.store import Create, Document, Replace, Write
from services.run.hint import Overtaken
from services.run.keeping.tally import counted
from services.run.looking.envelope import Change
from services.run.looking.look import writes_of
from services.run.looking.naming import names_of_items
from services.run.looking.pairs import Arrivals
from services.run.session import LinkMoved, Session
from services.run.staged import Staged, link_staged
from sync.sides import Side

MOST_BYTES = 4_000_000
"""So much of links goes in one commit, with what goes along."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Some:
    """Links that fit into one commit, and the writes that save them."""

    links: Sequence[Staged]
    writes: Sequence[Write]


class Saving:
    """How the links in hand are saved: each over the version that was read."""

    def __init__(self, session: Session, arrivals: Arrivals) -> None:
        self.session, self.arrivals = session, arrivals

    def save(self, change: Change, writes: Sequence[Write] = ()) -> None:
        """Save every touched link, in one commit with the connection.

        What is too much for one commit goes before it, link by link whole; the change
        comes last. Raises Overtaken.
        """
        while True:
            touched = [each for each in self._in_hand() if each.touched]
            some = _first(self.session, touched)
            try:
                if len(some.links) < len(touched):
                    self._save_links(some)
                    continue
                self._save_all(change, some, writes)
            except LinkMoved as moved:
                self._reload(moved.path)
                continue
            return

    def _save_links(self, some: "_Some") -> None:
        names = names_of_items(self.session, some.links)
        versions = self.session.save(
            _counting(_unchanged, some.links), writes=[*names, *some.writes]
        )
        for each, version in zip(some.links, versions[len(names) :], strict=True):
            self._saved(each, version)

    def _save_all(self, change: Change, some: "_Some", writes: Sequence[Write]) -> None:
        gone = [each for each in self._in_hand() if each.gone]
        extra = [
            *writes,
            *(self._alias(each) for each in gone if each.same_as),
            *names_of_items(self.session, some.links),
        ]
        versions = self.session.save(
            _counting(change, [*some.links, *gone]), writes=[*extra, *some.writes]
        )
        for each in gone:
            del self.arrivals.staged[each.link.id]
        for each, version in zip(some.links, versions[len(extra) :], strict=True):
            self._saved(each, version)

    def _in_hand(self) -> Sequence[Staged]:
        return list(self.arrivals.staged.values())

    def _alias(self, each: Staged) -> Write:
        """Return the write by which the name of a link leads to the one it joined."""
        path = link_path(self.session.connection.id, each.link.id)
        data = {"same_as": each.same_as}
        if each.document is None:
            return Create(path=path, data=data)
        return Replace(path=path, data=data, version=each.document.version)

    def _saved(self, each: Staged, version: str) -> None:
        each.stored = each.link
        path = link_path(self.session.connection.id, each.link.id)
        each.document = Document(path=path, data={}, version=version)

    def _reload(self, path: str) -> None:
        """Somebody staged a newer form of a link while we wrote: look at both again.

        What we know of our own write stays; both sides are read anew before planning.
        Raises Overtaken where the name leads to another link by now.
        """
        document = self.session.world.store.get(path)
        each = self.arrivals.staged.get(path.rpartition("/")[2])
        if each is None or (document is not None and "same_as" in document.data):
            raise Overtaken
        fresh = link_staged(document) if document else Staged(link=each.link)
        each.document, each.stored = fresh.document, fresh.stored
        each.link = replace(
            each.link,
            reread=frozenset(Side),
            rank=each.link.rank or Rank.EDIT,
            due_at=self.session.now(),
        )


def _counting(change: Change, links: Sequence[Staged]) -> Change:
    def tallied(connection: Connection) -> Connection:
        return counted(change(connection), links)

    return tallied


def _unchanged(now: Connection) -> Connection:
    return now


def _first(session: Session, links: Sequence[Staged]) -> _Some:
    """Return the first of the links, as many as fit; at least one if there is any."""
    taken: list[Staged] = []
    writes: list[Write] = []
    size = 0
    for each in links:
        mine = writes_of(session, [each])
        size += sum(bytes_of(write) for write in mine)
        if taken and size > MOST_BYTES:
            break
        taken.append(each)
        writes += mine
    return _Some(links=taken, writes=writes)
