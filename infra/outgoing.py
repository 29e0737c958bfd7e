"""Requests to addresses that customers gave: no way into our own network.

A name is resolved once, every address that it has is judged, and the connection goes to
one of just these: a name that answers differently the second time gains nothing.
"""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from services.ports.outgoing import AddressRefused, NotDelivered

TIMEOUT_SECONDS = 10.0
MAX_URL = 2000

# Addresses in which an IPv4 address is hidden: NAT64 and 6to4.
_HIDING = (ip_network("64:ff9b::/96"), ip_network("2002::/16"))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where a request goes: the name for TLS and Host, the address for the socket."""

    parts: SplitResult
    host: str
    port: int
    address: str

    @property
    def target(self) -> str:
        """What is asked for."""
        query = f"?{self.parts.query}" if self.parts.query else ""
        return (self.parts.path or "/") + query


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
        parts, host, port = _split(url)
        try:
            self._resolved(parts, host, port)
        except NotDelivered:
            return

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> int:
        """As the port promises; the body of the answer is not read."""
        place = self._resolved(*_split(url))
        try:
            with self._connected(place) as connection:
                connection.request("POST", place.target, body, dict(headers))
                return connection.getresponse().status
        except (OSError, HTTPException) as error:
            kind = type(error).__name__
            raise NotDelivered(f"No answer from the webhook: {kind}.") from error

    def _resolved(self, parts: SplitResult, host: str, port: int) -> _Place:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NotDelivered("The name of the webhook does not resolve.") from error
        addresses = [str(entry[4][0]) for entry in found]
        if not self._private_addresses:
            _refuse_private(addresses)
        return _Place(parts=parts, host=host, port=port, address=addresses[0])

    @contextmanager
    def _connected(self, place: _Place) -> Iterator[HTTPConnection]:
        """Open a connection that is cut off when its time is over, even mid-answer."""
        connection = HTTPConnection(place.host, place.port, timeout=self._timeout)
        plain = socket.create_connection(
            (place.address, place.port), timeout=self._timeout
        )
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

    def _secured(self, plain: socket.socket, place: _Place) -> socket.socket:
        if place.parts.scheme == "http":
            return plain
        return self._tls.wrap_socket(plain, server_hostname=place.host)


def _cut_off(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _split(url: str) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("This is not an address.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AddressRefused("The address must begin with http:// or https://.")
    if "@" in parts.netloc or parts.fragment:
        raise AddressRefused("The address must hold no password and no fragment.")
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused("The address may have 2000 plain characters at most.")
    standard = 443 if parts.scheme == "https" else 80
    return parts, parts.hostname, port or standard


def _refuse_private(addresses: list[str]) -> None:
    for address in addresses:
        if not _is_public(ip_address(address.partition("%")[0])):
            raise AddressRefused("The address leads into a private network.")


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(address.ipv4_mapped)
        if any(address in network for network in _HIDING) or address.teredo:
            return False
    return address.is_global and not address.is_multicast
