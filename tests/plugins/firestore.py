"""Google's Firestore emulator, one for the whole test run, and stores on both sides."""

import fcntl
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from infra.firestore import FirestoreStore
from services.indexes import INDEXES, Index

LAUNCHER = Path(__file__).parent.parent / "emulator" / "Emulator.java"
JAR_NAME = "cloud-firestore-emulator.jar"
START_SECONDS = 30.0

NewStore = Callable[..., FirestoreStore]


def missing() -> str | None:
    """Return what the emulator lacks on this machine, if anything."""
    if shutil.which("java") is None:
        return "java is not on the PATH"
    if _jar() is None:
        return (
            f"no {JAR_NAME}: set FIRESTORE_EMULATOR_JAR, or install it by "
            "`gcloud components install cloud-firestore-emulator`"
        )
    return None


@pytest.fixture(scope="session")
def firestore_emulator(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return host and port of the emulator; the first of all workers starts it."""
    what = missing()
    if what is not None and os.environ.get("CI") == "true":
        pytest.fail(f"With CI=true the Firestore emulator must run: {what}.")
    if what is not None:
        pytest.skip(what)
    folder = _shared_folder(tmp_path_factory)
    with (folder / "firestore.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        address = folder / "firestore.address"
        if not address.exists():
            address.write_text(started_emulator(folder))
        return address.read_text()


@pytest.fixture
def firestore_project(firestore_emulator: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a project that is all this test's own, and empty."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator)
    return f"test-{uuid4().hex[:20]}"


@pytest.fixture
def firestore_store(firestore_project: str) -> Iterator[NewStore]:
    """Return a way to open stores, all on the same empty database of the emulator."""
    opened: list[FirestoreStore] = []

    def new(*, indexes: tuple[Index, ...] = INDEXES) -> FirestoreStore:
        opened.append(FirestoreStore(firestore_project, indexes=indexes))
        return opened[-1]

    yield new
    for store in opened:
        store.close()


def _jar() -> Path | None:
    named = os.environ.get("FIRESTORE_EMULATOR_JAR")
    if named:
        return Path(named) if Path(named).is_file() else None
    gcloud = shutil.which("gcloud")
    if gcloud is None:
        return None
    sdk = Path(gcloud).resolve().parent.parent
    jar = sdk / "platform" / "cloud-firestore-emulator" / JAR_NAME
    return jar if jar.is_file() else None


def _shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def started_emulator(folder: Path, *flags: str) -> str:
    """Start the emulator, which ends with this process; return its host and port."""
    # A worker may end before the others; the process that started them all does not.
    in_worker = "PYTEST_XDIST_WORKER" in os.environ
    lives_with = os.getppid() if in_worker else os.getpid()
    port = _free_port()
    command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m"]
    command += ["-cp", str(_jar()), str(LAUNCHER), str(lives_with)]
    command += ["--host=127.0.0.1", f"--port={port}", *flags]
    # It logs a stack trace for each conflict: too much for a terminal.
    with (folder / "firestore.log").open("w") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    address = f"127.0.0.1:{port}"
    _wait_until_it_answers(address, process, folder / "firestore.log")
    return address


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(
    address: str, process: subprocess.Popen[bytes], log: Path
) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{address}/", timeout=1):
                # It ends by itself, with the tests; nobody waits for it.
                process.returncode = 0
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    process.kill()
    process.wait()
    said = log.read_text()[-2000:]
    pytest.fail(f"The Firestore emulator did not start; it said:\n{said}")
