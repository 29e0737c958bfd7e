"""The stage: a stand-in for Google and Tandem, each a process, and people at desks."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from benchmarks.people import Application, Caller, Failed, Google, Person

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30.0
FIRST_SYNC_SECONDS = 60.0
QUIET_SECONDS = 2.0
"""Longer than any run waits for its bucket."""

RUN = "/tasks/sync"
PUSH = "/push/google"
Cost = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """One person's calendar joined with one application's agenda."""

    person: Person
    application: Application
    connection: str


class Stage:
    """Everything that takes part, ready to act."""

    def __init__(self, google: Google, address: str, *, key: str) -> None:
        self.google = google
        self.people: list[Person] = []
        self._operator = Caller(address, bearer=key)
        self._address = address
        body = {"name": "Benchmark"}
        made = self._operator.call("POST", "/v1/organizations", body)
        self._api = Caller(address, bearer=made["api_key"])
        body = {"kind": "service_account", "key": google.service_account()}
        self._api.call("PUT", f"/v1/organizations/{made['id']}/google", body)

    def person(self) -> Person:
        """Return a new person with an empty calendar."""
        person = self.google.person(f"person{len(self.people)}@example.com")
        self.people.append(person)
        return person

    def join(self, person: Person, **settings: Any) -> Desk:
        """Connect a person's calendar with an agenda of its own."""
        body = {
            "name": person.email,
            "owner_email": person.email,
            "connector": "rest",
            "settings": settings,
        }
        agenda = self._api.call("POST", "/v1/agendas", body)["id"]
        path = f"/v1/agendas/{agenda}"
        key = self._api.call("POST", f"{path}/keys", {"name": "application"})["key"]
        body = {"account": person.email}
        made = self._api.call("POST", f"{path}/connections", body)
        application = Application(self._address, key=key, agenda=agenda)
        return Desk(person=person, application=application, connection=made["id"])

    def connection(self, desk: Desk) -> Any:
        """Return the connection as the API shows it."""
        return self._api.call("GET", f"/v1/connections/{desk.connection}")

    def wait_until_synced(self, desk: Desk) -> None:
        """Return when the first sync is over."""
        ends = time.monotonic() + FIRST_SYNC_SECONDS
        while time.monotonic() < ends:
            shown = self.connection(desk)
            if shown["state"] == "active" and not shown["counts"]["dirty"]:
                return
            time.sleep(0.05)
        raise Failed(f"The first sync did not end: {shown}")

    def ask_for_a_run(self, desk: Desk) -> None:
        """Queue a run by hand."""
        self._api.call("POST", f"/v1/connections/{desk.connection}/sync", {})

    def costs(self, *, since: int = 0) -> list[Cost]:
        """Return what requests cost, but for the first ones."""
        return list(self._operator.call("GET", f"/_/costs?since={since}")["costs"])

    def mark(self) -> int:
        """Return how many requests have ended so far."""
        return len(self.costs())

    def peak_mebibytes(self) -> float:
        """Return the most memory that Tandem's process ever had."""
        return float(self._operator.call("GET", "/_/costs?since=0")["peak_mebibytes"])

    def settle(self, *, since: int) -> list[Cost]:
        """Wait until nothing runs any more; return what was done since the mark."""
        known, quiet_since = -1, time.monotonic()
        while time.monotonic() - quiet_since < QUIET_SECONDS:
            costs = [one for one in self.costs(since=since) if one["connection"]]
            if len(costs) != known:
                known, quiet_since = len(costs), time.monotonic()
            time.sleep(0.1)
        return costs


@contextmanager
def set_up() -> Iterator[Stage]:
    """Start both processes on free ports, with a state of their own, and stop them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="tandem-bench-")))
        google_port, port = _free_port(), _free_port()
        google = f"http://localhost:{google_port}"
        address, key = f"http://localhost:{port}", secrets.token_urlsafe(32)
        command = ["-m", "local.google", "--port", str(google_port)]
        stack.enter_context(_process(folder / "google.log", command, {}))
        _wait_for(f"{google}/_/requests", folder / "google.log")
        environment = {
            "PORT": str(port),
            "TANDEM_BASE_URL": address,
            "TANDEM_GOOGLE_URL": google,
            "TANDEM_OPERATOR_KEY": key,
            "TANDEM_STORE": f"sqlite:{folder}/tandem.db",
            "TANDEM_QUEUE": f"local:{folder}/queue.db",
            "TANDEM_VAULT": f"file:{folder}/vault",
            "TANDEM_MAIL": f"folder:{folder}/mail",
        }
        command = ["-m", "benchmarks.server"]
        stack.enter_context(_process(folder / "tandem.log", command, environment))
        _wait_for(f"{address}/v1/health", folder / "tandem.log")
        yield Stage(Google(google), address, key=key)


@contextmanager
def _process(
    log: Path, arguments: list[str], environment: Mapping[str, str]
) -> Iterator[None]:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TANDEM_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**clean, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str, log: Path) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        try:
            if requests.get(url, timeout=5).status_code < 500:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    said = log.read_text(errors="replace")[-2000:]
    raise Failed(f"{url} does not answer. The process said:\n{said}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
