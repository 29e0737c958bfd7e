"""The RSA key with which id tokens are signed."""

import base64
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from local.google.state import State

KEY_BITS = 2048
KEY_ID = "stand-in-1"


def new_private_key() -> str:
    """Make an RSA key and return it as PKCS#8 PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode()


def public_key_of(private_key: str) -> str:
    """Return the public half of a private key, as PEM."""
    key = serialization.load_pem_private_key(private_key.encode(), password=None)
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem.decode()


def signing_key(state: State) -> str:
    """Return the stand-in's signing key, made when it is first needed."""
    if "signing_key" not in state.values:
        state.values.put("signing_key", new_private_key())
    return str(state.values.get("signing_key"))


def signed(state: State, claims: dict[str, Any]) -> str:
    """Return claims as a signed id token."""
    return jwt.encode(
        claims, signing_key(state), algorithm="RS256", headers={"kid": KEY_ID}
    )


def key_set(state: State) -> dict[str, Any]:
    """Return the public keys as `/oauth2/v3/certs` serves them."""
    key = serialization.load_pem_private_key(signing_key(state).encode(), None)
    public = key.public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise TypeError("The signing key is an RSA key.")
    numbers = public.public_numbers()
    entry = {
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "kid": KEY_ID,
        "n": _number(numbers.n),
        "e": _number(numbers.e),
    }
    return {"keys": [entry]}


def _number(value: int) -> str:
    packed = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")
