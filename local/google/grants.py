"""Grants and tokens: given, refreshed, outlived, revoked.

https://developers.google.com/identity/protocols/oauth2
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from local.google.model import (
    AccessToken,
    Account,
    Client,
    Grant,
    RefreshToken,
)
from local.google.scopes import IDENTITY
from local.google.state import State
from local.google.tables import drop_all

ACCESS_SECONDS = 3599
TESTING_SECONDS = 7 * 86_400
IDLE_SECONDS = 180 * 86_400
MOST_REFRESH_TOKENS = 100


def grant_key(email: str, project: str) -> str:
    """Return the key of what a person allowed a project."""
    return f"{email}\n{project}"


def grant_of(state: State, email: str, client: Client) -> Grant:
    """Return what a person allowed the client's project so far."""
    found = state.grants.get(grant_key(email, client.project))
    return found or Grant(scopes=())


def give(
    state: State, account: Account, client: Client, scopes: Sequence[str]
) -> Grant:
    """Remember that a person allowed a client's project some scopes."""
    before = grant_of(state, account.email, client)
    both = tuple(dict.fromkeys((*before.scopes, *scopes)))
    key = grant_key(account.email, client.project)
    return state.grants.put(key, replace(before, scopes=both))


def mark_offline(state: State, email: str, client: Client) -> None:
    """Remember that a client got a refresh token from a person."""
    before = grant_of(state, email, client)
    clients = tuple(dict.fromkeys((*before.offline, client.client_id)))
    key = grant_key(email, client.project)
    state.grants.put(key, replace(before, offline=clients))


def new_access_token(
    state: State,
    email: str,
    *,
    client_id: str,
    project: str,
    scopes: Sequence[str],
    service_account: str | None = None,
    refresh_token: str | None = None,
) -> str:
    """Make an access token that lives for an hour, less a second."""
    token = f"ya29.a0{secrets.token_urlsafe(48)}"
    value = AccessToken(
        email=email,
        client_id=client_id,
        project=project,
        scopes=tuple(scopes),
        expires_at=state.seconds() + ACCESS_SECONDS,
        service_account=service_account,
        refresh_token=refresh_token,
    )
    state.access_tokens.put(token, value)
    _forget_expired(state)
    return token


def _forget_expired(state: State) -> None:
    if len(state.access_tokens) % 500:
        return
    now = state.seconds()
    drop_all(state.access_tokens, lambda token: token.expires_at <= now)


def new_refresh_token(
    state: State, email: str, client: Client, scopes: Sequence[str]
) -> str:
    """Make a refresh token; the oldest of more than a hundred dies silently."""
    token = f"1//0{secrets.token_urlsafe(60)}"
    ends = state.seconds() + TESTING_SECONDS
    value = RefreshToken(
        email=email,
        client_id=client.client_id,
        project=client.project,
        scopes=tuple(scopes),
        number=state.next_number("refresh_token"),
        used_at=state.seconds(),
        expires_at=ends if _is_time_limited(client, scopes) else None,
    )
    state.refresh_tokens.put(token, value)
    _evict(state, email, client.client_id)
    mark_offline(state, email, client)
    return token


def _is_time_limited(client: Client, scopes: Sequence[str]) -> bool:
    return client.status == "testing" and not set(scopes) <= IDENTITY


def _evict(state: State, email: str, client_id: str) -> None:
    mine = [
        (refresh.number, token)
        for token, refresh in state.refresh_tokens.items()
        if refresh.email == email and refresh.client_id == client_id
    ]
    for _, token in sorted(mine)[:-MOST_REFRESH_TOKENS]:
        state.refresh_tokens.drop(token)


def use_refresh_token(state: State, token: str, client: Client) -> RefreshToken | None:
    """Return a refresh token that is still good, and count it as used now."""
    found = state.refresh_tokens.get(token)
    if found is None or found.client_id != client.client_id:
        return None
    now = state.seconds()
    idle = found.used_at + IDLE_SECONDS < now
    ended = found.expires_at is not None and found.expires_at <= now
    if idle or ended or found.email not in state.accounts:
        return None
    return state.refresh_tokens.put(token, replace(found, used_at=now))


def revoke(state: State, token: str) -> bool:
    """End all that the token's person gave the token's project."""
    found = state.access_tokens.get(token) or state.refresh_tokens.get(token)
    if found is None:
        return False
    revoke_project(state, found.email, found.project)
    return True


def revoke_project(state: State, email: str, project: str) -> None:
    """End the grant of a project with all its tokens for one person."""
    state.grants.drop(grant_key(email, project))

    def given(token: AccessToken | RefreshToken) -> bool:
        return token.email == email and token.project == project

    drop_all(state.access_tokens, given)
    drop_all(state.refresh_tokens, given)
