"""Runs of Tandem: tasks done, repeated, dropped and late; processes struck and held."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.google.push import prove, queue_push
from services.google.renewal import renew_due
from services.ports.queue import QueueError, Task
from services.ports.store import StoreError
from services.rounds.sweep import SWEEP_PATH, sweep
from services.run import Hint, sync
from tests.torture.chance import Luck
from tests.torture.stage import Process, Stage
from tests.torture.timeline import Due
from tests.torture.workers import Blow, Died, Held

SYNC_PATH, RENEW_PATH = "/tasks/sync", "/tasks/renew-channels"
SKEWS = (0, 0, 0, 3, -3, 20, -20)


@dataclass
class Machines:
    """The processes that do the tasks; `held` are runs that somebody stopped midway."""

    stage: Stage
    luck: Luck
    held: list[tuple[Held, Due]] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    stopped: set[str] = field(default_factory=set)
    crashed: set[str] = field(default_factory=set)

    def process(self) -> Process:
        """Return a process that is free: a known one, or a new one."""
        free = [one for one in self.processes if not one.points.dead]
        if free and self.luck.random() < 0.8:
            return free[0]
        skew = timedelta(seconds=self.luck.choice(SKEWS))
        made = self.stage.process(skew)
        self.processes = [made, *self.processes][:3]
        return made

    # --- tasks -----------------------------------------------------------------------

    def run(self, due: Due, *, blow: Blow | None = None) -> str:
        """Do a task, and tell what came of it; one that fails is tried again."""
        task = self.stage.line.take(due)
        process = self.process()
        process.points.expect(blow)
        self.stage.clock.advance(timedelta(milliseconds=7))
        try:
            word = self._do(process, task)
        except (StoreError, QueueError) as error:
            self.stage.line.again(due)
            word = f"failed: {error}"
        except Died:
            self.crashed |= self._told()
            self.processes = [one for one in self.processes if one is not process]
            self.stage.line.again(due)
            return f"died at call {process.points.count}"
        if process.points.struck:
            self.crashed |= self._told()
        process.points.expect(None)
        return word

    def _told(self) -> set[str]:
        """Return what the intents were about that nobody told of yet."""
        return {token for token, _ in self.stage.watch.news}

    def doubtful(self) -> set[str]:
        """Return, once, what both a stopped run and a struck one were writing.

        What was on its way when its process was stopped may land whenever it goes on,
        long after the next one looked. Should that one be struck too, its own write
        cannot be told from what somebody edited since.
        """
        both = self.stopped & self.crashed
        self.stopped, self.crashed = set(), set()
        return both

    def _do(self, process: Process, task: Task) -> str:
        world, now = process.world, process.clock.now()
        if task.path == SYNC_PATH:
            body = task.body
            at = body.get("received_at")
            hint = Hint(
                channel=body.get("channel"),
                resource=body.get("resource"),
                received_at=datetime.fromisoformat(at) if at else None,
            )
            outcome = sync(world, str(body["connection"]), hint=hint)
            return f"{outcome.word}, read {outcome.read}, written {outcome.written}"
        if task.path == SWEEP_PATH:
            return f"{sweep(world, now).queued} queued"
        if task.path == RENEW_PATH:
            renew_due(world, now)
            return "renewed"
        return "nothing to do"

    def hold(self, due: Due, *, calls: int, what: str = "") -> bool:
        """Begin a task and hold it before some call; tell whether it came that far."""
        task = self.stage.line.take(due)
        process = self.stage.process(timedelta(seconds=self.luck.choice(SKEWS)))
        self.stage.clock.advance(timedelta(milliseconds=7))
        held = Held(process.points, lambda: self._do(process, task))
        held.let(calls, what=what)
        self.stopped |= self._told()
        self.held.append((held, due))
        self._forget_ended()
        return not held.ended

    def let(self, calls: int) -> None:
        """Let one of the held runs go on a bit."""
        held, _ = self.luck.choice(self.held)
        held.let(calls)
        self.stopped |= self._told()
        self._forget_ended()

    def finish(self) -> None:
        """Let all held runs come to their end."""
        for held, _ in self.held:
            held.finish()
        self._forget_ended()

    def _forget_ended(self) -> None:
        for held, due in [one for one in self.held if one[0].ended]:
            self.held.remove((held, due))
            if isinstance(held.error, StoreError | QueueError | Died):
                self.stage.line.again(due)
            elif held.error is not None:
                raise held.error

    def forget(self) -> None:
        """End all processes: whoever comes next remembers nothing."""
        self.processes = []

    # --- pushes ----------------------------------------------------------------------

    def deliver(self, *, dropped: float = 0.0, doubled: float = 0.0) -> int:
        """Bring Google's pushes to the door, some twice and some never."""
        messages, self.stage.pushes.messages = self.stage.pushes.messages, []
        for message in messages:
            if self.luck.random() < dropped:
                continue
            for _ in range(2 if self.luck.random() < doubled else 1):
                world = self.stage.office.world
                push = prove(world, message.headers)
                if push is not None:
                    queue_push(world, push, self.stage.clock.now())
        return len(messages)
