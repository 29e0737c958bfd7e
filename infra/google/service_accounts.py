"""Tokens of a service account that acts for a person (domain-wide delegation).

https://developers.google.com/identity/protocols/oauth2/service-account#httprest
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from google.auth import jwt
from google.auth.crypt import RSASigner
from google.auth.exceptions import GoogleAuthError

from infra.google.http import Transport
from infra.google.oauth_errors import Granting
from infra.google.tokens import TOKEN_ADDRESS, ask_for_token
from services.ports.accounts import AccessToken
from sync.errors import OperatorFault

LONGEST_SECONDS = 3600


def impersonate(
    transport: Transport,
    key: Mapping[str, str],
    *,
    subject: str,
    scopes: Sequence[str],
    now: datetime,
) -> AccessToken:
    """Return a token with which a service account acts for `subject`."""
    issued = int(now.timestamp())
    claims = {
        "iss": _member(key, "client_email"),
        "sub": subject,
        "scope": " ".join(scopes),
        # Ours, not the key's `token_uri`: a key that somebody uploads must not be able
        # to send us elsewhere.
        "aud": TOKEN_ADDRESS,
        "iat": issued,
        "exp": issued + LONGEST_SECONDS,
    }
    assertion: bytes = jwt.encode(_signer(key), claims)
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": assertion.decode(),
    }
    token = ask_for_token(transport, form, Granting.SERVICE_ACCOUNT, now=now)
    return replace(token, quota_user=_quota_user(subject))


def _quota_user(subject: str) -> str:
    # At most 40 characters, and no address where Google's statistics show it.
    return sha256(subject.lower().encode()).hexdigest()[:40]


def _signer(key: Mapping[str, str]) -> RSASigner:
    # Line ends that an environment variable or a form has turned into "\n".
    private_key = _member(key, "private_key").replace("\\n", "\n")
    try:
        signer: RSASigner = RSASigner.from_string(
            private_key, key_id=key.get("private_key_id")
        )
    except (ValueError, TypeError, GoogleAuthError) as broken:
        raise OperatorFault(
            "The private key of the service account cannot be read: enter the JSON key"
            " as Google gave it."
        ) from broken
    return signer


def _member(key: Mapping[str, str], name: str) -> str:
    value = key.get(name)
    if not isinstance(value, str) or not value:
        raise OperatorFault(f'The key of the service account lacks "{name}".')
    return value
