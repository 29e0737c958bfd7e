"""What a run is told, and what it says when it ends."""

from dataclasses import dataclass
from datetime import datetime

from services.lanes import Lane


@dataclass(frozen=True, kw_only=True, slots=True)
class Hint:
    """Why a run is asked for: the channel that spoke, and when we heard it.

    `run` is the id by which somebody knows the run already. `lane` is the one in which
    it came, and in which what is left of it waits. `quiet` tells that nobody told of a
    change: the sweep asks, since it was quiet for long.
    """

    channel: str | None = None
    resource: str | None = None
    received_at: datetime | None = None
    run: str = ""
    lane: Lane = Lane.LIVE
    quiet: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a run came to: one word for the log, and what it did."""

    word: str
    read: int = 0
    written: int = 0


class Overtaken(Exception):
    """Another run moved the connection on while this one looked: look again."""


class Busy(Exception):
    """Another run holds the lease; it was told to have another one follow it."""


class Stopped(Exception):
    """The connection may not be written to any more; it says why itself."""
