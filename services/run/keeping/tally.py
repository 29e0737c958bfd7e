"""Keep a connection's counts as its links change, and what of them waits."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.connections.connection import Connection, Counts, State
from services.links.link import Link, Rank, Waiting
from services.run.staged import Staged

BY_HAND = frozenset({Waiting.PARKED, Waiting.UNSURE})
RESTING = BY_HAND | {Waiting.HELD, Waiting.LATER}
"""What has nothing to do by itself, though it is not clean."""

SHOWN = frozenset({Waiting.HELD, Waiting.UNSURE})
"""What waits for a person's answer, and is shown in the connection's preview."""


def tallied(counts: Counts, links: Iterable[Staged]) -> Counts:
    """Return the counts after these links are saved as they are now.

    A count below nothing tells that one was wrong before: see `recounting`.
    """
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
    dirty = link.rank is not Rank.CLEAN and link.waiting not in RESTING
    return replace(
        counts,
        links=counts.links + by * link.linked,
        dirty=counts.dirty + by * dirty,
        parked=counts.parked + by * parked,
        held=counts.held + by * held,
        alone=counts.alone + by * (link.alone is not None),
        orders=counts.orders + by * (link.order is not None),
        unsure=counts.unsure + by * (link.waiting is Waiting.UNSURE),
    )
