"""The server of one machine says no as every door does: with a problem."""

import http.client
import json
from contextlib import closing

from flask import Flask, Response, request

from local.serving import MOST_BODY, HttpServer, listen


def app() -> Flask:
    made = Flask("test")

    @made.post("/")
    def take() -> Response:
        return Response(str(len(request.get_data())))

    return made


def posted(port: int, size: int) -> tuple[int, str | None, bytes]:
    """Return the answer to a body of which only the size is told, if it is large."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", str(size))
        connection.endheaders()
        if size < 1000:
            connection.send(b"x" * size)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()


def test_a_body_that_no_door_would_see_is_refused_with_a_problem() -> None:
    sock = listen("127.0.0.1", 0)
    port = sock.getsockname()[1]
    server = HttpServer(app(), sock)
    server.start()
    try:
        large, small = posted(port, MOST_BODY + 1), posted(port, 10)
    finally:
        server.stop()

    status, kind, body = large
    problem = json.loads(body)
    assert status == problem["status"] == 413
    assert kind == "application/problem+json"
    assert problem["type"] == "/problems/too-large"
    assert "16,777,216 bytes" in problem["detail"]
    assert small[::2] == (200, b"10")
