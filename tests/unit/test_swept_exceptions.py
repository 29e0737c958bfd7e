"""A series moves at Google, and takes its exceptions away: nobody wanted that.

Google drops the exceptions whose slots are gone, without a word about each.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import pytest

from sync.content import Content, Details, Slot
from sync.facets import same_grid
from sync.normal import normal
from sync.plan import Plan
from sync.recurrence import has_slot, occurrence
from sync.sides import GRID
from tests.unit.test_two_seens import (
    AGENDA,
    CALENDAR,
    World,
    assert_agreed,
    described,
    google,
    placed,
    policy,
    series,
    titled,
)

FOURTH = datetime.fromisoformat("2027-03-29T09:00:00")


@dataclass
class Sweeping(World):
    """A world whose calendar drops exceptions with the slots that they stood in.

    A series whose grid moves is written without its exceptions; they come after it.
    """

    def _held(self, found: Plan, before: Content | None) -> Content | None:
        held = super()._held(found, before)
        moves = found.side is CALENDAR and found.atoms & GRID
        if held is None or before is None or not moves or same_grid(before, held):
            return held
        kept = {
            slot: details
            for slot, details in held.overrides.items()
            if details is None or not has_slot(held, slot)
        }
        return normal(replace(held, overrides=kept))


def connected(seed: int) -> Sweeping:
    """Return a world whose series has one exception moved, one cancelled, one named."""
    whole = series()
    named = replace(
        whole.details,
        title="Special",
        when=replace(whole.details.when, start=FOURTH),
    )
    overrides: dict[Slot, Details | None] = {**whole.overrides, FOURTH: named}
    world = Sweeping(
        rng=Random(seed),
        policy=policy(google),
        actual={AGENDA: google(replace(whole, overrides=overrides)), CALENDAR: None},
    )
    world.settle()
    return world


def moved_by(content: Content, hours: int) -> Content:
    """Return a series as an application moves it, its exceptions and all."""
    by = timedelta(hours=hours)

    def later(details: Details) -> Details:
        return replace(
            details, when=replace(details.when, start=details.when.start + by)
        )

    overrides = {
        slot + by: None if details is None else later(details)
        for slot, details in content.overrides.items()
    }
    return normal(replace(content, details=later(content.details), overrides=overrides))


def title_at(slot: Slot, content: Content) -> str:
    shown = occurrence(content, slot)
    return shown.title if shown else ""


def sides(world: World) -> tuple[Content, Content]:
    calendar, agenda = world.actual[CALENDAR], world.actual[AGENDA]
    assert calendar is not None
    assert agenda is not None
    return calendar, agenda


def test_exceptions_outlive_a_move_that_comes_from_the_agenda() -> None:
    world = connected(seed=1)
    wanted = moved_by(sides(world)[1], hours=2)

    world.actual[AGENDA] = wanted
    world.settle()

    calendar, agenda = sides(world)
    assert agenda == wanted
    assert calendar == google(wanted)


def test_an_exception_edited_at_google_outlives_a_move_from_the_agenda() -> None:
    world = connected(seed=1)
    wanted = moved_by(sides(world)[1], hours=2)

    world.actual[AGENDA] = wanted
    world.edit(CALENDAR, titled, FOURTH)
    title = title_at(FOURTH, sides(world)[0])
    world.settle()

    assert_agreed(world)
    for content in sides(world):
        assert title_at(FOURTH + timedelta(hours=2), content) == title


@pytest.mark.parametrize("seed", range(150))
def test_exceptions_outlive_moves_whoever_edits_and_wherever_we_crash(
    seed: int,
) -> None:
    world = connected(seed)
    moves = iter([1, 2, -3])

    def somebody(world: World) -> None:
        agenda, hours = world.actual[AGENDA], None
        if world.rng.random() < 0.3 and agenda is not None:
            hours = next(moves, None)
        if hours is not None and agenda is not None:
            world.actual[AGENDA] = moved_by(agenda, hours)
        if world.rng.random() < 0.3:
            world.edit(CALENDAR, placed)
        if world.rng.random() < 0.3:
            world.edit(AGENDA, described)

    world.between = somebody
    for _ in range(40):
        somebody(world)
        world.run(faults=True)
    world.settle()

    assert_agreed(world)
    calendar, _ = sides(world)
    special = [each for each in calendar.overrides.values() if each is not None]
    assert {each.title for each in special} >= {"Special"}
    assert list(calendar.overrides.values()).count(None) == 1
