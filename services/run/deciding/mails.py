"""Who of the guests Google mails about a write: nobody, unless a person just edited.

Google's `sendUpdates` is given with every write. Only a person's fresh edit in the
agenda is told to guests, once, and only as far as the organization chose so; what a
first sync, a repair or anybody else's change leads to never is.
https://developers.google.com/workspace/calendar/api/v3/reference/events/patch
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from services.agendas.settings import GuestMail, Participants
from services.connections.connection import Connection
from services.links.link import Link
from services.ports.calendar import Mails
from services.run.session import Session
from sync.brake import recent
from sync.content import Content, Details
from sync.fields import ANSWER
from sync.google import Row, guest_addresses, organizer_is_self
from sync.plan import Act, Plan
from sync.sides import Side

FRESH = timedelta(minutes=15)
"""How long an edit is news to guests: what is written later goes without a mail."""

PER_HOUR = 50
"""How many guests a connection may have mailed within an hour."""

HOUR = timedelta(hours=1)

NOT_MAILED = (
    f"guests are not mailed: more than {PER_HOUR} would have been within an hour"
)

NONE = Mails.NONE

CHOSEN: Mapping[GuestMail, Mails] = {
    GuestMail.NONE: NONE,
    GuestMail.EXTERNAL: Mails.EXTERNAL,
    GuestMail.ALL: Mails.ALL,
}

OWN = frozenset({"color", "freeBusy", "privacy", "alert", "alerts"})
"""What Google keeps for each person alone: no guest sees it change."""


def mails_of(session: Session, link: Link, plan: Plan) -> Mails:
    """Return who is to be mailed about a write that a plan asks for.

    What a person ordered, an undo or a reset, is told to no guest.
    """
    if link.order is not None:
        return NONE
    if plan.side is not Side.CALENDAR or not _is_live(session, link):
        return NONE
    if not _concerns_guests(link, plan):
        return NONE
    return CHOSEN[session.settings.guest_mail] if guests(session, link, plan) else NONE


def granted(session: Session, link: Link, plan: Plan) -> tuple[Mails, str]:
    """Return who is mailed, and why not everybody who should be; it counts at once."""
    mails = mails_of(session, link, plan)
    if mails is NONE:
        return NONE, ""
    now, many = session.now(), len(guests(session, link, plan))
    sent = recent(session.mailed, now=now, lasts=HOUR)
    if len(sent) + many > PER_HOUR:
        session.unmailed_at = now
        return NONE, NOT_MAILED
    session.mailed = (*sent, *[now] * many)
    return mails, ""


def with_mails(connection: Connection, session: Session) -> Connection:
    """Return the connection as it counts the mails that this run asked for."""
    unmailed = session.unmailed_at or connection.unmailed_at
    if unmailed is not None and session.now() - unmailed > HOUR:
        unmailed = None
    sent = tuple(recent(session.mailed, now=session.now(), lasts=HOUR))
    return replace(connection, mailed=sent, unmailed_at=unmailed)


def mailed(link: Link) -> Link:
    """Return a link whose guests heard of its edit: what follows is told to nobody."""
    return replace(link, live_at=None)


def guests(session: Session, link: Link, plan: Plan) -> set[str]:
    """Return who would hear of a write: each person once, never the owner or a room.

    Who is only a guest tells nobody but the organizer.
    """
    rows = [link.rows.master, *link.rows.exceptions.values()]
    known = [row for row in rows if row is not None]
    if link.rows.master is not None and not organizer_is_self(link.rows.master):
        return {_organizer(link.rows.master)}
    found = {email for row in known for email in guest_addresses(row)}
    if session.settings.participants is Participants.GUESTS and plan.wanted:
        found |= set(_invited(plan.wanted))
    return found - session.own_addresses


def _organizer(row: Row) -> str:
    return str((row.get("organizer") or {}).get("email") or "organizer")


def _invited(content: Content) -> Iterator[str]:
    shown: list[Details] = [content.details]
    shown += [one for one in content.overrides.values() if one is not None]
    for details in shown:
        for person in details.participants:
            if "@" in person.email and not person.resource:
                yield person.email


def _is_live(session: Session, link: Link) -> bool:
    """Whether a person edited the item just now, and nobody was mailed about it yet."""
    decided = link.decided
    quiet = link.order is not None or (decided.yes and not decided.mails)
    if link.live_at is None or quiet:
        return False
    return session.now() - link.live_at < FRESH


def _concerns_guests(link: Link, plan: Plan) -> bool:
    if plan.put_back and plan.put_back >= plan.atoms:
        return False
    if plan.act is not Act.WRITE:
        return True
    names = {atom.name.partition("/")[0] for atom in plan.atoms}
    master = link.rows.master
    if master is not None and not organizer_is_self(master):
        return any(atom.name.startswith(ANSWER) for atom in plan.atoms)
    return bool(names - OWN)
