"""Ids and keys that nobody can guess."""

import base64
import hashlib
import re
import secrets
from enum import StrEnum

KEY_PREFIX = "tdm_"


class Kind(StrEnum):
    """The letter with which an id says what it names."""

    ORGANIZATION = "o"
    AGENDA = "a"
    KEY = "k"
    INVITATION = "i"
    CONNECTION = "c"
    PREVIEW = "p"
    RUN = "r"
    JOURNAL = "j"
    CHANNEL = "h"
    WEBHOOK_MESSAGE = "m"
    LOOK = "s"


def new_id(kind: Kind) -> str:
    """Return a random id of 100 bits, such as "a_q3mz5k7yxw2d4f6hjbvn"."""
    letters = base64.b32encode(secrets.token_bytes(13)).decode().lower()
    return f"{kind}_{letters[:20]}"


def is_id(text: str, kind: Kind) -> bool:
    """Return whether a text may be an id of this kind."""
    return re.fullmatch(rf"{kind}_[a-z2-7]{{20}}", text) is not None


def new_key() -> str:
    """Return a new API key of 256 bits; only its hash is ever stored."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """Return what is stored of a key or another secret of full strength.

    A plain hash will do: 256 random bits cannot be guessed, however fast one guesses.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
