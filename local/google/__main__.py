"""`python -m local.google`: serve the stand-in until Ctrl-C."""

import argparse
import contextlib
import gc
import os
import signal
import sys
import threading
from pathlib import Path

from local.google.consent import project_of
from local.google.model import Client
from local.google.server import GoogleStandIn

# A large calendar is kept for good: looking for garbage in it costs more than answers.
QUIET_GARBAGE = 100_000


def main() -> None:
    """Serve as the command line says."""
    chosen = _parser().parse_args()
    gc.set_threshold(QUIET_GARBAGE)
    google = GoogleStandIn(
        host=chosen.host,
        port=chosen.port,
        state_path=chosen.state,
        clients=_clients(chosen),
        any_client=chosen.any_client,
    )
    sys.stdout.write(f"A stand-in for Google serves at {google.url}\n")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if chosen.with_parent:
        threading.Thread(target=_end_with_input, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        google.serve()
    google.stop()


def _end_with_input() -> None:
    """Wait until nobody holds the other end of our input any more, then stop."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    main_thread = threading.main_thread().ident
    if main_thread is not None:
        signal.pthread_kill(main_thread, signal.SIGTERM)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.google", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8085)
    parser.add_argument(
        "--state", type=Path, help="a SQLite file that keeps everything"
    )
    parser.add_argument(
        "--with-parent",
        action="store_true",
        help="end with the process that holds our standard input",
    )
    parser.add_argument("--client-id", help="an OAuth client to register")
    parser.add_argument("--client-secret")
    parser.add_argument("--redirect-uri", action="append", default=[])
    parser.add_argument(
        "--any-client",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="take clients that nobody registered, with redirects to this machine",
    )
    return parser


def _clients(chosen: argparse.Namespace) -> list[Client]:
    if not chosen.client_id:
        return []
    client = Client(
        client_id=chosen.client_id,
        project=project_of(chosen.client_id),
        secret=chosen.client_secret,
        redirect_uris=tuple(chosen.redirect_uri),
        status="production",
    )
    return [client]


if __name__ == "__main__":
    main()
