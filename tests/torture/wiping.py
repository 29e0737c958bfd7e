"""A script wipes the calendar, a few events a second: the brake must hold."""

from datetime import timedelta

from services.connections.connection import State
from sync.sides import Side
from tests.torture.people import People
from tests.torture.quiet import quieten
from tests.torture.runs import Machines
from tests.torture.sides import things
from tests.torture.stage import MOST_DELETES, Stage
from tests.torture.story import Broken
from tests.torture.troubles import Troubles

BETWEEN = timedelta(milliseconds=300)
SERVED_EACH = 3


def wipe(stage: Stage, people: People, machines: Machines, troubles: Troubles) -> bool:
    """Delete every event by a script; False where there are too few.

    Nobody answers the brake until all is quiet: then it must hold the rest.
    """
    there = things(stage)
    doomed = sorted(people.known(there[Side.CALENDAR]), key=lambda one: one.token)
    if len(doomed) <= MOST_DELETES + 1:
        return False
    people.teller.tell(f"a script deletes {len(doomed)} events at Google")
    for number, thing in enumerate(doomed):
        people.delete(Side.CALENDAR, thing, things(stage))
        stage.clock.advance(BETWEEN)
        if number % SERVED_EACH == 0:
            _serve(stage, machines)
    quieten(stage, machines, troubles, people.teller.tell, answered=False)
    _must_hold(stage, len(doomed))
    return True


def _serve(stage: Stage, machines: Machines) -> None:
    """Let Tandem do one task meanwhile."""
    machines.deliver()
    due = stage.line.due()
    if due:
        machines.run(due[0])


def _must_hold(stage: Stage, doomed: int) -> None:
    there = things(stage)
    left, state = len(there[Side.AGENDA]), stage.connection().state
    if left < doomed - MOST_DELETES or state is not State.HELD:
        what = f"of {doomed} items {left} are left, the connection is {state}"
        raise Broken(f"The brake did not hold a wipe: {what}.")
