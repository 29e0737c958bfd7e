"""Every function under one roof, as a WSGI application: the doors of one machine.

The functions are found in main.py by the names that the cloud calls, the way the
functions framework finds them; nothing here knows what is behind them.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Protocol

from flask import Flask, Request, Response, abort, request
from werkzeug.routing import Rule

Door = Callable[[Request], Response]

ROUTES: Sequence[tuple[str, str]] = (
    ("/connect/", "oauth_start"),
    ("/oauth/callback", "oauth_callback"),
    ("/push/google", "calendar_webhook"),
    ("/push/agenda/", "agenda_webhook"),
    ("/tasks/sync", "sync_connection"),
    ("/tasks/renew-channels", "renew_channels"),
    ("/tasks/sweep", "sweep"),
    ("/tasks/deliver-hook", "sweep"),
    ("/tasks/audit", "sweep"),
    ("/tasks/census", "sweep"),
    ("/v1/", "api"),
    ("/", "console"),
)
"""Where each entry point lies; the first whose path begins the request's path."""


class Doors(Protocol):
    """What holds the entry points: main.py."""

    def __getattr__(self, name: str) -> Door: ...


def create_app(doors: Doors | None = None) -> Flask:
    """Return one application that serves every entry point under its own path."""
    doors = doors or import_module("main")
    by_prefix: list[tuple[str, Door]] = [
        (prefix, getattr(doors, name)) for prefix, name in ROUTES
    ]
    app = Flask("tandem", static_folder=None)

    def run(path: str) -> Response:
        asked = f"/{path}/"
        [door, *_] = (door for prefix, door in by_prefix if asked.startswith(prefix))
        return door(request)

    # As in the functions framework: every method, and these two are not for us.
    for rule in ("/robots.txt", "/favicon.ico"):
        app.url_map.add(Rule(rule, endpoint="nothing"))
    app.url_map.add(Rule("/", defaults={"path": ""}, endpoint="run"))
    app.url_map.add(Rule("/<path:path>", endpoint="run"))
    app.view_functions = {"run": run, "nothing": lambda: abort(404)}
    return app
