"""Tandem as a person starts it: in processes of its own, on free ports."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.house import ROOT

TIMEOUT = 30.0


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def environment(**changes: str) -> dict[str, str]:
    """Return our environment without any setting of Tandem's but these."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TANDEM_", "PORT", "GOOGLE_PORT", "PYTEST"))
    }
    # Without byte code every start would parse the libraries anew.
    plain.pop("PYTHONDONTWRITEBYTECODE", None)
    return plain | {"PYTHONPATH": str(ROOT)} | changes


def settings_in(folder: Path, **changes: str) -> dict[str, str]:
    """Return the settings of a Tandem whose state lies in this folder."""
    return {
        "TANDEM_STORE": f"sqlite:{folder}/tandem.db",
        "TANDEM_QUEUE": f"local:{folder}/queue.db",
        "TANDEM_VAULT": f"file:{folder}/vault",
        "TANDEM_MAIL": f"folder:{folder}/mail",
        "TANDEM_ENVIRONMENT": "test",
        **changes,
    }


@dataclass(kw_only=True)
class Running:
    """What `make run` started, and what it told."""

    process: "subprocess.Popen[str]"
    port: int
    google_port: int
    told: str

    def named(self, name: str) -> str:
        """Return the word that was told behind a name."""
        found = re.search(rf"^{name} +(\S+)", self.told, re.MULTILINE)
        assert found is not None, self.told
        return found.group(1)

    @property
    def agenda(self) -> str:
        """The id of the sample's agenda."""
        found = re.search(r"/agendas/(\w+)/items", self.told)
        assert found is not None, self.told
        return found.group(1)

    def stop(self, number: int = signal.SIGINT) -> str:
        """End it, and return what it told at the end."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=TIMEOUT)
        return rest


@contextlib.contextmanager
def make_run(
    folder: Path, *, port: int | None = None, google_port: int | None = None
) -> Iterator[Running]:
    """Do what `make run` does, in a folder of its own, until it is up."""
    ports = port or free_port(), google_port or free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "local.run"],
        cwd=folder,
        env=environment(PORT=str(ports[0]), GOOGLE_PORT=str(ports[1])),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        told = _until_up(process)
        yield Running(process=process, port=ports[0], google_port=ports[1], told=told)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=TIMEOUT)


def _until_up(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    told = ""
    ends = time.monotonic() + TIMEOUT
    while "Ctrl-C stops everything" not in told and time.monotonic() < ends:
        line = process.stdout.readline()
        told += line
        assert line or process.poll() is None, told
    return told


def is_open(port: int) -> bool:
    """Return whether anybody listens there."""
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0
