"""Sets of secret keys in the vault: one makes new things, the others still count."""

import base64
import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from services.ports.vault import SecretMissing, Vault, VaultError

logger = logging.getLogger(__name__)

KEY_BYTES: Final = 32
SECONDS_BETWEEN_LOOKS: Final = 1.0
SECONDS_KEPT: Final = 300.0
"""A rotated keyset is in use everywhere after so long, without any restart."""


class KeysetBroken(Exception):
    """The vault's keyset cannot be read: an operator has to put it right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """One secret key, and the id by which whatever was made with it names it."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Keyset:
    primary: str
    keys: Mapping[str, bytes] = field(repr=False)

    def extended(self, key: Key) -> "_Keyset":
        return _Keyset(primary=key.id, keys={**self.keys, key.id: key.secret})


class Keys:
    """The keyset under one name of the vault, kept in memory and safe across threads.

    It is made at first use where the vault has none, and read again every five minutes;
    where the vault does not answer then, the known keys stay good. An unknown key id
    may belong to a key that another process has just added, so the vault is looked at
    again; but at most once a second, since a stranger can make up any number of ids.
    """

    def __init__(
        self,
        vault: Vault,
        name: str,
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._vault = vault
        self._name = name
        self._seconds = seconds
        self._lock = threading.Lock()
        self._keyset: _Keyset | None = None
        self._read_at = 0.0
        self._looked_at: float | None = None

    def primary(self) -> Key:
        """Return the key with which new things are made."""
        keyset = self._known()
        return Key(id=keyset.primary, secret=keyset.keys[keyset.primary])

    def find(self, key_id: str) -> Key | None:
        """Return the key of that id, if it is a live one."""
        secret = self._known().keys.get(key_id)
        if secret is None:
            secret = self._known_anew().keys.get(key_id)
        return None if secret is None else Key(id=key_id, secret=secret)

    def rotate(self) -> str:
        """Add a key, use it from now on, and return its id; the old ones stay live."""
        with self._lock:
            key = _new_key()
            keyset = self._read_or_make().extended(key)
            self._vault.write(self._name, _written(keyset))
            self._keyset = keyset
        return key.id

    def _known(self) -> _Keyset:
        keyset = self._keyset
        if keyset is None:
            with self._lock:
                return self._keyset or self._read_first()
        age = self._seconds() - self._read_at
        # One thread reads it again; meanwhile the others go on with what is known.
        if age >= SECONDS_KEPT and self._lock.acquire(blocking=False):
            try:
                self._read_again()
            finally:
                self._lock.release()
        return self._keyset or keyset

    def _known_anew(self) -> _Keyset:
        with self._lock:
            now = self._seconds()
            last = self._looked_at
            if last is None or now - last >= SECONDS_BETWEEN_LOOKS:
                self._looked_at = now
                self._read_again()
            return self._keyset or self._read_first()

    def _read_first(self) -> _Keyset:
        self._keyset = self._read_or_make()
        self._read_at = self._seconds()
        return self._keyset

    def _read_again(self) -> None:
        """Take what the vault holds now; a vault in trouble takes no key from us."""
        self._read_at = self._seconds()
        try:
            self._keyset = _read(self._name, self._vault.read_anew(self._name))
        except (SecretMissing, VaultError, KeysetBroken, OSError):
            fields = {"event": "keys-not-read", "secret": self._name}
            logger.warning("keys not read again", extra=fields, exc_info=True)

    def _read_or_make(self) -> _Keyset:
        try:
            stored = self._vault.read_anew(self._name)
        except SecretMissing:
            key = _new_key()
            first = _Keyset(primary=key.id, keys={key.id: key.secret})
            stored = self._vault.write_once(self._name, _written(first))
        return _read(self._name, stored)


def _new_key() -> Key:
    return Key(id=secrets.token_hex(4), secret=secrets.token_bytes(KEY_BYTES))


def _written(keyset: _Keyset) -> bytes:
    keys = {name: base64.b64encode(key).decode() for name, key in keyset.keys.items()}
    return json.dumps({"primary": keyset.primary, "keys": keys}).encode()


def _read(name: str, stored: bytes) -> _Keyset:
    try:
        data = json.loads(stored)
        keys = {id: base64.b64decode(key) for id, key in data["keys"].items()}
        keyset = _Keyset(primary=data["primary"], keys=keys)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeysetBroken(f"The secret {name} is not a keyset: {error!r}.") from error
    _check(name, keyset)
    return keyset


def _check(name: str, keyset: _Keyset) -> None:
    if keyset.primary not in keyset.keys:
        raise KeysetBroken(f"The keyset {name} lacks its primary key {keyset.primary}.")
    for key_id, key in keyset.keys.items():
        if len(key) != KEY_BYTES:
            raise KeysetBroken(
                f"Key {key_id} of {name} does not have {KEY_BYTES} bytes."
            )
