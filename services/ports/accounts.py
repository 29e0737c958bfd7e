"""Google's OAuth endpoints and lists of calendars, as a port."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.ports.calendar import Calendar, CalendarEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """An OAuth client: a web application of some Google project."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessToken:
    """A token that opens an account for a while.

    `quota_user` is set where calls would otherwise count on one person for all: with
    a service account, Google's limits per user are that account's unless we name one.
    """

    value: str = field(repr=False)
    ends_at: datetime
    quota_user: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What a person gave at Google's consent page."""

    subject: str
    email: str
    email_verified: bool
    scopes: frozenset[str]
    access: AccessToken
    refresh_token: str | None = field(repr=False)
    nonce: str = field(repr=False)
    ends_at: datetime | None = None


class Accounts(Protocol):
    """Google's OAuth endpoints."""

    def consent_url(
        self,
        client: Client,
        *,
        redirect_uri: str,
        state: str,
        nonce: str,
        verifier: str,
        login_hint: str,
        scopes: Sequence[str],
    ) -> str:
        """Return the address that the owner's browser is sent to (with PKCE S256)."""
        ...

    def exchange(
        self, client: Client, *, redirect_uri: str, code: str, verifier: str
    ) -> Grant:
        """Turn the code of the callback into a grant.

        Raises AccessRevoked when the code is no good, OperatorFault when the client is.
        """
        ...

    def refresh(self, client: Client, refresh_token: str) -> AccessToken:
        """Return a new access token. Raises AccessRevoked, OperatorFault."""
        ...

    def impersonate(
        self, key: Mapping[str, str], *, subject: str, scopes: Sequence[str]
    ) -> AccessToken:
        """Return a token of a service account that acts for `subject` (delegation).

        `key` is the JSON key. Raises OperatorFault, AccessRevoked.
        """
        ...

    def revoke(self, token: str) -> None:
        """Withdraw the grant behind a refresh or access token; gone is success."""
        ...

    def calendars(self, access: AccessToken) -> Sequence[CalendarEntry]:
        """Return the account's calendar list."""
        ...

    def calendar(
        self, access: AccessToken, calendar_id: str, *, event_types: Sequence[str]
    ) -> Calendar:
        """Return one calendar with the rights of this token."""
        ...
