"""The outside world as the doors hand it to the deeds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from connectors.base import Connector, Json
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
    """What it takes to open one agenda: which connector, and its settings."""

    agenda: str
    connector: str
    settings: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """Everything that a deed may touch besides its arguments."""

    store: Store
    queue: Queue
    vault: Vault
    mailer: Mailer
    accounts: Accounts
    signer: Signer
    sealer: Sealer
    clock: Clock
    connect: Callable[[Application], Connector]
    addresses: Addresses
    environment: str
    operator_google: str | None = None
    process: str = ""
    outgoing: Outgoing | None = None
    memory: Memory = field(default_factory=Memory)
