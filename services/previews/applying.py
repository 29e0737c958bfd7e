"""Apply a preview: what a person said yes to is done, exactly as it was shown.

A yes is kept on each link as the marks of the plan that was shown; the gate of the next
run lets nothing else of that link pass. What changed meanwhile is held, and shown anew.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, islice

from services.connections.asked_runs import ask
from services.connections.connection import Connection, State, asking, change, load
from services.connections.steering import require_running, set_settings
from services.ids import Kind, new_id
from services.links.decided import Decided
from services.links.link import Link, Rank, Waiting
from services.orders.reset import KIND as RESET
from services.orders.reset import begin_reset
from services.previews.entries import Entry, EntryKind
from services.previews.live import shown
from services.previews.pages import entries_from
from services.previews.preview import (
    FIRST_SYNC,
    UNSURE,
    Preview,
    mark,
    new_preview,
    unexpired,
)
from services.run.deciding.asking import CHANGED as SOME_CHANGED
from services.run.deciding.asking import UNSURE as ASKS_WHICH
from services.run.deciding.foresight import Foresight
from services.run.deciding.gate import CHANGED, RANKS
from services.run.planning import answer, planning
from services.run.session import Session
from services.run.staged import Staged
from services.world import World
from sync.plan import Plan
from sync.plan_hash import plan_marks
from sync.plan_writes import writes_of

AT_ONCE = 40
LEFT = "Somebody said yes to other parts of the same preview, and not to this one."
WRITES = frozenset(EntryKind) - {EntryKind.UNSURE, EntryKind.DONE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """Which entries a person said yes to: all, only these, or all but these."""

    only: frozenset[str] | None = None
    but: frozenset[str] = frozenset()

    def has(self, entry: Entry) -> bool:
        """Return whether the yes is to this entry; its link's id names it too."""
        names = {entry.id, entry.link}
        if self.only is not None and not names & self.only:
            return False
        return not names & self.but


