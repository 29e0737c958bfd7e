"""Quiet: no more trouble, and time enough for everything to come to its end."""

from collections.abc import Callable
from datetime import timedelta

from services.ports.queue import Task
from services.previews.applying import apply
from tests.torture.runs import SYNC_PATH, Machines
from tests.torture.stage import Stage
from tests.torture.story import Broken
from tests.torture.troubles import Troubles

MOST_TASKS = 400
LONGEST = timedelta(hours=30)
SWEEP_EVERY = timedelta(minutes=10)
RESTS = 2
AT_LEAST = timedelta(minutes=50)


def quieten(
    stage: Stage,
    machines: Machines,
    troubles: Troubles,
    tell: Callable[[str], None],
    *,
    answered: bool = True,
) -> None:
    """Let everything that is queued or due come to its end. Raises Broken.

    What the brake holds is let pass, unless nobody has `answered` it yet.
    """
    tell("quiet")
    troubles.end()
    began = stage.clock.now()
    for _ in range(MOST_TASKS):
        machines.deliver()
        due = stage.line.due()
        if due:
            word = machines.run(due[0])
            if due[0].task.path == SYNC_PATH:
                tell(f"task {SYNC_PATH}: {word}")
            continue
        passed = stage.clock.now() - began
        if passed > AT_LEAST and _rests(stage):
            if not answered or not let_pass(stage):
                return
            tell("somebody lets pass what the brake holds")
        if passed > LONGEST:
            break
        _wait(stage, troubles)
    raise Broken(f"It does not come to rest: {_unrest(stage)}")


def must_rest(stage: Stage, machines: Machines, troubles: Troubles) -> None:
    """See to it that nothing is written while nobody edits. Raises Broken."""
    before = stage.watch.intents
    for _ in range(RESTS):
        stage.clock.advance(SWEEP_EVERY)
        troubles.ring()
        body = {"connection": stage.connection_id}
        stage.line.add(Task(path=SYNC_PATH, body=body))
        machines.deliver()
        for due in stage.line.due():
            machines.run(due)
    if stage.watch.intents != before:
        whose, what = stage.watch.news[-1]
        raise Broken(f"Nobody edits, and Tandem writes on: {what}", whose)


def let_pass(stage: Stage) -> bool:
    """Say yes to what the brake holds; False when it holds nothing."""
    connection, now = stage.connection(), stage.clock.now()
    if connection.preview is None or not connection.counts.held:
        return False
    apply(stage.office.world, connection.id, connection.preview, now=now)
    return True


def _wait(stage: Stage, troubles: Troubles) -> None:
    """Wait for the next task, or for the next sweep where that comes first."""
    now = stage.clock.now()
    coming = min((one.at for one in stage.line.line), default=now + SWEEP_EVERY)
    if coming - now >= SWEEP_EVERY:
        stage.clock.advance(SWEEP_EVERY)
        troubles.ring()
    else:
        stage.clock.advance(coming - now)


def _rests(stage: Stage) -> bool:
    connection = stage.connection()
    return connection.counts.dirty == 0 and connection.work is None


def _unrest(stage: Stage) -> str:
    connection = stage.connection()
    waiting = [
        f"{link.rank.name} {link.waiting} {link.why!r} due {link.due_at}"
        for link in stage.links()
        if link.rank or link.intent
    ]
    return f"{connection.state} {connection.reason!r} {connection.counts} {waiting}"
