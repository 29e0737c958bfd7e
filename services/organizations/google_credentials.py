"""The credentials with which an organization reaches Google, checked."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from services.ports.values import Json
from services.refusals import Invalid, Problem, invalid

OAUTH_CLIENT = "oauth_client"
SERVICE_ACCOUNT = "service_account"
OPERATOR = "operator"

TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105  because it is an address
MAX_TEXT = 500
MAX_KEY = 20_000

_MEMBERS = {
    OAUTH_CLIENT: frozenset({"client_id", "client_secret"}),
    SERVICE_ACCOUNT: frozenset({"key", "p12", "password", "email"}),
    OPERATOR: frozenset[str](),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """What an organization gave: `secret` goes into the vault and is never shown."""

    kind: str
    client_id: str = ""
    email: str = ""
    secret: bytes = field(default=b"", repr=False)


def read_credentials(body: Json) -> Credentials:
    """Return the credentials of `PUT /v1/organizations/{o}/google`. Raises Invalid."""
    if not isinstance(body, Mapping):
        raise invalid("", "Must be an object.")
    kind = body.get("kind")
    if not isinstance(kind, str) or kind not in _MEMBERS:
        raise invalid("/kind", f"Must be one of {', '.join(_MEMBERS)}.")
    _refuse_unknown(body, _MEMBERS[kind] | {"kind", "replace"}, "")
    if not isinstance(body.get("replace", False), bool):
        raise invalid("/replace", "Must be true or false.")
    if kind == OPERATOR:
        return Credentials(kind=kind)
    return _oauth_client(body) if kind == OAUTH_CLIENT else _service_account(body)


def vault_name(organization: str, credentials: Credentials) -> str:
    """Return under which name the vault keeps the secret: one for each client."""
    digest = hashlib.sha256(credentials.client_id.encode()).hexdigest()
    return f"google-{organization}-{digest[:16]}"


def _oauth_client(body: Mapping[str, Json]) -> Credentials:
    client_id = _text(body, "client_id")
    secret = _text(body, "client_secret")
    return Credentials(kind=OAUTH_CLIENT, client_id=client_id, secret=secret.encode())


def _service_account(body: Mapping[str, Json]) -> Credentials:
    if ("key" in body) == ("p12" in body):
        raise invalid("", 'Give either "key" or "p12" with "password" and "email".')
    if "p12" in body:
        return _from_p12(body)
    _refuse_unknown(body, {"kind", "replace", "key"}, "")
    key = body["key"]
    if not isinstance(key, Mapping) or key.get("type") != "service_account":
        message = 'Must be the JSON key of a service account ("type": it says so).'
        raise invalid("/key", message)
    email = _text(key, "client_email", "/key")
    pem = _text(key, "private_key", "/key", longest=MAX_KEY)
    client_id = str(key.get("client_id") or email)[:MAX_TEXT]
    key_id = str(key.get("private_key_id") or "")[:MAX_TEXT]
    checked = _checked_pem(pem)
    return _account(email, checked, client_id=client_id, key_id=key_id)


def _from_p12(body: Mapping[str, Json]) -> Credentials:
    email = _text(body, "email")
    password = body.get("password", "")
    if not isinstance(password, str):
        raise invalid("/password", "Must be text; Google's own is notasecret.")
    try:
        blob = base64.b64decode(_text(body, "p12", longest=MAX_KEY), validate=True)
    except (binascii.Error, ValueError):
        raise invalid("/p12", "Must be the P12 file in base64.") from None
    try:
        key, _, _ = pkcs12.load_key_and_certificates(blob, password.encode())
    except (ValueError, UnsupportedAlgorithm):
        message = "Cannot be opened: a wrong password, or not a P12 file."
        raise invalid("/p12", message) from None
    if not isinstance(key, RSAPrivateKey):
        raise invalid("/p12", "Holds no RSA key.")
    return _account(email, _pem_of(key), client_id=email, key_id="")


def _checked_pem(pem: str) -> str:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise invalid("/key/private_key", "Is not a private key in PEM.") from None
    if not isinstance(key, RSAPrivateKey):
        raise invalid("/key/private_key", "Is not an RSA key.")
    return _pem_of(key)


def _pem_of(key: RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _account(email: str, pem: str, *, client_id: str, key_id: str) -> Credentials:
    """Return the credentials with only what is needed of the key.

    Its token_uri is Google's, whatever the file says: tokens are asked for there, from
    inside our network.
    """
    key = {
        "type": SERVICE_ACCOUNT,
        "client_email": email,
        "client_id": client_id,
        "private_key": pem,
        "private_key_id": key_id,
        "token_uri": TOKEN_URI,
    }
    secret = json.dumps(key).encode()
    return Credentials(
        kind=SERVICE_ACCOUNT, client_id=client_id, email=email, secret=secret
    )


def _text(
    body: Mapping[str, Json], name: str, parent: str = "", *, longest: int = MAX_TEXT
) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= longest:
        message = f"Must be text of 1 to {longest} characters."
        raise invalid(f"{parent}/{name}", message)
    return value if longest > MAX_TEXT else value.strip()


def _refuse_unknown(
    body: Mapping[str, Json], known: frozenset[str] | set[str], parent: str
) -> None:
    problems = [
        Problem(pointer=f"{parent}/{name}", message="There is no such member here.")
        for name in sorted(set(body) - known)
    ]
    if problems:
        raise Invalid("The body has members that do not belong.", problems=problems)
