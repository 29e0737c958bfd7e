"""Tandem as `make run` serves it, with its documents and its calls to Google counted.

The two places where everything passes are wrapped before the server is put together:
the store that bootstrap makes, and the one transport to Google. What each request cost
is read at `GET /_/costs?since=N`; pushes and runs name their connection.
"""

import io
import json
import resource
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from benchmarks.ledger import CountingStore, Ledger
from functions import bootstrap
from infra.google.http import Transport
from local import server
from local.doors import create_app

Environ = dict[str, Any]
Start = Callable[..., Any]
App = Callable[[Environ, Start], Iterable[bytes]]

COSTS = "/_/costs"
MEBIBYTE = 1 << 20


class Metered:
    """An application whose requests are put on the ledger."""

    def __init__(self, app: App, ledger: Ledger) -> None:
        self._app = app
        self._ledger = ledger

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        path = str(environ["PATH_INFO"])
        if path == COSTS:
            return self._costs(environ, start)
        with self._ledger.request(path, connection=_connection(environ)):
            return list(self._app(environ, start))

    def _costs(self, environ: Environ, start: Start) -> list[bytes]:
        query = parse_qs(str(environ.get("QUERY_STRING", "")))
        since = int(query.get("since", ["0"])[0])
        body = {"costs": self._ledger.costs(since=since), "peak_mebibytes": _peak()}
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(body).encode()]


def _connection(environ: Environ) -> str:
    """Return which connection a run or a push is about; the body stays as it was."""
    if environ["PATH_INFO"] == "/push/google":
        return str(environ.get("HTTP_X_GOOG_CHANNEL_TOKEN", "")).partition(".")[0]
    if environ["PATH_INFO"] != "/tasks/sync":
        return ""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return str(json.loads(body or b"{}").get("connection", ""))


def _peak() -> float:
    """Return the most memory that this process ever had."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024
    return most * unit / MEBIBYTE


def count_everything(ledger: Ledger) -> None:
    """Wrap what everything passes; to be done before the world is made."""
    make_store, send = bootstrap._store, Transport._once

    def counted_once(self: Transport, method: str, address: str, **more: Any) -> Any:
        ledger.google(method, address)
        return send(self, method, address, **more)

    replaced: list[tuple[object, str, object]] = [
        (bootstrap, "_store", lambda place: CountingStore(make_store(place), ledger)),
        (Transport, "_once", counted_once),
        (server, "create_app", lambda: Metered(create_app(), ledger)),
    ]
    for owner, name, value in replaced:
        setattr(owner, name, value)


if __name__ == "__main__":
    count_everything(Ledger())
    server.main()
