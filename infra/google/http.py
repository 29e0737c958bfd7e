"""HTTP to Google: one pool of connections for the whole process, safe for threads."""

import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from time import monotonic
from urllib.parse import urlsplit

import certifi
import urllib3

from infra.google.errors import connection_lost, not_in_time

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
WHOLE_SECONDS = 60.0
"""An answer that trickles must end while the lease of its calendar still holds."""

CONNECTIONS = 32
CHUNK = 1 << 16

for _library in ("urllib3", "googleapiclient", "requests_oauthlib", "google.auth"):
    # On DEBUG these write addresses with their tokens, whole answers, and secrets.
    logging.getLogger(_library).setLevel(logging.INFO)


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """What came back; the names of `headers` are in lower case."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Sends requests for Google's own addresses, to Google or to a stand-in.

    With `root`, each goes to the same path under that root instead: the libraries need
    no setting of their own for it, and their batch and their rule "https only" follow.
    """

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")
        self._pool = urllib3.PoolManager(
            maxsize=CONNECTIONS,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            retries=False,
            ssl_context=_tls(self._root),
        )

    def address(self, address: str) -> str:
        """Return where an address of Google's really lies."""
        if not self._root:
            return address
        parts = urlsplit(address)
        query = f"?{parts.query}" if parts.query else ""
        return f"{self._root}{parts.path}{query}"

    def send(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str],
        body: bytes | str | None = None,
    ) -> Response:
        """Return Google's answer, whatever its status. Raises TransientError.

        A read whose connection breaks is sent once more: one that lay idle may have
        died unseen. A write is not, for it may have been done.
        """
        call = partial(self._once, method, address, headers=headers, body=body)
        try:
            return _twice(call) if method == "GET" else call()
        except urllib3.exceptions.TimeoutError as late:
            raise not_in_time() from late
        except urllib3.exceptions.HTTPError as lost:
            raise connection_lost() from lost

    def _once(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str],
        body: bytes | str | None,
    ) -> Response:
        response = self._pool.request(
            method,
            self.address(address),
            headers={"accept-encoding": "gzip", **headers},
            body=body,
            redirect=False,
            preload_content=False,
        )
        try:
            content = _whole(response)
        except BaseException:
            response.close()
            raise
        response.release_conn()
        return Response(
            status=response.status,
            reason=response.reason or "",
            headers={name.lower(): value for name, value in response.headers.items()},
            body=content,
        )


def _twice(call: Callable[[], Response]) -> Response:
    try:
        return call()
    except urllib3.exceptions.ProtocolError:
        return call()


def _whole(response: urllib3.BaseHTTPResponse) -> bytes:
    # urllib3's read timeout counts from byte to byte, and so has no end of its own.
    deadline = monotonic() + WHOLE_SECONDS
    chunks = []
    while chunk := response.read1(CHUNK, decode_content=True):
        chunks.append(chunk)
        if monotonic() > deadline:
            raise urllib3.exceptions.TimeoutError
    return b"".join(chunks)


def _tls(root: str) -> ssl.SSLContext | None:
    if root.startswith("http://"):
        return None
    # Made once: reading the certificates takes longer than a call.
    return ssl.create_default_context(cafile=certifi.where())


@cache
def transport_to(root: str) -> Transport:
    """Return the process's one transport to Google, or to the stand-in at `root`."""
    return Transport(root)
