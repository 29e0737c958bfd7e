"""checkov over `terraform/`; what it is told to skip says why, where it stands.

It pins much of what others need in other versions, so it has an environment of its own.
"""

import fcntl
import hashlib
import json
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checks.terraform.places import KEPT, ROOT

PINS = ROOT / "requirements" / "terraform-scan.txt"
SECONDS = 300


class ScannerMissing(Exception):
    """checkov cannot be had; the message says why."""


def findings(folder: Path) -> list[str]:
    """Return a line for each weakness. Raises ScannerMissing.

    Files that were scanned before, and were well, are not scanned again.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    well = KEPT / f"scanned-{_digest(folder)}"
    if well.exists():
        return []
    found = list(_told(_scanned(_scanner(), folder)))
    if not found:
        well.touch()
    return found


def _digest(folder: Path) -> str:
    files = [PINS, *sorted(folder.rglob("*.tf"))]
    whole = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(whole).hexdigest()[:16]


def _scanner() -> Path:
    """Return the scanner, set up first where it is missing or of another version."""
    home = KEPT / "checkov"
    python, pins = home / "bin" / "python", home / PINS.name
    with (KEPT / "checkov.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not pins.exists() or pins.read_bytes() != PINS.read_bytes():
            venv.create(home, clear=True)
            _install(python)
            pins.write_bytes(PINS.read_bytes())
    return home / "bin" / "checkov"


def _install(python: Path) -> None:
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet"]
    command += ["--python", str(python), "--requirement", str(PINS)]
    done = _run(command)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["uv said nothing"]
        raise ScannerMissing(last[0])


def _scanned(scanner: Path, folder: Path) -> Any:
    command = [str(scanner), "--directory", str(folder), "--framework", "terraform"]
    command += ["--skip-download", "--quiet", "--compact", "--output", "json"]
    done = _run(command)
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        raise ScannerMissing(f"checkov said {done.stderr[-200:]!r}") from error


def _told(report: Any) -> Iterator[str]:
    for failed in report.get("results", {}).get("failed_checks", []):
        place = f"{failed['file_path'].lstrip('/')}:{failed['file_line_range'][0]}"
        what = f"{failed['check_name']} ({failed['check_id']})"
        yield f"{place}: {failed['resource']}: {what}"


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
