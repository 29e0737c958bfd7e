"""Undo: what we wrote to a side goes back, field by field, as a person's own edit.

Writes are folded for each link and side, the oldest before-image wins, and what comes
of it is an order on the link. The next run works it off and carries it to the other
side. What somebody changed since is left as it is, and named.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.connections import journal
from services.connections.asked_runs import ask, find
from services.connections.connection import Connection, load
from services.connections.journal import KEPT, Entry
from services.connections.steering import require_running
from services.ids import Kind, new_id
from services.links.link import Link
from services.orders.beginning import BUSY
from services.orders.order import Deed, Order
from services.orders.ordering import place, stored_links
from services.refusals import Expired, InTheWay, Unknown
from services.run.connecting import rules_of
from services.run.deciding.ordered import SKIP
from services.run.deciding.rules import Rules
from services.world import World
from sync.content import Content
from sync.delta import changes
from sync.google import Unreadable
from sync.plan import Act
from sync.sides import THERE, Atom, Side
from sync.undo import Image, folded, undoing

REASON = "undone by a person: "
NOT_WRITTEN = frozenset({"stale", "refused", "postponed", "skipped"})
NOTHING_WRITTEN = "Nothing was written then."
UNKNOWN_NOW = "The appointment is not known any more."
TOO_LARGE = "The appointment is too large to be put back."
UNREADABLE = "The appointment cannot be read as it is now."
PUT_BACK = (
    "This connection puts back what is changed on that side; change it on the other."
)
TOO_OLD = "The journal does not go back so far: it keeps 30 days."


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """A write that is not undone, or some fields of it, and why."""

    write: str
    link: str
    side: Side
    why: str
    atoms: frozenset[Atom] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """What an undo comes to: its run, how many writes go back, and what does not."""

    run: str
    undone: int
    skipped: tuple[Skipped, ...] = ()


def undo_write(
    world: World, connection_id: str, write: str, *, now: datetime
) -> Undone:
    """Undo one write. Raises Unknown, Expired, InTheWay."""
    return undo_writes(world, connection_id, [write], now=now)


def undo_run(world: World, connection_id: str, run: str, *, now: datetime) -> Undone:
    """Undo all that one run wrote. Raises Unknown, Expired, InTheWay.

    An id that somebody was answered with may have joined another run.
    """
    found = list(journal.of_run(world.store, connection_id, run))
    asked = find(world.store, connection_id, run)
    if not found and asked is not None:
        found = list(journal.of_run(world.store, connection_id, asked.run))
    if not found:
        raise Unknown("This run wrote nothing, or the journal no longer has it.")
    return _undo(world, connection_id, found, now=now)


def undo_since(
    world: World, connection_id: str, moment: datetime, *, now: datetime
) -> Undone:
    """Undo everything that was written since a moment. Raises Expired, InTheWay."""
    if now - moment > KEPT:
        raise Expired(TOO_OLD)
    found = list(journal.since(world.store, connection_id, moment))
    return _undo(world, connection_id, found, now=now)


def undo_writes(
    world: World, connection_id: str, writes: Sequence[str], *, now: datetime
) -> Undone:
    """Undo these writes. Raises Unknown where one of them is not known, Expired."""
    found = journal.entries(world.store, connection_id, writes)
    if len(found) < len(set(writes)):
        raise Unknown("There is no such write, or the journal no longer has it.")
    return _undo(world, connection_id, found, now=now)


@dataclass(slots=True)
class _Undoing:
    """What is being found out about one undo."""

    rules: Rules
    run: str
    orders: dict[str, Order] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def take(self, link: Link | None, entries: Sequence[Entry]) -> None:
        """Find out what of one link's writes, the newest first, is to go back."""
        images: dict[Side, Image] = {}
        many = 0
        for side in Side:
            done = self._done([each for each in entries if each.intent.side is side])
            if not done:
                continue
            image = folded([image_of(each) for each in done])
            if link is None:
                self._skip(done, UNKNOWN_NOW)
            elif self._goes_back(link, side, image, done):
                images[side] = image
                many += len(done)
        if link is not None and images:
            why = REASON + _reason(entries[0])
            self.orders[link.id] = Order(
                id=self.run, deed=Deed.UNDO, why=why, images=images, run=self.run
            )
            self.counts[link.id] = many

    def _done(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        idle = [each for each in entries if each.intent.outcome in NOT_WRITTEN]
        self._skip(idle, NOTHING_WRITTEN)
        return [each for each in entries if each not in idle]

    def _goes_back(
        self, link: Link, side: Side, image: Image, entries: Sequence[Entry]
    ) -> bool:
        """Whether there is anything to be put back as far as we know by now."""
        try:
            now = self.rules.shown(link, side)
        except Unreadable:
            self._skip(entries, UNREADABLE)
            return False
        found = undoing(now, image)
        if self._puts_back(link, side, now, found.wanted):
            self._skip(entries, PUT_BACK)
            return False
        if found.why:
            self._skip(entries, found.why, atoms=found.skipped)
        return found.wanted != now

    def _puts_back(
        self, link: Link, side: Side, now: Content | None, wanted: Content | None
    ) -> bool:
        """Whether the rules would put back at once what is undone here."""
        puts_back = self.rules.policy(link).puts_back
        if now is None or wanted is None:
            return now != wanted and puts_back(side, THERE)
        return any(puts_back(side, atom.name) for atom in changes(wanted, now))

    def _skip(
        self,
        entries: Iterable[Entry],
        why: str,
        *,
        atoms: frozenset[Atom] = frozenset(),
    ) -> None:
        for each in entries:
            if atoms and not atoms & each.intent.atoms:
                continue
            self.skipped.append(
                Skipped(
                    write=each.id,
                    link=each.intent.link,
                    side=each.intent.side,
                    why=why,
                    atoms=atoms & each.intent.atoms,
                )
            )


def _undo(
    world: World, connection_id: str, entries: Sequence[Entry], *, now: datetime
) -> Undone:
    connection, _ = load(world.store, connection_id)
    require_running(connection)
    if connection.job is not None:
        raise InTheWay(BUSY)
    if any(now - each.at > KEPT for each in entries):
        raise Expired(TOO_OLD)
    finding = _Undoing(rules=rules_of(world, connection), run=new_id(Kind.RUN))
    _find(world, connection, finding, entries)
    left_out = place(world.store, connection_id, finding.orders, now=now)
    for link_id in left_out:
        many = finding.counts.pop(link_id)
        # Its writes are told of as one: which of them is too large cannot be said.
        side = next(iter(finding.orders[link_id].images))
        finding.skipped.append(
            Skipped(write="", link=link_id, side=side, why=f"{TOO_LARGE} ({many})")
        )
    if finding.counts:
        ask(world, connection_id, asked_for="undo", name=finding.run)
    return Undone(
        run=finding.run,
        undone=sum(finding.counts.values()),
        skipped=tuple(finding.skipped),
    )


def _find(
    world: World, connection: Connection, finding: _Undoing, entries: Sequence[Entry]
) -> None:
    """Find out about each link, some of them at a time."""
    by_link: dict[str, list[Entry]] = {}
    for each in entries:
        if each.intent.act != SKIP:
            by_link.setdefault(each.intent.link, []).append(each)
    links = stored_links(world.store, connection.id, list(by_link))
    together: dict[str, list[Entry]] = {}
    for name, some in by_link.items():
        link = links.get(name)
        together.setdefault(link.id if link else name, []).extend(some)
    known = {link.id: link for link in links.values()}
    for name, some in together.items():
        some.sort(key=lambda each: each.at, reverse=True)
        finding.take(known.get(name), some)


def image_of(entry: Entry) -> Image:
    """Return what a side showed before and after one write of ours."""
    intent = entry.intent
    if intent.act == Act.DELETE:
        return Image(before=intent.before, left=None)
    left = intent.shown or intent.sent
    before = None if intent.act == Act.CREATE else intent.before
    return Image(before=before, left=left)


def _reason(entry: Entry) -> str:
    why = entry.intent.why
    return "an undo" if why.startswith(REASON) else why
