"""The proof that a task comes from our own queue: a MAC over path, body and time."""

import hashlib
from datetime import UTC, datetime, timedelta

from services.secrets.signing import Signer

HEADER = "X-Tandem-Task"
GOOD_FOR = timedelta(minutes=10)

_PURPOSE = "local-task"


def sign_task(signer: Signer, *, path: str, body: bytes, now: datetime) -> str:
    """Return what the local queue sends along in the header: the second, and a MAC."""
    second = str(int(now.timestamp()))
    return f"{second}.{signer.sign(_PURPOSE, _parts(second, path, body))}"


def is_our_task(
    signer: Signer, *, path: str, body: bytes, signature: str, now: datetime
) -> bool:
    """Return whether our own queue signed exactly this, within the last minutes."""
    second, _, mac = signature.partition(".")
    if not (second.isascii() and second.isdigit() and len(second) < 13):
        return False
    signed_at = datetime.fromtimestamp(int(second), UTC)
    fresh = abs(now - signed_at) <= GOOD_FOR
    return fresh and signer.verify(_PURPOSE, _parts(second, path, body), mac)


def _parts(second: str, path: str, body: bytes) -> list[str]:
    return [second, path, hashlib.sha256(body).hexdigest()]
