"""Service accounts: signed assertions become tokens, for themselves or for others.

https://developers.google.com/identity/protocols/oauth2/service-account
"""

from collections.abc import Mapping
from typing import Any

import jwt

from local.google.accounts import add_account, new_subject
from local.google.grants import ACCESS_SECONDS, new_access_token
from local.google.model import Account, Resource, ServiceAccount
from local.google.state import State
from local.google.token_errors import TokenError, invalid_grant

AUDIENCES = (
    "https://oauth2.googleapis.com/token",
    "https://www.googleapis.com/oauth2/v4/token",
    "https://accounts.google.com/o/oauth2/token",
)
LONGEST_LIFE = 3600
SKEW = 300
NOT_DELEGATED = (
    "Client is unauthorized to retrieve access tokens using this method, or client"
    " not authorized for any of the scopes requested."
)


def register(state: State, service: ServiceAccount) -> ServiceAccount:
    """Keep a service account, with a calendar of its own and an empty list."""
    add_account(
        state, Account(email=service.email, subject=new_subject(), is_service=True)
    )
    return state.service_accounts.put(service.email, service)


def token_for_assertion(
    state: State, form: Mapping[str, str], *, root: str
) -> Resource:
    """Return an access token for a signed assertion; there is no refresh token."""
    assertion = form.get("assertion", "")
    service = _issuer(state, assertion)
    claims = _verified(state, assertion, service, root=root)
    scopes = tuple(str(claims.get("scope", "")).split())
    if not scopes:
        raise TokenError("invalid_scope", "Empty or missing scope not allowed.")
    subject = claims.get("sub")
    email = service.email
    if subject and subject != service.email:
        email = _impersonated(state, service, str(subject), scopes=scopes)
    token = new_access_token(
        state,
        email,
        client_id=service.client_id,
        project=service.email.partition("@")[2].partition(".")[0],
        scopes=scopes,
        service_account=service.email,
    )
    return {"access_token": token, "expires_in": ACCESS_SECONDS, "token_type": "Bearer"}


def _issuer(state: State, assertion: str) -> ServiceAccount:
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise invalid_grant("Invalid JWT: not a JWT.") from None
    service = state.service_accounts.get(str(claims.get("iss")))
    if service is None:
        raise invalid_grant("Invalid grant: account not found")
    return service


def _verified(
    state: State, assertion: str, service: ServiceAccount, *, root: str
) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            assertion,
            service.public_key,
            algorithms=["RS256"],
            audience=[*AUDIENCES, f"{root}/token"],
            options={"verify_exp": False, "verify_iat": False},
        )
    except jwt.InvalidSignatureError:
        raise invalid_grant("Invalid JWT Signature.") from None
    except jwt.PyJWTError as error:
        raise invalid_grant(f"Invalid JWT: {error}") from None
    _check_times(claims, now=state.seconds())
    return claims


def _check_times(claims: dict[str, Any], *, now: int) -> None:
    try:
        issued, expires = int(claims["iat"]), int(claims["exp"])
    except (KeyError, TypeError, ValueError):
        raise invalid_grant("Invalid JWT: iat and exp are needed.") from None
    fits = issued <= now + SKEW and now - SKEW < expires <= issued + LONGEST_LIFE
    if not fits:
        raise invalid_grant(
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a"
            " reasonable timeframe. Check your iat and exp values in the JWT claim."
        )


def _impersonated(
    state: State, service: ServiceAccount, subject: str, *, scopes: tuple[str, ...]
) -> str:
    if not service.scopes or not set(scopes) <= set(service.scopes):
        raise TokenError("unauthorized_client", NOT_DELEGATED, 401)
    account = state.accounts.get(subject.lower())
    domain = subject.partition("@")[2]
    outside = bool(service.domains) and domain not in service.domains
    if account is None or outside or account.is_service:
        raise invalid_grant("Invalid email or User ID")
    return account.email
