"""Begin a job, or have it cancelled: its orders are placed before anything is done."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice

from services.connections.connection import Connection, change
from services.orders.jobs import Job, Phase
from services.orders.order import Deed, Order
from services.orders.ordering import AT_ONCE, place
from services.refusals import InTheWay
from services.world import World
from sync.sides import Side

BUSY = "The connection is being reset or left already; cancel that first, or wait."
TOO_LATE = "Everything is done already; it cannot be cancelled any more."

Targets = Iterable[tuple[str, frozenset[Side]]]
"""The links that a job is about, with the sides on which they are to go."""


def begin(
    world: World, connection_id: str, job: Job, targets: Targets, *, now: datetime
) -> Connection:
    """Put the orders of a job on its links, and set it to work. Raises InTheWay.

    The same job again places what is missing. Whoever asked still asks for a run.
    """

    def begun(connection: Connection) -> Connection:
        known = connection.job
        if known is not None and known.id != job.id:
            raise InTheWay(BUSY)
        return connection if known is not None else replace(connection, job=job)

    change(world.store, connection_id, begun)
    total = 0
    for orders in _pages(job, targets):
        total += len(orders)
        left_out = place(world.store, connection_id, orders, now=now)
        total -= len(left_out)

    def working(connection: Connection) -> Connection:
        known = connection.job
        if known is None or known.phase is not Phase.ORDERING:
            return connection
        at_work = replace(known, phase=Phase.WORKING, total=total)
        return replace(connection, job=at_work)

    return change(world.store, connection_id, working)


def _pages(job: Job, targets: Targets) -> Iterator[Mapping[str, Order]]:
    """Yield the orders, some at a time; a link that is named twice has one."""
    rest, why = iter(targets), WHY[job.kind]
    while some := list(islice(rest, AT_ONCE)):
        sides: dict[str, frozenset[Side]] = {}
        for link, gone in some:
            sides[link] = sides.get(link, frozenset()) | gone
        yield {
            link: Order(id=job.id, deed=Deed.REMOVE, why=why, sides=gone, run=job.run)
            for link, gone in sides.items()
        }


WHY: Mapping[str, str] = {
    "reset": "a person reset the connection",
    "leave": "a person disconnected and asked for our copies to be removed",
}


def cancel_job(world: World, connection_id: str) -> bool:
    """Stop a job; what is done stays done. False where there is none. InTheWay."""
    stopped = False

    def cancelled(connection: Connection) -> Connection:
        nonlocal stopped
        job = connection.job
        stopped = job is not None
        if job is None or job.phase is Phase.CANCELLING:
            return connection
        if job.phase is Phase.FORGETTING:
            raise InTheWay(TOO_LATE)
        return replace(connection, job=replace(job, phase=Phase.CANCELLING))

    change(world.store, connection_id, cancelled)
    return stopped
