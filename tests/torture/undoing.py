"""Undo: what people did since a moment goes back, on both sides."""

from datetime import timedelta

from services.orders.undo import undo_since
from sync.sides import Side
from tests.torture import agenda_hand, google_hand
from tests.torture.chance import Luck
from tests.torture.ledger import Case
from tests.torture.people import People
from tests.torture.sides import things
from tests.torture.stage import Stage
from tests.torture.story import Broken

MOST = 3
DEEDS = {
    Side.CALENDAR: (google_hand.retitle, google_hand.put_place, google_hand.hide),
    Side.AGENDA: (agenda_hand.retitle, agenda_hand.describe, agenda_hand.paint),
}


def edit_some(stage: Stage, luck: Luck, people: People) -> list[Case]:
    """Let people edit some appointments, each on one side; return what they were."""
    before: dict[str, Case] = {}
    stage.clock.advance(timedelta(seconds=2))
    for _ in range(MOST):
        side = luck.choice(list(Side))
        there = things(stage)
        known = [one for one in people.known(there[side]) if one.token not in before]
        if known:
            thing = luck.pick(known, lambda one: one.token)
            case = people.cases[thing.token]
            before[case.token] = Case(
                token=case.token, birth=case.birth, base=case.base, reborn=case.reborn
            )
            people.do(side, thing, there, deed=luck.choice(DEEDS[side]))
    return list(before.values())


def undo_all(stage: Stage, people: People, before: list[Case], *, minutes: int) -> None:
    """Undo what was written in the last minutes: all must be as it was before."""
    now = stage.clock.now()
    moment = now - timedelta(minutes=minutes)
    undone = undo_since(stage.office.world, stage.connection_id, moment, now=now)
    people.teller.tell(f"somebody undoes {undone.undone} writes")
    if undone.skipped:
        raise Broken(f"An undo left something out: {undone.skipped[0].why}")
    for case in before:
        case.slots = set(case.base.overrides)
        people.cases[case.token] = case
