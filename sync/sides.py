"""The two sides of a link, and what can be said of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sync.content import Content, Slot


class Side(StrEnum):
    """Google's side, and the business application's."""

    CALENDAR = "calendar"
    AGENDA = "agenda"

    @property
    def other(self) -> "Side":
        """The side across."""
        return Side.AGENDA if self is Side.CALENDAR else Side.CALENDAR


class Atom(NamedTuple):
    """The smallest thing that is merged: a field of the whole, or of one slot.

    `THERE` as the name stands for the slot's very existence.
    """

    slot: Slot | None
    name: str


THERE = "there"
RULES = "rules"
WHEN = "when"
DURATION = "duration"
STATUS = "status"
FREE_BUSY = "freeBusy"

GRID = frozenset({Atom(None, WHEN), Atom(None, RULES)})
"""The atoms that say which slots there are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two sides of one link: what they show now, and what was seen of them.

    `now` is None where there is nothing (any more). `seen` is None on both sides until
    the link's first write has landed.
    """

    now: Mapping[Side, Content | None]
    seen: Mapping[Side, Content | None]
    changed_at: Mapping[Side, datetime | None] = field(default_factory=dict)

    @property
    def linked(self) -> bool:
        """Whether something was ever carried between the two."""
        return any(self.seen.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispute:
    """Both sides changed one atom to different values; the loser's is kept here."""

    atom: Atom
    winner: Side
    lost: object
    why: str = "both changed it"
