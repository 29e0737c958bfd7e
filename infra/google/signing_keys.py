"""The public keys with which Google's own tokens can be checked, as Google lists them.

https://developers.google.com/identity/openid-connect/openid-connect#discovery
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import jwt

from infra.google.answers import json_object
from infra.google.errors import unreadable
from infra.google.http import Transport

KEYS_ADDRESS = "https://www.googleapis.com/oauth2/v3/certs"
ISSUERS = ("https://accounts.google.com", "accounts.google.com")


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """Keys by their id, and for how long Google lets us keep them."""

    keys: Mapping[str, jwt.PyJWK]
    lasts: timedelta


def listed_keys(transport: Transport) -> Listed:
    """Return Google's keys as they are now. Raises TransientError."""
    response = transport.send("GET", KEYS_ADDRESS, headers={})
    members = (json_object(response.body) or {}).get("keys")
    if response.status != 200 or not isinstance(members, list):
        raise unreadable()
    try:
        keys = [jwt.PyJWK(member) for member in members]
    except jwt.PyJWTError as broken:
        raise unreadable() from broken
    lasts = _max_age(response.headers.get("cache-control", ""))
    return Listed(keys={key.key_id: key for key in keys if key.key_id}, lasts=lasts)


def _max_age(cache_control: str) -> timedelta:
    found = re.search(r"max-age=(\d{1,7})", cache_control)
    return timedelta(seconds=int(found[1])) if found else timedelta(0)
