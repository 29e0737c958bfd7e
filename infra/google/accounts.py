"""Google's accounts behind the port `services.ports.accounts.Accounts`.

Each deed imports what it stands on when it is first done: the Calendar client and the
OAuth library take a quarter of a second together, and most functions need only one of
them, or none.
"""

from collections.abc import Mapping, Sequence

from services.ports.accounts import AccessToken, Client, Grant
from services.ports.calendar import Calendar, CalendarEntry
from services.ports.clock import Clock


class GoogleAccounts:
    """Google itself, or with `root` a stand-in that serves Google's paths there."""

    def __init__(self, root: str = "", *, clock: Clock) -> None:
        self._root = root
        self._clock = clock

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
        from infra.google import consent, http

        return consent.consent_url(
            http.transport_to(self._root),
            client,
            redirect_uri=redirect_uri,
            state=state,
            nonce=nonce,
            verifier=verifier,
            login_hint=login_hint,
            scopes=scopes,
        )

    def exchange(
        self, client: Client, *, redirect_uri: str, code: str, verifier: str
    ) -> Grant:
        """Turn the code of the callback into a grant.

        Raises AccessRevoked when the code is no good, OperatorFault when the client is.
        """
        from infra.google import consent, http, identity

        return consent.exchange(
            http.transport_to(self._root),
            client,
            redirect_uri=redirect_uri,
            code=code,
            verifier=verifier,
            keys=identity.keys_of(http.transport_to(self._root)),
            now=self._clock.now(),
        )

    def refresh(self, client: Client, refresh_token: str) -> AccessToken:
        """Return a new access token. Raises AccessRevoked, OperatorFault."""
        from infra.google import http, tokens

        transport = http.transport_to(self._root)
        return tokens.refresh(transport, client, refresh_token, now=self._clock.now())

    def impersonate(
        self, key: Mapping[str, str], *, subject: str, scopes: Sequence[str]
    ) -> AccessToken:
        """Return a token of a service account that acts for `subject` (delegation).

        `key` is the JSON key. Raises OperatorFault, AccessRevoked.
        """
        from infra.google import http, service_accounts

        return service_accounts.impersonate(
            http.transport_to(self._root),
            key,
            subject=subject,
            scopes=scopes,
            now=self._clock.now(),
        )

    def revoke(self, token: str) -> None:
        """Withdraw the grant behind a refresh or access token; gone is success."""
        from infra.google import http, tokens

        tokens.revoke(http.transport_to(self._root), token, now=self._clock.now())

    def calendars(self, access: AccessToken) -> Sequence[CalendarEntry]:
        """Return the account's calendar list, with the calendars hidden in it."""
        from infra.google import calendar_api, calendar_list

        return calendar_list.calendars(
            calendar_api.calendar_api_at(self._root), access, now=self._clock.now()
        )

    def calendar(
        self, access: AccessToken, calendar_id: str, *, event_types: Sequence[str]
    ) -> Calendar:
        """Return one calendar with the rights of this token."""
        from infra.google.calendar import GoogleCalendar
        from infra.google.calendar_api import calendar_api_at

        return GoogleCalendar(
            calendar_api_at(self._root),
            access,
            calendar_id=calendar_id,
            event_types=event_types,
            clock=self._clock,
        )
