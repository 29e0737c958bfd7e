"""A WSGI server for one machine: HTTP/1.1, keep-alive, a pool of threads."""

import socket
import threading
from typing import Any

from flask import Flask
from waitress.server import create_server

THREADS = 32
MOST_BODY = 16 * 1024 * 1024
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
