"""People: who edits what, and what the ledger learns of it."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from services.refusals import Refusal as Refused
from sync.content import Content
from sync.sides import Side
from tests.torture import agenda_hand, agenda_series, google_hand, google_series
from tests.torture.chance import Luck
from tests.torture.ledger import Case, Fate
from tests.torture.sides import Thing, only, things
from tests.torture.stage import Stage
from tests.torture.story import Broken
from tests.torture.transport import Refusal
from tests.torture.words import token

There = Mapping[Side, Mapping[str, list[Thing]]]
Deed = Callable[[Stage, Luck, Thing], str | None]

MOST_ALIVE = 22


class Teller(Protocol):
    """Whom people tell what they did."""

    def tell(self, words: str, token: str = "") -> None: ...

    def count(self, what: str) -> None: ...


@dataclass
class People:
    """Everybody who edits; `hot` are the appointments that Tandem wrote just now."""

    stage: Stage
    luck: Luck
    teller: Teller
    cases: dict[str, Case] = field(default_factory=dict)
    hot: list[str] = field(default_factory=list)
    last: dict[str, tuple[Side, Deed]] = field(default_factory=dict)

    def edit(self, side: Side, *, number: int) -> None:
        """Let somebody on this side do something in the beat of this number."""
        there = things(self.stage)
        known = self.known(there[side])
        few = len(known) < 4
        if few or (len(known) < MOST_ALIVE and self.luck.random() < 0.12):
            self._create(side, number)
            return
        thing = self._chosen(known)
        chosen = self.luck.random()
        if chosen < 0.06:
            self.delete(side, thing, there)
        elif chosen < 0.08 and side is Side.CALENDAR and thing.content.rules:
            self._split(thing, there, number)
        else:
            self.do(side, thing, there, deed=_any_deed(side, self.luck))

    def touch(self) -> None:
        """Let somebody change what Tandem does not map, so that Google pushes."""
        there = things(self.stage)
        known = self.known(there[Side.CALENDAR])
        if known:
            thing = self._chosen(known)
            self.do(Side.CALENDAR, thing, there, deed=google_hand.attach)

    def insist(self) -> None:
        """Let somebody edit once more what a run was about to carry.

        Most repeat their own edit; some edit anything, on either side.
        """
        for name in self.hot[:1]:
            side, deed = self.last.get(name, (None, None))
            if side is None or deed is None or self.luck.random() < 0.3:
                continue
            if self.luck.random() < 0.3:
                side = self.luck.choice(list(Side))
                deed = _any_deed(side, self.luck)
            there = things(self.stage)
            thing = only(there[side], name)
            if thing is not None and name in self.cases:
                self.do(side, thing, there, deed=deed)

    def known(self, found: Mapping[str, list[Thing]]) -> list[Thing]:
        alive = [thing for alike in found.values() for thing in alike]
        return [thing for thing in alive if thing.token in self.cases]

    def _chosen(self, known: list[Thing]) -> Thing:
        """Return what is edited: often what Tandem is writing, or wrote, just now."""
        hot = [thing for thing in known if thing.token in self.hot]
        some = hot if hot and self.luck.random() < 0.5 else known
        return self.luck.pick(some, lambda one: one.token)

    def _case(self, thing: Thing, there: There) -> Case:
        """Return the case, knowing of what Tandem brought back."""
        case = self.cases[thing.token]
        for side in list(case.gone):
            if case.token in there[side]:
                case.back(side)
        return case

    def _create(self, side: Side, number: int) -> None:
        name = token(self.luck, number)
        hand = google_hand if side is Side.CALENDAR else agenda_hand
        words = hand.create(self.stage, self.luck, name)
        self._born(side, name, words)

    def _born(self, side: Side, name: str, words: str) -> None:
        thing = only(things(self.stage)[side], name)
        if thing is None:
            raise AssertionError(f"What was made in the {side} is not there.")
        content = thing.shown
        self.cases[name] = Case(token=name, birth=side, base=content)
        self.teller.tell(f"{side}: {words}", name)
        self.teller.count("creations")

    def _split(self, thing: Thing, there: There, number: int) -> None:
        """Let a person change an instance and all that follow: Google makes two."""
        name = token(self.luck, number)

        def cut(stage: Stage, luck: Luck, one: Thing) -> str | None:
            return google_series.cut(stage, luck, one, token=name)

        self.do(Side.CALENDAR, thing, there, deed=cut)
        # Who did it again would make another series of the same name.
        self.last.pop(thing.token, None)
        if only(things(self.stage)[Side.CALENDAR], name) is not None:
            self._born(Side.CALENDAR, name, f"which is split off {thing.token}")
            self.teller.count("splits")

    def delete(self, side: Side, thing: Thing, there: There) -> None:
        """Let somebody delete it."""
        case, other = self._case(thing, there), only(there[side.other], thing.token)
        if side is Side.CALENDAR:
            words = google_hand.delete(self.stage, thing)
        else:
            words = agenda_hand.delete(self.stage, self.luck, thing)
        case.delete(side, thing.shown, _shown(other))
        fate = "" if case.fate is Fate.GONE else f" (must be {case.fate})"
        self.teller.tell(f"{side}: {words}{fate}", case.token)
        self.teller.count("deletes")

    def do(self, side: Side, thing: Thing, there: There, *, deed: Deed) -> None:
        """Let somebody do this to a thing, and take note of what it changed."""
        case, other = self._case(thing, there), only(there[side.other], thing.token)
        try:
            words = deed(self.stage, self.luck, thing)
        except (Refusal, Refused) as refused:
            self.teller.tell(f"{side}: refused: {refused}", thing.token)
            return
        if words is None:
            return
        after = only(things(self.stage)[side], thing.token)
        if after is None:
            raise Broken(f"An edit in the {side} made it vanish: {words}", case.token)
        before, now = thing.shown, after.shown
        changed = case.edit(side, before, now, _shown(other))
        names = sorted({one.name for one in changed})
        self.last[case.token] = side, deed
        self.teller.tell(f"{side}: {words} [{' '.join(names)}]", case.token)
        self.teller.count(f"edits of the {side}")
        if deed is agenda_hand.repeat and changed:
            raise Broken("A repeated statement changed the item.", case.token)


def _any_deed(side: Side, luck: random.Random) -> Deed:
    deeds = google_series.DEEDS if side is Side.CALENDAR else agenda_series.DEEDS
    [deed] = luck.choices(list(deeds), weights=list(deeds.values()))
    return deed


def _shown(thing: Thing | None) -> Content | None:
    return None if thing is None else thing.shown
