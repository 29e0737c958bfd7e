"""What may be the same appointment: a person says which are one, and which are two."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.connections.asked_runs import ask
from services.connections.connection import Connection, load
from services.connections.steering import require_running
from services.links.documents import saved
from services.links.link import Link, Rank, link_path
from services.ports.store import Document, Replace, Write
from services.previews.entries import Entry, EntryKind
from services.previews.live import shown
from services.previews.pages import entries_from
from services.previews.preview import Preview, unexpired
from services.refusals import InTheWay, Unavailable, invalid
from services.run.deciding.releasing import looked_at_again, stored_unsure
from services.run.hint import Overtaken
from services.run.keeping.tally import counted
from services.run.looking.pairs import joined
from services.run.planning import ATTEMPTS, planning
from services.run.session import LinkMoved, Session
from services.run.staged import Staged, link_staged
from services.world import World
from sync.content import Content
from sync.plan_hash import content_mark

CHANGED = (
    "It changed since the preview was made, or was decided already:"
    " look at the preview again, and decide anew."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pairing:
    """One decision: `link` is the same as `other`, or as nothing where that is None."""

    link: str
    other: str | None


def decide_pairs(
    world: World,
    connection_id: str,
    preview_id: str,
    pairings: Sequence[Pairing],
    *,
    now: datetime,
) -> str:
    """Join what is one and part what is two, all or nothing; return the id of a run.

    Raises Unknown, Expired; Invalid with a pointer where the preview shows no such
    pair; InTheWay where one of the two changed since it was shown.
    """
    preview = unexpired(world.store, connection_id, preview_id, now=now)
    if preview.unseen:
        preview = shown(world, preview)
    require_running(load(world.store, connection_id)[0])
    entries = _unsure(world, preview)
    for number, pairing in enumerate(pairings):
        _check(entries, pairing, f"/pairs/{number}")
    _check_once(pairings)
    _decide(world, connection_id, entries, pairings)
    return ask(world, connection_id, asked_for="decisions")


def _unsure(world: World, preview: Preview) -> Mapping[str, Entry]:
    found = entries_from(world.store, preview.shelf, first=0)
    return {one.link: one for one in found if one.kind is EntryKind.UNSURE}


def _check(entries: Mapping[str, Entry], pairing: Pairing, pointer: str) -> None:
    """See to it that the preview shows such a pair. Raises Invalid."""
    entry = entries.get(pairing.link)
    if entry is None:
        raise invalid(f"{pointer}/link", "This preview shows nothing unsure of it.")
    offered = {one.link for one in entry.candidates}
    if pairing.other is not None and pairing.other not in offered:
        message = "This is not among those that may be the same."
        raise invalid(f"{pointer}/with", message)


def _check_once(pairings: Sequence[Pairing]) -> None:
    """See to it that nothing is paired twice. Raises Invalid."""
    known: set[str] = set()
    for number, pairing in enumerate(pairings):
        names = {pairing.link, pairing.other} - {None}
        if known & names:
            message = "This one is part of another decision of the same request."
            raise invalid(f"/pairs/{number}", message)
        known |= {name for name in names if name}


def _decide(
    world: World,
    connection_id: str,
    entries: Mapping[str, Entry],
    pairings: Sequence[Pairing],
) -> None:
    for _ in range(ATTEMPTS):
        session = planning(world, connection_id)
        deciding = _Deciding(session, entries)
        for number, pairing in enumerate(pairings):
            deciding.take(pairing, number)
        try:
            deciding.save()
        except (Overtaken, LinkMoved):
            continue
        return
    raise Unavailable("Too much happens at once in this connection: please try again.")


class _Deciding:
    """Decisions on the links as they are stored at this moment."""

    def __init__(self, session: Session, entries: Mapping[str, Entry]) -> None:
        self.session, self.entries = session, entries
        self.in_hand: list[Staged] = []
        self.spans: set[str] = set()

    def take(self, pairing: Pairing, number: int) -> None:
        """Change the links of one decision. Raises InTheWay, Invalid."""
        entry = self.entries[pairing.link]
        one = self._as_shown(pairing.link, entry.marks, number)
        self.spans.add(one.link.span)
        if pairing.other is None:
            decided = replace(one.link.decided, apart=True)
            one.link = self._due(replace(one.link, decided=decided))
            return
        marks = {c.mark for c in entry.candidates if c.link == pairing.other}
        other = self._as_shown(pairing.other, frozenset(marks), number)
        self._join(one, other)

    def _join(self, one: Staged, other: Staged) -> None:
        event, item = (one, other) if one.link.has_event else (other, one)
        item.link = self._due(joined(event.link, item.link))
        event.gone, event.same_as = True, item.link.id

    def _due(self, link: Link) -> Link:
        now = self.session.now()
        return replace(link, rank=Rank.CREATE, waiting=None, due_at=now, why="")

    def _as_shown(self, name: str, marks: frozenset[str], number: int) -> Staged:
        """Return a link in hand that is still as it was shown. Raises InTheWay."""
        path = link_path(self.session.connection.id, name)
        document = self.session.world.store.get(path)
        each = None if document is None else _staged(document)
        if each is None or not self._is_as_shown(each.link, marks):
            raise InTheWay(f"Decision {number + 1}: {CHANGED}")
        self.in_hand.append(each)
        return each

    def _is_as_shown(self, link: Link, marks: frozenset[str]) -> bool:
        if link.alone is None or link.intent is not None:
            return False
        content = self._content(link)
        return content is not None and content_mark(content) in marks

    def _content(self, link: Link) -> Content | None:
        side = link.alone
        return None if side is None else self.session.rules.pair(link).now[side]

    def save(self) -> None:
        """Save all of it at once, with the counts. Raises Overtaken, LinkMoved."""
        self._free_rivals()
        in_hand = self.in_hand

        def decided(connection: Connection) -> Connection:
            return replace(counted(connection, in_hand), backlog=True)

        self.session.save(decided, writes=list(self._writes()))

    def _free_rivals(self) -> None:
        """Let what else waits at these times be looked at again."""
        known = {each.link.id for each in self.in_hand}
        known |= {each.document.id for each in self.in_hand if each.document}
        for span in sorted(self.spans):
            for each in stored_unsure(self.session, span):
                if each.link.id not in known:
                    each.link = looked_at_again(self.session, each.link)
                    self.in_hand.append(each)

    def _writes(self) -> Iterator[Write]:
        name = self.session.connection.id
        for each in self.in_hand:
            if not each.gone:
                yield saved(name, each.link, over=each.document)
            elif each.document is not None:
                data = {"same_as": each.same_as}
                path, version = each.document.path, each.document.version
                yield Replace(path=path, data=data, version=version)


def _staged(document: Document) -> Staged | None:
    return None if "same_as" in document.data else link_staged(document)
