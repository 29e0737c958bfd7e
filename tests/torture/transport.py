"""The stand-in for Google in this very process, behind Google's real client library."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit

import urllib3

from infra.google.http import Response, Transport
from local.google.app import GoogleApp
from local.google.errors import access_level_required
from local.google.gateway import CLOSE, refused
from local.google.push import Message, Pusher

Json = Any
Headers = Mapping[str, str]
Point = Callable[[str], None]

OWNER = "owner"
OWNS = b'"accessRole":"owner"'


class Mailbox(Pusher):
    """Pushes that wait to be delivered, in the order in which they were sent."""

    def __init__(self, app: GoogleApp) -> None:
        super().__init__(app.world.faults)
        self.messages: list[Message] = []

    def _schedule(self, message: Message, *, after: float) -> None:
        self.messages.append(message)


def with_mailbox(app: GoogleApp) -> Mailbox:
    """Return where the stand-in's pushes lie from now on."""
    mailbox = Mailbox(app)
    app.world = replace(app.world, pusher=mailbox)
    return mailbox


def called(
    app: GoogleApp, method: str, address: str, headers: Headers, body: bytes
) -> Response:
    """Return what the app answers. Raises ProtocolError where it closes instead."""
    answer: list[tuple[str, list[tuple[str, str]]]] = []
    environ = _environ(method, address, headers, body)

    def start(status: str, given: list[tuple[str, str]], *_: Any) -> Any:
        answer.append((status, given))
        return bytearray().extend

    data = b"".join(app.wsgi_app(environ, start))
    said = environ["wsgi.errors"].getvalue()
    if "Traceback" in said:
        raise AssertionError(f"The stand-in failed:\n{said}")
    status, given = answer[0][0], dict(answer[0][1])
    if CLOSE in given:
        raise urllib3.exceptions.ProtocolError("The connection was closed.")
    code, _, reason = status.partition(" ")
    return Response(
        status=int(code),
        reason=reason,
        headers={name.lower(): value for name, value in given.items()},
        body=data,
    )


def _environ(method: str, address: str, headers: Headers, body: bytes) -> Json:
    parts = urlsplit(address)
    sent = {name.upper().replace("-", "_"): value for name, value in headers.items()}
    environ = {
        "REQUEST_METHOD": sent.pop("X_HTTP_METHOD_OVERRIDE", method).upper(),
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": "google",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": sent.pop("CONTENT_TYPE", ""),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    return environ | {f"HTTP_{name}": value for name, value in sent.items()}


class WsgiTransport(Transport):
    """Tandem's transport, whose other end is the app: the same promises, no socket.

    `point` is told before and after each call: there a run may be held or die.
    `role` is the one that Tandem has on the calendar just now.
    """

    def __init__(
        self,
        app: GoogleApp,
        *,
        point: Point,
        spend: Callable[[], None],
        role: Callable[[], str],
    ) -> None:
        super().__init__("http://google.test")
        self._app, self._point, self._spend, self._role = app, point, spend, role
        self.watch: Callable[[str, str, bytes, int], None] = lambda *_: None

    def _once(
        self,
        method: str,
        address: str,
        *,
        headers: Headers,
        body: bytes | str | None,
    ) -> Response:
        self._point(_kind(method, address))
        self._spend()
        data = body.encode() if isinstance(body, str) else body or b""
        sent = dict(headers)
        sent.pop("accept-encoding", None)
        self.watch(method, address, data, 0)
        answer = self._answered(method, self.address(address), sent, data)
        self.watch(method, address, data, answer.status)
        self._point("answered")
        return answer

    def _answered(
        self, method: str, address: str, headers: Headers, body: bytes
    ) -> Response:
        """Return what the app answers to somebody with our role."""
        role = self._role()
        if role == OWNER or "/events" not in address:
            return called(self._app, method, address, headers, body)
        if method != "GET":
            error = refused(access_level_required())
            sent = {"content-type": "application/json"}
            data = error.get_data()
            return Response(status=403, reason="", headers=sent, body=data)
        answer = called(self._app, method, address, headers, body)
        told = answer.body.replace(OWNS, f'"accessRole":"{role}"'.encode())
        return replace(answer, body=told)


def _kind(method: str, address: str) -> str:
    """Return what kind of call it is, for those who strike."""
    writes = method != "GET" and "/events" in address
    return "google write" if writes and "/watch" not in address else "google"


class Person:
    """Somebody with a Google account, who edits a calendar: no fault strikes them."""

    def __init__(self, app: GoogleApp, email: str) -> None:
        self.app, self.email = app, email
        self.tokens: dict[str, str] = {}
        made = {"email": email, "timezone": "Europe/Amsterdam"}
        self.ask("POST", "/_/accounts", made)
        scopes = ["https://www.googleapis.com/auth/calendar"]
        asked = {"email": email, "client_id": "1-app", "scopes": scopes}
        self.tokens = self.ask("POST", "/_/tokens", asked)
        self.since = app.world.state.now()

    def ask(self, method: str, path: str, body: Json = None, **query: Any) -> Json:
        """Return the answer to a call. Raises Refusal."""
        self._fresh(path)
        headers = {"Authorization": f"Bearer {self._token}"}
        asked = "&".join(f"{name}={_text(value)}" for name, value in query.items())
        data = b"" if body is None else json.dumps(body).encode()
        rules, self.app.world.faults.rules = self.app.world.faults.rules, []
        try:
            answer = called(self.app, method, f"{path}?{asked}", headers, data)
        finally:
            self.app.world.faults.rules = rules
        if answer.status >= 300:
            raise Refusal(answer.status, answer.body.decode())
        return json.loads(answer.body) if answer.body else {}

    @property
    def _token(self) -> str:
        return self.tokens.get("access_token", "")

    def _fresh(self, path: str) -> None:
        """Ask for another access token when ours is about to end."""
        if path.startswith("/_/"):
            return
        now = self.app.world.state.now()
        if now - self.since > timedelta(minutes=50):
            # Of another client: Google keeps a hundred grants of one, no more.
            asked = {"email": self.email, "client_id": "2-person"}
            self.tokens = self.ask("POST", "/_/tokens", asked)
            self.since = now


class Refusal(Exception):
    """The stand-in does not let a person do this."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status


def _text(value: object) -> str:
    return quote(str(value).lower() if isinstance(value, bool) else str(value))
