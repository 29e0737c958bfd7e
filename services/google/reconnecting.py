"""Stop what only an account's owner can wake again."""

from dataclasses import replace

from services.connections.connection import (
    RUNNING,
    Connection,
    State,
    change,
    of_account,
)
from services.ports.store import Store


def mark_needs_reconnect(store: Store, account: str, *, reason: str) -> list[str]:
    """Stop every connection of an account until its owner connects it again.

    Returns the ids of the connections that were still running.
    """
    stopped = []
    for connection in of_account(store, account):
        if connection.state in RUNNING:
            change(store, connection.id, lambda one: _needing_reconnect(one, reason))
            stopped.append(connection.id)
    return stopped


def _needing_reconnect(connection: Connection, reason: str) -> Connection:
    if connection.state not in RUNNING:
        return connection
    return replace(connection, state=State.NEEDS_RECONNECT, reason=reason)
