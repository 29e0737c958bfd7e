"""Luck from one seed: the same seed tells the same story, down to every id.

Each beat of a story draws from luck of its own, so a story from which some beats were
taken out tells the others as before: that is how a long story is made short.
"""

import random
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from zlib import crc32

from services.items import records as item_records

T = TypeVar("T")
Made = Callable[..., Any]


class Luck(random.Random):
    """The luck of a story; `ids` is that of ids and waits.

    `hostile` lets people write what a hostile agenda cannot hold.
    """

    hostile = False

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.name = str(seed)
        self.ids = random.Random()
        self.turn("the stage")

    def turn(self, beat: object) -> None:
        """Draw from the luck of this beat from now on."""
        self.seed(f"story {self.name} {beat}")
        self.ids.seed(f"ids {self.name} {beat}")

    def pick(self, some: Iterable[T], name: Callable[[T], str] = str) -> T:
        """Choose one by its name: the same one while it is there, whatever else is."""
        draw = self.random()
        return min(some, key=lambda one: crc32(f"{draw} {name(one)}".encode()))


def _bytes(luck: random.Random) -> Made:
    return lambda size=32: luck.randbytes(size)


def _text(luck: random.Random) -> Made:
    return lambda size=32: luck.randbytes(size).hex()


def _bits(luck: random.Random) -> Made:
    return lambda bits=32: luck.getrandbits(bits)


_MADE: dict[str, Callable[[random.Random], Made]] = {
    "token_bytes": _bytes,
    "token_hex": _text,
    "token_urlsafe": _text,
    "randbits": _bits,
}


@contextmanager
def seeded(seed: int) -> Iterator[Luck]:
    """Take all luck from the seed: the story's own, and that of ids and waits."""
    luck = Luck(seed)
    known = {name: getattr(secrets, name) for name in _MADE}
    jitter = item_records._jitter
    for name, made in _MADE.items():
        setattr(secrets, name, made(luck.ids))
    item_records._jitter = luck.ids  # type: ignore[assignment] # because a plain Random does
    try:
        yield luck
    finally:
        item_records._jitter = jitter
        for name, value in known.items():
            setattr(secrets, name, value)
