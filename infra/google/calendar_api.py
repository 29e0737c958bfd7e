"""Google's Calendar client library, built once and safe to use from many threads.

Of the library's own HTTP, httplib2, one object in 16 threads hangs; here it runs over
our transport. Its resources are kept: to build a request through a fresh one takes
500 microseconds, through a kept one 18.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import httplib2
from googleapiclient.discovery import build

from infra.google.answers import Answer, read_answer
from infra.google.errors import Asked, calendar_error, unreadable
from infra.google.http import Transport, transport_to
from services.ports.accounts import AccessToken

USER_AGENT = "Tandem (gzip)"
"""Google compresses its answers only for a caller that says gzip here too."""


class Refused(Exception):
    """Google answered with a status that is no success."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"Google answered with HTTP status {status}.")
        self._status = status
        self._headers = headers
        self._body = body

    def answer(self, *, now: datetime) -> Answer:
        """Return what Google said."""
        return read_answer(self._status, self._headers, self._body, now=now)


class LibraryHttp:
    """What the library needs of an `httplib2.Http`, over our transport.

    A refusal is raised here, before the library sees it: it would log the bodies of
    some, and stumble over the form of others.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> tuple[httplib2.Response, bytes]:
        """Return the answer to a call that succeeded. Raises Refused."""
        answer = self._transport.send(method, uri, headers=headers or {}, body=body)
        if answer.status >= 300:
            raise Refused(answer.status, answer.headers, answer.body)
        response = httplib2.Response(dict(answer.headers))
        response.status, response.reason = answer.status, answer.reason
        return response, answer.body

    def close(self) -> None:
        """Leave the connections open: they are the process's."""


class CalendarApi:
    """The Calendar API's resources, without an account: each request brings its own."""

    def __init__(self, transport: Transport) -> None:
        self.http = LibraryHttp(transport)
        self.service: Any = build(
            "calendar",
            "v3",
            http=self.http,
            static_discovery=True,
            cache_discovery=False,
        )
        self.events: Any = self.service.events()
        self.channels: Any = self.service.channels()
        self.calendar_list: Any = self.service.calendarList()

    def ask(
        self, request: Any, asked: Asked, *, access: AccessToken, now: datetime
    ) -> Mapping[str, Any]:
        """Send a request of the library with an access token, and return the answer.

        A 204 gives an empty one. Raises what `calendar_error` makes of a refusal, and
        TransientError when no whole answer came.
        """
        request.headers["authorization"] = f"Bearer {access.value}"
        request.headers["user-agent"] = USER_AGENT
        if access.quota_user:
            request.headers["x-goog-quota-user"] = access.quota_user
        try:
            return _object(request.execute(num_retries=0))
        except Refused as refused:
            answer = refused.answer(now=now)
            raise calendar_error(answer, asked, now=now) from refused
        except ValueError as broken:
            raise unreadable() from broken


def _object(answer: object) -> Mapping[str, Any]:
    # The library gives "" for a 204, and nearly anything for a body that is not JSON.
    if answer in ("", b"", None):
        return {}
    if not isinstance(answer, dict):
        raise unreadable()
    return answer


@cache
def calendar_api_at(root: str) -> CalendarApi:
    """Return the process's one library for Google, or for the stand-in at `root`."""
    return CalendarApi(transport_to(root))
