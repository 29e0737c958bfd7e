"""One side moves a series while the other one changes its rule."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sync.content import Content, Details, Duration, Rule, Slot, When
from sync.google import project
from sync.normal import normal
from sync.plan import Act, plan
from sync.policy import Policy
from sync.seen import after_agreement, after_write
from sync.sides import Pair, Side

CALENDAR, AGENDA = Side.CALENDAR, Side.AGENDA
START = datetime(2026, 12, 4, 11, 30)  # noqa: DTZ001  because a series is local
POLICY = Policy(
    project={
        CALENDAR: lambda content: project(content, zone="Europe/Amsterdam"),
        AGENDA: normal,
    },
    winner=lambda _name, _pair: CALENDAR,
)


def series(*, count: int, without: tuple[int, ...] = ()) -> Content:
    """Return a weekly series, without the occurrences of these numbers."""
    when = When(start=START, zone="Europe/Amsterdam")
    details = Details(when=when, duration=Duration(seconds=3600), title="Visit")
    rule = Rule(parts=(("FREQ", "WEEKLY"),), count=count)
    gone: dict[Slot, Details | None] = {
        START + timedelta(weeks=number): None for number in without
    }
    return normal(Content(uid="1", details=details, rules=(rule,), overrides=gone))


def moved(content: Content, by: timedelta) -> Content:
    """Return the series as an application moves it: it names no exceptions any more."""
    when = replace(content.details.when, start=START + by)
    details = replace(content.details, when=when)
    return replace(content, details=details, overrides={})


def settled(pair: Pair) -> Pair:
    """Return the pair when all is carried."""
    for _ in range(12):
        found = plan(pair, POLICY)
        if found.act is Act.AGREE and found.merged is not None:
            before, pair = pair, after_agreement(pair, found.merged.agreed)
            if pair.seen == before.seen:
                return pair
        elif found.wanted is None:
            return pair
        else:
            answer = POLICY.project[found.side](found.wanted)
            pair = after_write(
                pair, found.side, atoms=found.atoms, answer=answer, trusted=answer
            )
    raise AssertionError("The pair never settles.")


@pytest.mark.parametrize("moves", list(Side))
@pytest.mark.parametrize("days", [2, 7, 30])
def test_both_sides_end_alike_when_each_changes_its_part_of_the_grid(
    moves: Side, days: int
) -> None:
    base = series(count=6, without=(1, 2, 3, 5))
    by = timedelta(days=days, hours=5)
    now = {
        moves: moved(base, by),
        moves.other: series(count=8, without=(1, 2, 3, 5)),
    }

    after = settled(Pair(now=now, seen=dict.fromkeys(Side, base)))

    calendar, agenda = after.now[CALENDAR], after.now[AGENDA]
    assert calendar == agenda
    assert calendar is not None
    assert calendar.details.when.start == START + by
    assert calendar.rules[0].count == 8