@dataclass(frozen=True, kw_only=True, slots=True)
class Applying:
    """What a hook is given: the preview, what of it is to be done, and by which run."""

    world: World
    connection: Connection
    preview: Preview
    chosen: Chosen
    run: str
    now: datetime

    def entries(self) -> Iterator[Entry]:
        """Yield the entries that a person said yes to, as they were shown."""
        return (one for one in self.writes() if self.chosen.has(one))

    def writes(self) -> Iterator[Entry]:
        """Yield all entries that are writes, as they were shown."""
        found = entries_from(self.world.store, self.preview.shelf, first=0)
        return (one for one in found if one.kind in WRITES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """How many writes may go, and how many changed since they were shown."""

    passed: int
    replanned: int = 0
    run: str = ""


Hook = Callable[[Applying], Applied]
"""Does what the yes to one kind of preview asks for, and queues nothing: links that are
to be worked off are dirty and due afterwards, and a run is asked for by the caller."""


def apply(
    world: World,
    connection_id: str,
    preview_id: str,
    *,
    now: datetime,
    chosen: Chosen | None = None,
) -> Applied:
    """Let pass what was shown, ask for a run, and return how much that was.

    The same preview again lets pass what is left of it. Raises Unknown, Expired.
    """
    preview = unexpired(world.store, connection_id, preview_id, now=now)
    if preview.unseen:
        preview = shown(world, preview)
    connection, _ = load(world.store, connection_id)
    require_running(connection)
    if preview.applied_at is not None and not preview.live:
        return Applied(passed=0, run=ask(world, connection_id, asked_for="apply"))
    applying = Applying(
        world=world,
        connection=connection,
        preview=preview,
        chosen=chosen or Chosen(),
        run=new_id(Kind.RUN),
        now=now,
    )
    applied = HOOKS[preview.kind](applying)
    if preview.kind != UNSURE:
        # What is unsure takes no yes but a decision: its preview stays.
        mark(world.store, preview, applied_at=now)
        answered(world, preview, now=now)
    run = ask(world, connection_id, asked_for="apply", name=applying.run)
    return replace(applied, run=run)


def answered(world: World, preview: Preview, *, now: datetime) -> Connection:
    """Let the connection go on after an answer; what is left gets a new preview."""
    connection, _ = load(world.store, preview.connection)
    fresh = None
    counts = connection.counts
    live = connection.preview in (None, preview.id)
    if live and (counts.held or counts.unsure):
        kind = "held" if counts.held else "unsure"
        reason = SOME_CHANGED if counts.held else ASKS_WHICH
        write = new_preview(connection, kind=kind, reason=reason, now=now)
        world.store.commit([write])
        fresh = str(write.data["id"])
    first = preview.kind == FIRST_SYNC

    def after(one: Connection) -> Connection:
        if not preview.live and one.asked is not None and one.counts.held:
            # What was asked before is still to be answered.
            return replace(one, backlog=True)
        known = replace(one, approved=one.approved or first, backlog=True)
        known = _going_on(known, now=now)
        still = one.preview in (None, preview.id)
        return replace(known, preview=fresh) if still else known

    return change(world.store, connection.id, after)


def _going_on(connection: Connection, *, now: datetime) -> Connection:
    """Return the connection as it asks for what is left, or for nothing more."""
    waits = connection.state in (State.HELD, State.NEEDS_APPROVAL, State.ACTIVE)
    if connection.counts.held:
        asks = asking(connection, State.HELD, SOME_CHANGED, now=now)
        told = None if asks.asked is None else replace(asks.asked, told=True)
        asks = replace(asks, asked=told)
        kept = replace(asks, state=connection.state, reason=connection.reason)
        return asks if waits else kept
    free = replace(connection, asked=None)
    return replace(free, state=State.ACTIVE, reason="") if waits else free


# --- What waits, and what was asked for ----------------------------------------------


def approve_shown(applying: Applying) -> Applied:
    """Say yes to what was shown on each link; what is not chosen stays held."""
    session = planning(applying.world, applying.connection.id)
    return approved(session, applying.entries())


def approved(session: Session, entries: Iterable[Entry]) -> Applied:
    """Say yes to these entries on their links."""
    passed = replanned = 0
    by_link = groupby(entries, key=lambda one: one.link)
    links = ((name, list(some)) for name, some in by_link)
    while batch := dict(islice(links, AT_ONCE)):
        approving = _Approving(batch)
        session = answer(session, list(batch), approving.answer)
        found = approving.found
        passed += sum(len(batch[name]) for name in found if found[name] == "passed")
        replanned += sum(found.get(name, "changed") == "changed" for name in batch)
    return Applied(passed=passed, replanned=replanned)


class _Approving:
    """Says yes to the entries of some links, and notes what came of each."""

    def __init__(self, entries: Mapping[str, list[Entry]]) -> None:
        self.entries = entries
        self.found: dict[str, str] = {}

    def answer(self, session: Session, each: Staged) -> None:
        """Let the link pass where its plan is what was shown; else hold it anew."""
        link, entries = each.link, self.entries[each.link.id]
        shown_marks = frozenset().union(*(one.marks for one in entries))
        current = current_plan(session, each)
        if current is not None and shown_marks <= marks_of(current):
            self.found[link.id] = "passed"
            mails = any(one.mailed for one in entries)
            each.link = allowed(session, link, current, shown_marks, mails=mails)
        elif current is None and _is_done(session, link, entries):
            self.found[link.id] = "done"
        else:
            self.found[link.id] = "changed"
            each.link = _held_anew(session, link, current)


def allowed(
    session: Session,
    link: Link,
    current: Plan,
    marks: frozenset[str],
    *,
    mails: bool = False,
) -> Link:
    """Return a link as one that a person let pass with this plan, and no other."""
    return replace(
        link,
        rank=RANKS.get(current.act, Rank.EDIT),
        waiting=None,
        decided=Decided(yes=marks, apart=link.decided.apart, mails=mails),
        due_at=session.now(),
        why="",
    )


def current_plan(session: Session, each: Staged) -> Plan | None:
    """Return what is planned for a link now; None where nothing is."""
    found = Foresight(session).plan_of(in_other_hands(each))
    return None if found is None else found[1]


def in_other_hands(each: Staged) -> Staged:
    """Return the same in another's hands, who may change it."""
    return Staged(link=each.link, document=each.document, stored=each.stored)


def marks_of(current: Plan) -> frozenset[str]:
    """Return the marks of all that a plan leads to."""
    plans = [current, *writes_of(current)]
    return frozenset().union(*(plan_marks(one) for one in plans))


def _is_done(session: Session, link: Link, entries: Iterable[Entry]) -> bool:
    """Return whether all that was shown has come true meanwhile."""
    now = session.rules.pair(link).now
    return all(one.wanted == now[one.side] for one in entries)


def _held_anew(session: Session, link: Link, current: Plan | None) -> Link:
    """Return a link that a person has to look at again, or that needs nothing more."""
    fresh = replace(link, decided=Decided(apart=link.decided.apart))
    if current is None:
        rank = link.rank or Rank.EDIT
        return replace(fresh, rank=rank, waiting=None, due_at=session.now(), why="")
    return _held(fresh, current, CHANGED)


def _held(link: Link, current: Plan, why: str) -> Link:
    rank = RANKS.get(current.act, Rank.EDIT)
    return replace(link, rank=rank, waiting=Waiting.HELD, due_at=None, why=why)


# --- What somebody asked to see ------------------------------------------------------


def approve_asked(applying: Applying) -> Applied:
    """Say yes to the chosen writes; the others wait, since they are due as well."""
    session = planning(applying.world, applying.connection.id)
    left = (one for one in applying.writes() if not applying.chosen.has(one))
    chosen = applying.entries()
    applied = approved(session, chosen)
    _hold_left(planning(applying.world, applying.connection.id), left)
    return applied


def approve_settings(applying: Applying) -> Applied:
    """Save the settings that were shown, and say yes to just those writes."""
    settings = applying.preview.data.get("settings") or {}
    set_settings(applying.world, applying.connection, settings)
    return approve_asked(applying)


def _hold_left(session: Session, left: Iterable[Entry]) -> None:
    """Hold what somebody did not say yes to, where nothing of its link was chosen."""
    names = iter(dict.fromkeys(one.link for one in left))
    while batch := list(islice(names, AT_ONCE)):
        session = answer(session, batch, _hold_one)


def _hold_one(session: Session, each: Staged) -> None:
    if each.link.decided.yes or each.link.waiting is not None:
        return
    current = current_plan(session, each)
    if current is not None:
        each.link = _held(each.link, current, LEFT)


def reset_shown(applying: Applying) -> Applied:
    """Begin the reset that was shown."""
    passed = begin_reset(
        applying.world,
        applying.preview,
        applying.entries(),
        run=applying.run,
        now=applying.now,
    )
    return Applied(passed=passed)


HOOKS: dict[str, Hook] = {
    "held": approve_shown,
    "first_sync": approve_shown,
    "unsure": approve_shown,
    "now": approve_asked,
    "settings": approve_settings,
    RESET: reset_shown,
}
"""By kind of preview; whoever adds a kind adds a row."""
