"""The stand-in as a WSGI app: Google's paths, its own controls, a small page."""

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

from flask import Flask, Request, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from local.google import (
    calendar_methods,
    event_methods,
    list_methods,
    watch_methods,
)
from local.google.batch import answer_batch
from local.google.calls import Method
from local.google.clock import Clock, Now, wall_clock
from local.google.control import register_control
from local.google.errors import ApiError, not_found
from local.google.faults import Faults
from local.google.gateway import answer, refused
from local.google.model import Client
from local.google.oauth_pages import register_oauth
from local.google.pages import register_pages
from local.google.push import Pusher
from local.google.state import State
from local.google.world import World

METHODS: tuple[Method, ...] = (
    *event_methods.METHODS,
    *watch_methods.METHODS,
    *calendar_methods.METHODS,
    *list_methods.METHODS,
)
SMALLEST_ZIPPED = 1024
QUICKEST = 1


class GoogleApp(Flask):
    """A Flask app whose views run one at a time, and save what they changed.

    Calendar calls and batches take the lock themselves.
    """

    world: World

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view of the request, saving before it is answered."""
        if request.endpoint is None or request.endpoint in UNLOCKED:
            return super().dispatch_request()
        with self.world.state.lock:
            try:
                return super().dispatch_request()
            finally:
                self.world.pusher.announce(self.world.state)
                self.world.state.flush()

    def close(self) -> None:
        """Stop delivering pushes and close the file."""
        self.world.pusher.stop()
        with self.world.state.lock:
            self.world.state.flush()
            self.world.state.storage.close()


UNLOCKED = frozenset({"batch", "static", *(method.name for method in METHODS)})


def create_app(
    *,
    clock: Now = wall_clock,
    state_path: Path | None = None,
    clients: Sequence[Client] = (),
    any_client: bool = True,
    retry_seconds: float = 1.0,
) -> GoogleApp:
    """Return a stand-in for Google, empty or as its file left it.

    With `any_client`, a client that nobody registered is taken as it comes, with
    any redirect to this machine.
    """
    faults = Faults()
    app = GoogleApp("local.google", static_folder=None)
    app.world = World(
        state=State(clock=Clock(clock), path=state_path),
        faults=faults,
        pusher=Pusher(faults, retry_seconds=retry_seconds),
        any_client=any_client,
    )
    for client in clients:
        app.world.state.clients.put(client.client_id, client)
    app.json.sort_keys = False  # type: ignore[attr-defined] # because only the default provider has it
    _register(app)
    return app


def _register(app: GoogleApp) -> None:
    for method in METHODS:
        app.add_url_rule(
            f"/calendar/v3{method.path}",
            endpoint=method.name,
            methods=[method.verb],
            view_func=_view(app.world, method),
        )
    app.add_url_rule(
        "/batch/calendar/v3",
        endpoint="batch",
        methods=["POST"],
        view_func=lambda: answer_batch(app.wsgi_app, request),
    )
    register_oauth(app, app.world)
    register_control(app, app.world)
    register_pages(app, app.world)
    app.register_error_handler(ApiError, refused)
    app.register_error_handler(404, lambda _: refused(not_found()))
    app.after_request(lambda response: zipped(request, response))


def _view(world: World, method: Method) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        return answer(world, method, request, path)

    return view


def zipped(asked: Request, response: Response) -> Response:
    """Return an answer compressed, where the client asks for it as Google wants.

    https://developers.google.com/workspace/calendar/api/guides/performance
    """
    takes = "gzip" in asked.headers.get("Accept-Encoding", "")
    says = "gzip" in asked.headers.get("User-Agent", "")
    data = response.get_data()
    if not (takes and says) or len(data) < SMALLEST_ZIPPED:
        return response
    response.set_data(gzip.compress(data, QUICKEST))
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response
