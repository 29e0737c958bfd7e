"""The gate before each write: brake, first sync, and what a person said or has to say.

A yes is to a plan as it was shown: only that passes, anything else is held anew.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from services.agendas.settings_reading import AgendaSettings
from services.connections.connection import Connection, Spent, State
from services.links.link import Intent, Link, Rank, Waiting
from services.previews.entries import is_move
from sync.brake import holds, recent
from sync.plan import Act, Plan
from sync.plan_hash import plan_marks
from sync.plan_writes import writes_of

HELD_BY = {
    "delete": "The brake holds this delete: more would be gone within"
    " {hours:g} h than this connection may delete ({most}).",
    "move": "The brake holds this move: more would be moved within"
    " {hours:g} h than this connection may move ({most}).",
}
FIRST_SYNC = "It is part of the first sync, which waits for a person's yes."
CHANGED = "It changed since somebody said yes to it: please look at it again."
REFUSED = "A person said no to this: it rests until one of its sides changes."
RANKS = {Act.CREATE: Rank.CREATE, Act.DELETE: Rank.DELETE}


@dataclass(slots=True)
class Gate:
    """What may pass in this run; counts what does in human causes (a series is one)."""

    connection: Connection
    settings: AgendaSettings
    now: datetime
    spent: Spent = field(init=False)
    links: int = field(init=False)
    tripped: str = ""
    limit: str = ""
    changed: bool = False
    causes: set[tuple[str, str]] = field(default_factory=set)
    counted: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.spent = Spent(
            deletes=tuple(self._recent(self.connection.spent.deletes)),
            moves=tuple(self._recent(self.connection.spent.moves)),
            moved=self._recently_moved(),
        )
        # A share is of what there was: each delete takes a link away.
        self.links = self.connection.counts.links + len(self.spent.deletes)

    def passed(self, link: Link, plan: Plan) -> Link:
        """Return the link, waiting where this step must not be done now.

        What a person ordered is neither held nor counted.
        """
        if link.order is not None:
            return replace(link, waiting=None)
        answered = self._answered(link, plan)
        if answered is not None:
            return answered
        if self._needs_approval():
            return _held(link, plan, FIRST_SYNC)
        kind = kind_of(plan)
        if kind is None or self._is_counted(kind, link):
            return replace(link, waiting=None)
        if self._holds(kind, link):
            self._trip(kind)
            return _held(link, plan, self._why(kind))
        self._count(kind, link)
        if link.part:
            self.causes.add((kind, link.part.series))
        return replace(link, waiting=None)

    def _answered(self, link: Link, plan: Plan) -> Link | None:
        """Return the link as a person's answer leaves it; None where there is none."""
        decided = link.decided
        if not decided.yes and not decided.no:
            return None
        marks = plan_marks(plan)
        if marks <= decided.yes:
            known = replace(decided, yes=decided.yes | _brought(plan))
            return replace(link, waiting=None, decided=known)
        if marks <= decided.no:
            return refused(link)
        fresh = replace(link, decided=replace(decided, yes=frozenset(), no=frozenset()))
        if not decided.yes:
            return self.passed(fresh, plan)
        self.changed = True
        return _held(fresh, plan, CHANGED)

    def _is_counted(self, kind: str, link: Link) -> bool:
        """Return whether its series was counted: one human change, many writes."""
        return link.part is not None and (kind, link.part.series) in self.causes

    def give_back(self, intent: Intent) -> None:
        """Count a step that was let pass, and then not done, no more.

        Only one that was counted: of a series one step is, and of orders none.
        """
        kind = "delete" if intent.act == Act.DELETE else "move"
        if (kind, intent.link) not in self.counted:
            return
        self.counted.discard((kind, intent.link))
        if kind == "delete":
            self.spent = replace(self.spent, deletes=_less(self.spent.deletes))
        else:
            self.spent = replace(self.spent, moves=_less(self.spent.moves))

    def _needs_approval(self) -> bool:
        """Whether nothing may be written yet; trouble in between is no answer."""
        asked = self.connection.asked
        return asked is not None and asked.state is State.NEEDS_APPROVAL

    def _trip(self, kind: str) -> None:
        if not self.tripped:
            self.tripped, self.limit = kind, self._limit(kind)

    def _recent(self, done: tuple[datetime, ...]) -> list[datetime]:
        return recent(done, now=self.now, lasts=self.settings.brake.lasts)

    def _recently_moved(self) -> dict[str, datetime]:
        moved = self.connection.spent.moved
        late = set(self._recent(tuple(moved.values())))
        return {link: moment for link, moment in moved.items() if moment in late}

    def _holds(self, kind: str, link: Link) -> bool:
        done = self._done(kind)
        touched = len({*self.spent.moved, link.id}) if kind == "move" else done + 1
        return holds(
            done,
            touched=touched,
            most=self._most(kind),
            links=self.links,
            max_share=self.settings.brake.max_share,
        )

    def _done(self, kind: str) -> int:
        return len(self.spent.deletes if kind == "delete" else self.spent.moves)

    def _most(self, kind: str) -> int:
        brake = self.settings.brake
        return brake.max_deletes if kind == "delete" else brake.max_moves

    def _count(self, kind: str, link: Link) -> None:
        self.counted.add((kind, link.id))
        spent = self.spent
        if kind == "delete":
            self.spent = replace(spent, deletes=(*spent.deletes, self.now))
        else:
            moved = {**spent.moved, link.id: self.now}
            self.spent = replace(spent, moves=(*spent.moves, self.now), moved=moved)

    def _why(self, kind: str) -> str:
        hours = self.settings.brake.hours
        return HELD_BY[kind].format(hours=hours, most=self._limit(kind))

    def _limit(self, kind: str) -> str:
        """Return which limit is met, as people read it."""
        if self._done(kind) < self._most(kind):
            return f"{self.settings.brake.max_share:.0%} of {self.links:,}"
        return str(self._most(kind))


def kind_of(plan: Plan) -> str | None:
    """Return which of the brake's counts a step belongs to."""
    if plan.act is Act.DELETE:
        return "delete"
    return "move" if plan.act is Act.WRITE and is_move(plan.atoms) else None


def refused(link: Link) -> Link:
    """Return a link that a person said no to: it rests, and says so."""
    return replace(link, rank=Rank.CLEAN, due_at=None, waiting=None, why=REFUSED)


def _brought(plan: Plan) -> frozenset[str]:
    """Return the marks of what two that meet then bring each other."""
    if plan.act is not Act.MEET:
        return frozenset()
    return frozenset().union(*(plan_marks(each) for each in writes_of(plan)))


def _less(moments: tuple[datetime, ...]) -> tuple[datetime, ...]:
    return moments[:-1]


def _held(link: Link, plan: Plan, why: str) -> Link:
    rank = RANKS.get(plan.act, Rank.EDIT)
    return replace(link, rank=rank, due_at=None, waiting=Waiting.HELD, why=why)
