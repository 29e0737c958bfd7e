"""Tokens by which Google's own services (Cloud Tasks, Scheduler) say who they are.

https://cloud.google.com/tasks/docs/creating-http-target-tasks#token
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from google.auth import jwt
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request

CERTIFICATES = "https://www.googleapis.com/oauth2/v1/certs"
ISSUERS = frozenset({"accounts.google.com", "https://accounts.google.com"})
KEPT_SECONDS = 3600
SECONDS_BETWEEN_LOOKS = 60

Certificates = Mapping[str, str]


def google_certificates() -> Certificates:
    """Return the certificates of Google's token keys, by key id."""
    answer = Request()(CERTIFICATES, method="GET")
    found: Certificates = json.loads(answer.data)
    return found


class Tokens:
    """Checks tokens with Google's certificates, which it keeps for an hour."""

    def __init__(
        self,
        fetch: Callable[[], Certificates] = google_certificates,
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._seconds = seconds
        self._lock = threading.Lock()
        self._known: Certificates = {}
        self._fetched_at: float | None = None

    def is_from(self, email: str, token: str, *, audience: str) -> bool:
        """Return whether Google made this token for that account and audience.

        Raises what the network raises when the certificates cannot be had.
        """
        claims = self._claims(token, audience=audience)
        return (
            claims.get("iss") in ISSUERS
            and claims.get("email") == email
            and claims.get("email_verified") is True
        )

    def _claims(self, token: str, *, audience: str) -> Mapping[str, Any]:
        try:
            key_id = jwt.decode_header(token).get("kid")
        except (ValueError, GoogleAuthError):
            return {}
        certificates = self._certificates(key_id)
        try:
            claims: Mapping[str, Any] = jwt.decode(
                token,
                certs=certificates,
                audience=audience,
                clock_skew_in_seconds=10,
            )
        except (ValueError, GoogleAuthError):
            return {}
        return claims

    def _certificates(self, key_id: object) -> Certificates:
        with self._lock:
            age = self._seconds() - (self._fetched_at or 0)
            too_old = self._fetched_at is None or age > KEPT_SECONDS
            # Google changes its keys; but strangers can make up key ids all day long.
            unknown = key_id not in self._known and age > SECONDS_BETWEEN_LOOKS
            if too_old or unknown:
                self._known = self._fetch()
                self._fetched_at = self._seconds()
            return self._known
