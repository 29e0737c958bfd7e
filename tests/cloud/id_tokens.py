"""Tokens as Google signs them for its queue and its scheduler, and their keys."""

import base64
import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


class Signer:
    """An RSA key of Google's, or of somebody who would like to be Google."""

    def __init__(self, key_id: str = "k1") -> None:
        self.key_id = key_id
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(self, email: str, audience: str, /, **changes: object) -> str:
        """Return a token for an account and an audience, with other claims if wanted.

        A claim that is changed to None is left out.
        """
        named = claims_for(email, audience) | changes
        kept = {name: claim for name, claim in named.items() if claim is not None}
        return jwt.encode(
            kept, self._key, algorithm="RS256", headers={"kid": self.key_id}
        )

    def public(self) -> dict[str, str]:
        """Return the public half, as Google lists it in its JSON Web Key Set."""
        numbers = self._key.public_key().public_numbers()
        return {
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "kid": self.key_id,
            "n": _packed(numbers.n),
            "e": _packed(numbers.e),
        }

    def public_pem(self) -> bytes:
        """Return the public half as PEM, which everybody can have."""
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


def claims_for(email: str, audience: str) -> dict[str, object]:
    """Return what Google says in a token for its queue and its scheduler."""
    now = int(time.time())
    return {
        "iss": "https://accounts.google.com",
        "aud": audience,
        "azp": "1045",
        "sub": "1045",
        "email": email,
        "email_verified": True,
        "iat": now,
        "exp": now + 3600,
    }


def key_set(*signers: Signer) -> bytes:
    """Return the keys of all signers as `/oauth2/v3/certs` serves them."""
    keys: list[Any] = [signer.public() for signer in signers]
    return json.dumps({"keys": keys}).encode()


def _packed(number: int) -> str:
    packed = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
