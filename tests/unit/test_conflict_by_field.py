"""Who wins where both sides changed a field is decided for each field by itself."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sync.content import Duration, Privacy, Text
from sync.plan import plan
from sync.sides import Pair, Side
from tests.unit.planning import AGENDA, CALENDAR, connected, edited, policy, there
from tests.unit.test_two_seens import START, single

WHEN = single().details.when
EDITS: dict[str, tuple[str, Any, Any]] = {
    "title": ("title", "Google's", "Ours"),
    "description": ("description", Text(text="Google's"), Text(text="Ours")),
    "location": ("places", ("There",), ("Here",)),
    "when": (
        "when",
        replace(WHEN, start=START + timedelta(hours=1)),
        replace(WHEN, start=START + timedelta(hours=2)),
    ),
    "duration": ("duration", Duration(seconds=900), Duration(seconds=1800)),
    "privacy": ("privacy", Privacy.PRIVATE, Privacy.SECRET),
    "color": ("color", "turquoise", "red"),
}
DISPUTED = sorted(EDITS)


@pytest.mark.parametrize("winner", list(Side))
@pytest.mark.parametrize("name", DISPUTED)
def test_each_field_follows_its_own_rule_and_the_loser_is_kept(
    name: str, winner: Side
) -> None:
    member, theirs, ours = EDITS[name]

    def rule(field: str, _pair: Pair) -> Side:
        return winner if field == name else winner.other

    rules = policy(winner=rule)
    pair = connected(single(), rules)
    pair = edited(pair, CALENDAR, **{member: theirs})
    pair = edited(pair, AGENDA, **{member: ours})

    found = plan(pair, rules)

    lost = [dispute for dispute in found.disputes if dispute.atom.name == name]
    assert [dispute.winner for dispute in lost] == [winner]
    assert lost[0].lost is not None
    assert found.side is winner.other
    assert found.wanted is not None
    won = getattr(there(pair, winner).details, member)
    assert getattr(found.wanted.details, member) == won
