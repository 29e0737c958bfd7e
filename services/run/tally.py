"""Keep a connection's counts as its links change."""

from collections.abc import Iterable
from dataclasses import replace

from services.connections import Connection, Counts, State
from services.links import Link, Rank, Waiting
from services.run.staged import Staged

BY_HAND = frozenset({Waiting.PARKED, Waiting.UNSURE})


def tallied(counts: Counts, links: Iterable[Staged]) -> Counts:
    """Return the counts after these links are saved as they are now."""
    for each in links:
        counts = _added(counts, each.stored, -1)
        counts = _added(counts, None if each.gone else each.link, +1)
    return counts


def freed(connection: Connection) -> Connection:
    """Return the connection, held no more when nothing of it is."""
    if connection.state is not State.HELD or connection.counts.held:
        return connection
    return replace(connection, state=State.ACTIVE, reason="", asked=None, preview=None)


def _added(counts: Counts, link: Link | None, by: int) -> Counts:
    if link is None:
        return counts
    held = link.waiting is Waiting.HELD
    parked = link.waiting in BY_HAND
    dirty = link.rank is not Rank.CLEAN and not held and not parked
    return replace(
        counts,
        links=max(0, counts.links + by * link.linked),
        dirty=max(0, counts.dirty + by * dirty),
        parked=max(0, counts.parked + by * parked),
        held=max(0, counts.held + by * held),
        alone=max(0, counts.alone + by * (link.alone is not None)),
        orders=max(0, counts.orders + by * (link.order is not None)),
    )
