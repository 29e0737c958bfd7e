"""What Terraform would deploy, laid out and started as Cloud Run does it."""

import fcntl
import hashlib
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.terraform.places import KEPT, ROOT
from tests.journeys.processes import free_port

START_SECONDS = 60.0
PROJECT = "tandem-dev-example"
NOWHERE = "127.0.0.1:1"
TASKS = f"tandem-tasks@{PROJECT}.iam.gserviceaccount.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One function as planned: its entry point, what it is told, and its rights."""

    entry_point: str
    settings: Mapping[str, str]
    uses_store: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a function answered."""

    status: int
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """A function that was started."""

    port: int

    def ask(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> Answer:
        """Ask it as Google's front end would."""
        data = None if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=data,
            method=method,
            headers={"Content-Type": "application/json"} | named,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(status=answer.status, text=answer.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(status=error.code, text=error.read().decode())


def rows(plan: Mapping[str, Any]) -> dict[str, Row]:
    """Return each function of a plan, by its entry point."""
    found = {}
    roles = {
        change.get("index")
        for change in plan["resource_changes"]
        if change["type"] == "google_project_iam_member"
    }
    for change in plan["resource_changes"]:
        if change["type"] == "google_cloudfunctions2_function":
            planned = change["change"]["after"]
            [build], [service] = planned["build_config"], planned["service_config"]
            name = build["entry_point"]
            known = {k: v or "" for k, v in service["environment_variables"].items()}
            # Made by Google when it is applied.
            known["TANDEM_TASKS_ACCOUNT"] = TASKS
            store = f"{name.replace('_', '-')} roles/datastore.user" in roles
            found[name] = Row(entry_point=name, settings=known, uses_store=store)
    return found


def unpacked(archive: Path, folder: Path) -> Path:
    """Lay out a zip as Cloud Build does."""
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
    return folder


def clean_python(requirements: Path) -> Path:
    """Return an environment with these packages and no others; made once for each."""
    name = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    KEPT.mkdir(parents=True, exist_ok=True)
    home = KEPT / f"cloud-{name}"
    with (KEPT / "cloud.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "complete").exists():
            venv.create(home, clear=True, with_pip=True)
            pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet"]
            pip += ["--disable-pip-version-check", "--requirement", str(requirements)]
            subprocess.run(pip, check=True, cwd=ROOT, capture_output=True)
            (home / "complete").touch()
    return home


@contextmanager
def started(
    row: Row, source: Path, python: Path, **surroundings: str
) -> Iterator[Running]:
    """Start a function with the command of Google's buildpack, and end it."""
    port = free_port()
    kept = ("PATH", "HOME", "LANG", "TMPDIR")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {**row.settings, **surroundings}
    environment |= {"PORT": str(port), "K_SERVICE": row.entry_point}
    if not row.uses_store:
        environment["FIRESTORE_EMULATOR_HOST"] = NOWHERE
    command = [str(python / "bin" / "functions-framework"), "--source=main.py"]
    command += [f"--target={row.entry_point}", "--signature-type=http"]
    log = source.parent / f"{row.entry_point}.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            command, cwd=source, env=environment, stdout=said, stderr=said
        )
    try:
        _await(port, process, log)
        yield Running(port=port)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _await(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until it answers anything at all: Cloud Run asks no more of a start."""
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/robots.txt", timeout=5)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"it did not start; it said:\n{log.read_text()[-3000:]}")
