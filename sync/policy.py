"""The policy of a merge: what an organization decided, what the sides can hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sync.content import Content
from sync.sides import Pair, Side


class OnDelete(StrEnum):
    """What a delete on one side does to what stands on the other."""

    FOLLOW = "follow"
    RESTORE = "restore"
    MARK = "mark"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """How the two sides of one link are merged.

    `project` says what a side would hold of a content, `winner` who prevails where both
    changed a field, `carries` whether a field is written to a side at all, `puts_back`
    whether what a side changed of a field is undone from the other. `on_delete` is by
    the side where something is left. `copy` is the side on which we made what stands
    there, if we did; `outside` tells why the link is not to be synced, a sentence.
    """

    project: Mapping[Side, Callable[[Content], Content]]
    winner: Callable[[str, Pair], Side]
    carries: Callable[[Side, str], bool] = lambda _target, _name: True
    puts_back: Callable[[Side, str], bool] = lambda _side, _name: False
    on_delete: Mapping[Side, OnDelete] = field(default_factory=dict)
    copy: Side | None = None
    outside: str = ""

    def prevailing(self, name: str, pair: Pair) -> Side:
        """Return the side that prevails; one whose changes go nowhere never does."""
        winner = self.winner(name, pair)
        if self.takes(winner.other, name):
            return winner
        return winner.other if self.takes(winner, name) else winner

    def takes(self, target: Side, name: str) -> bool:
        """Return whether a side is given what the other one changed of a field."""
        return self.carries(target, name) and not self.puts_back(target.other, name)

    def after_delete(self, there: Side) -> OnDelete:
        """Return what becomes of the side that is left when the other was deleted."""
        return self.on_delete.get(there, OnDelete.FOLLOW)
