"""Requests to addresses that customers gave, as a port."""

from collections.abc import Mapping
from typing import Protocol


class AddressRefused(Exception):
    """We send nothing to that address; the message says why, for its owner."""


class NotDelivered(Exception):
    """Nobody answered there, or not in time."""


class Outgoing(Protocol):
    """Requests of ours to addresses that customers gave.

    An address is resolved once and the connection goes to what was found; private
    addresses may be refused; redirects are not followed; 10 seconds, 1 MiB.
    """

    def check(self, url: str) -> None:
        """See to it that this can be sent to. Raises AddressRefused."""
        ...

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> int:
        """Return the status of the answer. Raises AddressRefused, NotDelivered."""
        ...
