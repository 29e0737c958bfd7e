"""The gate before each write: brake, first sync, and what a person has to say first."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from services.connections import Connection, Spent, State
from services.links import Intent, Link, Rank, Waiting
from services.settings import AgendaSettings
from sync.brake import holds, recent
from sync.plan import Act, Plan
from sync.sides import DURATION, WHEN, Atom

HELD_BY = {
    "delete": "The brake holds this delete: more would be gone within"
    " {hours:g} h than this connection may delete ({most}).",
    "move": "The brake holds this move: more would be moved within"
    " {hours:g} h than this connection may move ({most}).",
}


@dataclass(slots=True)
class Gate:
    """What may pass in this run; counts what does in human causes (a series is one)."""

    connection: Connection
    settings: AgendaSettings
    now: datetime
    spent: Spent = field(init=False)
    links: int = field(init=False)
    tripped: str = ""

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
        if plan.act is Act.CREATE and self._needs_approval() and not link.approved:
            why = "The first sync is larger than this agenda may create unasked."
            return _held(link, Rank.CREATE, why)
        kind = kind_of(plan)
        if kind is None or link.approved:
            return replace(link, waiting=None)
        if self._holds(kind, link):
            self.tripped = self.tripped or kind
            rank = Rank.DELETE if kind == "delete" else Rank.EDIT
            return _held(link, rank, self._why(kind))
        self._count(kind, link)
        return replace(link, waiting=None)

    def give_back(self, intent: Intent) -> None:
        """Count a step that was let pass, and then not done, no more."""
        if intent.order:
            return
        if intent.act == Act.DELETE and self.now in self.spent.deletes:
            self.spent = replace(self.spent, deletes=_less(self.spent.deletes))
        elif is_move(intent.atoms) and self.now in self.spent.moves:
            self.spent = replace(self.spent, moves=_less(self.spent.moves))

    def _needs_approval(self) -> bool:
        return self.connection.state is State.NEEDS_APPROVAL

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
        spent = self.spent
        if kind == "delete":
            self.spent = replace(spent, deletes=(*spent.deletes, self.now))
        else:
            moved = {**spent.moved, link.id: self.now}
            self.spent = replace(spent, moves=(*spent.moves, self.now), moved=moved)

    def _why(self, kind: str) -> str:
        brake, most = self.settings.brake, str(self._most(kind))
        if self._done(kind) < self._most(kind):
            most = f"{brake.max_share:.0%} of {self.links:,}"
        return HELD_BY[kind].format(hours=brake.hours, most=most)


def kind_of(plan: Plan) -> str | None:
    """Return which of the brake's counts a step belongs to."""
    if plan.act is Act.DELETE:
        return "delete"
    return "move" if plan.act is Act.WRITE and is_move(plan.atoms) else None


def is_move(atoms: frozenset[Atom]) -> bool:
    """Return whether a write of these atoms moves the whole event or item."""
    return bool({Atom(None, WHEN), Atom(None, DURATION)} & atoms)


def _less(moments: tuple[datetime, ...]) -> tuple[datetime, ...]:
    return moments[:-1]


def _held(link: Link, rank: Rank, why: str) -> Link:
    return replace(link, rank=rank, due_at=None, waiting=Waiting.HELD, why=why)
