"""A process that is asked to end stops at the next safe point, and another goes on.

Cloud Run sends SIGTERM and kills ten seconds later; every deployment does that to runs
in their midst.
"""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from functions import stopping
from local.delivery import NO_ANSWER
from local.queue import LocalQueue
from local.store import SqliteStore
from local.vault import FileVault
from services.lanes import Lane
from services.run import Hint
from services.run.run import sync
from services.secrets.task_proof import HEADER, sign_task
from tests.house import ROOT
from tests.journeys.processes import environment, free_port, settings_in
from tests.journeys.trouble import ask_google, google_is_well, hour_at
from tests.journeys.workbench import RealClock, Workbench
from tests.standin.people import Person

EACH = 30
PATIENCE = 60.0
GRACE = 10.0
"""Seconds between Cloud Run's SIGTERM and its SIGKILL."""


def with_work(ann: Person, each: int, folder: Path | None = None) -> Workbench:
    """Return a connected pair that has never been synced, with so much on each side."""
    if folder is None:
        bench = Workbench(ann)
    else:
        store, vault = SqliteStore(folder / "tandem.db"), FileVault(folder / "vault")
        bench = Workbench(ann, store=store, vault=vault)
    for number in range(each):
        start = f"2026-12-{number % 28 + 1:02}T09:00:00"
        bench.put(f"visit-{number}", title=f"Item {number}", start=start)
        ann.insert(summary=f"Event {number}", **hour_at("12:00", "13:00"))
    bench.connect()
    bench.queue.tasks.clear()
    return bench


def everything(each: int) -> Counter[str]:
    return Counter(f"{kind} {n}" for n in range(each) for kind in ("Item", "Event"))


# --- At every point ------------------------------------------------------------------


@dataclass
class Asked:
    """Says that it is time to end from the n-th time on that somebody asks."""

    after: int
    times: int = 0

    def __call__(self) -> bool:
        self.times += 1
        return self.times > self.after


@pytest.mark.parametrize("after", [0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 30])
def test_a_run_may_be_stopped_at_any_point(ann: Person, after: int) -> None:
    bench = with_work(ann, 4)
    asked = Asked(after)

    outcome = sync(replace(bench.world, stopping=asked), bench.connection_id)

    connection = bench.connection()
    assert not connection.lease.holder
    left = [task for task in bench.queue.tasks if task.path == "/tasks/sync"]
    whole = outcome.written == 8
    assert whole or [task.lane for task in left][:1] == [Lane.LIVE]
    bench.settle()
    assert Counter(bench.titles_at_google()) == everything(4)
    assert Counter(bench.titles_in_agenda()) == everything(4)


def test_an_edit_that_was_not_carried_before_the_end_is_carried_after(
    ann: Person,
) -> None:
    bench = with_work(ann, 2)
    bench.settle()
    bench.put("visit-0", title="Item 0", start="2026-12-01T15:00:00")
    ann.insert(summary="Event 2", **hour_at("16:00", "17:00"))

    stopped = sync(replace(bench.world, stopping=Asked(0)), bench.connection_id)
    [task] = [one for one in bench.queue.tasks if one.path == "/tasks/sync"]
    sync(bench.world, str(task.body["connection"]), hint=Hint())

    assert stopped.written == 0
    assert bench.events()["Item 0"]["start"]["dateTime"].startswith("2026-12-01T15")
    assert "Event 2" in bench.items()


# --- A process under the functions framework -----------------------------------------


@dataclass
class Function:
    """`sync_connection` as Cloud Run runs it."""

    process: "subprocess.Popen[bytes]"
    url: str
    bench: Workbench

    def post(self, connection: str) -> requests.Response:
        """Deliver a task, as the queue of one machine does."""
        body = json.dumps({"connection": connection}).encode()
        now = RealClock().now()
        proof = sign_task(
            self.bench.world.signer, path="/tasks/sync", body=body, now=now
        )
        headers = {HEADER: proof, "Content-Type": "application/json"}
        return requests.post(
            f"{self.url}/tasks/sync", data=body, headers=headers, timeout=PATIENCE
        )


@contextmanager
def serving(folder: Path, bench: Workbench) -> Iterator[Function]:
    """Start the function, wait until it answers, and see to it that it ends."""
    port = free_port()
    chosen = settings_in(
        folder,
        TANDEM_BASE_URL=f"http://localhost:{port}",
        TANDEM_GOOGLE_URL=bench.person.url,
    )
    framework = [sys.executable, "-m", "functions_framework"]
    target = ["--target", "sync_connection", "--source", str(ROOT / "main.py")]
    process = subprocess.Popen(
        [*framework, *target, "--port", str(port)],
        cwd=folder,
        env=environment(**chosen),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: answers(url))
        yield Function(process=process, url=url, bench=bench)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answers(url: str) -> bool:
    try:
        return requests.post(f"{url}/tasks/sync", timeout=5).status_code == 401
    except requests.ConnectionError:
        return False


def until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends, "It did not become true in time."
        time.sleep(0.01)


@pytest.fixture
def bench(ann: Person, tmp_path: Path) -> Iterator[Workbench]:
    """A first sync that takes a while: Google answers each write late."""
    made = with_work(ann, EACH, tmp_path)
    slow = {"kind": "slow", "method": "events.insert", "seconds": 0.2}
    ask_google(made, "faults", rules=[slow])
    yield made
    google_is_well(made)


def test_sigterm_stops_a_run_in_its_midst_and_another_process_finishes_it(
    bench: Workbench, tmp_path: Path
) -> None:
    with serving(tmp_path, bench) as first:
        caller = ThreadPoolExecutor(1).submit(first.post, bench.connection_id)
        until(lambda: len(bench.titles_at_google()) >= EACH + 5)
        begun = time.monotonic()

        first.process.send_signal(signal.SIGTERM)
        first.process.wait(PATIENCE)
        took, answer = time.monotonic() - begun, caller.result(PATIENCE)

    assert took < GRACE
    assert len(bench.titles_at_google()) < 2 * EACH
    assert (answer.status_code, answer.json()["outcome"]) == (200, "done")
    connection = bench.connection()
    assert (connection.lease.holder, connection.work) == ("", None)
    assert queued(tmp_path) == 1

    google_is_well(bench)
    with serving(tmp_path, bench) as second:
        for _ in range(3):
            assert second.post(bench.connection_id).status_code == 200
    assert Counter(bench.titles_at_google()) == everything(EACH)
    assert Counter(bench.titles_in_agenda()) == everything(EACH)


def queued(folder: Path) -> int:
    """Return how many tasks wait in the queue's file."""
    queue = LocalQueue(
        folder / "queue.db", deliver=lambda _: NO_ANSWER, clock=RealClock()
    )
    depth = queue.stats().depth
    queue.stop(grace=timedelta(0))
    return depth


def test_a_process_goes_on_until_it_is_asked_to_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stopping, "_asked", type(stopping._asked)())

    before = stopping.is_stopping()
    stopping.stop_soon()

    assert not before
    assert stopping.is_stopping()
