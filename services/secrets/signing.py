"""Our signatures on what others bring back: channel tokens, states, links, tasks."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from services.ports.vault import Vault
from services.secrets.keysets import Key, Keys

SIGNING_KEYS: Final = "signing-keys"


class Signer:
    """Signs what belongs together, for one purpose, and knows its signatures again.

    Signatures are url-safe and at most 64 characters long. A signature for one purpose
    is worth nothing for another, and ("ab", "c") is not ("a", "bc").
    """

    def __init__(self, vault: Vault) -> None:
        self._keys = Keys(vault, SIGNING_KEYS)

    def sign(self, purpose: str, parts: Sequence[str]) -> str:
        """Return "<key id>.<mac>"."""
        key = self._keys.primary()
        return f"{key.id}.{_mac(key, purpose, parts)}"

    def verify(self, purpose: str, parts: Sequence[str], signature: str) -> bool:
        """Tell whether one of our live keys signed exactly this; in constant time."""
        key_id, _, given = signature.partition(".")
        key = self._keys.find(key_id)
        if key is None:
            return False
        expected = _mac(key, purpose, parts)
        return hmac.compare_digest(_bytes(expected), _bytes(given))

    def rotate(self) -> str:
        """Sign with a new key from now on and return its id; the others stay good."""
        return self._keys.rotate()


def _mac(key: Key, purpose: str, parts: Sequence[str]) -> str:
    mac = hmac.new(key.secret, digestmod=hashlib.sha256)
    for part in (purpose, *parts):
        encoded = _bytes(part)
        mac.update(len(encoded).to_bytes(8, "big"))
        mac.update(encoded)
    return base64.urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    # What strangers send may hold lone surrogates, which plain UTF-8 refuses.
    return text.encode("utf-8", "surrogatepass")
