"""`make admin ARGS="…"`, or `python -m local.admin …`."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from local.admin import commands
from local.admin.client import Client, Refused
from local.vault import FileVault
from services.ports.vault import SecretMissing

URL = "http://localhost:8080"
VAULT = Path(".tandem/vault")
OPERATOR_KEY = "operator-key"

Command = Callable[[Client, argparse.Namespace], Iterator[str]]

NO_KEY = (
    "No key. Put the operator's or an organization's API key into TANDEM_KEY; it does "
    "not belong on the command line, where everybody on this machine can read it."
)


def main(arguments: list[str] | None = None) -> int:
    """Do one command; 0 when it was done, 1 when Tandem said no."""
    chosen = _parser().parse_args(arguments)
    try:
        with closing(Client(chosen.url, _key(chosen.url))) as client:
            for line in chosen.do(client, chosen):
                print(line)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


def _key(url: str) -> str:
    """Return the key: as given, or this machine's own operator key for its Tandem."""
    given = os.environ.get("TANDEM_KEY", "").strip()
    if given:
        return given
    if urlsplit(url).hostname in ("localhost", "127.0.0.1") and VAULT.is_dir():
        try:
            return FileVault(VAULT).read(OPERATOR_KEY).decode()
        except SecretMissing:
            pass
    raise Refused(NO_KEY)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make admin", description=__doc__)
    url = os.environ.get("TANDEM_URL", URL)
    parser.add_argument("--url", default=url, help="Tandem's address (TANDEM_URL)")
    parser.add_argument(
        "--organization",
        "-o",
        metavar="ORGANIZATION",
        help="the customer that is meant, for all that is about one",
    )
    # The parts of argparse that make these have no public names.
    add = parser.add_subparsers(dest="command", required=True).add_parser

    def command(name: str, do: Command) -> argparse.ArgumentParser:
        made = add(name, help=do.__doc__, description=do.__doc__)
        made.set_defaults(do=do)
        return made

    command("health", commands.health)
    command("organizations", commands.organizations)
    command("agendas", commands.agendas)
    listing = command("connections", commands.connections)
    listing.add_argument("--agenda")
    listing.add_argument("--state")
    for name, do in (("inspect", commands.inspect), ("parked", commands.parked)):
        command(name, do).add_argument("connection")
    for name in ("sync", "pause", "resume", "cancel"):
        command(name, commands.steer).add_argument("connections", nargs="+")
    again = command("replay", commands.replay)
    again.add_argument("connection")
    again.add_argument("links", nargs="*")
    _add_writes(command)
    _add_keys(command)
    _add_people(command)
    for name in ("sweep", "renew-channels"):
        command(name, commands.operate)
    command("audit", commands.operate).add_argument("connection", nargs="?")
    return parser


def _add_writes(command: Callable[[str, Command], argparse.ArgumentParser]) -> None:
    listing = command("journal", commands.journal)
    listing.add_argument("connection")
    listing.add_argument("--run")
    back = command("undo", commands.undo)
    back.add_argument("connection")
    what = back.add_mutually_exclusive_group(required=True)
    for name in ("--write", "--run", "--since"):
        what.add_argument(name)


def _add_keys(command: Callable[[str, Command], argparse.ArgumentParser]) -> None:
    command("keys", commands.keys)
    rotating = command("rotate", commands.rotate)
    rotating.add_argument("--name", default="organization")
    rotating.add_argument("--close", action="store_true", help="end the others now")
    command("close", commands.close).add_argument("keys", nargs="+")


def _add_people(command: Callable[[str, Command], argparse.ArgumentParser]) -> None:
    for name, do in (("export", commands.export), ("erase", commands.erase)):
        made = command(name, do)
        made.add_argument("email")
        if name == "erase":
            made.add_argument("--yes", metavar="EMAIL", default="")


if __name__ == "__main__":
    sys.exit(main())
