"""Luck from one seed: the same seed tells the same story, down to every id."""

import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from services import item_records

Made = Callable[..., Any]


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
def seeded(seed: int) -> Iterator[random.Random]:
    """Take all luck from the seed: the story's own, and that of ids and waits."""
    luck = random.Random(f"ids {seed}")
    known = {name: getattr(secrets, name) for name in _MADE}
    jitter = item_records._jitter
    for name, made in _MADE.items():
        setattr(secrets, name, made(luck))
    item_records._jitter = luck  # type: ignore[assignment] # because a plain Random does
    try:
        yield random.Random(f"story {seed}")
    finally:
        item_records._jitter = jitter
        for name, value in known.items():
            setattr(secrets, name, value)
