"""The container, as far as it can be tried without an engine that builds it.

What the Dockerfile copies is copied into an empty folder, and started there by the same
command with the same environment; only /data lies elsewhere, and the packages are those
of the tests.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.house import ROOT
from tests.journeys.processes import free_port

PATIENCE = 60.0
OPERATOR = {"Authorization": "Bearer the-operators-key-of-the-container"}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the last stage, without comments."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    found = [(line.split()[0], line.partition(" ")[2]) for line in lines if line]
    last = max(at for at, (name, _) in enumerate(found) if name == "FROM")
    return found[last:]


def value_of(name: str) -> str:
    """Return what the last instruction of a name says."""
    return [value for each, value in instructions() if each == name][-1]


def sources() -> list[str]:
    """Return what is copied from the project."""
    copied = [value for name, value in instructions() if name == "COPY"]
    return [value.split()[0] for value in copied if not value.startswith("--from")]


@dataclass(kw_only=True)
class Container:
    """The folders of a container, and how it is started."""

    app: Path
    data: Path
    port: int

    def environment(self) -> dict[str, str]:
        """Return the environment that the Dockerfile sets, with /data as it is here."""
        pairs = [pair.partition("=") for pair in value_of("ENV").split()]
        there = {name: value for name, _, value in pairs}
        return {
            **{name: v.replace("/data", str(self.data)) for name, v in there.items()},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PORT": str(self.port),
            "TANDEM_BASE_URL": "https://tandem.example.com",
            "TANDEM_OPERATOR_KEY": OPERATOR["Authorization"].split()[1],
        }

    def start(self) -> "subprocess.Popen[bytes]":
        """Start it as an engine would, and return once it answers."""
        process = subprocess.Popen(
            json.loads(value_of("CMD")),
            cwd=self.app,
            env=self.environment(),
            stdout=subprocess.DEVNULL,
        )
        ends = time.monotonic() + PATIENCE
        while not self._answers():
            assert process.poll() is None, "it ended at once"
            assert time.monotonic() < ends
            time.sleep(0.1)
        return process

    def _answers(self) -> bool:
        try:
            return self.ask("GET", "health").ok
        except requests.ConnectionError:
            return False

    def ask(self, method: str, path: str, body: object = None) -> requests.Response:
        """Ask the API, as whoever stands before the proxy."""
        url = f"http://127.0.0.1:{self.port}/v1/{path}"
        return requests.request(method, url, json=body, headers=OPERATOR, timeout=20)

    def is_healthy(self) -> bool:
        """Return what the container's own check finds."""
        _, _, check = value_of("HEALTHCHECK").partition("CMD ")
        command = json.loads(check)
        done = subprocess.run(
            command, env=self.environment(), check=False, capture_output=True
        )
        return done.returncode == 0


@pytest.fixture
def container(tmp_path: Path) -> Container:
    """Everything that the Dockerfile copies, and nothing else."""
    app, data = tmp_path / "app", tmp_path / "data"
    app.mkdir()
    data.mkdir()
    for name in sources():
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, app / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, app / name)
    return Container(app=app, data=data, port=free_port())


def stopped(process: "subprocess.Popen[bytes]") -> int:
    """Stop it as an engine does, and return its exit status."""
    process.send_signal(getattr(signal, value_of("STOPSIGNAL")))
    return process.wait(timeout=PATIENCE)


def test_it_serves_is_healthy_and_keeps_its_state(container: Container) -> None:
    process = container.start()
    try:
        made = container.ask("POST", "organizations", {"name": "Praktijk"})
        healthy = container.is_healthy()
    finally:
        status = stopped(process)
    assert (made.status_code, healthy, status) == (201, True, 0)
    assert not container.is_healthy(), "the check tells when it does not run"

    again = container.start()
    try:
        listed = container.ask("GET", "organizations").json()["items"]
    finally:
        stopped(again)

    assert [one["name"] for one in listed] == ["Praktijk"]
    assert (container.data / "tandem.db").exists()
    written = {each.name for each in container.app.rglob("*") if each.is_file()}
    assert not {name for name in written if name.endswith((".db", ".log"))}


def test_it_runs_as_somebody_without_rights() -> None:
    names = [name for name, _ in instructions()]

    assert value_of("USER") not in ("root", "0")
    assert names.index("USER") < names.index("CMD")
    assert value_of("VOLUME") == "/data"


def test_nothing_but_what_runs_gets_into_the_image() -> None:
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line[1:] for line in allowed if line.startswith("!")}
    built = set(re.findall(r"requirements[a-z-]*\.txt", DOCKERFILE))

    assert allowed[0] == "*"
    assert let_in == {*sources(), *built}
    assert not let_in & {"tests", "terraform", "benchmarks", ".git", ".tandem"}
    assert "--require-hashes" in DOCKERFILE
