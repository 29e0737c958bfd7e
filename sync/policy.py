"""The policy of a merge: what an organization decided, what the sides can hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sync.content import Content
from sync.sides import Pair, Side


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """How two sides are merged.

    `project` says what a side would hold of a content, `winner` who prevails where both
    changed a field, `carries` whether a field is written to a side at all.
    """

    project: Mapping[Side, Callable[[Content], Content]]
    winner: Callable[[str, Pair], Side]
    carries: Callable[[Side, str], bool] = lambda _target, _name: True

    def prevailing(self, name: str, pair: Pair) -> Side:
        """Return the side that prevails; one whose changes go nowhere never does."""
        winner = self.winner(name, pair)
        if self.carries(winner.other, name):
            return winner
        return winner.other if self.carries(winner, name) else winner
