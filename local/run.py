"""`make run`: Tandem and a stand-in for Google on this machine, with sample data."""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from local.folders import PRIVATE_FOLDER, make_folder
from local.sample import Addresses, CallFailed, Sample, sample
from local.server import HOST, TandemServer
from local.serving import PortTaken, listen

FOLDER = Path(".tandem")
READY_WITHIN = 15.0
STOPPED_WITHIN = 10.0


class CannotStart(Exception):
    """Something is in the way; the message is a sentence for a person."""


class Asked(Exception):
    """Somebody pressed Ctrl-C, or the terminal was closed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """Where the two serve."""

    tandem: int
    google: int


def main() -> None:
    """Start both, say where they are, and serve until Ctrl-C."""
    began = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_asked)
    try:
        _run(_ports(os.environ), began)
    except Asked:
        _say("Stopped. The next `make run` goes on from here.")
    except (CannotStart, PortTaken, CallFailed) as error:
        raise SystemExit(str(error)) from None


def _run(ports: Ports, began: float) -> None:
    sock = _free(ports.tandem, "PORT")
    _free(ports.google, "GOOGLE_PORT").close()
    make_folder(FOLDER)
    FOLDER.chmod(PRIVATE_FOLDER)
    _choose(os.environ, ports)
    _log_to(FOLDER / "tandem.log")
    with _google(ports.google) as google, _tandem(sock) as addresses:
        _await(google, f"{addresses.google}/_/requests")
        made = sample(addresses, FOLDER / "sample.json")
        _say(banner(addresses, made, seconds=time.monotonic() - began))
        while google.poll() is None:
            time.sleep(0.5)
        raise CannotStart(f"The stand-in for Google ended; see {FOLDER}/google.log.")


def _raise_asked(number: int, frame: FrameType | None) -> None:
    # Once is enough: whoever presses Ctrl-C twice must not cut the ending short.
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise Asked


def _ports(environ: MutableMapping[str, str]) -> Ports:
    return Ports(
        tandem=_port(environ, "PORT", 8080), google=_port(environ, "GOOGLE_PORT", 8085)
    )


def _port(environ: MutableMapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotStart(f"{name} holds {text!r}; it may hold a port from 1 to 65535.")
    return int(text)


def _free(port: int, name: str) -> socket.socket:
    try:
        return listen(HOST, port)
    except PortTaken as error:
        message = f"{error} Choose another one: {name}={port + 10} make run"
        raise CannotStart(message) from error


def _choose(environ: MutableMapping[str, str], ports: Ports) -> None:
    environ.setdefault("TANDEM_BASE_URL", f"http://localhost:{ports.tandem}")
    environ["TANDEM_GOOGLE_URL"] = f"http://localhost:{ports.google}"


def _log_to(path: Path) -> None:
    logs = import_module("functions.logs")
    logs.configure_logging(stream=path.open("a", encoding="utf-8"))
    logging.captureWarnings(True)


@contextlib.contextmanager
def _google(port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the stand-in beside us, in a session of its own: Ctrl-C comes to us alone.

    It ends with us even where we are killed: its input is a pipe that we hold.
    """
    command = [sys.executable, "-m", "local.google", "--port", str(port)]
    command += ["--state", str(FOLDER / "google.db"), "--any-client", "--with-parent"]
    with (FOLDER / "google.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 because every word of it is ours
            command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOPPED_WITHIN)
        process.kill()
        process.communicate()


@contextlib.contextmanager
def _tandem(sock: socket.socket) -> Iterator[Addresses]:
    bootstrap = import_module("functions.bootstrap")
    chosen = bootstrap.started()
    server = TandemServer(sock).start()
    try:
        yield Addresses(
            tandem=f"http://{HOST}:{sock.getsockname()[1]}",
            public=chosen.base_url,
            google=chosen.google_url,
            operator_key=bootstrap.operator_key(),
        )
    finally:
        server.stop()


def _await(process: "subprocess.Popen[bytes]", url: str) -> None:
    ends = time.monotonic() + READY_WITHIN
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urlopen(url, timeout=1):  # noqa: S310 because it is ours
                return
        except (URLError, OSError):
            threading.Event().wait(0.02)
    raise CannotStart(
        f"The stand-in for Google did not start; see {FOLDER}/google.log."
    )


def banner(where: Addresses, made: Sample, *, seconds: float) -> str:
    """Return what is told when everything is up."""
    base = import_module("functions.bootstrap").settings().base_url
    invitation = (
        f"Invitation        {made.invitation}\n"
        "                  open it, choose anna@example.com, tick the boxes"
        if made.invitation
        else "Invitation        used: anna@example.com is connected"
    )
    return f"""\
Tandem            {base}
Stand-in Google   {where.google}  (here you edit the calendar)
{invitation}
Operator key      {where.operator_key}
Organization key  {made.organization_key}
Agenda            curl -H "Authorization: Bearer {made.organization_key}" \\
                    {base}/v1/agendas/{made.agenda}/items
State and log     {FOLDER}/  (`make clean` forgets it)
Up after {seconds:.1f} s. Ctrl-C stops everything."""


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
