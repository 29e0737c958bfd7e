"""Laying two texts side by side."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

LONGEST = 60_000
"""Texts longer than this are not compared word by word."""

_TOKEN = re.compile(r"[^\W_]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Two stretches that belong together: [left, left_end) and [right, right_end)."""

    left: int
    left_end: int
    right: int
    right_end: int
    same: bool


def stretches(left: str, right: str) -> list[Stretch]:
    """Return both texts cut into stretches, in order, some of them the same."""
    return list(_stretches(left, right, 0, 0, by_words=True))


def _stretches(
    left: str, right: str, at_left: int, at_right: int, *, by_words: bool
) -> Iterator[Stretch]:
    """Cut off what both begin and end with, and look closer at what lies between."""
    head = _common(left, right)
    rest_left, rest_right = left[head:], right[head:]
    tail = _common(rest_left[::-1], rest_right[::-1])
    middle_left = rest_left[: len(rest_left) - tail]
    middle_right = rest_right[: len(rest_right) - tail]
    yield from _one(at_left, head, at_right, head, same=True)
    at_left, at_right = at_left + head, at_right + head
    if by_words and middle_left and middle_right:
        yield from _by_words(middle_left, middle_right, at_left, at_right)
    else:
        many = len(middle_left), len(middle_right)
        yield from _one(at_left, many[0], at_right, many[1], same=False)
    at_left, at_right = at_left + len(middle_left), at_right + len(middle_right)
    yield from _one(at_left, tail, at_right, tail, same=True)


def _common(left: str, right: str) -> int:
    """Return how many letters both begin with."""
    pairs = enumerate(zip(left, right, strict=False))
    differ = (place for place, (one, other) in pairs if one != other)
    return next(differ, min(len(left), len(right)))


def _one(
    left: int, many_left: int, right: int, many_right: int, *, same: bool
) -> Iterator[Stretch]:
    if many_left or many_right:
        yield Stretch(
            left=left,
            left_end=left + many_left,
            right=right,
            right_end=right + many_right,
            same=same,
        )


def _by_words(left: str, right: str, at_left: int, at_right: int) -> Iterator[Stretch]:
    if len(left) + len(right) > LONGEST:
        yield from _one(at_left, len(left), at_right, len(right), same=False)
        return
    left_words, right_words = _TOKEN.findall(left), _TOKEN.findall(right)
    matcher = SequenceMatcher(None, left_words, right_words, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        of_left, of_right = "".join(left_words[i1:i2]), "".join(right_words[j1:j2])
        if tag == "equal":
            many = len(of_left)
            yield from _one(at_left, many, at_right, many, same=True)
        else:
            yield from _stretches(of_left, of_right, at_left, at_right, by_words=False)
        at_left, at_right = at_left + len(of_left), at_right + len(of_right)
