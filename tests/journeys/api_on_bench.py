"""The API before a Workbench: what applications and administrators send it."""

from typing import Any

from flask import Flask, Response, request
from werkzeug.test import Client

from functions.http import door
from functions.routes.answers import Surroundings, respond
from tests.journeys.workbench import Workbench

Json = dict[str, Any]
KEY = "operator-key-of-the-tests"


class Api:
    """The API of a bench, in the organization's hands."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self.client = Client(_app(bench))

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """Send a request that is to succeed, and return its answer."""
        status, answer = self.ask(method, path, body)
        assert status < 300, answer
        return answer

    def ask(self, method: str, path: str, body: Json | None = None) -> tuple[int, Json]:
        """Send a request and return the status and the answer."""
        said = self.client.open(
            f"/v1/{path}",
            method=method,
            json=body,
            headers={"Authorization": f"Bearer {self.bench.organization_key}"},
        )
        return said.status_code, said.get_json(silent=True) or {}

    def set(self, **settings: Any) -> None:
        """Change settings of the connection."""
        path = f"connections/{self.bench.connection_id}"
        self.call("PATCH", path, {"settings": settings})

    def items(self) -> list[Json]:
        """Return the items of the agenda."""
        found: list[Json] = self.call("GET", f"agendas/{self.bench.agenda}/items")[
            "items"
        ]
        return found

    def appointment(self, name: str, **members: Any) -> Json:
        """State an appointment in its flat form, and return it."""
        path = f"agendas/{self.bench.agenda}/appointments/{name}"
        return self.call("PUT", path, members)


def _app(bench: Workbench) -> Flask:
    app = Flask("api")

    @door
    def api(asked: Any) -> Response:
        around = Surroundings(
            world=bench.world, operator_key=KEY, now=bench.clock.now()
        )
        return respond(asked, around)

    @app.before_request
    def every() -> Response:
        return api(request)

    return app
