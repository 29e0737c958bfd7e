"""What our clients of Google's cloud share. Importing this imports Google."""

import os
from typing import Any, Final

import grpc
from google.api_core import exceptions, retry
from google.auth.exceptions import GoogleAuthError

TIMEOUT: Final = 10.0
FAILED: Final = (exceptions.GoogleAPIError, GoogleAuthError)
"""Whatever Google, or the way there, may say."""


def patient(*passing: type[Exception]) -> dict[str, Any]:
    """Return how a call is made that waits out these errors, ten seconds in all."""
    return {
        "retry": retry.Retry(
            predicate=retry.if_exception_type(*passing),
            initial=0.05,
            maximum=1.0,
            multiplier=2.0,
            timeout=TIMEOUT,
        ),
        "timeout": TIMEOUT,
    }


def once() -> dict[str, Any]:
    """Return how a call is made that must not be done twice."""
    return {"retry": None, "timeout": TIMEOUT}


def client_of(client: Any, transport: Any, *, emulator: str) -> Any:
    """Return a client of Google's, or of the emulator that this variable names."""
    address = os.environ.get(emulator)
    if not address:
        return client()
    channel = grpc.insecure_channel(address)
    return client(transport=transport(host=address, channel=channel))
