"""The vault of secrets, as a port: Secret Manager, or files on one machine."""

from datetime import timedelta
from typing import Final, Protocol

READ_AGAIN_AFTER: Final = timedelta(minutes=1)
"""For how long an adapter may go on with what it read."""


class SecretMissing(Exception):
    """The vault holds nothing under that name."""


class SecretDisabled(SecretMissing):
    """The vault holds the secret, and somebody disabled or destroyed its versions."""


class VaultError(Exception):
    """The vault could not do it; the task is to be tried again."""


class VaultRefused(VaultError):
    """The vault does not let us: an operator has to grant what the message names."""


class Vault(Protocol):
    """Secrets by name ([A-Za-z0-9_-]{1,255}), of 64 KiB at most.

    The latest version that is enabled counts. Every method may raise VaultError and
    VaultRefused.
    """

    def read(self, name: str) -> bytes:
        """Return the latest version, as it was READ_AGAIN_AFTER ago or later.

        Raises SecretMissing.
        """
        ...

    def read_anew(self, name: str) -> bytes:
        """Return the latest version as it is now. Raises SecretMissing."""
        ...

    def write(self, name: str, value: bytes) -> None:
        """Add a version."""
        ...

    def write_once(self, name: str, value: bytes) -> bytes:
        """Write the first version unless there is one; return the one that counts.

        Of several processes that make a secret at the same moment, all get the same.
        Raises SecretDisabled, and writes nothing, where there were versions.
        """
        ...

    def delete(self, name: str) -> None:
        """Remove the secret with all its versions; absent is fine."""
        ...
