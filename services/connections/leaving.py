"""Leaving: a connection ends, its push channels and, if wished, its grant with it.

What becomes of the copies that we made is the leaver's choice. To remove them comes
first, as a job; the end comes after it.
"""

import logging
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from services.connections.connection import (
    Connection,
    ConnectionMissing,
    State,
    change,
    of_account,
)
from services.connections.connection import load as load_connection
from services.connections.opening import release_claim
from services.google import pace
from services.google.access import forget
from services.google.accounts import (
    Account,
    AccountMissing,
    load,
    path_of,
    refresh_token_of,
)
from services.google.channels import close_channels
from services.links.link import links_of
from services.ports.store import Delete, Query, Store
from services.secrets.sealing import SealBroken
from services.world import World
from sync.errors import SyncError

logger = logging.getLogger(__name__)

LEFT = "Disconnected."
AT_ONCE = 200


class Copies(StrEnum):
    """What becomes of what we made on both sides when a connection ends.

    KEEP leaves it and forgets the links: should the pair be connected again, both sides
    are paired anew. FREEZE keeps the links too, and goes on where it was. REMOVE takes
    our copies away, never an original.
    """

    KEEP = "keep"
    FREEZE = "freeze"
    REMOVE = "remove"


def disconnect(
    world: World,
    connection_id: str,
    *,
    revoke: bool,
    now: datetime,
    copies: Copies = Copies.KEEP,
    reason: str = "",
) -> None:
    """End a connection: nothing is written again.

    With `revoke` the grant is given back as well, unless another connection uses it.
    """
    frozen = copies is Copies.FREEZE

    def ended(connection: Connection) -> Connection:
        return replace(_ended(connection), reason=reason or LEFT, frozen=frozen)

    connection = change(world.store, connection_id, ended)
    close_channels(world, connection, now=now)
    release_claim(world.store, connection)
    if not frozen:
        _forget_links(world.store, connection_id)
    if revoke and not _is_used(world, connection.account):
        give_back(world, connection.account)
    fields = {"event": "disconnected", "connection_id": connection_id}
    logger.info("connection ended", extra=fields)


def leave(
    world: World, connection_id: str, *, now: datetime, revoke: bool = True
) -> None:
    """End a connection and forget everything under it, as its agenda is deleted.

    With `revoke` its grant is given back too, unless another connection uses it.
    """
    try:
        connection, _ = load_connection(world.store, connection_id)
    except ConnectionMissing:
        return
    if connection.state is not State.DISCONNECTED:
        disconnect(world, connection_id, revoke=revoke, now=now)
    world.store.delete_under(f"connections/{connection_id}")


def _ended(connection: Connection) -> Connection:
    return replace(
        connection,
        state=State.DISCONNECTED,
        until=None,
        due_at=None,
        job=None,
    )


def _forget_links(store: Store, connection_id: str) -> None:
    """Forget what ties the two sides, some links at a time."""
    query = Query(collection=links_of(connection_id), limit=AT_ONCE)
    while page := store.query(query):
        store.commit([Delete(path=document.path) for document in page])


def _is_used(world: World, account: str) -> bool:
    found = of_account(world.store, account)
    return any(one.state is not State.DISCONNECTED for one in found)


def give_back(world: World, account_id: str) -> bool:
    """Withdraw a grant at Google and forget the account; tell whether Google did.

    Where it did not, the owner can still withdraw it there: we keep no copy either way.
    """
    try:
        account, _ = load(world.store, account_id)
    except AccountMissing:
        return False
    revoked = _revoked(world, account)
    forget(world, account_id)
    paths = (path_of(account_id), pace.path_of(account_id))
    world.store.commit([Delete(path=path) for path in paths])
    return revoked


def _revoked(world: World, account: Account) -> bool:
    try:
        token = refresh_token_of(account, world.sealer)
        if token is not None:
            world.accounts.revoke(token)
    except (SyncError, SealBroken):
        fields = {"event": "grant-not-revoked"}
        logger.warning("grant not revoked", extra=fields)
        return False
    return token is not None
