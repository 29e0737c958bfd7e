"""Links set aside: why, since when, what the other side said, and what helps.

A parked link keeps nobody waiting but itself. A new version of either side plans it
anew, and so does a person who repairs it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.links.documents import TooLarge
from services.links.link import Link, Parked, Rank, Waiting
from sync.errors import AccessLost, ContentRefused, Missing, SyncError
from sync.google import AttendeesOmitted, Unreadable
from sync.sides import Side
from sync.troubles import LONGEST_MESSAGE, Cause

GIVES_UP_ON_ONE = (ContentRefused, AttendeesOmitted, Unreadable, TooLarge)
"""What is one link's own trouble, and stops no other."""

REFUSED_BY: Mapping[Side, Cause] = {
    Side.CALENDAR: Cause.REFUSED_BY_CALENDAR,
    Side.AGENDA: Cause.REFUSED_BY_AGENDA,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """What is wrong with one link, for `parked`."""

    cause: Cause
    why: str
    field: str = ""


def parked(link: Link, trouble: Trouble, *, now: datetime) -> Link:
    """Return the link set aside, with the reason, until one of its sides changes.

    `since` stays what it was as long as the cause does, whatever was tried meanwhile.
    An order that cannot be done is dropped instead, and the link is planned without it;
    the journal says why.
    """
    if link.order is not None and not link.order.worked:
        return replace(link, order=None, rank=Rank.EDIT, due_at=now, waiting=None)
    known = link.parked
    same = known is not None and known.cause is trouble.cause
    note = Parked(
        cause=trouble.cause,
        since=known.since if known is not None and same else now,
        field=trouble.field,
    )
    return replace(
        link,
        rank=Rank.EDIT,
        due_at=None,
        waiting=Waiting.PARKED,
        why=trouble.why,
        parked=note,
    )


def given_up(
    link: Link, error: Exception, *, side: Side = Side.CALENDAR, now: datetime
) -> Link:
    """Return the link set aside because of what a side, or its codec, said."""
    field = error.field if isinstance(error, ContentRefused) else ""
    trouble = Trouble(cause=cause_of(error, side), why=why_of(error), field=field)
    set_aside = parked(link, trouble, now=now)
    reply = error.reply if isinstance(error, SyncError) else None
    if reply is None or set_aside.parked is None:
        return set_aside
    cut = replace(reply, message=reply.message[:LONGEST_MESSAGE])
    return replace(set_aside, parked=replace(set_aside.parked, reply=cut))


def cause_of(error: Exception, side: Side) -> Cause:
    """Return the cause that an error stands for, met at this side."""
    if isinstance(error, TooLarge):
        return Cause.TOO_LARGE
    if isinstance(error, Unreadable):
        return Cause.UNREADABLE_EVENT
    if isinstance(error, AttendeesOmitted):
        return Cause.GUESTS_OMITTED
    if isinstance(error, AccessLost | Missing):
        return Cause.FORBIDDEN
    known = error.cause if isinstance(error, ContentRefused) else None
    return known or REFUSED_BY[side]


def why_of(error: Exception) -> str:
    """Return the sentence that a link shows for an error."""
    if isinstance(error, AccessLost | Missing):
        # What such an error says would be true of the calendar, which is open to us.
        return "This one cannot be changed, though the others can."
    return str(error)


def unreadable_item(problem: str) -> Trouble:
    """Return the trouble of an item that the connector cannot read."""
    why = f"The application's item cannot be read: {problem}"
    return Trouble(cause=Cause.UNREADABLE_ITEM, why=why)
