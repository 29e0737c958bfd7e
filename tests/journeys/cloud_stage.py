"""Tandem as it runs on Google Cloud, with each service's part played on this machine.

The doors are processes of the functions framework; the store is Google's own emulator;
queue, vault and calendars are fakes that speak to Google's unmodified clients. What a
stand-in for Google signs, the doors believe, as they believe Google.
"""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

import requests

from functions.clock import SystemClock
from infra.task_queues import RETRIES, all_queues
from local.google.keys import signed
from local.google.server import GoogleStandIn
from tests.cloud.cloud_tasks import CloudTasks
from tests.cloud.dispatching import Dispatcher
from tests.cloud.id_tokens import claims_for
from tests.cloud.secret_manager import SecretManager
from tests.house import ROOT
from tests.journeys.processes import TIMEOUT, environment, free_port
from tests.journeys.tandem import OPERATOR_KEY
from tests.journeys.tandem_server import TandemProcess

PROJECT = "tandem-journey"
QUEUES = f"projects/{PROJECT}/locations/europe-west1/queues/sync?backfill=1"
ACCOUNT = f"tasks@{PROJECT}.iam.gserviceaccount.com"
OWN_HOSTS = ("calendar_webhook", "sync_connection")
"""What Cloud Run gives an address of its own; people see one host."""


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """The services of Google's that Tandem uses, all on this machine."""

    google: GoogleStandIn
    tasks: CloudTasks
    secrets: SecretManager
    dispatcher: Dispatcher
    firestore: str

    def token(self, audience: str, **claims: object) -> str:
        """Return a token as Google signs it."""
        return _signed(self.google, ACCOUNT, audience, **claims)


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """Tandem's functions, each a process."""

    cloud: Cloud
    urls: Mapping[str, str]
    tandem: TandemProcess
    settings: Mapping[str, str] = field(repr=False)


@contextlib.contextmanager
def cloud(firestore: str) -> Iterator[Cloud]:
    """Run Google's part until the end of the block."""
    with GoogleStandIn() as google:
        tasks = CloudTasks(
            token=lambda email, audience: _signed(google, email, audience)
        )
        tasks.begin(SystemClock())
        retries = {**asdict(RETRIES), "max_attempts": -1}
        for name in all_queues(QUEUES):
            tasks.make_queue(name, retry_config=retries)
        secrets, dispatcher = SecretManager(), Dispatcher(tasks)
        dispatcher.start()
        try:
            yield Cloud(
                google=google,
                tasks=tasks,
                secrets=secrets,
                dispatcher=dispatcher,
                firestore=firestore,
            )
        finally:
            dispatcher.stop()
            tasks.stop()
            secrets.stop()


@contextlib.contextmanager
def deployed(around: Cloud, folder: Path, project: str) -> Iterator[Deployed]:
    """Run Tandem's functions until the end of the block."""
    targets = ("front", *OWN_HOSTS)
    ports = {target: free_port() for target in targets}
    urls = {target: f"http://localhost:{port}" for target, port in ports.items()}
    settings = {
        "TANDEM_BASE_URL": urls["front"],
        "TANDEM_URLS": json.dumps({name: urls[name] for name in OWN_HOSTS}),
        "TANDEM_STORE": f"firestore:{project}",
        "TANDEM_QUEUE": f"cloudtasks:{QUEUES}",
        "TANDEM_VAULT": f"secretmanager:{PROJECT}/europe-west1",
        "TANDEM_MAIL": f"folder:{folder}/mail",
        "TANDEM_GOOGLE_URL": around.google.url,
        "TANDEM_OPERATOR_KEY": OPERATOR_KEY,
        "TANDEM_TASKS_ACCOUNT": ACCOUNT,
        "TANDEM_ENVIRONMENT": "journey",
        "FIRESTORE_EMULATOR_HOST": around.firestore,
        "CLOUD_TASKS_EMULATOR_HOST": around.tasks.address,
        "SECRET_MANAGER_EMULATOR_HOST": around.secrets.address,
    }
    with contextlib.ExitStack() as stack:
        log = stack.enter_context((folder / "tandem.log").open("w"))
        processes: list[subprocess.Popen[bytes]] = []
        stack.callback(_end, processes)
        for target, port in ports.items():
            processes.append(_started(target, port, settings, log, folder))
        for url in urls.values():
            _wait_for(url)
        tandem = TandemProcess(url=urls["front"], google=around.google, folder=folder)
        yield Deployed(cloud=around, urls=urls, tandem=tandem, settings=settings)


def _started(
    target: str, port: int, settings: Mapping[str, str], log: TextIO, folder: Path
) -> "subprocess.Popen[bytes]":
    source = ROOT / ("tests/cloud/front.py" if target == "front" else "main.py")
    framework = [sys.executable, "-m", "functions_framework", "--target", target]
    return subprocess.Popen(
        [*framework, "--source", str(source), "--port", str(port)],
        cwd=folder,
        env=environment(**settings),
        stdout=log,
        stderr=log,
    )


def _end(processes: "list[subprocess.Popen[bytes]]") -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(TIMEOUT)


def _wait_for(url: str) -> None:
    ends = time.monotonic() + TIMEOUT
    while True:
        try:
            requests.get(f"{url}/robots.txt", timeout=5)
        except requests.ConnectionError:
            assert time.monotonic() < ends, f"Nobody serves at {url}."
            time.sleep(0.05)
        else:
            return


def _signed(
    google: GoogleStandIn, email: str, audience: str, /, **claims: object
) -> str:
    state = google.app.world.state
    with state.lock:
        return signed(state, claims_for(email, audience) | claims)
