"""The brake: what stops a run that would delete or move too much."""

from collections.abc import Iterable
from datetime import datetime, timedelta

SHARE_COUNTS_FROM = 5


def recent(
    done: Iterable[datetime], *, now: datetime, lasts: timedelta
) -> list[datetime]:
    """Return the moments that still count."""
    return [moment for moment in done if moment > now - lasts]


def holds(done: int, *, touched: int, most: int, links: int, max_share: float) -> bool:
    """Return whether one more, after `done` of late, is one too many.

    `touched` counts the links that all of them concern: one that is moved again and
    again is one.
    """
    after = done + 1
    if after > most:
        return True
    return after >= SHARE_COUNTS_FROM and touched > max_share * links
