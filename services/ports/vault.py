"""The vault of secrets, as a port: Secret Manager, or files on one machine."""

from typing import Protocol


class SecretMissing(Exception):
    """The vault holds nothing under that name."""


class Vault(Protocol):
    """Secrets by name ([A-Za-z0-9_-]{1,255}); the latest version counts."""

    def read(self, name: str) -> bytes:
        """Return the latest version. Raises SecretMissing."""
        ...

    def write(self, name: str, value: bytes) -> None:
        """Add a version."""
        ...

    def write_once(self, name: str, value: bytes) -> bytes:
        """Write the first version unless there is one; return the one that counts.

        Of several processes that make a secret at the same moment, all get the same.
        """
        ...

    def delete(self, name: str) -> None:
        """Remove the secret with all its versions; absent is fine."""
        ...
