"""Secrets that lie in documents, sealed so that only their own document opens them."""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.ports.vault import Vault
from services.secrets.keysets import Key, Keys

SEALING_KEYS: Final = "sealing-keys"

_FORMAT: Final = b"\x01"
_NONCE_BYTES: Final = 12


class SealBroken(Exception):
    """What was sealed cannot be opened: damaged, bound elsewhere, or its key gone."""


class Sealer:
    """Seals with AES-256-GCM under the vault's primary key.

    Sealed bytes: format (1), length of the key id (1), key id, nonce (12), ciphertext
    with its tag. The head and `bound_to` are authenticated, so a token that is copied
    into another account's document does not open there.
    """

    def __init__(self, vault: Vault) -> None:
        self._keys = Keys(vault, SEALING_KEYS)

    def seal(self, plain: bytes, *, bound_to: str) -> bytes:
        """Return `plain` sealed; the same twice looks different."""
        key = self._keys.primary()
        head = _head(key)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = AESGCM(key.secret)
        return head + nonce + cipher.encrypt(nonce, plain, _bound(head, bound_to))

    def open(self, sealed: bytes, *, bound_to: str) -> bytes:
        """Return what was sealed for `bound_to`. Raises SealBroken."""
        key = self._key_of(sealed)
        head = _head(key)
        rest = sealed[len(head) :]
        nonce, ciphertext = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        if len(nonce) < _NONCE_BYTES:
            raise SealBroken("The sealed bytes are cut short.")
        cipher = AESGCM(key.secret)
        try:
            return cipher.decrypt(nonce, ciphertext, _bound(head, bound_to))
        except InvalidTag as error:
            message = "The sealed bytes are damaged, or bound to something else."
            raise SealBroken(message) from error

    def rotate(self) -> str:
        """Seal with a new key from now on and return its id; the others still open."""
        return self._keys.rotate()

    def _key_of(self, sealed: bytes) -> Key:
        if sealed[:1] != _FORMAT:
            raise SealBroken("The bytes are not in a format that was sealed here.")
        length = int.from_bytes(sealed[1:2], "big")
        key_id = sealed[2 : 2 + length].decode("ascii", "replace")
        key = self._keys.find(key_id)
        if key is None:
            raise SealBroken(f"The key {key_id!r} of these sealed bytes is gone.")
        return key


def _head(key: Key) -> bytes:
    key_id = key.id.encode("ascii")
    return _FORMAT + len(key_id).to_bytes(1, "big") + key_id


def _bound(head: bytes, bound_to: str) -> bytes:
    return head + bound_to.encode("utf-8", "surrogatepass")
