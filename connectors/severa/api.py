"""Severa's REST API: tokens, pace, pages, and what its answers mean."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlencode

from connectors.base import Json, Means
from connectors.http import Response, raise_for_trouble, wait_of
from connectors.severa.definition import ADDRESS
from sync.errors import (
    ContentRefused,
    Missing,
    OperatorFault,
    RateLimited,
    TransientError,
)

WHOSE = "Severa"
SCOPES = (
    "activities:read",
    "activities:write",
    "activities:delete",
    "users:read",
    "settings:read",
)
ROWS = 100
"""The most activities that Severa gives at once."""

BETWEEN_CALLS = timedelta(seconds=1) / 7
"""Severa admits 10 calls a second, of all who use the same client together."""

RENEWED_BEFORE = timedelta(seconds=60)
TOO_MANY = 429
TRIES = 4
FALLBACK_LIFE = timedelta(minutes=5)
Query = Sequence[tuple[str, str]]

KINDS: Mapping[str, str] = {
    "InsufficientApiScope": (
        "Severa does not let our client do this: give its credentials the scopes"
        f" {', '.join(SCOPES)}."
    ),
    "AddonMissing": "Severa's REST API is not part of this customer's subscription.",
    "TermsOfServiceNotApproved": (
        "An administrator has to accept the terms of Severa's REST API first."
    ),
}


class TokenDenied(OperatorFault):
    """Severa gives no token for these credentials."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some rows, the token of the next page, and Severa's time."""

    rows: Sequence[Mapping[str, Json]]
    next: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Severa:
    """What may be asked of Severa with one client's credentials."""

    application: Mapping[str, Json]
    means: Means

    def get(self, path: str, query: Query = ()) -> Json:
        """Return what is at a path. Raises Missing and the errors of reading."""
        return body_of(self._answered("GET", path, query))

    def page(self, path: str, query: Query, *, page: str = "") -> Page:
        """Return a page of a list."""
        asked = [*query, *([("pageToken", page)] if page else ())]
        response = self._answered("GET", path, asked)
        rows = body_of(response)
        if not isinstance(rows, list):
            raise TransientError("Severa answered with something that is no list.")
        token = response.headers.get("nextpagetoken", "")
        return Page(rows=rows, next=token, at=self._time_of(response))

    def pages(self, path: str, query: Query) -> Iterator[Page]:
        """Yield all pages of a list."""
        page = self.page(path, query)
        yield page
        while page.next:
            page = self.page(path, query, page=page.next)
            yield page

    def write(self, method: str, path: str, body: Json = None) -> Json:
        """Write, and return the answer, None where it has none.

        Raises Missing and ContentRefused besides the errors of reading.
        """
        response = self._answered(method, path, (), body)
        return body_of(response) if response.body.strip() else None

    def scopes(self) -> frozenset[str]:
        """Return what our client may do, as Severa says; empty if it does not."""
        _, scopes = self._token()
        return frozenset(scopes.replace(",", " ").split())

    # --- one call --------------------------------------------------------------------

    def _answered(
        self, method: str, path: str, query: Query = (), body: Json = None
    ) -> Response:
        """Return a good answer, with a new token where the old one is not taken."""
        response = self._sent(method, path, query, body)
        if response.status == 401:
            self.means.memory.pop("token", None)
            response = self._sent(method, path, query, body)
        _raise_for(response, writes=method != "GET")
        return response

    def _sent(self, method: str, path: str, query: Query, body: Json) -> Response:
        token, _ = self._token()
        headers = {
            "Authorization": f"Bearer {token}",
            "client_id": self.application["client_id"],
        }
        address = path + (f"?{urlencode(query)}" if query else "")
        return self._paced(method, address, headers, body)

    def _paced(
        self, method: str, address: str, headers: Mapping[str, str], body: Json
    ) -> Response:
        """Send at our pace; what was refused as too much was not done: once more."""
        told = {"Accept": "application/json", **headers}
        data = None
        if body is not None:
            told["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        url = self.application.get("address", ADDRESS).rstrip("/") + address
        for turn in range(TRIES):
            self._wait_for_turn()
            response = self.means.http.send(method, url, headers=told, body=data)
            if response.status != TOO_MANY or turn == TRIES - 1:
                break
            self.means.sleep(_patience(response, turn))
        return response

    def _wait_for_turn(self) -> None:
        memory, now = self.means.memory, self.means.now()
        at: datetime = memory.get("next_call", now)
        if now < at:
            self.means.sleep(at - now)
        memory["next_call"] = max(now, at) + BETWEEN_CALLS

    def _time_of(self, response: Response) -> datetime:
        """Return what time it is at Severa, as its answer says, or else with us."""
        try:
            said = parsedate_to_datetime(response.headers.get("date", ""))
        except ValueError:
            return self.means.now()
        return said if said.tzinfo else said.replace(tzinfo=UTC)

    # --- tokens ----------------------------------------------------------------------

    def _token(self) -> tuple[str, str]:
        """Return a token that is good for a while yet, and its scopes."""
        known = self.means.memory.get("token")
        if known is not None and self.means.now() + RENEWED_BEFORE < known[2]:
            return known[0], known[1]
        fresh = self._new_token()
        self.means.memory["token"] = fresh
        return fresh[0], fresh[1]

    def _new_token(self) -> tuple[str, str, datetime]:
        asked_at = self.means.now()
        # Some clients part the scopes by commas and some by blanks; Severa does not
        # say which it wants.
        for parted_by in (",", " "):
            response = self._asked_for_token(parted_by.join(SCOPES))
            if response.status != 400:
                break
        if response.status in (400, 401, 403):
            raise TokenDenied(_denied(response))
        raise_for_trouble(response, whose=WHOSE)
        said = body_of(response)
        token = said.get("access_token") if isinstance(said, Mapping) else None
        if not isinstance(token, str):
            raise TransientError("Severa gave an answer without a token.")
        seconds = said.get("access_token_expires_in")
        life = timedelta(seconds=seconds) if seconds else FALLBACK_LIFE
        return token, said.get("scope") or "", asked_at + life

    def _asked_for_token(self, scope: str) -> Response:
        body = {
            "client_id": self.application["client_id"],
            "client_secret": self.application["client_secret"],
            "scope": scope,
        }
        return self._paced("POST", "/v1/token", {}, body)


def path_of(*parts: str) -> str:
    """Return a path below the API's root."""
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def body_of(response: Response) -> Json:
    """Return the JSON of an answer. Raises TransientError where it is none."""
    try:
        return json.loads(response.body)
    except ValueError:
        raise TransientError("Severa answered with something unreadable.") from None


def _patience(response: Response, turn: int) -> timedelta:
    # Whether Severa says how long to wait is not certain; its limit is by the second.
    return wait_of(response) or timedelta(seconds=2**turn)


def _raise_for(response: Response, *, writes: bool) -> None:
    status = response.status
    if response.is_good:
        return
    if status == 404:
        raise Missing("Severa does not have it (any more).")
    if status in (401, 403):
        raise OperatorFault(_forbidden(response))
    if status == TOO_MANY:
        message = "Severa asks us to slow down."
        raise RateLimited(message, wait=wait_of(response) or timedelta(seconds=10))
    raise_for_trouble(response, whose=WHOSE)
    said = "; ".join(_error(response)[1])
    reason = f": {said}" if said else f" (its answer was {status})"
    if writes:
        raise ContentRefused(f"Severa does not accept this{reason}.")
    raise OperatorFault(f"Severa does not accept what we ask{reason}.")


def _error(response: Response) -> tuple[str, Sequence[str]]:
    """Return the type of an error, and what Severa says of it."""
    try:
        error = json.loads(response.body).get("error")
    except (ValueError, AttributeError):
        return "", ()
    if not isinstance(error, Mapping):
        return "", ()
    details = [str(each).strip().rstrip(".") for each in error.get("details") or ()]
    return str(error.get("type") or ""), details


def _forbidden(response: Response) -> str:
    kind, _ = _error(response)
    if kind in KINDS:
        return KINDS[kind]
    if response.status == 401:
        return (
            "Severa does not accept our client's credentials any more: give them anew"
            " in the agenda's application."
        )
    return "Severa does not let our client do this."


def _denied(response: Response) -> str:
    kind, _ = _error(response)
    if kind in KINDS:
        return KINDS[kind]
    return "Severa does not know a client with this id and secret."
