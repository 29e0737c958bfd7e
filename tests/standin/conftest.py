"""One stand-in for all tests of this folder, emptied before each."""

import queue
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from local.google import GoogleStandIn
from tests.standin.people import Person

Control = Callable[..., requests.Response]


@pytest.fixture(scope="session")
def running() -> Iterator[GoogleStandIn]:
    """Serve one stand-in for the whole session."""
    with GoogleStandIn(retry_seconds=0.02) as google:
        yield google


@pytest.fixture
def google(running: GoogleStandIn) -> GoogleStandIn:
    """Return the stand-in, empty."""
    requests.post(f"{running.url}/_/reset", timeout=5).raise_for_status()
    return running


@pytest.fixture
def control(google: GoogleStandIn) -> Control:
    """Return a call of the stand-in's controls: `control("faults", rules=[...])`."""

    def call(path: str, **body: object) -> requests.Response:
        answer = requests.post(f"{google.url}/_/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer

    return call


@pytest.fixture
def person(google: GoogleStandIn) -> Iterator[Callable[..., Person]]:
    """Return a maker of people, each with an account, a token and a client."""
    made: list[Person] = []

    def make(email: str, **more: object) -> Person:
        made.append(Person(google.url, email, **more))  # type: ignore[arg-type] # because tests pass on what they like
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def ann(person: Callable[..., Person]) -> Person:
    """Return Ann, whose calendar is in Amsterdam."""
    return person("ann@example.com")


@pytest.fixture
def bob(person: Callable[..., Person]) -> Person:
    """Return Bob, whose calendar is in Amsterdam too."""
    return person("bob@example.com")


class Receiver:
    """A web hook that remembers the messages it gets."""

    def __init__(self) -> None:
        self.messages: queue.Queue[dict[str, str]] = queue.Queue()
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                headers["body"] = self.rfile.read(length).decode()
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                receiver.messages.put(headers)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self.thread.start()

    @property
    def address(self) -> str:
        """Return the address of the web hook."""
        return f"http://localhost:{self.server.server_address[1]}/push"

    def next(self) -> dict[str, str]:
        """Return the next message."""
        return self.messages.get(timeout=5)

    def next_of(self, state: str) -> dict[str, str]:
        """Return the next message with a resource state."""
        while True:
            message = self.next()
            if message["x-goog-resource-state"] == state:
                return message

    def stop(self) -> None:
        """Receive nothing more."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a web hook on this machine."""
    made = Receiver()
    yield made
    made.stop()
