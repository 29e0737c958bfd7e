"""The proof: a story by the seed, with quiet and a check at the end of each round."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sync.sides import Side
from tests.older_codec import just_learned, rewrite
from tests.torture.chance import Luck
from tests.torture.checks import check
from tests.torture.people import People
from tests.torture.quiet import must_rest, quieten
from tests.torture.runs import Machines
from tests.torture.stage import Stage
from tests.torture.story import Broken, Story
from tests.torture.troubles import Troubles
from tests.torture.undoing import edit_some, undo_all
from tests.torture.wiping import wipe
from tests.torture.yesterday import Kept

ROUND = 40
MOST_HOT = 4


@dataclass(frozen=True, order=True, slots=True)
class Beat:
    """One step of a story, or the quiet behind it."""

    number: int
    quiet: bool = False

    def __str__(self) -> str:
        return f"{self.number}q" if self.quiet else str(self.number)


def beats(steps: int) -> list[Beat]:
    """Return the beats of a whole story: quiet comes after each round, and at last."""
    told = [Beat(number) for number in range(1, steps + 1)]
    ends = {*range(ROUND, steps + 1, ROUND), steps}
    return sorted([*told, *(Beat(number, quiet=True) for number in ends)])


@dataclass
class Proof:
    """One seed's story; `beat` is the one that is told just now."""

    stage: Stage
    luck: Luck
    story: Story = field(default_factory=Story)
    counts: dict[str, int] = field(default_factory=dict)
    beat: Beat = field(default=Beat(0))

    def __post_init__(self) -> None:
        self.people = People(self.stage, self.luck, self)
        self.machines = Machines(self.stage, self.luck)
        self.troubles = Troubles(self.stage, self.machines, self.luck, self.tell)
        self.copy: Kept | None = None

    def tell(self, words: str, token: str = "") -> None:
        """Add to the story, with what Tandem wrote meanwhile."""
        news, self.stage.watch.news = self.stage.watch.news, []
        people = self.people
        for whose, what in news:
            self._say(what, whose)
            people.hot = [whose, *people.hot][:MOST_HOT]
            if what.startswith("(delete") and whose in people.cases:
                people.cases[whose].deleting = True
        self._say(words, token)

    def _say(self, words: str, token: str) -> None:
        self.story.tell(f"{self.stage.clock.now():%d %H:%M:%S}", words, token)

    def count(self, what: str) -> None:
        """Count for the last line."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def go(self, told: Sequence[Beat]) -> None:
        """Tell these beats, with a check in each quiet. Raises Broken."""
        for beat in told:
            self.beat, self.story.step = beat, beat.number
            self.luck.turn(beat)
            self.stage.app.world.faults.luck.seed(f"{self.luck.name} {beat}")
            if beat.quiet:
                self._check()
                self._check_again()
            else:
                self._step()

    def _check(self) -> None:
        cases = self.people.cases
        quieten(self.stage, self.machines, self.troubles, self.tell)
        for name in self.machines.doubtful() & cases.keys():
            cases[name].doubt()
        check(self.stage, cases)
        must_rest(self.stage, self.machines, self.troubles)
        self.tell("both sides agree")
        self.count("checks")

    def _check_again(self) -> None:
        """Now that all is well, do what concerns everything, and check once more."""
        chosen = self.luck.random()
        if chosen < 0.06:
            if wipe(self.stage, self.people, self.machines, self.troubles):
                self.count("wipes")
                self._check()
        elif self.copy and chosen < 0.3:
            self.machines.forget()
            self.stage.know_only(self.copy)
            self.copy = None
            self.tell("an old copy of the store is put back")
            self.count("old stores")
            # A channel that nobody knows of any more is stopped when it is heard of.
            self.people.touch()
            self._check()
        elif chosen > 0.85:
            self._undo()
        elif chosen > 0.7:
            self._upgrade()

    def _upgrade(self) -> None:
        """Let Tandem learn fields: what an older codec kept lacks them everywhere."""
        self.machines.forget()
        with just_learned():
            rewrite(self.stage.store, self.stage.connection_id)
            self.tell("the codec learns new fields")
            self.people.touch()
            before = self.stage.watch.intents
            quieten(self.stage, self.machines, self.troubles, self.tell)
            if self.stage.watch.intents > before:
                raise Broken("Something was written because the codec learned fields.")
            self._check()
        self.count("upgrades")

    def _undo(self) -> None:
        """Let people edit, Tandem carry it, and somebody undo all of that."""
        began = self.stage.clock.now()
        before = edit_some(self.stage, self.luck, self.people)
        self._check()
        minutes = int((self.stage.clock.now() - began).total_seconds() // 60)
        if before:
            undo_all(self.stage, self.people, before, minutes=minutes + 1)
            self.count("undos")
            self._check()

    def _step(self) -> None:
        self.machines.deliver(dropped=0.1, doubled=0.1)
        chosen = self.luck.random()
        if chosen < 0.28:
            self.people.edit(Side.CALENDAR, number=self.beat.number)
        elif chosen < 0.56:
            self.people.edit(Side.AGENDA, number=self.beat.number)
        elif chosen < 0.80:
            self._task()
        elif chosen < 0.88:
            self._pass_time()
        else:
            self._trouble()

    def _trouble(self) -> None:
        if self.copy is None and self.luck.random() < 0.1:
            self.copy = self.stage.copied()
            self.tell("the store is copied")
        kind = self.troubles.one()
        self.count(kind)
        if kind in ("crash", "pause"):
            self.people.insist()

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
