"""Accounts: people's Google accounts that they let us use, and their sealed tokens."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.documents import data_of, record_of, save_over
from services.ports.accounts import AccessToken, Grant
from services.ports.store import Document, Store, Update, Write
from services.secrets.sealing import Sealer

SERVICE_ACCOUNT = "service_account"
OAUTH = "oauth"


class AccountState(StrEnum):
    """Whether the account still opens."""

    OK = "ok"
    NEEDS_RECONNECT = "needs_reconnect"


class AccountMissing(Exception):
    """There is no such account (any more)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A Google account of one organization; `refresh` and `access` are sealed to it."""

    id: str
    organization: str
    subject: str
    email: str
    client_id: str
    created_at: datetime
    kind: str = OAUTH
    refresh: bytes | None = None
    access: bytes | None = None
    access_ends_at: datetime | None = None
    quota_user: str = ""
    scopes: tuple[str, ...] = ()
    state: AccountState = AccountState.OK
    reason: str = ""


def oauth_account_id(organization: str, subject: str) -> str:
    """Return the id of the account that Google knows as `subject`."""
    return f"{organization}.{subject}"


def service_account_id(organization: str, email: str) -> str:
    """Return the id of an account that a service account acts for."""
    digest = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    return f"{organization}.sa-{digest[:20]}"


def path_of(account_id: str) -> str:
    """Return where an account is stored."""
    return f"accounts/{account_id}"


def load(store: Store, account_id: str) -> tuple[Account, Document]:
    """Return an account and its document. Raises AccountMissing."""
    document = store.get(path_of(account_id))
    if document is None:
        raise AccountMissing(account_id)
    return record_of(document, Account), document


def saved(account: Account, *, over: Document | None) -> Write:
    """Return the write that stores an account: a new one, or over what was read."""
    return save_over(over, path_of(account.id), data_of(account))


def granted(account: Account, grant: Grant, *, sealer: Sealer) -> Account:
    """Return the account with what its owner just gave.

    Google sends a refresh token with the first consent only; where this grant has none,
    the one that we hold is kept.
    """
    refresh = account.refresh
    if grant.refresh_token:
        refresh = sealer.seal(
            grant.refresh_token.encode(), bound_to=_bound(account.id, "refresh")
        )
    return replace(
        account,
        email=grant.email,
        refresh=refresh,
        access=sealed_access(account.id, grant.access, sealer),
        access_ends_at=grant.access.ends_at,
        quota_user=grant.access.quota_user,
        scopes=tuple(sorted(grant.scopes)),
        state=AccountState.OK,
        reason="",
    )


def refreshed(
    account: Account, token: AccessToken, *, over: Document, sealer: Sealer
) -> Update:
    """Return the write that keeps a new access token of an account."""
    data = {
        "access": sealed_access(account.id, token, sealer),
        "access_ends_at": token.ends_at,
        "quota_user": token.quota_user,
    }
    return Update(path=over.path, data=data, version=over.version)


def sealed_access(account_id: str, token: AccessToken, sealer: Sealer) -> bytes:
    """Return an access token, sealed to its account."""
    return sealer.seal(token.value.encode(), bound_to=_bound(account_id, "access"))


def refresh_token_of(account: Account, sealer: Sealer) -> str | None:
    """Return the refresh token in the clear. Raises SealBroken."""
    if account.refresh is None:
        return None
    return sealer.open(account.refresh, bound_to=_bound(account.id, "refresh")).decode()


def access_token_of(account: Account, sealer: Sealer) -> AccessToken | None:
    """Return the last access token in the clear. Raises SealBroken."""
    if account.access is None or account.access_ends_at is None:
        return None
    value = sealer.open(account.access, bound_to=_bound(account.id, "access"))
    return AccessToken(
        value=value.decode(),
        ends_at=account.access_ends_at,
        quota_user=account.quota_user,
    )


def needing_reconnect(document: Document, *, reason: str) -> Update:
    """Return the write that says that only the owner can open the account again."""
    data = {"state": AccountState.NEEDS_RECONNECT.value, "reason": reason}
    return Update(path=document.path, data=data, version=document.version)


def _bound(account_id: str, what: str) -> str:
    return f"{path_of(account_id)}#{what}"
