"""A stand-in for Severa's REST API, as strict as what is known of it.

It is the port through which the connector asks, so no socket is needed. The rules [S1]
and so on are lines of docs/connectors/severa.md. Where something is not known, it does
what is least convenient for us.
"""

import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.http import Response
from tests.severa.activities import Activities
from tests.severa.answers import Refused, Row, row_of_error

ADDRESS = "https://severa.example/rest-api"
CLIENT, SECRET = "client-1", "secret-1"
ALL_SCOPES = (
    "activities:read activities:write activities:delete users:read settings:read"
)
TOKEN_LIVES = timedelta(minutes=5)
READ, WRITE, DELETE = "activities:read", "activities:write", "activities:delete"


@dataclass(kw_only=True)
class SeveraServer:
    """One customer's Severa; `now` is its clock."""

    now: Callable[[], datetime]
    scopes: str = ALL_SCOPES
    takes_blanks_only: bool = False
    hears_filters: bool = False
    activities: Activities = field(init=False)
    calls: list[tuple[str, str]] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    _tokens: dict[str, datetime] = field(default_factory=dict)
    _recent: deque[datetime] = field(default_factory=deque)
    _pages: dict[str, tuple[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.activities = Activities(now=self.now)

    def keep_time_of(self, clock: Any) -> None:
        """Go by another clock from now on."""
        self.now = self.activities.now = clock.now
        self._recent.clear()

    # --- the port --------------------------------------------------------------------

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes | None = None,
    ) -> Response:
        """Answer as Severa would."""
        parts = urlsplit(url)
        path = parts.path.removeprefix("/rest-api")
        self.calls.append((method, path))
        try:
            self._admit()
            if path == "/v1/token":
                return self._said(200, self._token(json.loads(body or b"{}")))
            self._authorize(headers)
            query = parse_qs(parts.query)
            return self._dispatched(method, path, query, body)
        except Refused as refused:
            self.refused.append(refused.status)
            return self._said(refused.status, row_of_error(refused))

    def count(self, method: str, path: str = "") -> int:
        """Return how many calls there were of a method, to paths that begin so."""
        return sum(
            one == method and asked.startswith(path) for one, asked in self.calls
        )

    def revoke_tokens(self) -> None:
        """Let no token be good any more."""
        self._tokens.clear()

    # --- who may ask -----------------------------------------------------------------

    def _admit(self) -> None:
        """[S4] Ten calls a second, and no word on how long to wait."""
        now = self.now()
        while self._recent and self._recent[0] <= now - timedelta(seconds=1):
            self._recent.popleft()
        if len(self._recent) >= 10:
            message = "API calls quota exceeded! maximum admitted 10 per 1s."
            raise Refused(429, "QuotaExceeded", message)
        self._recent.append(now)

    def _token(self, asked: Any) -> Row:
        """[S1] Credentials for a token that lives as long as the answer says."""
        if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, SECRET):
            raise Refused(401, "Unauthorized", "Invalid client")
        scope = str(asked.get("scope", ""))
        if self.takes_blanks_only and "," in scope:
            raise Refused(400, "InvalidParameter", "scope")
        token = f"token-{len(self.calls)}"
        self._tokens[token] = self.now() + TOKEN_LIVES
        given = [one for one in re.split("[, ]", scope) if one in self.scopes.split()]
        return {
            "access_token": token,
            "access_token_expires_in": int(TOKEN_LIVES.total_seconds()),
            "access_token_type": "Bearer",
            "scope": ",".join(given),
        }

    def _authorize(self, headers: Mapping[str, str]) -> None:
        """[S3] A token that is still good, and the client's id beside it."""
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        ends_at = self._tokens.get(token)
        if ends_at is None or ends_at <= self.now() or headers["client_id"] != CLIENT:
            raise Refused(401, "Unauthorized", "Token")

    def _require(self, scope: str) -> None:
        """[S2] Each operation asks for its scope."""
        if scope not in self.scopes.split():
            raise Refused(403, "InsufficientApiScope", scope)

    # --- what is asked ---------------------------------------------------------------

    def _dispatched(
        self,
        method: str,
        path: str,
        query: Mapping[str, list[str]],
        body: bytes | None,
    ) -> Response:
        asked = json.loads(body) if body else None
        for known, pattern, scope, done in _ROUTES:
            found = re.fullmatch(pattern.replace("{}", "([^/]+)"), path)
            if known != method or found is None:
                continue
            self._require(scope)
            names = [*found.groups(), "", ""]
            answer = done(self.activities, names[0], names[1], asked)
            return self._said(204 if answer is None else 200, answer)
        lists = self._lists(query)
        if method == "GET" and path in lists:
            scope, rows = lists[path]
            self._require(scope)
            return self._listed(rows(), query)
        raise Refused(404, "NotFound", path)

    def _lists(
        self, query: Mapping[str, list[str]]
    ) -> Mapping[str, tuple[str, Callable[[], list[Row]]]]:
        act, heard = self.activities, self.hears_filters
        return {
            "/v1/activities": (READ, lambda: act.listed(query, heard=heard)),
            "/v1/users": ("users:read", lambda: act.users),
            "/v1/activitytypes": ("settings:read", lambda: act.types),
        }

    def _listed(self, rows: list[Row], query: Mapping[str, list[str]]) -> Response:
        """[S5] 20 rows unless asked for up to 100; the next page's token in a header.

        A token says where to go on in the list as it is then.
        """
        count = int(query.get("rowCount", ["20"])[0])
        if not 1 <= count <= 100:
            raise Refused(400, "InvalidParameter", "rowCount")
        token = query.get("pageToken", [""])[0]
        if token and token not in self._pages:
            raise Refused(400, "InvalidParameter", "pageToken")
        after = self._pages[token][0] if token else ""
        ordered = sorted(rows, key=lambda row: str(row["guid"]))
        left = [row for row in ordered if row["guid"] > after]
        response = self._said(200, left[:count])
        if len(left) <= count:
            return response
        name = f"page-{len(self._pages)}"
        self._pages[name] = (str(left[count - 1]["guid"]), count)
        return Response(
            status=200,
            headers={**response.headers, "nextpagetoken": name},
            body=response.body,
        )

    def _said(self, status: int, body: Any) -> Response:
        date = format_datetime(self.now().astimezone(UTC), usegmt=True)
        data = b"" if body is None else json.dumps(body).encode()
        return Response(status=status, headers={"date": date}, body=data)


Done = Callable[[Activities, str, str, Any], Row | list[Row] | None]
_ONE = "/v1/activities/{}"
_PEOPLE = "/v1/activities/{}/activityparticipants"
_ROUTES: tuple[tuple[str, str, str, Done], ...] = (
    ("POST", "/v1/activities", WRITE, lambda act, _a, _b, said: act.made(said)),
    ("GET", _ONE, READ, lambda act, guid, _b, _said: act.shown(guid)),
    ("PATCH", _ONE, WRITE, lambda act, guid, _b, said: act.patched(guid, said)),
    ("DELETE", _ONE, DELETE, lambda act, guid, _b, _said: act.delete(guid)),
    ("GET", _PEOPLE, READ, lambda act, guid, _b, _said: act.participants(guid)),
    (
        "POST",
        "/v1/activityparticipants",
        WRITE,
        lambda act, _a, _b, said: act.invited(said),
    ),
    (
        "PATCH",
        "/v1/activityparticipants/{}",
        WRITE,
        lambda act, guid, _b, said: act.confirmed(guid, said),
    ),
    (
        "DELETE",
        _PEOPLE + "/{}",
        DELETE,
        lambda act, guid, person, _said: act.uninvite(guid, person),
    ),
)
