"""The brake: what stops a run that would delete or move too much."""

from collections.abc import Iterable
from datetime import datetime, timedelta

SHARE_COUNTS_FROM = 5


def recent(
    done: Iterable[datetime], *, now: datetime, lasts: timedelta
) -> list[datetime]:
    """Return the moments that still count."""
    return [moment for moment in done if moment > now - lasts]


def holds(done: int, *, most: int, links: int, max_share: float) -> bool:
    """Return whether one more, after `done` of late, is one too many."""
    after = done + 1
    if after > most:
        return True
    return after >= SHARE_COUNTS_FROM and after > max_share * links
