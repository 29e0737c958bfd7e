"""Behind which door a task's path lies, and for whom its token must be made."""

from collections.abc import Mapping
from typing import Final

from functions.settings import Settings
from services.world import Addresses

DOORS: Final[Mapping[str, str]] = {
    "/tasks/sync": "sync_connection",
    "/tasks/renew-channels": "renew_channels",
    "/tasks/sweep": "sweep",
    "/tasks/audit": "sweep",
    "/tasks/census": "sweep",
    "/tasks/deliver-hook": "sweep",
}
"""The entry point that serves each path of a task."""


def address_of(chosen: Settings, path: str) -> str:
    """Return the full address of a task's path."""
    addresses = Addresses(base=chosen.base_url, of=chosen.urls)
    return addresses.at(DOORS[path], path)


def audience_of(chosen: Settings, path: str) -> str:
    """Return for whom a token must be made that opens this path.

    It is what TANDEM_TASKS_ACCOUNT says, or else the root of the door's own address:
    Cloud Run believes only a token that was made for itself.
    """
    account = chosen.tasks_account
    if account is not None and account.audience:
        return account.audience
    return address_of(chosen, path).removesuffix(path)
