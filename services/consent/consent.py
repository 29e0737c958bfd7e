"""Consent: from an owner's click on the invitation to an open connection."""

import hmac
import logging
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.agendas.agenda import Agenda, get_agenda
from services.agendas.settings_reading import read_settings
from services.consent import states
from services.consent.addresses import is_among
from services.consent.endings import Ended, Ending, Outcome
from services.consent.invitations import Invitation, InvitationState
from services.consent.invitations import find as find_invitation
from services.consent.invitations import load as load_invitation
from services.consent.joining import join, use_up
from services.consent.states import ConsentState
from services.organizations.clients import SCOPES, client_of
from services.organizations.organization import Organization, get_organization
from services.ports.accounts import Client, Grant
from services.ports.queue import QueueError
from services.ports.store import Document, StoreError
from services.refusals import Unknown
from services.world import World
from sync.errors import AccessRevoked, OperatorFault, TransientError

logger = logging.getLogger(__name__)

CALLBACK_PATH = "/oauth/callback"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What an invitation asks of its owner: who asks, and for which agenda."""

    invitation: Invitation
    organization: Organization
    agenda: Agenda


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back from Google by way of the owner's browser."""

    state: str = field(repr=False)
    code: str = field(default="", repr=False)
    error: str = ""
    browser: str | None = field(default=None, repr=False)


def asked(world: World, token: str, *, now: datetime) -> Asked:
    """Return what the link of an invitation asks. Raises Ended where it is dead."""
    found = find_invitation(world, token)
    if found is None:
        raise Ended(Outcome.INVITATION_UNKNOWN)
    return _open(world, found[0], now=now)


def start(world: World, token: str, *, browser: str, now: datetime) -> str:
    """Begin a consent in this browser and return the address at Google to go to.

    Raises Ended where the invitation is dead or no Google project is set up.
    """
    invited = asked(world, token, now=now)
    client = _client(world, invited.organization)
    begun = states.begin(
        world, invited.invitation, client, token=token, browser=browser, now=now
    )
    return world.accounts.consent_url(
        client,
        redirect_uri=redirect_uri(world),
        state=begun.state,
        nonce=begun.nonce,
        verifier=begun.verifier,
        login_hint=invited.invitation.email,
        scopes=SCOPES,
    )


def redirect_uri(world: World) -> str:
    """Return where Google sends the owner back to; a client must have registered it."""
    return world.addresses.at("oauth_callback", CALLBACK_PATH)


def answered(world: World, answer: Answer, *, now: datetime) -> Ending:
    """Return how a consent ended; when it ended well, the calendar is connected."""
    try:
        known, document = _genuine(world, answer, now=now)
    except Ended as ended:
        return _noted(ended.ending)
    retry = states.link_of(world, known, document)
    try:
        ending = _granted(world, known, document, answer, now=now)
    except Ended as ended:
        ending = ended.ending
    except TransientError:
        ending = Ending(outcome=Outcome.GOOGLE_UNREACHABLE)
    except (QueueError, StoreError):
        logger.exception("consent broken off", extra={"event": "consent-broken-off"})
        ending = Ending(outcome=Outcome.TRY_AGAIN)
    return _noted(replace(ending, retry=retry))


def _genuine(
    world: World, answer: Answer, *, now: datetime
) -> tuple[ConsentState, Document]:
    """Return the state that we gave out, used up from now on."""
    found = states.find(world, answer.state)
    if found is None:
        raise Ended(Outcome.STATE_UNKNOWN)
    known, document = found
    if not states.same_browser(known, answer.browser):
        raise Ended(Outcome.OTHER_BROWSER)
    if known.used_at is not None:
        raise Ended(Outcome.STATE_USED)
    if now >= known.expires_at:
        raise Ended(Outcome.STATE_EXPIRED)
    if not states.use(world, document, now=now):
        raise Ended(Outcome.STATE_USED)
    return known, document


def _granted(
    world: World,
    known: ConsentState,
    document: Document,
    answer: Answer,
    *,
    now: datetime,
) -> Ending:
    if answer.error == "access_denied":
        raise Ended(Outcome.DENIED)
    if answer.error or not answer.code:
        raise Ended(Outcome.SET_UP_WRONG, detail=answer.error[:100])
    invited = _invited(world, known, now=now)
    client = _client(world, invited.organization)
    if client.id != known.client_id:
        raise Ended(Outcome.CLIENT_CHANGED)
    verifier = states.verifier_of(world, known, document)
    grant = _exchanged(world, client, answer, verifier)
    _check(grant, known, invited)
    ending = join(world, invited.agenda, grant, client_id=client.id, now=now)
    use_up(world, invited.invitation, now=now)
    return ending


def _invited(world: World, known: ConsentState, *, now: datetime) -> Asked:
    found = world.store.get(f"invitations/{known.invitation}")
    if found is None:
        raise Ended(Outcome.INVITATION_UNKNOWN)
    invitation, _ = load_invitation(world, found.data["agenda"], known.invitation)
    return _open(world, invitation, now=now)


def _open(world: World, invitation: Invitation, *, now: datetime) -> Asked:
    match invitation.state(now):
        case InvitationState.USED:
            raise Ended(Outcome.INVITATION_USED)
        case InvitationState.REVOKED:
            raise Ended(Outcome.INVITATION_REVOKED)
        case InvitationState.EXPIRED:
            raise Ended(Outcome.INVITATION_EXPIRED)
        case InvitationState.OPEN:
            return _asked(world, invitation)


def _asked(world: World, invitation: Invitation) -> Asked:
    try:
        agenda = get_agenda(world.store, invitation.agenda)
        organization = get_organization(world.store, invitation.organization)
    except Unknown as error:
        raise Ended(Outcome.INVITATION_REVOKED) from error
    return Asked(invitation=invitation, organization=organization, agenda=agenda)


def _client(world: World, organization: Organization) -> Client:
    try:
        return client_of(world, organization)
    except OperatorFault as error:
        raise Ended(Outcome.SET_UP_WRONG, detail=str(error)) from error


def _exchanged(world: World, client: Client, answer: Answer, verifier: str) -> Grant:
    try:
        return world.accounts.exchange(
            client,
            redirect_uri=redirect_uri(world),
            code=answer.code,
            verifier=verifier,
        )
    except AccessRevoked as error:
        raise Ended(Outcome.TRY_AGAIN) from error
    except OperatorFault as error:
        raise Ended(Outcome.SET_UP_WRONG, detail=str(error)) from error


def _check(grant: Grant, known: ConsentState, invited: Asked) -> None:
    """See to it that the right person gave what we need. Raises Ended."""
    if not hmac.compare_digest(grant.nonce.encode(), known.nonce.encode()):
        raise Ended(Outcome.STATE_UNKNOWN)
    missing = tuple(scope for scope in SCOPES if scope not in grant.scopes)
    if missing:
        raise Ended(Outcome.BOX_MISSING, missing=missing)
    allowed = read_settings(invited.agenda.settings).allowed_accounts
    right = is_among(grant.email, allowed or [invited.invitation.email])
    if not (right and grant.email_verified):
        raise Ended(
            Outcome.OTHER_ACCOUNT, given=grant.email, wanted=invited.invitation.email
        )


def _noted(ending: Ending) -> Ending:
    fields = {"event": "consent-ended", "outcome": ending.outcome.value}
    logger.info("consent ended", extra=fields | {"connection_id": ending.connection})
    return ending
