"""How many calls to Google one run may make, before it asks for more or goes away."""

from dataclasses import dataclass
from datetime import timedelta

from services.google.pace import reserve
from services.world import World

FREE = 50
"""A run of a few changes reserves nothing: it is read and written once as it is."""

SLICE = 25
SHORT = timedelta(seconds=5)
"""A run waits no longer than this; what must wait longer is queued for later."""


@dataclass(slots=True)
class Allowance:
    """The calls of one run: those made, and those that are reserved.

    `rest` is how long nothing more can be reserved; then the run had better end.
    """

    world: World
    account: str
    made: int = 0
    granted: int = FREE
    rest: timedelta = timedelta(0)

    @property
    def is_used_up(self) -> bool:
        """Whether what is left to do must come later."""
        return self.rest > timedelta(0)

    def count(self) -> None:
        """Count one call."""
        self.made += 1

    def refill(self) -> None:
        """See to it that a slice of calls can be made, waiting a little if need be."""
        if self.is_used_up or self.granted - self.made >= SLICE:
            return
        calls = self.made + SLICE - self.granted
        now = self.world.clock.now()
        wait = reserve(self.world, self.account, calls, longest=SHORT, now=now)
        if wait > SHORT:
            self.rest = wait
            return
        self.granted += calls
        if wait:
            self.world.clock.sleep(wait)
