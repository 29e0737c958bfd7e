"""Real CalDAV servers, each started once for a process of tests."""

import atexit
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import requests

USER, PASSWORD = "anna", "correct horse"
RADICALE = """
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/data
[logging]
level = critical
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A server that runs: its root, Anna's calendars there, and all its files.

    `calendars` is the folder in which it keeps Anna's.
    """

    url: str
    home: str
    folder: Path
    calendars: Path
    user: str = USER
    password: str = PASSWORD


@cache
def radicale() -> Server:
    """Start Radicale, with a login."""
    folder, port = _folder(), _free_port()
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
    config = folder / "config"
    config.write_text(RADICALE.format(port=port, folder=folder))
    launcher = Path(__file__).with_name("radicale_server.py")
    _start([sys.executable, str(launcher), str(config)], folder, port)
    url = f"http://127.0.0.1:{port}/"
    calendars = folder / "data" / "collection-root" / USER
    return Server(url=url, home=f"{url}{USER}/", folder=folder, calendars=calendars)


@cache
def xandikos() -> Server:
    """Start Xandikos, which has no login of its own."""
    folder, port = _folder(), _free_port()
    program = Path(sys.executable).with_name("xandikos")
    command = [str(program), "serve", "-d", str(folder / "data"), "--defaults"]
    command += ["-l", "127.0.0.1", "-p", str(port)]
    command += ["--current-user-principal", f"/{USER}/"]
    _start(command, folder, port)
    url = f"http://127.0.0.1:{port}/"
    home, calendars = f"{url}{USER}/calendars/", folder / "data" / USER / "calendars"
    return Server(url=url, home=home, folder=folder, calendars=calendars)


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="tandem-caldav-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _start(command: list[str], folder: Path, port: int) -> None:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)

    def stop() -> None:
        process.terminate()
        process.wait(10)

    atexit.register(stop)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError((folder / "log").read_text(errors="replace"))
