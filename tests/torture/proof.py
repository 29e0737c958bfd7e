"""The proof: a story by the seed, with quiet and a check at the end of each round."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from services.refusals import Refusal as Refused
from sync.content import Content
from sync.sides import Side
from tests.torture import agenda_hand, google_hand
from tests.torture.checks import check
from tests.torture.ledger import Case, Fate
from tests.torture.quiet import quieten
from tests.torture.runs import Machines
from tests.torture.sides import Thing, only, shown, things
from tests.torture.stage import Stage
from tests.torture.story import Broken, Story
from tests.torture.transport import Refusal
from tests.torture.troubles import Troubles
from tests.torture.words import token

There = Mapping[Side, Mapping[str, list[Thing]]]
Deed = Callable[[Stage, random.Random, Thing], str | None]

ROUND = 40
MOST_ALIVE = 22
MOST_HOT = 4


@dataclass
class Proof:
    """One seed's story."""

    stage: Stage
    luck: random.Random
    story: Story = field(default_factory=Story)
    cases: dict[str, Case] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.machines = Machines(self.stage, self.luck)
        self.troubles = Troubles(self.stage, self.machines, self.luck, self.tell)
        self.made = 0
        self.hot: list[str] = []
        self.last: dict[str, tuple[Side, Deed]] = {}

    def tell(self, words: str, token: str = "") -> None:
        """Add to the story, with what Tandem wrote meanwhile."""
        news, self.stage.watch.news = self.stage.watch.news, []
        for whose, what in news:
            self._say(what, whose)
            self.hot = [whose, *self.hot][:MOST_HOT]
            if what.startswith("(delete") and whose in self.cases:
                self.cases[whose].deleting = True
        self._say(words, token)

    def _say(self, words: str, token: str) -> None:
        self.story.tell(f"{self.stage.clock.now():%d %H:%M:%S}", words, token)

    def count(self, what: str) -> None:
        """Count for the last line."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def go(self, steps: int) -> None:
        """Do so many steps, with a check after each round. Raises Broken."""
        for step in range(1, steps + 1):
            self.story.step = step
            self._step()
            if step % ROUND == 0 or step == steps:
                self._check()

    def _check(self) -> None:
        quieten(self.stage, self.machines, self.troubles, self.tell)
        for name in self.machines.doubtful() & self.cases.keys():
            self.cases[name].doubt()
        check(self.stage, self.cases)
        self.tell("both sides agree")
        self.count("checks")

    def _step(self) -> None:
        self.machines.deliver(dropped=0.1, doubled=0.1)
        chosen = self.luck.random()
        if chosen < 0.28:
            self._edit(Side.CALENDAR)
        elif chosen < 0.56:
            self._edit(Side.AGENDA)
        elif chosen < 0.80:
            self._task()
        elif chosen < 0.88:
            self._pass_time()
        else:
            self._trouble()

    def _trouble(self) -> None:
        kind = self.troubles.one()
        self.count(kind)
        if kind in ("crash", "pause"):
            self._insist()

    # --- Tandem and time -------------------------------------------------------------

    def _task(self) -> None:
        due = self.stage.line.due()
        if not due:
            self._pass_time()
            return
        chosen = due[0] if self.luck.random() < 0.8 else self.luck.choice(due)
        path = chosen.task.path
        self.tell(f"task {path}: {self.machines.run(chosen)}")
        self.count("tasks")

    def _pass_time(self) -> None:
        seconds = self.luck.choice((1, 2, 5, 20, 60, 200, 900, 3600))
        self.stage.clock.advance(timedelta(seconds=seconds))
        self.tell(f"{seconds} s pass")
        if seconds >= 900:
            self.troubles.ring()

    # --- people ----------------------------------------------------------------------

    def _edit(self, side: Side) -> None:
        there = things(self.stage)
        known = self._known(there[side])
        few = len(known) < 4
        if few or (len(known) < MOST_ALIVE and self.luck.random() < 0.12):
            self._create(side)
            return
        thing = self._chosen(known)
        if self.luck.random() < 0.06:
            self._delete(side, thing, there)
        else:
            self._do(side, thing, there, deed=_any_deed(side, self.luck))

    def _insist(self) -> None:
        """Let somebody repeat the edit that a run was about to carry."""
        for name in self.hot[:1]:
            side, deed = self.last.get(name, (None, None))
            if side is None or deed is None or self.luck.random() < 0.4:
                continue
            there = things(self.stage)
            thing = only(there[side], name)
            if thing is not None and name in self.cases:
                self._do(side, thing, there, deed=deed)

    def _known(self, found: Mapping[str, list[Thing]]) -> list[Thing]:
        alive = [thing for alike in found.values() for thing in alike]
        return [thing for thing in alive if thing.token in self.cases]

    def _chosen(self, known: list[Thing]) -> Thing:
        """Return what is edited: often what Tandem is writing, or wrote, just now."""
        hot = [thing for thing in known if thing.token in self.hot]
        some = hot if hot and self.luck.random() < 0.5 else known
        return self.luck.choice(sorted(some, key=lambda one: one.id))

    def _case(self, thing: Thing, there: There) -> Case:
        """Return the case, knowing of what Tandem brought back."""
        case = self.cases[thing.token]
        for side in list(case.gone):
            if case.token in there[side]:
                case.back(side)
        return case

    def _create(self, side: Side) -> None:
        self.made += 1
        name = token(self.luck, self.made)
        hand = google_hand if side is Side.CALENDAR else agenda_hand
        words = hand.create(self.stage, self.luck, name)
        self._born(side, name, words)

    def _born(self, side: Side, name: str, words: str) -> None:
        thing = only(things(self.stage)[side], name)
        if thing is None:
            raise AssertionError(f"What was made in the {side} is not there.")
        content = shown(thing.content)
        self.cases[name] = Case(token=name, birth=side, base=content)
        self.tell(f"{side}: {words}", name)
        self.count("creations")

    def _delete(self, side: Side, thing: Thing, there: There) -> None:
        case, other = self._case(thing, there), only(there[side.other], thing.token)
        if side is Side.CALENDAR:
            words = google_hand.delete(self.stage, thing)
        else:
            words = agenda_hand.delete(self.stage, self.luck, thing)
        case.delete(side, shown(thing.content), _shown(other))
        fate = "" if case.fate is Fate.GONE else f" (must be {case.fate})"
        self.tell(f"{side}: {words}{fate}", case.token)
        self.count("deletes")

    def _do(self, side: Side, thing: Thing, there: There, *, deed: Deed) -> None:
        case, other = self._case(thing, there), only(there[side.other], thing.token)
        try:
            words = deed(self.stage, self.luck, thing)
        except (Refusal, Refused) as refused:
            self.tell(f"{side}: refused: {refused}", thing.token)
            return
        if words is None:
            return
        after = only(things(self.stage)[side], thing.token)
        if after is None:
            raise Broken(f"An edit in the {side} made it vanish: {words}", case.token)
        before, now = shown(thing.content), shown(after.content)
        changed = case.edit(side, before, now, _shown(other))
        names = sorted({one.name for one in changed})
        self.last[case.token] = side, deed
        self.tell(f"{side}: {words} [{' '.join(names)}]", case.token)
        self.count(f"edits of the {side}")
        if deed is agenda_hand.repeat and changed:
            raise Broken("A repeated statement changed the item.", case.token)


def _any_deed(side: Side, luck: random.Random) -> Deed:
    deeds = google_hand.DEEDS if side is Side.CALENDAR else agenda_hand.DEEDS
    [deed] = luck.choices(list(deeds), weights=list(deeds.values()))
    return deed


def _shown(thing: Thing | None) -> Content | None:
    return None if thing is None else shown(thing.content)
