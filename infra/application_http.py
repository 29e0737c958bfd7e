"""HTTP to customers' applications: pinned, patient only so far, and never redirected.

A name is resolved once in the life of this client, every address that it has is judged,
and connections go to just these. Connections are kept alive, for a client lives as long
as a run, which may write hundreds of items.
"""

import socket
import ssl
import threading
import zlib
from collections.abc import Mapping
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from types import MappingProxyType

import certifi

from connectors.http import AddressForbidden, NoAnswer, Response, Why
from infra.addresses import NameUnknown, Place, place_of
from services.ports.outgoing import AddressRefused

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 25.0
"""Under what a run waits for an old call of another run before it writes itself."""

MAX_BYTES = 16 * 1024 * 1024
CHUNK = 1 << 16
READS = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
Server = tuple[str, str, int]


class _TooLarge(Exception):
    """The answer, unpacked, is larger than we take."""


class ApplicationHttp:
    """The port `connectors.http.Http`, with the operator's policy."""

    def __init__(
        self,
        *,
        private_addresses: bool,
        whole_seconds: float = WHOLE_SECONDS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._private_addresses = private_addresses
        self._whole_seconds = whole_seconds
        self._max_bytes = max_bytes
        self._alive: dict[Server, HTTPConnection] = {}
        self._addresses: dict[Server, list[str]] = {}
        self._lock = threading.Lock()

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
        body: bytes | None = None,
    ) -> Response:
        """As the port promises."""
        try:
            place = place_of(url)
        except AddressRefused as error:
            raise AddressForbidden(str(error)) from None
        told = {"Accept-Encoding": "gzip", "User-Agent": "Tandem", **headers}
        with self._lock:
            was_alive = _server(place) in self._alive
            try:
                return self._once(place, method, told, body)
            except NoAnswer as error:
                # One that lay idle may have died unseen; only a read may come twice.
                again = was_alive and error.why is Why.BROKEN and method in READS
                if not again:
                    raise
            return self._once(place, method, told, body)

    def close(self) -> None:
        """Let go of the connections that are kept alive."""
        for connection in self._alive.values():
            connection.close()
        self._alive.clear()

    def __del__(self) -> None:
        self.close()

    def _once(
        self,
        place: Place,
        method: str,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Response:
        connection = self._connected(place)
        late = _Deadline(connection, self._whole_seconds)
        try:
            with late:
                connection.request(method, place.target, body, dict(headers))
                response = connection.getresponse()
                content = _whole(response, most=self._max_bytes)
            if late.passed:
                raise TimeoutError
        except (OSError, HTTPException, zlib.error) as error:
            self._forget(place)
            expired = late.passed or isinstance(error, TimeoutError)
            why = Why.LATE if expired else Why.BROKEN
            raise NoAnswer(why, host=place.host) from error
        except _TooLarge:
            self._forget(place)
            raise NoAnswer(Why.TOO_LARGE, host=place.host) from None
        if connection.sock is None:
            self._forget(place)
        named = {name.lower(): value for name, value in response.getheaders()}
        return Response(status=response.status, headers=named, body=content)

    def _forget(self, place: Place) -> None:
        connection = self._alive.pop(_server(place), None)
        if connection is not None:
            connection.close()

    # --- connecting ------------------------------------------------------------------

    def _connected(self, place: Place) -> HTTPConnection:
        """Return a connection that never goes anywhere else by itself."""
        known = self._alive.get(_server(place))
        if known is not None:
            return known
        plain = self._reached(place)
        plain.settimeout(self._whole_seconds)
        connection = HTTPConnection(place.host, place.port, blocksize=CHUNK)
        connection.auto_open = 0
        try:
            connection.sock = _secured(plain, place)
        except ssl.SSLCertVerificationError as error:
            plain.close()
            raise NoAnswer(Why.CERTIFICATE, host=place.host) from error
        except OSError as error:
            plain.close()
            raise NoAnswer(Why.UNREACHABLE, host=place.host) from error
        self._alive[_server(place)] = connection
        return connection

    def _reached(self, place: Place) -> socket.socket:
        """Return a socket to the first of the place's addresses that answers."""
        for address in self._judged(place):
            try:
                return socket.create_connection(
                    (address, place.port), timeout=CONNECT_SECONDS
                )
            except OSError:
                continue
        raise NoAnswer(Why.UNREACHABLE, host=place.host)

    def _judged(self, place: Place) -> list[str]:
        known = self._addresses.get(_server(place))
        if known is not None:
            return known
        try:
            found = place.addresses(private=self._private_addresses)
        except NameUnknown as error:
            raise NoAnswer(Why.NAME, host=place.host) from error
        except AddressRefused as error:
            raise AddressForbidden(str(error)) from None
        self._addresses[_server(place)] = found
        return found


class _Deadline:
    """Cuts a connection off when its time is over, even in the midst of a line."""

    def __init__(self, connection: HTTPConnection, seconds: float) -> None:
        self._connection = connection
        self._timer = threading.Timer(seconds, self._cut_off)
        self._timer.daemon = True
        self.passed = False

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()

    def _cut_off(self) -> None:
        self.passed = True
        connected = self._connection.sock
        if connected is None:
            return
        try:
            connected.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _server(place: Place) -> Server:
    return place.parts.scheme, place.host, place.port


def _secured(plain: socket.socket, place: Place) -> socket.socket:
    if place.parts.scheme == "http":
        return plain
    return _tls().wrap_socket(plain, server_hostname=place.host)


@cache
def _tls() -> ssl.SSLContext:
    # Made once: reading the certificates takes longer than a call.
    return ssl.create_default_context(cafile=certifi.where())


def _whole(response: HTTPResponse, *, most: int) -> bytes:
    """Return the body, unpacked. Raises _TooLarge before it is all in memory."""
    packed = response.headers.get("Content-Encoding", "").lower() in ("gzip", "deflate")
    unpack = zlib.decompressobj(47) if packed else None
    whole = bytearray()
    while chunk := response.read1(CHUNK):
        whole += unpack.decompress(chunk, most + 1) if unpack else chunk
        if len(whole) > most or (unpack is not None and unpack.unconsumed_tail):
            raise _TooLarge
    if response.length or (unpack is not None and whole and not unpack.eof):
        raise HTTPException("The answer ended too early.")
    # Read to its end, yet http.client lets the connection go on only when told so.
    response.close()
    return bytes(whole)
