"""A small threaded HTTP/1.1 server that keeps its connections open.

Werkzeug's own closes each one, which costs more than the stand-in's answers.
"""

import io
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote_to_bytes

from local.google.app import GoogleApp, create_app
from local.google.clock import Now, wall_clock
from local.google.gateway import CLOSE
from local.google.model import Client

Environ = dict[str, Any]


class Handler(BaseHTTPRequestHandler):
    """One connection: request after request, until the client has enough."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: "Server"

    def answer(self) -> None:
        """Answer one request through the app."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        chunks = self.server.app(self._environ(body), self._start)
        data = b"".join(chunks)
        if any(name == CLOSE for name, _ in self._headers):
            self.close_connection = True
        else:
            self._finish(data)

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def _environ(self, body: bytes) -> Environ:
        path, _, query = self.path.partition("?")
        method = self.command
        if method == "POST":
            method = self.headers.get("X-HTTP-Method-Override", method).upper()
        environ: Environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": self.path,
            "SERVER_NAME": str(self.server.server_address[0]),
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": str(self.client_address[0]),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                environ[f"HTTP_{key}"] = value
        return environ

    def _start(
        self, status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], object]:
        self._status, self._headers = status, headers
        return self.wfile.write

    def _finish(self, data: bytes) -> None:
        code, _, reason = self._status.partition(" ")
        bodiless = code in ("204", "304")
        self.send_response(int(code), reason)
        for name, value in self._headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if not bodiless:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if not bodiless and self.command != "HEAD":
            self.wfile.write(data)
        self.wfile.flush()

    def version_string(self) -> str:
        """Return the name that Google's servers give themselves."""
        return "ESF"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: requests are counted, not logged."""


class Server(ThreadingHTTPServer):
    """A server for one app, a thread for each connection."""

    daemon_threads = True
    request_queue_size = 128
    app: Callable[[Environ, Any], Iterable[bytes]]

    def __init__(self, address: tuple[str, int], app: GoogleApp) -> None:
        self.app = app
        self._open: set[socket.socket] = set()
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that stopping can close it."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that has ended."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about a client that went away; tell anything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def close_connections(self) -> None:
        """Close what clients still keep open."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                self._open.discard(connection)


class GoogleStandIn:
    """A running stand-in for Google, for tests and for one machine.

    `with GoogleStandIn() as google:` serves on a free port at `google.url`.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Now = wall_clock,
        state_path: Path | None = None,
        clients: Sequence[Client] = (),
        any_client: bool = True,
        retry_seconds: float = 1.0,
    ) -> None:
        self.app = create_app(
            clock=clock,
            state_path=state_path,
            clients=clients,
            any_client=any_client,
            retry_seconds=retry_seconds,
        )
        self._server = Server((host, port), self.app)
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """Return the port on which it serves."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Return the root under which Google's paths are served."""
        return f"http://{self._server.server_address[0]!s}:{self.port}"

    def start(self) -> Self:
        """Serve in the background."""
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name="google-stand-in",
            daemon=True,
        )
        self._thread.start()
        return self

    def serve(self) -> None:
        """Serve until interrupted."""
        self._server.serve_forever(poll_interval=0.2)

    def stop(self) -> None:
        """Stop serving; all that was answered is saved."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.close_connections()
        self._server.server_close()
        self.app.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
