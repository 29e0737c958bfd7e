"""Free the leases of processes that died, so that nobody waits for them to run out."""

from collections.abc import Callable
from dataclasses import replace

from services.connections.connection import Connection, Lease, change, loaded
from services.paging import every
from services.ports.store import Query
from services.world import World


def free_leases_of_the_dead(world: World, is_dead: Callable[[str], bool]) -> int:
    """Give back every lease whose holder has died, and return how many there were.

    For one machine, at its start: there a process can tell whether another one lives.
    What the dead run was about to write is found by its intents.
    """
    freed = 0
    for document in every(world.store, Query(collection="connections")):
        connection = loaded(document)
        if _is_held_by_dead(connection, world.process, is_dead):
            change(world.store, connection.id, _freed(connection.lease.holder))
            freed += 1
    return freed


def _is_held_by_dead(
    connection: Connection, ours: str, is_dead: Callable[[str], bool]
) -> bool:
    process = connection.lease.holder.partition("/")[0]
    return process not in ("", ours) and is_dead(process)


def _freed(holder: str) -> Callable[[Connection], Connection]:
    def freed(connection: Connection) -> Connection:
        if connection.lease.holder != holder:
            return connection
        return replace(connection, lease=Lease(epoch=connection.lease.epoch))

    return freed
