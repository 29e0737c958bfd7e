"""Each function starts alone, as the cloud starts it, and answers at its own path."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from functions.setting_forms import ENTRY_POINTS
from tests.house import ROOT
from tests.journeys.processes import environment, free_port

FIRST_ANSWERS = {
    "oauth_start": ("GET", "/connect/nothing", 404),
    "oauth_callback": ("GET", "/oauth/callback?state=x", 400),
    "calendar_webhook": ("POST", "/push/google", 204),
    "agenda_webhook": ("POST", "/push/agenda/a_x/mac", 204),
    "sync_connection": ("POST", "/tasks/sync", 401),
    "renew_channels": ("POST", "/tasks/renew-channels", 401),
    "sweep": ("POST", "/tasks/sweep", 401),
    "api": ("GET", "/v1/openapi.json", 200),
    "console": ("GET", "/", 200),
}
PATIENCE = 20.0


def framework(folder: Path, target: str, port: int, **settings: str) -> list[str]:
    command = [sys.executable, "-m", "functions_framework", "--target", target]
    return [*command, "--source", str(ROOT / "main.py"), "--port", str(port)]


def answer_of(port: int, method: str, path: str) -> requests.Response:
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            return requests.request(
                method, f"http://127.0.0.1:{port}{path}", timeout=10
            )
        except requests.ConnectionError:
            assert time.monotonic() < ends
            time.sleep(0.05)


def test_each_door_is_tried() -> None:
    assert set(FIRST_ANSWERS) == set(ENTRY_POINTS)


@pytest.mark.parametrize("target", ENTRY_POINTS)
def test_each_function_starts_alone_and_answers(tmp_path: Path, target: str) -> None:
    port = free_port()
    method, path, status = FIRST_ANSWERS[target]
    process = subprocess.Popen(
        framework(tmp_path, target, port),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        answer = answer_of(port, method, path)
    finally:
        process.terminate()
        process.wait(PATIENCE)

    assert answer.status_code == status, answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_wrong_setting_stops_the_start_with_one_line(tmp_path: Path) -> None:
    ended = subprocess.run(
        framework(tmp_path, "calendar_webhook", free_port()),
        cwd=tmp_path,
        env=environment(TANDEM_STORE="postgres:somewhere"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert ended.returncode == 1
    [line] = ended.stderr.strip().splitlines()
    assert line.startswith('TANDEM_STORE holds "postgres:somewhere"; it may hold ')


HEAVY = (
    "google.api_core",
    "google.auth",
    "googleapiclient",
    "grpc",
    "google_auth_oauthlib",
    "requests",
    "local",
    "infra",
    "web",
    "sqlite3",
    "dateutil",
    "cryptography.x509",
)


def test_a_door_imports_only_what_all_doors_need() -> None:
    script = (
        "import sys, main\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "print(*heavy)"
    )

    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )

    assert ended.stdout.strip() == ""


def test_a_push_in_the_cloud_reads_no_document_and_imports_no_google(
    tmp_path: Path,
) -> None:
    script = """
import sys, main
from flask import Request
from werkzeug.test import EnvironBuilder
from functions import bootstrap
from services.google.push import channel_token
signer = bootstrap.world().signer
token = channel_token(signer, channel="h_1", connection="c_1")
headers = {"X-Goog-Channel-ID": "h_1", "X-Goog-Channel-Token": token}
push = EnvironBuilder("/push/google", method="POST", headers=headers)
answer = main.calendar_webhook(Request(push.get_environ()))
stores = ("local.store", "infra.firestore", "google.cloud.firestore")
print(answer.status_code, *[name for name in stores if name in sys.modules])
"""

    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )

    assert ended.stdout.strip() == "204"
