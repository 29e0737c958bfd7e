"""Find out which event and which item are one appointment, typed on both sides."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from sync.content import Content
from sync.recurrence import instant, rule_text

SIMILAR = 0.6


class Match(StrEnum):
    """How sure it is that two are one."""

    SAME = "same"
    UNSURE = "unsure"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What pairing found for one arrival; `link` is the partner when it is SAME."""

    match: Match
    link: str | None = None


def span(content: Content, *, zone: str) -> str:
    """Return what equal appointments have in common besides the title: when they are.

    `zone` stands in for floating times.
    """
    details = content.details
    when = details.when
    start = when.start.isoformat() if when.all_day else _moment(content, zone)
    duration = details.duration
    rules = [rule_text(rule, when) for rule in content.rules]
    parts = [start, str(duration.days), str(duration.seconds), *sorted(rules)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _moment(content: Content, zone: str) -> str:
    return instant(content.details.when, zone=zone).isoformat()


def plain_title(title: str) -> str:
    """Return a title as people compare them: case, accents' form and spaces aside."""
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


def pick(title: str, candidates: Sequence[tuple[str, str]]) -> Verdict:
    """Return which candidate (link, title) at the very same time is the same thing.

    Exactly one of the same title is; several, or one that is merely similar, are for a
    person to decide.
    """
    ours = plain_title(title)
    same = [link for link, theirs in candidates if plain_title(theirs) == ours]
    if len(same) == 1:
        return Verdict(match=Match.SAME, link=same[0])
    if same or any(_similar(ours, plain_title(theirs)) for _, theirs in candidates):
        return Verdict(match=Match.UNSURE)
    return Verdict(match=Match.NONE)


def alike(title: str, candidates: Sequence[tuple[str, str]]) -> list[str]:
    """Return the candidates (link, title) that a person has to choose from."""
    ours = plain_title(title)
    plain = [(link, plain_title(theirs)) for link, theirs in candidates]
    return [link for link, theirs in plain if theirs == ours or _similar(ours, theirs)]


def _similar(one: str, other: str) -> bool:
    if not one or not other:
        return False
    shorter, longer = sorted([one, other], key=len)
    if shorter in longer:
        return True
    return SequenceMatcher(None, one, other).ratio() >= SIMILAR
