"""The rule of two seens, with edits at any moment and crashes between any two steps."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from sync.content import Content, Details, Duration, Rule, Slot, Text, When
from sync.facets import facets_on
from sync.google import project
from sync.normal import normal
from sync.plan import Act, Plan, plan
from sync.policy import Policy
from sync.recovery import after_unknown
from sync.seen import after_agreement, after_create, after_meeting, after_write
from sync.sides import Pair, Side

CALENDAR, AGENDA = Side.CALENDAR, Side.AGENDA
START = datetime.fromisoformat("2027-03-08T09:00:00")
WEEKLY = Rule(parts=(("FREQ", "WEEKLY"),), count=8)

Edit = Callable[[Details, random.Random], Details]


def google(content: Content) -> Content:
    return project(content, zone="Europe/Amsterdam")


def hostile(content: Content) -> Content:
    """An application that trims, cuts at 20 and knows no colours (CallPro's notes)."""

    def held(details: Details) -> Details:
        title = details.title.strip()[:20].strip()
        return replace(details, title=title, color="", keywords=())

    return normal(
        replace(
            content,
            details=held(content.details),
            overrides={
                slot: None if details is None else held(details)
                for slot, details in content.overrides.items()
            },
        )
    )


def policy(agenda: Callable[[Content], Content], winner: Side = CALENDAR) -> Policy:
    return Policy(
        project={CALENDAR: google, AGENDA: agenda}, winner=lambda _name, _pair: winner
    )


def titled(details: Details, rng: random.Random) -> Details:
    return replace(details, title=f"Visit {rng.randrange(10**6)}")


def placed(details: Details, rng: random.Random) -> Details:
    return replace(details, places=(f"Street {rng.randrange(10**6)}",))


def described(details: Details, rng: random.Random) -> Details:
    return replace(details, description=Text(text=f"Note {rng.randrange(10**6)}"))


def lengthened(details: Details, rng: random.Random) -> Details:
    return replace(details, duration=Duration(seconds=900 * rng.randrange(1, 20)))


def moved(details: Details, rng: random.Random) -> Details:
    by = timedelta(minutes=15 * rng.randrange(-8, 9))
    return replace(details, when=replace(details.when, start=details.when.start + by))


@dataclass
class World:
    """Two sides that people edit, and one link that a crashing engine keeps."""

    rng: random.Random
    policy: Policy
    actual: dict[Side, Content | None]
    pair: Pair = field(
        default_factory=lambda: Pair(
            now={CALENDAR: None, AGENDA: None}, seen={CALENDAR: None, AGENDA: None}
        )
    )
    intent: tuple[Plan, Pair] | None = None
    between: Callable[["World"], None] = lambda _world: None
    writes: int = 0

    def run(self, *, faults: bool) -> bool:
        """Do one step as the engine would; False when there is nothing to do."""
        self._look()
        if self.intent is not None:
            self._resolve()
        found = plan(self.pair, self.policy, first=self.rng.choice([CALENDAR, AGENDA]))
        if found.act is Act.NOTHING:
            return False
        if found.act in (Act.AGREE, Act.MEET):
            return self._settle(found)
        self._write(found, faults=faults)
        return True

    def _look(self) -> None:
        self.pair = replace(self.pair, now=dict(self.actual))

    def _settle(self, found: Plan) -> bool:
        assert found.merged is not None
        before = self.pair
        if found.act is Act.MEET:
            self.pair = after_meeting(self.pair, found.merged.carried)
        else:
            self.pair = after_agreement(self.pair, found.merged.agreed)
        return self.pair != before

    def _write(self, found: Plan, *, faults: bool) -> None:
        side, before = found.side, self.actual[found.side]
        if faults:
            self.between(self)
        if self.actual[side] != before:
            return  # 412: somebody was faster, plan again
        self.intent = (found, self.pair)
        self.actual[side] = self._held(found, before)
        sent_alone = self.actual[side]
        self.writes += 1
        if faults and self.rng.random() < 0.3:
            self.between(self)
            return  # the answer was lost, or we crashed
        sure = not faults or self.rng.random() < 0.5
        if not sure:
            self.between(self)  # their edit is mixed into the answer
        self._land(found, answer=sent_alone if sure else self.actual[side], sure=sure)

    def _held(self, found: Plan, before: Content | None) -> Content | None:
        """Return what a side makes of a write."""
        wanted = found.wanted
        return None if wanted is None else self.policy.project[found.side](wanted)

    def _land(self, found: Plan, *, answer: Content | None, sure: bool) -> None:
        self.intent = None
        if answer is None or found.wanted is None:
            return
        held = self.policy.project[found.side](found.wanted)
        trusted = answer if sure else held
        if found.act is Act.CREATE:
            self.pair = after_create(
                self.pair, found.side, answer=answer, trusted=trusted
            )
        else:
            self.pair = after_write(
                self.pair,
                found.side,
                atoms=found.atoms,
                answer=answer,
                trusted=trusted,
            )

    def _resolve(self) -> None:
        assert self.intent is not None
        found, planned = self.intent
        before, origin = planned.now[found.side], planned.now[found.side.other]
        self.intent = None
        answer = self.actual[found.side]
        if answer is None or found.wanted is None:
            return
        held = self.policy.project[found.side](found.wanted)
        if found.act is Act.CREATE:
            made = after_create(planned, found.side, answer=answer, trusted=held)
            self.pair = replace(made, now=self.pair.now)
            return
        assert before is not None
        assert origin is not None
        if answer == before:
            return
        after = after_unknown(
            self.pair,
            found.side,
            atoms=found.atoms,
            origin=origin,
            before=before,
            held=held,
            answer=answer,
        )
        self.pair = after or self.pair

    def settle(self) -> None:
        for _ in range(60):
            if not self.run(faults=False):
                return
        pytest.fail("the link never settles")

    def edit(self, side: Side, edit: Edit, slot: Slot | None = None) -> None:
        content = self.actual[side]
        if content is None:
            return
        if slot is None:
            details = edit(content.details, self.rng)
            changed = replace(content, details=details)
        else:
            known = content.overrides.get(slot)
            if known is None:
                return
            overrides = {**content.overrides, slot: edit(known, self.rng)}
            changed = replace(content, overrides=overrides)
        self.actual[side] = self.policy.project[side](normal(changed))


def single(title: str = "Roof survey") -> Content:
    when = When(start=START, zone="Europe/Amsterdam")
    details = Details(when=when, duration=Duration(seconds=5400), title=title)
    return normal(Content(uid="visit-1", details=details))


def series() -> Content:
    base = single().details
    slot = START + timedelta(days=14)
    override = replace(base, when=replace(base.when, start=slot + timedelta(hours=2)))
    gone = START + timedelta(days=7)
    overrides: dict[Slot, Details | None] = {slot: override, gone: None}
    return normal(
        Content(uid="visit-1", details=base, rules=(WEEKLY,), overrides=overrides)
    )


def world_of(
    content: Content, seed: int, agenda: Callable[[Content], Content]
) -> World:
    world = World(
        rng=random.Random(seed),
        policy=policy(agenda),
        actual={AGENDA: agenda(content), CALENDAR: None},
    )
    world.settle()
    return world


def assert_agreed(world: World) -> None:
    calendar, agenda = world.actual[CALENDAR], world.actual[AGENDA]
    assert calendar is not None
    assert agenda is not None
    slots = {*calendar.overrides, *agenda.overrides}
    shown = facets_on(google(agenda), calendar, slots)
    if world.policy.project[AGENDA] is hostile:
        shown_there = facets_on(hostile(calendar), agenda, slots)
        mine = facets_on(agenda, agenda, slots)
        for slot, fields in shown_there.items():
            assert (fields or {}).get("title") == (mine[slot] or {}).get("title")
        return
    assert shown == facets_on(calendar, calendar, slots)


CALENDAR_EDITS = (titled, placed)
AGENDA_EDITS = (described, lengthened)


@pytest.mark.parametrize("seed", range(150))
def test_no_edit_made_on_one_side_only_is_ever_lost(seed: int) -> None:
    world = world_of(series() if seed % 2 else single(), seed, lambda content: content)
    last: dict[str, object] = {}

    def somebody(world: World) -> None:
        if world.rng.random() < 0.4:
            world.edit(CALENDAR, world.rng.choice(CALENDAR_EDITS))
        if world.rng.random() < 0.4:
            world.edit(AGENDA, world.rng.choice(AGENDA_EDITS))
        calendar, agenda = world.actual[CALENDAR], world.actual[AGENDA]
        if calendar and agenda:
            last["title"] = calendar.details.title
            last["places"] = calendar.details.places
            last["description"] = agenda.details.description
            last["duration"] = agenda.details.duration

    world.between = somebody
    for _ in range(60):
        somebody(world)
        world.run(faults=True)
    world.settle()

    assert_agreed(world)
    for side in Side:
        content = world.actual[side]
        assert content is not None
        for name, value in last.items():
            assert getattr(content.details, name) == value, (side, name)


@pytest.mark.parametrize("seed", range(400))
def test_both_sides_agree_whoever_edits_what_and_whenever(seed: int) -> None:
    world = world_of(series() if seed % 3 else single(), seed, lambda content: content)
    edits = (titled, placed, described, lengthened, moved)

    def somebody(world: World) -> None:
        for side in Side:
            content = world.actual[side]
            slots: list[Slot | None] = [None]
            slots += list(content.overrides) if content else []
            if world.rng.random() < 0.4:
                world.edit(side, world.rng.choice(edits), world.rng.choice(slots))

    world.between = somebody
    for _ in range(40):
        somebody(world)
        world.run(faults=True)
    world.settle()

    assert_agreed(world)
    writes = world.writes
    world.settle()
    assert world.writes == writes


@pytest.mark.parametrize("seed", range(60))
def test_an_application_that_trims_and_cuts_starts_no_loop(seed: int) -> None:
    world = world_of(
        single("  A title that is far longer than twenty  "), seed, hostile
    )

    def somebody(world: World) -> None:
        side = world.rng.choice([CALENDAR, AGENDA])
        if world.rng.random() < 0.5:
            world.edit(side, world.rng.choice((titled, placed, described)))

    world.between = somebody
    for _ in range(30):
        somebody(world)
        world.run(faults=True)
    world.settle()

    assert_agreed(world)
    writes = world.writes
    world.settle()
    assert world.writes == writes
