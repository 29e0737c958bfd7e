"""The `state` that Google carries through a consent: signed, sealed, for one use.

It ties the answer to the browser in which the consent began, to the invitation, to the
organization and to the OAuth client.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.consent.invitations import Invitation
from services.documents import data_of, record_of
from services.ids import hash_of
from services.ports.accounts import Client
from services.ports.store import Conflict, Create, Document, Update
from services.world import World

LASTS = timedelta(minutes=30)

_PURPOSE = "oauth-state"


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentState:
    """What we know of a consent that was begun; `link` and `verifier` are sealed."""

    invitation: str
    organization: str
    client_id: str
    nonce: str = field(repr=False)
    browser: str
    verifier: bytes
    link: bytes
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """What Google is told when a consent begins."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


def new_browser() -> str:
    """Return a secret by which one browser is known again."""
    return secrets.token_urlsafe(32)


def begin(
    world: World,
    invitation: Invitation,
    client: Client,
    *,
    token: str,
    browser: str,
    now: datetime,
) -> Begun:
    """Write down that a consent begins in this browser, and return what Google gets."""
    secret = secrets.token_urlsafe(32)
    verifier = secrets.token_urlsafe(64)
    parts = [
        secret,
        hash_of(browser),
        invitation.id,
        invitation.organization,
        client.id,
    ]
    state = f"{secret}.{world.signer.sign(_PURPOSE, parts)}"
    path = _path_of(state)
    known = ConsentState(
        invitation=invitation.id,
        organization=invitation.organization,
        client_id=client.id,
        nonce=secrets.token_urlsafe(32),
        browser=hash_of(browser),
        verifier=world.sealer.seal(verifier.encode(), bound_to=f"{path}#verifier"),
        link=world.sealer.seal(token.encode(), bound_to=f"{path}#link"),
        expires_at=now + LASTS,
    )
    world.store.commit([Create(path=path, data=data_of(known))])
    return Begun(state=state, nonce=known.nonce, verifier=verifier)


def find(world: World, state: str) -> tuple[ConsentState, Document] | None:
    """Return what a state stands for, when it is one that we signed."""
    document = world.store.get(_path_of(state)) if state else None
    if document is None:
        return None
    known = record_of(document, ConsentState)
    secret, _, signature = state.partition(".")
    parts = [
        secret,
        known.browser,
        known.invitation,
        known.organization,
        known.client_id,
    ]
    genuine = world.signer.verify(_PURPOSE, parts, signature)
    return (known, document) if genuine else None


def same_browser(known: ConsentState, browser: str | None) -> bool:
    """Return whether the answer came to the browser in which the consent began."""
    if not browser or not browser.isascii():
        return False
    return hmac.compare_digest(hash_of(browser), known.browser)


def use(world: World, document: Document, *, now: datetime) -> bool:
    """Use the state up; False when somebody was faster."""
    write = Update(path=document.path, data={"used_at": now}, version=document.version)
    try:
        world.store.commit([write])
    except Conflict:
        return False
    return True


def verifier_of(world: World, known: ConsentState, document: Document) -> str:
    """Return the PKCE verifier in the clear. Raises SealBroken."""
    bound_to = f"{document.path}#verifier"
    return world.sealer.open(known.verifier, bound_to=bound_to).decode()


def link_of(world: World, known: ConsentState, document: Document) -> str:
    """Return the token of the invitation's link in the clear. Raises SealBroken."""
    return world.sealer.open(known.link, bound_to=f"{document.path}#link").decode()


def _path_of(state: str) -> str:
    return f"oauth_states/{hash_of(state)}"
