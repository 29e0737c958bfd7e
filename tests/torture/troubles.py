"""Trouble: what Google, the network, machines and clocks do to a run."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from services.ports.queue import Task
from services.rounds.sweep import SWEEP_PATH
from tests.torture.chance import Luck
from tests.torture.runs import RENEW_PATH, SYNC_PATH, Machines
from tests.torture.stage import Stage
from tests.torture.timeline import Due
from tests.torture.workers import SAVE, WRITE, Blow

Json = dict[str, Any]
PAST_LEASE = timedelta(seconds=200)
WRITING = "events.[idpu]*"

FAULTS: tuple[Json, ...] = (
    {"kind": "rate_limit", "status": 403, "count": 2},
    {"kind": "user_rate_limit", "status": 429, "count": 2},
    {"kind": "quota_exceeded", "method": WRITING, "count": 1},
    {"kind": "server_error_before", "count": 2},
    {"kind": "server_error_after", "method": WRITING, "count": 1},
    {"kind": "server_error_after", "method": WRITING, "count": 2, "body": "html"},
    {"kind": "close_before", "count": 2},
    {"kind": "close_after", "method": WRITING, "count": 2},
    {"kind": "gone", "count": 1},
    {"kind": "expire_sync_tokens", "count": 1},
    {"kind": "unauthorized", "count": 1},
    {"kind": "rewrite_text", "method": WRITING, "count": 4},
    {"kind": "empty_page", "method": "events.list", "count": 1},
    {"kind": "short_page", "method": "events.list", "probability": 0.5, "count": 4},
    {"kind": "shuffle", "method": "events.list", "count": 6},
)


class Troubles:
    """What may go wrong, one thing at a time."""

    def __init__(
        self,
        stage: Stage,
        machines: Machines,
        luck: Luck,
        tell: Callable[[str], None],
    ) -> None:
        self.stage, self.machines, self.luck = stage, machines, luck
        self.tell = tell
        self.kinds: dict[Callable[[], str], int] = {
            self.fault: 6,
            self.crash: 6,
            self.pause: 4,
            self.resume: 5,
            self.two_at_once: 3,
            self.drop: 1,
            self.twice: 2,
            self.lower_role: 1,
            self.lose_channel: 1,
        }

    def one(self) -> str:
        """Make one kind of trouble and return its name."""
        [kind] = self.luck.choices(list(self.kinds), weights=list(self.kinds.values()))
        return kind()

    def end(self) -> None:
        """End what goes on."""
        self.stage.app.world.faults.clear()
        self._role("owner")
        self.machines.finish()

    def ring(self) -> None:
        """Do what the scheduler does in the cloud, from time to time."""
        for path in (SWEEP_PATH, RENEW_PATH):
            self.stage.line.add(Task(path=path, body={}))

    # --- Google ----------------------------------------------------------------------

    def fault(self) -> str:
        rule = self.luck.choice(FAULTS)
        skip = self.luck.randrange(4)
        self.stage.app.world.faults.set({**rule, "skip": skip})
        self.tell(f"Google: {rule['kind']} from call {skip + 1} on")
        return f"fault {rule['kind']}"

    def lower_role(self) -> str:
        lowered = self.luck.random() < 0.5
        self._role("reader" if lowered else "owner")
        self.tell("Google: the role is " + ("lowered" if lowered else "raised"))
        return "role"

    def _role(self, role: str) -> None:
        # The owner's role cannot be lowered; what the page's envelope says can.
        self.stage.role = role

    def lose_channel(self) -> str:
        channels = self.stage.app.world.state.channels
        for channel in list(channels.all()):
            channels.drop(f"{channel.project}\n{channel.id}")
        self.tell("Google: forgets our channel")
        return "channel lost"

    # --- machines --------------------------------------------------------------------

    def _next(self) -> Due:
        """Return the next run, as if a push had just come where there is none."""
        due = [one for one in self.stage.line.due() if one.task.path == SYNC_PATH]
        if not due:
            self._push()
            due = self.stage.line.due()[-1:]
        return due[0]

    def _push(self) -> None:
        body = {"connection": self.stage.connection_id}
        self.stage.line.add(Task(path=SYNC_PATH, body=body))

    def crash(self) -> str:
        what = self.luck.choice(("", "", WRITE, SAVE))
        blow = Blow(
            at=self.luck.randrange(1, 4 if what else 30),
            dies=self.luck.random() < 0.7,
            late=self.luck.random() < 0.5,
            what=what,
        )
        word = self.machines.run(self._next(), blow=blow)
        kind = "dies" if blow.dies else "fails"
        late = "after" if blow.late else "before"
        self.tell(f"a run {kind} {late} {what or 'any'} call {blow.at}: {word}")
        return "crash"

    def pause(self) -> str:
        if len(self.machines.held) > 1:
            return self.resume()
        what = self.luck.choice(("", WRITE))
        calls = self.luck.randrange(3 if what else 25)
        stands = self.machines.hold(self._next(), calls=calls, what=what)
        held = f"a run is held after {calls} {what or 'any'} calls"
        self.tell(held if stands else "a run ends")
        if stands and self.luck.random() < 0.4:
            self.stage.clock.advance(PAST_LEASE)
            self.tell("it sleeps past its lease")
            self._push()
        return "pause"

    def resume(self) -> str:
        if not self.machines.held:
            return self.pause()
        if self.luck.random() < 0.3:
            self.stage.clock.advance(PAST_LEASE)
        calls = self.luck.choice((1, 3, 8, 100))
        self.machines.let(calls)
        self.tell(f"a held run goes on for {calls} calls")
        return "resume"

    def two_at_once(self) -> str:
        while len(self.machines.held) < 2:
            self.machines.hold(self._next(), calls=self.luck.randrange(1, 12))
            if self.luck.random() < 0.3:
                break
        for _ in range(self.luck.randrange(2, 12)):
            if self.machines.held:
                self.machines.let(self.luck.randrange(1, 4))
        self.tell("two runs take turns")
        return "two at once"

    def drop(self) -> str:
        due = self.stage.line.due()
        if due:
            task = self.stage.line.take(self.luck.choice(due))
            self.tell(f"a task is lost: {task.path}")
        return "task lost"

    def twice(self) -> str:
        due = self._next()
        self.stage.line.add(due.task)
        self.tell("a task comes twice")
        return "task twice"
