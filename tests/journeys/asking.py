"""The API over a Workbench: what an administrator asks and answers about previews."""

from typing import Any

from flask import Flask, Response, request
from werkzeug.test import Client

from functions.http import door
from functions.routes.answers import Surroundings, respond
from services.organizations.keys import make_organization_key
from services.organizations.organization import set_administrators
from tests.journeys.workbench import Workbench

Json = dict[str, Any]


def ask(bench: Workbench, method: str, path: str, body: Any = None) -> tuple[int, Json]:
    """Send a request about the bench's connection; return status and JSON."""
    client = Client(_app(bench))
    key = make_organization_key(bench.organization, now=bench.clock.now())
    bench.store.commit([key.write])
    answer = client.open(
        f"/v1/connections/{bench.connection_id}{path}",
        method=method,
        headers={"Authorization": f"Bearer {key.secret}"},
        **({} if body is None else {"json": body}),
    )
    return answer.status_code, answer.get_json(silent=True) or {}


def preview(bench: Workbench, **body: Any) -> Json:
    """Ask for a preview, and return it."""
    status, made = ask(bench, "POST", "/previews", body)
    assert status == 201, made
    return made


def waiting(bench: Workbench) -> Json:
    """Return the preview of what waits for a person."""
    name = bench.connection().preview
    assert name is not None, "nothing waits"
    status, shown = ask(bench, "GET", f"/previews/{name}")
    assert status == 200, shown
    return shown


def answer(bench: Workbench, shown: Json, how: str, **body: Any) -> Json:
    """Answer a preview: apply, decline or decisions."""
    status, answered = ask(bench, "POST", f"/previews/{shown['id']}/{how}", body)
    assert status == 202, answered
    return answered


def administrators(bench: Workbench, *emails: str) -> None:
    """Say who administers the organization."""
    set_administrators(bench.store, bench.organization, emails)


def _app(bench: Workbench) -> Flask:
    app = Flask("api")

    @door
    def api(asked: Any) -> Response:
        surroundings = Surroundings(
            world=bench.world, operator_key=None, now=bench.clock.now()
        )
        return respond(asked, surroundings)

    @app.before_request
    def every() -> Response:
        return api(request)

    return app
