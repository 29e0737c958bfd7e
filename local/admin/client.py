"""The REST API as the command line speaks it."""

import getpass
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests

Json = Any

SECONDS = 60.0
SUPPORT_HOURS = 1
FORBIDDEN = 403


class Refused(Exception):
    """Tandem said no, or was not there; the message is a sentence for a person.

    `status` is that of the answer, None where there was none.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Client:
    """Requests to one Tandem with one key.

    Every answer that is no success raises Refused with what Tandem said.
    """

    def __init__(self, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {key}"
        # All operators have one key, so the customer is shown who this was.
        self._session.headers["Tandem-Operator"] = _login()

    def close(self) -> None:
        """Close the connections that are open."""
        self._session.close()

    def get(self, path: str, **query: str | None) -> Json:
        """Return the answer to a GET of a path under /v1."""
        return self._ask("GET", path, query=query)

    def post(self, path: str, body: Json = None) -> Json:
        """Return the answer to a POST of JSON."""
        return self._ask("POST", path, body=body or {})

    def delete(self, path: str) -> Json:
        """Return the answer to a DELETE; None where there is nothing to say."""
        return self._ask("DELETE", path)

    def every(self, path: str, **query: str | None) -> Iterator[Json]:
        """Yield the entries of a list, page by page."""
        token: str | None = None
        while True:
            page = self.get(path, **query, page_token=token)
            yield from page["items"]
            token = page["next_page_token"]
            if token is None:
                return

    @contextmanager
    def inside(self, organization: str | None) -> Iterator["Client"]:
        """Give a client that sees one customer's connections.

        An organization's own key does already. The operator's does not: it makes a key
        that lasts an hour and is closed at the end; the customer sees both. Raises
        Refused, also where an operator names no organization.
        """
        if self._sees_connections():
            yield self
            return
        if organization is None:
            raise Refused(
                "With the operator's key, name the customer: -o ORGANIZATION."
            )
        made = self.post(
            f"/organizations/{organization}/keys",
            {"name": f"support: {_login()}", "hours": SUPPORT_HOURS},
        )
        client = Client(self.url, made["key"])
        try:
            yield client
        finally:
            client.close()
            self.delete(f"/organizations/{organization}/keys/{made['id']}")

    def _sees_connections(self) -> bool:
        try:
            self.get("/connections", limit="1")
        except Refused as refused:
            if refused.status == FORBIDDEN:
                return False
            raise
        return True

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | None] | None = None,
        body: Json = None,
    ) -> Json:
        asked = {name: value for name, value in (query or {}).items() if value}
        try:
            answer = self._session.request(
                method,
                f"{self.url}/v1{path}",
                params=asked,
                json=body,
                timeout=SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            message = f"Nothing answers at {self.url} ({type(error).__name__})."
            raise Refused(message) from None
        if not answer.ok or answer.is_redirect:
            raise Refused(_refusal(answer), status=answer.status_code)
        return answer.json() if answer.content else None


def _refusal(answer: requests.Response) -> str:
    """Return what Tandem said, with each member that it found wrong."""
    try:
        told = answer.json()
        lines = [f"{told['title']}: {told['detail']}"]
        found = told.get("errors", ())
        lines += [f"  {one['pointer']}: {one['detail']}" for one in found]
    except (ValueError, KeyError, TypeError):
        return f"{answer.url} answered {answer.status_code}, and not as Tandem does."
    return "\n".join(lines)


def _login() -> str:
    """Return who sits at this terminal, in the letters that a header may hold."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
    return re.sub(r"[^A-Za-z0-9._@+-]", "-", name)[:100] or "unknown"
