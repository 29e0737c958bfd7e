"""Invitations: the mailed links by which owners connect their calendars."""

import hmac
import html
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.agendas.agenda import get_agenda
from services.documents import data_of, record_of
from services.ids import Kind, hash_of, new_id
from services.organizations.organization import get_organization
from services.ports.mailer import Mail, MailError
from services.ports.store import Create, Document, Is, Query, Replace, Update, Where
from services.refusals import InTheWay, Unknown
from services.texts import MAILS
from services.world import World

logger = logging.getLogger(__name__)

LASTS = timedelta(days=14)
SECRET_BYTES = 32


class InvitationState(StrEnum):
    """What has become of an invitation."""

    OPEN = "open"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """A link as stored: only the hash of its secret is kept."""

    id: str
    organization: str
    agenda: str
    email: str
    language: str
    hash: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    sent_at: datetime | None = None

    def state(self, now: datetime) -> InvitationState:
        """Return what has become of it."""
        if self.used_at is not None:
            return InvitationState.USED
        if self.revoked_at is not None:
            return InvitationState.REVOKED
        expired = now >= self.expires_at
        return InvitationState.EXPIRED if expired else InvitationState.OPEN


@dataclass(frozen=True, kw_only=True, slots=True)
class Invited:
    """An invitation, and its link: this one time, since it cannot be found again."""

    invitation: Invitation
    url: str = field(repr=False)


def path_of(invitation_id: str) -> str:
    """Return where an invitation is stored."""
    return f"invitations/{invitation_id}"


def create(
    world: World, agenda_id: str, *, language: str = "en", now: datetime
) -> Invited:
    """Invite the owner of an agenda to connect a calendar, and mail the link.

    A mail that cannot be sent takes nothing back: `sent_at` stays empty, and the link
    can be handed over otherwise. Raises Unknown.
    """
    agenda = get_agenda(world.store, agenda_id)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    invitation = Invitation(
        id=new_id(Kind.INVITATION),
        organization=agenda.organization,
        agenda=agenda_id,
        email=agenda.owner_email,
        language=MAILS.language(language),
        hash=hash_of(secret),
        created_at=now,
        expires_at=now + LASTS,
    )
    path = path_of(invitation.id)
    [version] = world.store.commit([Create(path=path, data=data_of(invitation))])
    return _mailed(world, invitation, secret, version, now=now)


def resend(
    world: World, agenda_id: str, invitation_id: str, *, now: datetime
) -> Invited:
    """Mail a new link, good for another 14 days; the old one works no more.

    Raises Unknown, or InTheWay when the invitation was used or revoked.
    """
    invitation, document = load(world, agenda_id, invitation_id)
    state = invitation.state(now)
    if state in (InvitationState.USED, InvitationState.REVOKED):
        raise InTheWay(f"This invitation was {state} already; make a new one.")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    renewed = replace(
        invitation, hash=hash_of(secret), expires_at=now + LASTS, sent_at=None
    )
    write = Replace(path=document.path, data=data_of(renewed), version=document.version)
    [version] = world.store.commit([write])
    return _mailed(world, renewed, secret, version, now=now)


def revoke(world: World, agenda_id: str, invitation_id: str, *, now: datetime) -> None:
    """See to it that the link works no more; a used one stays used. Raises Unknown."""
    invitation, document = load(world, agenda_id, invitation_id)
    if invitation.state(now) in (InvitationState.USED, InvitationState.REVOKED):
        return
    write = Update(
        path=document.path, data={"revoked_at": now}, version=document.version
    )
    world.store.commit([write])


def load(
    world: World, agenda_id: str, invitation_id: str
) -> tuple[Invitation, Document]:
    """Return an invitation of this agenda and its document. Raises Unknown."""
    document = world.store.get(path_of(invitation_id))
    if document is None or document.data["agenda"] != agenda_id:
        raise Unknown("There is no such invitation.")
    return record_of(document, Invitation), document


def of_agenda(
    world: World, agenda_id: str, *, limit: int = 100, after: Document | None = None
) -> Sequence[Document]:
    """Return documents of the invitations to an agenda."""
    where = [Where(member="agenda", compare=Is.EQUAL, value=agenda_id)]
    query = Query(collection="invitations", where=where, limit=limit, after=after)
    return world.store.query(query)


def find(world: World, token: str) -> tuple[Invitation, Document] | None:
    """Return the invitation that a link was made for, whatever has become of it."""
    invitation_id, _, secret = token.partition(".")
    if not (invitation_id.isascii() and invitation_id.replace("_", "").isalnum()):
        return None
    document = world.store.get(path_of(invitation_id))
    if document is None:
        return None
    invitation = record_of(document, Invitation)
    same = hmac.compare_digest(_hash(secret), invitation.hash)
    return (invitation, document) if same else None


def _hash(secret: str) -> str:
    return hash_of(secret.encode("utf-8", "replace").decode())


def _mailed(
    world: World, invitation: Invitation, secret: str, version: str, *, now: datetime
) -> Invited:
    path = f"/connect/{invitation.id}.{secret}"
    invited = Invited(
        invitation=invitation, url=world.addresses.at("oauth_start", path)
    )
    mail = _mail(world, invited)
    try:
        world.mailer.send(mail)
    except MailError:
        ids = {"event": "invitation-not-mailed", "invitation_id": invitation.id}
        logger.warning("invitation not mailed", extra=ids, exc_info=True)
        return invited
    write = Update(path=path_of(invitation.id), data={"sent_at": now}, version=version)
    world.store.commit([write])
    return replace(invited, invitation=replace(invitation, sent_at=now))


def _mail(world: World, invited: Invited) -> Mail:
    invitation = invited.invitation
    language = invitation.language
    organization = get_organization(world.store, invitation.organization)
    places = {
        "organization": organization.name,
        "agenda": get_agenda(world.store, invitation.agenda).name,
        "email": invitation.email,
        "until": f"{invitation.expires_at:%Y-%m-%d %H:%M}",
    }

    def said(part: str) -> str:
        return MAILS.text(f"invitation.{part}", language, **places)

    parts = ("hello", "why", "how", "url", "until", "not_expected")
    sentences = {part: said(part) for part in parts if part != "url"}
    text = "\n\n".join(sentences.get(part, invited.url) for part in parts) + "\n"
    link = f'<a href="{html.escape(invited.url)}">{html.escape(said("button"))}</a>'
    shown = {part: html.escape(said) for part, said in sentences.items()}
    paragraphs = "\n".join(f"<p>{shown.get(part, link)}</p>" for part in parts)
    return Mail(
        to=invitation.email,
        subject=said("subject"),
        text=text,
        html=f'<html lang="{language}"><body>\n{paragraphs}\n</body></html>\n',
        sender_name=places["organization"],
        language=language,
    )
