"""The calendar's side: busy blocks instead of private events, declined time as free."""

from dataclasses import dataclass, replace

from sync.content import Answer, Details, FreeBusy
from sync.sides import DURATION, FREE_BUSY, RULES, THERE, WHEN

BUSY = "Busy"
SHOWN_OF_BUSY = frozenset({WHEN, DURATION, RULES, THERE, FREE_BUSY})
"""All that a busy block shows, and so all that goes back from it."""


@dataclass(frozen=True, slots=True)
class BusyOnly:
    """An event as a block of time under a neutral title, and nothing else."""

    def show(self, held: Details) -> Details:
        """Return the block."""
        return Details(
            when=held.when,
            duration=held.duration,
            title=BUSY,
            free_busy=held.free_busy,
        )

    def hold(self, wanted: Details, now: Details | None) -> Details:
        """Return the event at the block's time, everything else as it is."""
        if now is None:
            return wanted
        return replace(
            now,
            when=wanted.when,
            duration=wanted.duration,
            free_busy=wanted.free_busy,
        )


@dataclass(frozen=True, slots=True)
class DeclinedFree:
    """An event that its owner declined, as free time."""

    owner: str

    def show(self, held: Details) -> Details:
        """Return the occurrence, free where the owner does not come."""
        if held.free_busy is FreeBusy.FREE or not self._declined(held):
            return held
        return replace(held, free_busy=FreeBusy.FREE)

    def hold(self, wanted: Details, now: Details | None) -> Details:
        """Return the occurrence as busy as it is, unless that is what changed."""
        if now is None or self.show(now).free_busy is not wanted.free_busy:
            return wanted
        return replace(wanted, free_busy=now.free_busy)

    def _declined(self, details: Details) -> bool:
        return any(
            person.email == self.owner and person.answer is Answer.DECLINED
            for person in details.participants
        )
