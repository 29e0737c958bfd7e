"""A WSGI server for one machine: HTTP/1.1, keep-alive, a pool of threads."""

import json
import socket
import threading
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask

THREADS = 32
MOST_BODY = 16 * 1024 * 1024
TOO_LARGE = 413
DETAIL = f"The body may have {MOST_BODY:,} bytes at most, and most doors take 1 MiB."
SECONDS_TO_FINISH = 5


class PortTaken(Exception):
    """Somebody else serves there already."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is any free one. Raises PortTaken."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise PortTaken(
            f"Port {port} of {host} cannot be used: {error.strerror}."
        ) from error
    sock.listen(128)
    return sock


class RefusalTask(ErrorTask):  # type: ignore[misc] # because waitress has no types
    """Says no to a request that the server itself refuses, as every door of ours does.

    That is nearly always a body which is so large that no door gets to see it.
    """

    def execute(self) -> None:
        """Answer with a problem (RFC 9457), and close the connection."""
        error = self.request.error
        problem = {
            "type": "/problems/too-large" if error.code == TOO_LARGE else "about:blank",
            "title": error.reason,
            "status": error.code,
            "detail": DETAIL if error.code == TOO_LARGE else str(error.body),
        }
        body = json.dumps(problem).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):  # type: ignore[misc] # because waitress has no types
    """A connection whose refusals are problems."""

    error_task_class = RefusalTask


class HttpServer:
    """Serves an application in the background until it is stopped."""

    def __init__(self, app: Flask, sock: socket.socket) -> None:
        self._watched: dict[int, Any] = {}
        self._server = create_server(
            app,
            sockets=[sock],
            threads=THREADS,
            ident=None,
            connection_limit=1000,
            channel_timeout=60,
            max_request_body_size=MOST_BODY,
            map=self._watched,
        )
        self._server.channel_class = Channel
        self._thread = threading.Thread(
            target=self._server.run, name="http", daemon=True
        )

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """Let the requests that run finish, for some seconds, and close everything."""
        self._server.task_dispatcher.shutdown(timeout=SECONDS_TO_FINISH)
        self._server.trigger.pull_trigger(self._close_all)
        self._thread.join(SECONDS_TO_FINISH)

    def _close_all(self) -> None:
        # In the server's own thread, which ends when nothing is left to watch.
        for watched in list(self._watched.values()):
            watched.close()
