"""Open people's calendars: find or refresh the token, notice when the grant died."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeGuard

from services.agendas.settings import EVENT_TYPES
from services.connections.connection import Connection
from services.environment import require_own_store
from services.google.accounts import (
    SERVICE_ACCOUNT,
    Account,
    AccountMissing,
    AccountState,
    access_token_of,
    load,
    needing_reconnect,
    path_of,
    refresh_token_of,
    refreshed,
)
from services.google.guarded import GuardedCalendar
from services.google.reconnecting import mark_needs_reconnect
from services.organizations.clients import CALENDAR_SCOPES, client_of, service_key_of
from services.organizations.organization import get_organization
from services.ports.accounts import AccessToken
from services.ports.calendar import Calendar
from services.ports.store import Conflict, Document
from services.refusals import Unknown
from services.world import World
from sync.errors import AccessRevoked, OperatorFault, TransientError

logger = logging.getLogger(__name__)

REFRESH_BEFORE_END = timedelta(minutes=5)


def open_calendar(
    world: World,
    connection: Connection,
    *,
    now: datetime,
    event_types: Sequence[str] = EVENT_TYPES,
    count: Callable[[], None] = lambda: None,
) -> Calendar:
    """Return the connection's calendar, with the rights of its account.

    A token that Google refuses before its time is replaced once, unseen by the caller.
    AccessRevoked means that only the owner can help: the account and its connections
    are marked by then. Raises OperatorFault also where the store is a copy that
    belongs to another environment.
    """
    require_own_store(world)

    def opened(token: AccessToken) -> Calendar:
        return world.accounts.calendar(
            token, connection.calendar_id, event_types=event_types
        )

    def opened_anew() -> Calendar:
        refused = world.memory.tokens.get(connection.account)
        return opened(_replaced(world, connection.account, refused, now=now))

    return GuardedCalendar(
        opened(access_token(world, connection.account, now=now)),
        reopen=opened_anew,
        give_up=lambda error: mark_revoked(world, connection.account, str(error)),
        count=count,
    )


def access_token(world: World, account_id: str, *, now: datetime) -> AccessToken:
    """Return a token with at least five minutes left.

    Raises AccessRevoked, with the account and its connections marked, TransientError,
    OperatorFault.
    """
    known = world.memory.tokens.get(account_id)
    if _lasts(known, now):
        return known
    with world.memory.lock_of(account_id):
        known = world.memory.tokens.get(account_id)
        if _lasts(known, now):
            return known
        account, document = _loaded(world, account_id)
        stored = access_token_of(account, world.sealer)
        if not _lasts(stored, now):
            stored = _refreshed(world, account, document)
        world.memory.tokens[account_id] = stored
        return stored


def forget(world: World, account_id: str) -> None:
    """Forget an account's token, since its owner gave a new grant or left."""
    world.memory.tokens.pop(account_id, None)


def mark_revoked(world: World, account_id: str, reason: str) -> None:
    """Write down that only its owner can open this account again."""
    document = world.store.get(path_of(account_id))
    if document is not None:
        _mark_account(world, document, reason)
    _stop_connections(world, account_id, reason)


def _lasts(token: AccessToken | None, now: datetime) -> TypeGuard[AccessToken]:
    return token is not None and token.ends_at - now > REFRESH_BEFORE_END


def _loaded(world: World, account_id: str) -> tuple[Account, Document]:
    try:
        account, document = load(world.store, account_id)
    except AccountMissing as error:
        reason = "This Google account is not with us any more."
        _stop_connections(world, account_id, reason)
        raise AccessRevoked(reason) from error
    if account.state is not AccountState.OK:
        reason = account.reason or "This Google account must be connected again."
        _stop_connections(world, account_id, reason)
        raise AccessRevoked(reason)
    return account, document


def _replaced(
    world: World, account_id: str, refused: AccessToken | None, *, now: datetime
) -> AccessToken:
    """Return another token than the refused one."""
    with world.memory.lock_of(account_id):
        known = world.memory.tokens.get(account_id)
        if known != refused and _lasts(known, now):
            return known
        account, document = _loaded(world, account_id)
        token = _refreshed(world, account, document)
        world.memory.tokens[account_id] = token
        return token


def _refreshed(world: World, account: Account, document: Document) -> AccessToken:
    try:
        token = _asked(world, account)
    except AccessRevoked as error:
        _mark_account(world, document, str(error))
        _stop_connections(world, account.id, str(error))
        raise
    save = refreshed(account, token, over=document, sealer=world.sealer)
    try:
        world.store.commit([save])
    except Conflict:
        # Another process refreshed it, or its owner reconnected. Google lets both
        # tokens live, so ours is good and theirs may stay stored.
        logger.info("token saved by another", extra={"event": "token-saved-elsewhere"})
    return token


def _asked(world: World, account: Account) -> AccessToken:
    try:
        organization = get_organization(world.store, account.organization)
    except Unknown as error:
        raise AccessRevoked("This organization is not with us any more.") from error
    if account.kind == SERVICE_ACCOUNT:
        key = service_key_of(world, organization)
        return world.accounts.impersonate(
            key, subject=account.email, scopes=CALENDAR_SCOPES
        )
    client = client_of(world, organization)
    if client.id != account.client_id:
        raise AccessRevoked("The organization uses another Google project now.")
    refresh_token = refresh_token_of(account, world.sealer)
    if refresh_token is None:
        raise OperatorFault("This account holds no refresh token.")
    return world.accounts.refresh(client, refresh_token)


def _mark_account(world: World, document: Document, reason: str) -> None:
    # Over the grant that failed only: its owner may have given a new one meanwhile.
    forget(world, document.id)
    write = needing_reconnect(document, reason=reason)
    try:
        world.store.commit([write])
    except Conflict as error:
        message = "The account changed while it was refused; it is to be tried again."
        raise TransientError(message) from error


def _stop_connections(world: World, account_id: str, reason: str) -> None:
    for connection_id in mark_needs_reconnect(world.store, account_id, reason=reason):
        ids = {"event": "needs-reconnect", "connection_id": connection_id}
        logger.warning("connection needs its owner", extra=ids)
