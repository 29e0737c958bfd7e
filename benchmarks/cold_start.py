"""How long a function takes from nothing to its first answer, with Google's clients.

Each start is a process of the functions framework, as Cloud Run starts it, with fakes
of Cloud Tasks and Secret Manager. Beside ours stands the same function with all of
Google's libraries imported at the top, as most functions are written.

    python -m benchmarks.cold_start [ROUNDS]
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import requests

from functions.clock import SystemClock
from tests.cloud.cloud_tasks import CloudTasks
from tests.cloud.id_tokens import Signer
from tests.cloud.secret_manager import SecretManager
from tests.house import ROOT
from tests.journeys.processes import environment, free_port

ROUNDS = 5
PATIENCE = 60.0
QUEUE = "projects/cold-start/locations/europe-west1/queues/sync"
EAGER = """\
import googleapiclient.discovery
import google.cloud.firestore
import google.cloud.secretmanager
import google.cloud.tasks
import google_auth_oauthlib.flow

"""
STARTS = (
    ("console", "GET", "/"),
    ("calendar_webhook", "POST", "/push/google"),
    ("sync_connection", "POST", "/tasks/sync"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """What one start took: milliseconds to the first answer, MiB of all processes."""

    milliseconds: float
    mebibytes: float


def main(rounds: int = ROUNDS) -> None:
    """Print a row for each function: ours, and with everything imported."""
    print(f"{'function':<20} {'ours':>20} {'all imported':>20}   times")
    with TemporaryDirectory(prefix="tandem-cold-") as folder, _cloud() as settings:
        eager = Path(folder) / "main.py"
        eager.write_text(EAGER + (ROOT / "main.py").read_text())
        for start in STARTS:
            ours = _median([_started(*start, ROOT, settings) for _ in range(rounds)])
            all_in = _median(
                [_started(*start, eager.parent, settings) for _ in range(rounds)]
            )
            times = all_in.milliseconds / ours.milliseconds
            print(f"{start[0]:<20} {_told(ours):>20} {_told(all_in):>20}   {times:.1f}")


@contextmanager
def _cloud() -> Iterator[dict[str, str]]:
    """Serve queue and vault, and return the settings that lead there."""
    tasks, secrets = CloudTasks(token=Signer().token), SecretManager()
    tasks.begin(SystemClock())
    tasks.make_queue(QUEUE)
    try:
        yield {
            "TANDEM_BASE_URL": "https://tandem.example.com",
            "TANDEM_STORE": "firestore:cold-start",
            "TANDEM_QUEUE": f"cloudtasks:{QUEUE}",
            "TANDEM_VAULT": "secretmanager:cold-start",
            "TANDEM_MAIL": "none",
            "TANDEM_TASKS_ACCOUNT": "tasks@cold-start.iam.gserviceaccount.com",
            "TANDEM_ENVIRONMENT": "benchmark",
            "CLOUD_TASKS_EMULATOR_HOST": tasks.address,
            "SECRET_MANAGER_EMULATOR_HOST": secrets.address,
        }
    finally:
        tasks.stop()
        secrets.stop()


def _started(
    target: str, method: str, path: str, source: Path, settings: dict[str, str]
) -> Start:
    port = free_port()
    framework = [sys.executable, "-m", "functions_framework", "--target", target]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*framework, "--source", str(source / "main.py"), "--port", str(port)],
        cwd=ROOT,
        env=environment(**settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for_answer(method, f"http://127.0.0.1:{port}{path}", began)
        took = time.perf_counter() - began
        return Start(milliseconds=1000 * took, mebibytes=_memory_of(process.pid))
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_for_answer(method: str, url: str, began: float) -> None:
    while True:
        try:
            requests.request(method, url, timeout=PATIENCE)
        except requests.ConnectionError:
            if time.perf_counter() - began > PATIENCE:
                raise
            time.sleep(0.002)
        else:
            return


def _memory_of(pid: int) -> float:
    main = psutil.Process(pid)
    processes = [main, *main.children(recursive=True)]
    return float(sum(one.memory_info().rss for one in processes)) / 2**20


def _median(starts: list[Start]) -> Start:
    return Start(
        milliseconds=statistics.median(one.milliseconds for one in starts),
        mebibytes=statistics.median(one.mebibytes for one in starts),
    )


def _told(start: Start) -> str:
    return f"{start.milliseconds:.0f} ms, {start.mebibytes:.0f} MiB"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
