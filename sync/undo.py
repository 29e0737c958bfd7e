"""Undo our own writes to one side: what it should show again, field by field.

A write is what the side showed before it and what we left there; None stands for
nothing. Many writes fold into one: the oldest before, the newest left. Undoing carries
the change from `left` to `before` onto what the side shows now, as a merge in which
whoever edited a field since then prevails.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sync.content import Content
from sync.delta import changes
from sync.facets import same_grid
from sync.merge import merge
from sync.normal import normal
from sync.policy import Policy
from sync.sides import Atom, Pair, Side

WANTED, THERE_NOW = Side.AGENDA, Side.CALENDAR
"""The parts that the two sides of the merge play; no side of a link is meant."""

THERE_AGAIN = "It is there again since; it is left as it is."
GONE_SINCE = "It is gone since; there is nothing to put back."
CHANGED_SINCE = "It was changed since it was made; it is left as it is."
AS_BEFORE = "It is as it was before already."
EDITED_SINCE = "Somebody changed this since; it is left as it is."


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """What one side showed before our writes, and what they left there."""

    before: Content | None
    left: Content | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Undoing:
    """What a side is to show, and what of it stays as it is because of `why`.

    Where `wanted` is what it shows now, nothing is to be written.
    """

    wanted: Content | None
    skipped: frozenset[Atom] = frozenset()
    why: str = ""


def folded(images: Sequence[Image]) -> Image:
    """Return several writes to one side, the newest first, as if they were one."""
    newest, *older = images
    before = newest.before
    for image in older:
        before = _before(before, image)
    left: Content | None = before
    for image in reversed(images):
        left = _left(left, image)
    return Image(before=before, left=left)


def undoing(now: Content | None, image: Image) -> Undoing:
    """Return what a side that shows `now` should show when these writes are undone."""
    before, left = image.before, image.left
    if before is None or left is None:
        return _whole(now, image)
    if now is None:
        return Undoing(wanted=None, why=GONE_SINCE)
    wanted = _carried(now, before=left, after=before, winner=THERE_NOW)
    asked = changes(before, left)
    skipped = frozenset(atom for atom in changes(wanted, before) if atom in asked)
    why = EDITED_SINCE if skipped else ""
    return Undoing(wanted=wanted, skipped=skipped, why=why or _idle(now, wanted))


def with_occurrences(now: Content, before: Content) -> Content:
    """Return what is there with the exceptions that it had, where it has its slots."""
    if not same_grid(now, before):
        return now
    return normal(replace(now, overrides=before.overrides))


def _whole(now: Content | None, image: Image) -> Undoing:
    """Undo what made the side's copy, or took it away."""
    if now is None:
        return Undoing(wanted=image.before, why=_idle(now, image.before))
    if image.left is None:
        return Undoing(wanted=now, why=THERE_AGAIN)
    if changes(now, image.left):
        return Undoing(wanted=now, why=CHANGED_SINCE)
    return Undoing(wanted=None)


def _idle(now: Content | None, wanted: Content | None) -> str:
    return AS_BEFORE if now == wanted else ""


def _before(known: Content | None, older: Image) -> Content | None:
    """Return what was there before an older write, going on from a newer one's."""
    if known is None or older.before is None or older.left is None:
        return older.before
    return _carried(known, before=older.left, after=older.before, winner=WANTED)


def _left(known: Content | None, newer: Image) -> Content | None:
    """Return what is left after a newer write, going on from what older ones left."""
    if known is None or newer.before is None or newer.left is None:
        return newer.left
    return _carried(known, before=newer.before, after=newer.left, winner=WANTED)


def _carried(
    content: Content,
    *,
    before: Content,
    after: Content,
    winner: Side,
) -> Content:
    """Return the content with the change from `before` to `after` carried onto it."""
    pair = Pair(
        now={WANTED: after, THERE_NOW: content},
        seen={WANTED: before, THERE_NOW: before},
    )
    policy = Policy(
        project=dict.fromkeys(Side, normal),
        winner=lambda _name, _pair: winner,
    )
    return merge(pair, policy).wanted[THERE_NOW]
