"""Requests to addresses that customers gave: no way into our own network.

A name is resolved once, every address that it has is judged, and the connection goes to
one of just these: a name that answers differently the second time gains nothing.
"""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

from infra.addresses import NameUnknown, Place, place_of
from services.ports.outgoing import NotDelivered

TIMEOUT_SECONDS = 10.0


class GuardedOutgoing:
    """Sends to public addresses, and to private ones only where that is allowed."""

    def __init__(
        self, *, private_addresses: bool, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self._private_addresses = private_addresses
        self._timeout = timeout_seconds
        self._tls = ssl.create_default_context()

    def check(self, url: str) -> None:
        """As the port promises; a name that does not resolve just now is fine."""
        place = place_of(url)
        try:
            self._address(place)
        except NotDelivered:
            return

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> int:
        """As the port promises; the body of the answer is not read."""
        place = place_of(url)
        address = self._address(place)
        try:
            with self._connected(place, address) as connection:
                connection.request("POST", place.target, body, dict(headers))
                return connection.getresponse().status
        except (OSError, HTTPException) as error:
            kind = type(error).__name__
            raise NotDelivered(f"No answer from the webhook: {kind}.") from error

    def _address(self, place: Place) -> str:
        try:
            return place.addresses(private=self._private_addresses)[0]
        except NameUnknown as error:
            raise NotDelivered("The name of the webhook does not resolve.") from error

    @contextmanager
    def _connected(self, place: Place, address: str) -> Iterator[HTTPConnection]:
        """Open a connection that is cut off when its time is over, even mid-answer."""
        connection = HTTPConnection(place.host, place.port, timeout=self._timeout)
        plain = socket.create_connection((address, place.port), timeout=self._timeout)
        end = threading.Timer(self._timeout, _cut_off, [plain])
        end.daemon = True
        end.start()
        try:
            connection.sock = self._secured(plain, place)
            yield connection
        finally:
            end.cancel()
            connection.close()
            plain.close()

    def _secured(self, plain: socket.socket, place: Place) -> socket.socket:
        if place.parts.scheme == "http":
            return plain
        return self._tls.wrap_socket(plain, server_hostname=place.host)


def _cut_off(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
