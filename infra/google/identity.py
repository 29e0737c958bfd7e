"""Whose account it is: Google's signed statement, the id_token, checked.

https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt

from infra.google.http import Transport
from infra.google.signing_keys import ISSUERS, listed_keys
from sync.errors import AccessRevoked

SKEW = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who gave the grant; `subject` never changes, the address may."""

    subject: str
    email: str
    email_verified: bool
    nonce: str = field(repr=False)


class Keys:
    """The keys with which Google signs, kept for as long as Google allows."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fresh_until = datetime.min.replace(tzinfo=UTC)

    def key(self, id: str, *, now: datetime) -> jwt.PyJWK:
        """Return the key of this id. Raises AccessRevoked, TransientError."""
        if now >= self._fresh_until or id not in self._keys:
            self._read(now=now)
        if id not in self._keys:
            raise _not_believed()
        return self._keys[id]

    def _read(self, *, now: datetime) -> None:
        listed = listed_keys(self._transport)
        # One assignment each: another thread sees the old keys or the new ones.
        self._keys = listed.keys
        self._fresh_until = now + listed.lasts


@cache
def keys_of(transport: Transport) -> Keys:
    """Return the process's one store of the keys that lie behind a transport."""
    return Keys(transport)


def identify(id_token: str, keys: Keys, *, client_id: str, now: datetime) -> Identity:
    """Return who the token says it is, if Google said so, to us and lately.

    Raises AccessRevoked for any other token.
    """
    claims = _claims(id_token, keys, client_id=client_id, now=now)
    if not claims["exp"] > (now - SKEW).timestamp():
        raise _not_believed()
    return Identity(
        subject=claims["sub"],
        email=str(claims.get("email", "")),
        # Some of Google's servers have sent it as a string.
        email_verified=claims.get("email_verified") in (True, "true"),
        nonce=str(claims.get("nonce", "")),
    )


def _claims(
    id_token: str, keys: Keys, *, client_id: str, now: datetime
) -> Mapping[str, Any]:
    try:
        header = jwt.get_unverified_header(id_token)
    except jwt.PyJWTError as broken:
        raise _not_believed() from broken
    key = keys.key(str(header.get("kid", "")), now=now)
    try:
        return jwt.decode(
            id_token,
            key,
            algorithms=["RS256"],
            audience=client_id,
            issuer=ISSUERS,
            options={
                "require": ["aud", "exp", "iss", "sub"],
                # By our clock, below: the library knows only the machine's.
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except jwt.PyJWTError as broken:
        raise _not_believed() from broken


def _not_believed() -> AccessRevoked:
    return AccessRevoked(
        "Google's statement about whose account this is could not be verified: open the"
        " link again."
    )
