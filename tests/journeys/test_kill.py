"""A process that is killed in the middle of a first sync loses and doubles nothing."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from local.delivery import NO_ANSWER
from local.queue import LocalQueue
from local.store import SqliteStore
from local.vault import FileVault
from services.connections.leases import free_leases_of_the_dead
from tests.journeys.processes import environment, free_port, settings_in
from tests.journeys.workbench import RealClock, Workbench
from tests.standin.people import Person

KILLS = int(os.environ.get("KILLS", "8"))
EACH = int(os.environ.get("EACH", "150"))
"""How often it is killed, with how much on each side: KILLS=50 EACH=500 proves it."""

MOST_WRITES = 40
"""It is killed after so many writes at most, however fast the machine is."""

PATIENCE = 60.0
"""Seconds until a process that writes nothing is a failure."""


def started(folder: Path, google: str, port: int) -> subprocess.Popen[str]:
    """Start Tandem as people do, and wait until it serves."""
    url = f"http://localhost:{port}"
    chosen = settings_in(folder, TANDEM_BASE_URL=url, TANDEM_GOOGLE_URL=google)
    process = subprocess.Popen(
        [sys.executable, "-m", "local.server", "--port", str(port)],
        env=environment(**chosen),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert "serves" in process.stdout.readline()
    return process


def written(bench: Workbench) -> int:
    return len(bench.titles_at_google()) + len(bench.titles_in_agenda())


def killed_after(
    process: subprocess.Popen[str], writes: int, *, bench: Workbench
) -> None:
    """Kill it when it has written so much; with 0 while it starts or reads."""
    before, ends = written(bench), time.monotonic() + PATIENCE
    while written(bench) - before < writes and not is_done(bench):
        assert time.monotonic() < ends, "It writes nothing."
    process.send_signal(signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def is_done(bench: Workbench) -> bool:
    connection = bench.connection()
    return connection.first_sync_done and connection.counts.links == 2 * EACH


def with_everything_before_it(folder: Path, ann: Person) -> Workbench:
    """Return a Tandem on files that is about to do its first sync."""
    bench = Workbench(
        ann, store=SqliteStore(folder / "tandem.db"), vault=FileVault(folder / "vault")
    )
    for number in range(EACH):
        start = f"2026-12-{number % 28 + 1:02}T09:00:00"
        bench.put(f"visit-{number}", title=f"Item {number}", start=start)
        ann.insert(summary=f"Event {number}")
    bench.connect()
    queue = LocalQueue(
        folder / "queue.db", deliver=lambda _: NO_ANSWER, clock=RealClock()
    )
    for task in bench.queue.tasks:
        queue.enqueue(task)
    return bench


def killed_before_done(
    bench: Workbench, folder: Path, *, rng: random.Random, most: int
) -> int:
    """Let it sync, killing it again and again; return how often it was not done yet."""
    port = free_port()
    for kills in range(most):
        process = started(folder, bench.person.url, port)
        killed_after(process, rng.randint(0, MOST_WRITES), bench=bench)
        if is_done(bench):
            return kills
    return most


def test_a_first_sync_that_is_killed_again_and_again_is_whole(
    tmp_path: Path, person: Callable[..., Person]
) -> None:
    rng, kills, folders = random.Random(4), 0, 0
    wanted = Counter(
        [f"Item {n}" for n in range(EACH)] + [f"Event {n}" for n in range(EACH)]
    )

    while kills < KILLS:
        folders += 1
        folder = tmp_path / str(folders)
        folder.mkdir()
        bench = with_everything_before_it(folder, person(f"ann{folders}@example.com"))
        killed = killed_before_done(bench, folder, rng=rng, most=KILLS - kills)
        free_leases_of_the_dead(bench.world, lambda _: True)
        bench.settle()

        assert killed
        assert Counter(bench.titles_at_google()) == wanted
        assert Counter(bench.titles_in_agenda()) == wanted
        kills += killed
