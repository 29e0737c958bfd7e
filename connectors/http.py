"""HTTP as connectors have it: a port, and what answers mean whoever gave them.

Who stands behind the port keeps to the operator's policy: private addresses only where
they are allowed, each name resolved once, no redirects, limits of time and size.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol
from urllib.parse import urlsplit

from sync.errors import OperatorFault, RateLimited, TransientError

LONGEST_WAIT = timedelta(hours=1)


class Why(StrEnum):
    """Why there is no answer."""

    NAME = "name"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    LATE = "late"
    TOO_LARGE = "too_large"
    BROKEN = "broken"


SENTENCES: Mapping[Why, str] = MappingProxyType(
    {
        Why.NAME: "There is no server named {host}: the address may be misspelt.",
        Why.UNREACHABLE: (
            "The server {host} cannot be reached: it may be down, or a firewall keeps"
            " us out."
        ),
        Why.CERTIFICATE: (
            "The certificate of {host} is not valid, so we cannot know who answers"
            " there."
        ),
        Why.LATE: "The server {host} did not answer in time.",
        Why.TOO_LARGE: "The answer of {host} is larger than we take.",
        Why.BROKEN: "The server {host} broke off its answer.",
    }
)


class NoAnswer(TransientError):
    """Nobody answered, or not as HTTP asks for; whether it was done is not known."""

    def __init__(self, why: Why, *, host: str) -> None:
        super().__init__(SENTENCES[why].format(host=host))
        self.why = why


class AddressForbidden(OperatorFault):
    """We send nothing to that address; the message says why, for its owner."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """What came back, unpacked; the names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def is_good(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300

    @property
    def is_redirect(self) -> bool:
        """Whether we are told to ask elsewhere; nobody does so by himself."""
        return self.status in (301, 302, 303, 307, 308)


class Http(Protocol):
    """Requests to the addresses that customers gave of their applications."""

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes | None = None,
    ) -> Response:
        """Return the answer, whatever its status. Raises NoAnswer, AddressForbidden.

        Sent once; a read that a kept-alive connection swallowed is sent once more.
        """
        ...


def same_server(one: str, other: str) -> bool:
    """Return whether two addresses are those of one server, so that it may get our
    credentials; from http to https of the same name is no other one."""
    first, second = urlsplit(one), urlsplit(other)
    if first.hostname != second.hostname:
        return False
    upgraded = (first.scheme, second.scheme) == ("http", "https")
    return upgraded or (_port(one), first.scheme) == (_port(other), second.scheme)


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def wait_of(response: Response) -> timedelta | None:
    """Return how long `Retry-After` asks to wait, if it says so in seconds."""
    given = response.headers.get("retry-after", "")
    if not re.fullmatch(r"\d{1,9}", given):
        return None
    return min(timedelta(seconds=int(given)), LONGEST_WAIT)


def raise_for_trouble(response: Response, *, whose: str) -> None:
    """Raise what an answer's status means whatever was asked; others pass.

    `whose` names the application in the sentence. 401: OperatorFault; 429 and a 503
    that says how long: RateLimited; 408, 425 and other 5xx: TransientError.
    """
    status = response.status
    if status == 401:
        raise OperatorFault(
            f"{whose} does not accept our user name and password any more: give them"
            " anew in the agenda's application."
        )
    if status == 429 or (status == 503 and wait_of(response) is not None):
        message = f"{whose} asks us to slow down."
        raise RateLimited(message, wait=wait_of(response))
    if status in (408, 425) or status >= 500:
        raise TransientError(f"{whose} is in trouble (its answer was {status}).")
