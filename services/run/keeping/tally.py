"""Keep a connection's counts as its links change, and what of them waits."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.connections.connection import Connection, Counts, State
from services.links.link import Link, Rank, Waiting
from services.run.staged import Staged

BY_HAND = frozenset({Waiting.PARKED, Waiting.UNSURE})
SHOWN = frozenset({Waiting.HELD, Waiting.UNSURE})
"""What waits for a person's answer, and is shown in the connection's preview."""


def tallied(counts: Counts, links: Iterable[Staged]) -> Counts:
    """Return the counts after these links are saved as they are now."""
    for each in links:
        counts = _added(counts, each.stored, -1)
        counts = _added(counts, None if each.gone else each.link, +1)
    return counts


def counted(connection: Connection, links: Sequence[Staged]) -> Connection:
    """Return the connection after these links are saved as they are now.

    Held no more when nothing of it is, and without a preview when nothing waits.
    """
    counts = tallied(connection.counts, links)
    moved = any(_waits_otherwise(each) for each in links)
    version = connection.waits_version + moved
    return freed(replace(connection, counts=counts, waits_version=version))


def freed(connection: Connection) -> Connection:
    """Return the connection as it is when nothing of it is held any more."""
    if connection.counts.held:
        return connection
    if connection.state is State.HELD:
        connection = replace(connection, state=State.ACTIVE, reason="", asked=None)
    waits = connection.counts.unsure or connection.state is State.NEEDS_APPROVAL
    if connection.asked is not None or waits:
        return connection
    return replace(connection, preview=None)


def _waits_otherwise(each: Staged) -> bool:
    """Return whether a link began or ceased to wait for a person, or what of it did."""
    before, after = each.stored, None if each.gone else each.link
    if not any(one is not None and one.waiting in SHOWN for one in (before, after)):
        return False
    return before != after


def _added(counts: Counts, link: Link | None, by: int) -> Counts:
    if link is None:
        return counts
    held = link.waiting is Waiting.HELD
    parked = link.waiting in BY_HAND
    rests = link.rank is Rank.CLEAN or link.waiting is Waiting.LATER
    dirty = not (rests or held or parked)
    return replace(
        counts,
        links=max(0, counts.links + by * link.linked),
        dirty=max(0, counts.dirty + by * dirty),
        parked=max(0, counts.parked + by * parked),
        held=max(0, counts.held + by * held),
        alone=max(0, counts.alone + by * (link.alone is not None)),
        orders=max(0, counts.orders + by * (link.order is not None)),
        unsure=max(0, counts.unsure + by * (link.waiting is Waiting.UNSURE)),
    )
