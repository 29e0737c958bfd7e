"""Bring a deleted event of Google's back as it was, where Google allows it.

The organizer's calendar keeps what was deleted, with its guests' answers and its video
call, and a PATCH of its status brings it back; others are refused.
https://developers.google.com/workspace/calendar/api/v3/reference/events (status)
"""

from dataclasses import replace

from services.links.link import Link
from services.orders.order import Deed
from services.ports.calendar import Mails
from services.run.session import Session
from services.run.staged import with_zone
from services.run.writing.landing import read_rows
from sync.content import Content
from sync.errors import ContentRefused, Missing
from sync.google import Row, Rows, is_deleted, revived_body
from sync.sides import Side

MADE_ANEW = (
    "Google does not bring the deleted event back, so it is made anew: its guests'"
    " answers, its video call and what else only Google knew of it do not come back."
)


def revives(link: Link) -> bool:
    """Return whether the link's event is to be brought back rather than made."""
    order = link.order
    if order is None or order.deed is not Deed.UNDO or link.event_id is None:
        return False
    return Side.CALENDAR not in order.anew


def revived(session: Session, link: Link, wanted: Content) -> Rows | None:
    """Return the rows of the link's event, back again; None where Google refuses."""
    event_id = link.event_id or ""
    try:
        row = session.calendar.get(event_id)
    except Missing:
        return None
    zone = session.connection.zone
    back: Row | None = row
    if is_deleted(row):
        back = _confirmed(session, event_id, revived_body(wanted, row=row, zone=zone))
    if back is None or is_deleted(back):
        return None
    return read_rows(session, with_zone(back, zone))


def _confirmed(session: Session, event_id: str, body: Row) -> Row | None:
    try:
        return session.calendar.patch(event_id, body, etag=None, mails=Mails.NONE)
    except (Missing, ContentRefused):
        return None


def to_be_made_anew(link: Link) -> Link:
    """Return the link whose event cannot come back: another is made in its place."""
    if link.order is None:
        return link
    anew = link.order.anew | {Side.CALENDAR}
    return replace(link, order=replace(link.order, anew=anew))
