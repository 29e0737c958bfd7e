"""A small HTTP server that answers as it is told: for what the stand-in cannot say."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What to answer; with `cut`, the connection breaks before anything is said."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: bool = False
    short_by: int = 0

    def content(self) -> bytes:
        """Return the body's bytes: text as it is, anything else as JSON."""
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body).encode()


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A request that came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Scripted:
    """What the server will answer, the last reply again and again, and what it saw."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen: list[Seen] = []
        self._replies = [Reply()]
        self._lock = threading.Lock()

    def answers(self, *replies: Reply) -> None:
        """Forget what was, and answer with these from now on."""
        with self._lock:
            self.seen.clear()
            self._replies = list(replies)

    def next_reply(self, request: Seen) -> Reply:
        """Note the request and return what to answer."""
        with self._lock:
            self.seen.append(request)
            if len(self._replies) > 1:
                return self._replies.pop(0)
            return self._replies[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    script: Scripted


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: _Server

    def _answer(self) -> None:
        size = int(self.headers.get("content-length", 0))
        request = Seen(
            method=self.command,
            path=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(size),
        )
        reply = self.server.script.next_reply(request)
        time.sleep(reply.delay)
        if reply.cut:
            self.close_connection = True
            return
        self._send(reply)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815  because the base class asks for these names

    def _send(self, reply: Reply) -> None:
        content = reply.content()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content) + reply.short_by))
        self.end_headers()
        self.wfile.write(content)
        if reply.short_by:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def scripted_server() -> Iterator[Scripted]:
    """Run a server on a free port of this machine."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.script = Scripted(f"http://127.0.0.1:{server.server_address[1]}")
    # Polled often, because to stop waits for the next look.
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
