"""Tokens by which Google's own services (Cloud Tasks, Scheduler) say who they are.

https://cloud.google.com/tasks/docs/creating-http-target-tasks#token
"""

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import jwt
from jwt.types import Options

from infra.google.signing_keys import ISSUERS, Listed
from services.ports.clock import Clock
from sync.errors import TransientError

logger = logging.getLogger(__name__)

KEPT_AT_LEAST: Final = timedelta(minutes=10)
KEPT_AT_MOST: Final = timedelta(hours=24)
BETWEEN_LOOKS: Final = timedelta(minutes=1)
SKEW: Final = timedelta(seconds=30)
LONGEST_TOKEN: Final = 8_192
TAKEN_OUT: Final = ".SIGNATURE_REMOVED_BY_GOOGLE"

# The times are compared below, by our clock: the library knows only the machine's.
_OPTIONS: Final[Options] = {
    "require": ["aud", "exp", "iat", "iss", "email"],
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


class Tokens:
    """Checks tokens with Google's keys, kept for as long as Google allows.

    Keys that Google cannot renew at the moment stay good. A key id that nobody knows
    may be Google's newest, so its list is read again, once a minute at most: strangers
    can make up key ids all day long.
    """

    def __init__(self, fetch: Callable[[], Listed], *, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._looked_at: datetime | None = None
        self._fresh_until: datetime | None = None

    def is_from(self, emails: Collection[str], token: str, *, audience: str) -> bool:
        """Return whether Google made this token for one of the accounts, for us, now.

        Raises TransientError when there are no keys to check it with.
        """
        claims = self._claims(token, audience=audience)
        return _are_of(emails, claims, now=self._clock.now())

    def _claims(self, token: str, *, audience: str) -> Mapping[str, Any]:
        """Return what Google signed, or nothing."""
        if len(token) > LONGEST_TOKEN:
            return {}
        try:
            key = self._key(jwt.get_unverified_header(token).get("kid"))
            if key is None:
                return {}
            return jwt.decode(
                token,
                key,
                # Ours, whatever the token says: never "none", never a shared secret.
                algorithms=["RS256"],
                audience=audience,
                issuer=ISSUERS,
                options=_OPTIONS,
            )
        except jwt.PyJWTError:
            return {}

    def _key(self, key_id: object) -> jwt.PyJWK | None:
        if not isinstance(key_id, str):
            return None
        with self._lock:
            if self._should_look(key_id):
                self._look()
            return self._keys.get(key_id)

    def _should_look(self, key_id: str) -> bool:
        now, last = self._clock.now(), self._looked_at
        if last is None or self._fresh_until is None:
            return True
        old = now >= self._fresh_until or key_id not in self._keys
        return old and now - last >= BETWEEN_LOOKS

    def _look(self) -> None:
        try:
            listed = self._fetch()
        except TransientError:
            if not self._keys:
                raise
            logger.warning("keys not renewed", extra={"event": "google-keys-old"})
            self._looked_at = self._clock.now()
            return
        self._looked_at = now = self._clock.now()
        self._keys = listed.keys
        self._fresh_until = now + min(max(listed.lasts, KEPT_AT_LEAST), KEPT_AT_MOST)


class CheckedTokens:
    """Reads tokens that Cloud Run has checked, and taken the signature out of.

    Only for a function that Google lets nobody call but our own accounts: there Cloud
    Run checks signature, audience and account, and hands on the rest.
    https://cloud.google.com/run/docs/troubleshooting#signature-removed
    """

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    def is_from(self, emails: Collection[str], token: str, *, audience: str) -> bool:
        """Return whether the token was made for one of the accounts, for us, now."""
        if not token.endswith(TAKEN_OUT) or len(token) > LONGEST_TOKEN:
            return False
        try:
            claims = jwt.decode(
                token,
                audience=audience,
                issuer=ISSUERS,
                options=_UNSIGNED,
            )
        except jwt.PyJWTError:
            return False
        return _are_of(emails, claims, now=self._clock.now())


_UNSIGNED: Final[Options] = {
    **_OPTIONS,
    "verify_signature": False,
    "verify_aud": True,
    "verify_iss": True,
}


def _are_of(
    emails: Collection[str], claims: Mapping[str, Any], *, now: datetime
) -> bool:
    """Return whether these are claims of one of the accounts, and hold now."""
    if claims.get("email") not in emails or claims.get("email_verified") is not True:
        return False
    moment, skew = now.timestamp(), SKEW.total_seconds()
    begins = [claims["iat"], claims.get("nbf", claims["iat"])]
    if not all(isinstance(one, int | float) for one in [claims["exp"], *begins]):
        return False
    return bool(claims["exp"] > moment - skew and max(begins) < moment + skew)
