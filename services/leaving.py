"""Leaving: a connection ends, its push channels and, if wished, its grant with it."""

import logging
from dataclasses import replace
from datetime import datetime

from services.access import forget
from services.accounts import AccountMissing, load, path_of, refresh_token_of
from services.channels import close_channels
from services.connections import (
    Connection,
    ConnectionMissing,
    State,
    change,
    of_account,
)
from services.connections import load as load_connection
from services.opening import release_claim
from services.ports import Delete
from services.sealing import SealBroken
from services.world import World
from sync.errors import SyncError

logger = logging.getLogger(__name__)

LEFT = "Disconnected."


def disconnect(
    world: World, connection_id: str, *, revoke: bool, now: datetime
) -> None:
    """End a connection: the copies stay where they are, and nothing is written again.

    With `revoke` the grant is given back as well, unless another connection uses it.
    """
    connection = change(world.store, connection_id, _ended)
    close_channels(world, connection, now=now)
    release_claim(world.store, connection)
    if revoke and not _is_used(world, connection.account):
        _give_back(world, connection.account)
    fields = {"event": "disconnected", "connection_id": connection_id}
    logger.info("connection ended", extra=fields)


def leave(world: World, connection_id: str, *, now: datetime) -> None:
    """End a connection and forget everything under it, as its agenda is deleted."""
    try:
        connection, _ = load_connection(world.store, connection_id)
    except ConnectionMissing:
        return
    if connection.state is not State.DISCONNECTED:
        disconnect(world, connection_id, revoke=True, now=now)
    world.store.delete_under(f"connections/{connection_id}")


def _ended(connection: Connection) -> Connection:
    return replace(
        connection,
        state=State.DISCONNECTED,
        reason=LEFT,
        until=None,
        due_at=None,
    )


def _is_used(world: World, account: str) -> bool:
    found = of_account(world.store, account)
    return any(one.state is not State.DISCONNECTED for one in found)


def _give_back(world: World, account_id: str) -> None:
    """Withdraw a grant at Google and forget the account."""
    try:
        account, _ = load(world.store, account_id)
    except AccountMissing:
        return
    try:
        token = refresh_token_of(account, world.sealer)
        if token is not None:
            world.accounts.revoke(token)
    except (SyncError, SealBroken):
        # Its owner can still withdraw it at Google; we keep no copy either way.
        fields = {"event": "grant-not-revoked"}
        logger.warning("grant not revoked", extra=fields)
    forget(world, account_id)
    world.store.commit([Delete(path=path_of(account_id))])
