"""Addresses that customers gave: taken apart, resolved once, and judged.

A name is resolved once, every address that it has is judged, and a connection goes to
one of just these: a name that answers differently the second time gains nothing.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from services.ports.outgoing import AddressRefused

MAX_URL = 2000

# The only IPv6 addresses that belong to somebody (RFC 4291); others may hide an IPv4
# address (mapped, compatible, translated, NAT64), or are of this network alone.
_UNICAST = ip_network("2000::/3")
_NOBODYS = (
    ip_network("2002::/16"),  # 6to4, which hides an IPv4 address.
    ip_network("3fff::/20"),  # For documentation (RFC 9637).
    ip_network("192.0.0.0/24"),  # For protocols; a cloud's metadata lies here.
    ip_network("192.88.99.0/24"),  # Relays of 6to4.
    ip_network("168.63.129.16/32"),  # Azure's own services, in each of its networks.
)


class NameUnknown(Exception):
    """The name does not resolve just now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a request goes: the name for TLS and Host, the addresses for the socket."""

    parts: SplitResult
    host: str
    port: int

    @property
    def target(self) -> str:
        """What is asked for."""
        query = f"?{self.parts.query}" if self.parts.query else ""
        return (self.parts.path or "/") + query

    def addresses(self, *, private: bool) -> list[str]:
        """Return what the name resolves to now; `private` says if that may be private.

        Raises NameUnknown, AddressRefused.
        """
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NameUnknown(self.host) from error
        addresses = [str(entry[4][0]) for entry in found]
        if not private:
            _refuse_private(addresses)
        return addresses


def place_of(url: str) -> Place:
    """Return where an address leads. Raises AddressRefused where it is none of ours."""
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
    return Place(parts=parts, host=parts.hostname, port=port or standard)


def _refuse_private(addresses: list[str]) -> None:
    for address in addresses:
        if not _is_public(ip_address(address.partition("%")[0])):
            raise AddressRefused("The address leads into a private network.")


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(address.ipv4_mapped)
        if address not in _UNICAST or address.teredo:
            return False
    reserved = any(address in network for network in _NOBODYS)
    return address.is_global and not address.is_multicast and not reserved
