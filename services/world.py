"""The outside world as the doors hand it to the deeds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from connectors.base import Connector, Definition, Json, Means
from services.memory import Memory
from services.ports.accounts import Accounts
from services.ports.clock import Clock
from services.ports.mailer import Mailer
from services.ports.outgoing import Outgoing
from services.ports.queue import Queue
from services.ports.store import Store
from services.ports.vault import Vault
from services.secrets.sealing import Sealer
from services.secrets.signing import Signer


@dataclass(frozen=True, kw_only=True, slots=True)
class Addresses:
    """Where our own entry points can be reached; none ends in a slash.

    `of` holds those that have a host of their own, by entry point
    ("calendar_webhook"); every other lies at `base`.
    """

    base: str
    of: Mapping[str, str]

    def at(self, entry_point: str, path: str) -> str:
        """Return the full address of a path that an entry point serves."""
        return self.of.get(entry_point, self.base) + path


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """What it takes to open one agenda: which connector, and what it was given.

    `secret_name` is the vault's name for the secret members, where there are any.
    `last_number` is that of the newest change of items that we keep, if it is known.
    """

    agenda: str
    connector: str
    members: Mapping[str, Json] = field(default_factory=dict)
    secret_name: str = ""
    last_number: int | None = None
    time_zone: str = "UTC"


class Connectors(Protocol):
    """The kinds of application that there are, and what they are reached with."""

    @property
    def names(self) -> Sequence[str]:
        """All of them, in order."""
        ...

    def definition(self, name: str) -> Definition:
        """Return what one says of itself. Raises KeyError."""
        ...

    def means(self, application: Application) -> Means:
        """Return what a connector may use to reach this application."""
        ...


def never() -> bool:
    """Return that a process goes on and on."""
    return False


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """Everything that a deed may touch besides its arguments.

    `stopping` tells that this process is about to end: whoever works in steps had
    better leave the next one to another process.
    """

    store: Store
    queue: Queue
    vault: Vault
    mailer: Mailer
    accounts: Accounts
    signer: Signer
    sealer: Sealer
    clock: Clock
    connect: Callable[[Application], Connector]
    connectors: Connectors
    addresses: Addresses
    environment: str
    operator_google: str | None = None
    process: str = ""
    outgoing: Outgoing | None = None
    memory: Memory = field(default_factory=Memory)
    stopping: Callable[[], bool] = never
