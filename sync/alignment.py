"""Laying two texts side by side."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_PAIRS = 1_000_000
"""Where more pairs of words are the same than these, words tell nothing."""

_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")


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
    """Match word by word; what lies between two matches is looked at closer."""
    done_left, done_right = 0, 0
    for word_left, word_right in _matches(left, right):
        gap_left = left[done_left : word_left.start()]
        gap_right = right[done_right : word_right.start()]
        at = at_left + done_left, at_right + done_right
        yield from _stretches(gap_left, gap_right, *at, by_words=False)
        at = at_left + word_left.start(), at_right + word_right.start()
        many = len(word_left[0])
        yield from _one(at[0], many, at[1], many, same=True)
        done_left, done_right = word_left.end(), word_right.end()
    at = at_left + done_left, at_right + done_right
    yield from _stretches(left[done_left:], right[done_right:], *at, by_words=False)


def _matches(left: str, right: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Yield the words that both have in the same order."""
    left_words, right_words = list(_WORD.finditer(left)), list(_WORD.finditer(right))
    texts = [word[0] for word in left_words], [word[0] for word in right_words]
    counts = Counter(texts[1])
    if sum(counts[text] for text in texts[0]) > MOST_PAIRS:
        return
    matcher = SequenceMatcher(None, *texts, autojunk=False)
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            yield left_words[block.a + step], right_words[block.b + step]
