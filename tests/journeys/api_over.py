"""The API over a Workbench: requests in, answers out, and tasks done as they say."""

from datetime import timedelta
from typing import Any

from flask import Flask, Response, request
from werkzeug.test import Client, TestResponse

from functions.http import door
from functions.routes.answers import Surroundings, respond
from functions.tasks import time_in
from services.organizations.keys import make_organization_key
from services.ports.queue import Task
from services.run import Hint, Outcome
from tests.journeys.trouble import waiting
from tests.journeys.workbench import Workbench

Json = dict[str, Any]

OPERATOR = "operator-key-of-the-tests"


class Api:
    """An organization's key to a bench's API; `operator` asks with the operator's."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        made = make_organization_key(bench.organization, now=bench.clock.now())
        bench.store.commit([made.write])
        self.key = made.secret
        self.client = Client(_app(bench))

    def get(self, path: str, *, key: str = "") -> TestResponse:
        """Ask for something under /v1."""
        return self.open("GET", path, key=key)

    def post(self, path: str, body: Any = None, *, key: str = "") -> TestResponse:
        """Ask for something to be done."""
        return self.open("POST", path, key=key, json=body or {})

    def connection(self, path: str = "") -> Json:
        """Return what is shown of the bench's connection, or of a thing under it."""
        answer = self.get(f"/connections/{self.bench.connection_id}{path}")
        assert answer.status_code == 200, answer.text
        return said(answer)

    def steer(self, name: str, body: Any = None) -> str:
        """Start something of the bench's connection; return the id of its run."""
        path = f"/connections/{self.bench.connection_id}/{name}"
        answer = self.post(path, body)
        assert answer.status_code == 202, answer.text
        return str(said(answer)["run"])

    def open(
        self, method: str, path: str, *, key: str = "", **more: Any
    ) -> TestResponse:
        """Send any request, and return the answer."""
        headers = {"Authorization": f"Bearer {key or self.key}"}
        headers |= more.pop("headers", {})
        return self.client.open(f"/v1{path}", method=method, headers=headers, **more)


def said(answer: TestResponse) -> Json:
    """Return the JSON of an answer."""
    found: Json = answer.get_json()
    return found


def do_task(bench: Workbench, task: Task) -> Outcome:
    """Let time pass until a task is due, and do the run that it asks for."""
    bench.queue.tasks.remove(task)
    if task.at is not None:
        bench.clock.ahead += max(task.at - bench.clock.now(), timedelta(0))
        bench.remember_token()
    body = dict(task.body)
    hint = Hint(
        channel=body.get("channel"),
        resource=body.get("resource"),
        received_at=time_in(body, "received_at"),
        run=body.get("run", ""),
    )
    return bench.sync(hint)


def do_tasks(bench: Workbench, most: int = 40) -> list[Outcome]:
    """Do the runs that are asked for as they fall due, until none is left."""
    found: list[Outcome] = []
    while bench.queue.tasks:
        assert len(found) < most, "There is always another task."
        found.append(do_task(bench, waiting(bench)[0]))
    return found


def _app(bench: Workbench) -> Flask:
    app = Flask("api")

    @door
    def api(asked: Any) -> Response:
        surroundings = Surroundings(
            world=bench.world, operator_key=OPERATOR, now=bench.clock.now()
        )
        return respond(asked, surroundings)

    @app.before_request
    def every() -> Response:
        return api(request)

    return app
