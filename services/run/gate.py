"""The gate before each write: brake, first sync, and what a person has to say first."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from services.connections import Connection, Spent, State
from services.links import Link, Rank, Waiting
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
        )
        # A share is of what there was: each delete takes a link away.
        self.links = self.connection.counts.links + len(self.spent.deletes)

    def passed(self, link: Link, plan: Plan) -> Link:
        """Return the link, waiting where this step must not be done now."""
        if plan.act is Act.CREATE and self._needs_approval() and not link.approved:
            why = "The first sync is larger than this agenda may create unasked."
            return _held(link, Rank.CREATE, why)
        kind = kind_of(plan)
        if kind is None or link.approved:
            return replace(link, waiting=None)
        if self._holds(kind):
            self.tripped = self.tripped or kind
            rank = Rank.DELETE if kind == "delete" else Rank.EDIT
            return _held(link, rank, self._why(kind))
        self._count(kind)
        return replace(link, waiting=None)

    def _needs_approval(self) -> bool:
        return self.connection.state is State.NEEDS_APPROVAL

    def _recent(self, done: tuple[datetime, ...]) -> list[datetime]:
        return recent(done, now=self.now, lasts=self.settings.brake.lasts)

    def _holds(self, kind: str) -> bool:
        deletes = kind == "delete"
        return holds(
            len(self.spent.deletes if deletes else self.spent.moves),
            most=self._most(kind),
            links=self.links,
            max_share=self.settings.brake.max_share,
        )

    def _most(self, kind: str) -> int:
        brake = self.settings.brake
        return brake.max_deletes if kind == "delete" else brake.max_moves

    def _count(self, kind: str) -> None:
        if kind == "delete":
            self.spent = replace(self.spent, deletes=(*self.spent.deletes, self.now))
        else:
            self.spent = replace(self.spent, moves=(*self.spent.moves, self.now))

    def _why(self, kind: str) -> str:
        hours = self.settings.brake.hours
        return HELD_BY[kind].format(hours=hours, most=self._most(kind))


def kind_of(plan: Plan) -> str | None:
    """Return which of the brake's counts a step belongs to."""
    if plan.act is Act.DELETE:
        return "delete"
    moved = {Atom(None, WHEN), Atom(None, DURATION)} & plan.atoms
    return "move" if plan.act is Act.WRITE and moved else None


def _held(link: Link, rank: Rank, why: str) -> Link:
    return replace(link, rank=rank, due_at=None, waiting=Waiting.HELD, why=why)
