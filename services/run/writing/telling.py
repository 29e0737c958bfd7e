"""What the journal tells of a write that was done: what came back, in short."""

from dataclasses import replace

from connectors.base import Versions
from services.links.link import Intent, Link
from services.run.session import Session
from services.run.writing.reviving import MADE_ANEW
from sync.content import Content
from sync.google import Unreadable, etag_of
from sync.plan import Act
from sync.sides import Side

TAKEN = "The id was taken by something that is gone since; the next one is tried."


def told(session: Session, link: Link, intent: Intent) -> Intent:
    """Return the intent of a step that was done, with what the side answered."""
    if intent.answer:
        return replace(intent, outcome="skipped")
    if intent.act == Act.DELETE:
        return replace(intent, outcome="done")
    shown = _shown(session, link, intent.side)
    if intent.act == Act.CREATE and shown is None:
        anew = link.order is not None and intent.side in link.order.anew
        return replace(intent, outcome="refused", answer=MADE_ANEW if anew else TAKEN)
    return replace(
        intent,
        outcome="done",
        after=_version(link, intent.side),
        shown=shown if _tells_more(session, shown, intent) else None,
    )


def _tells_more(session: Session, shown: Content | None, intent: Intent) -> bool:
    """Whether a side shows something else than what was sent, whatever it calls it."""
    if shown is None or intent.sent is None or not _is_sure(session, intent):
        return False
    return replace(shown, uid=intent.sent.uid) != intent.sent


def _is_sure(session: Session, intent: Intent) -> bool:
    """Whether a side's answer shows our own write alone."""
    exact = session.connector.capabilities.versions is Versions.EXACT
    return intent.side is Side.CALENDAR or exact


def _shown(session: Session, link: Link, side: Side) -> Content | None:
    try:
        return session.rules.shown(link, side)
    except Unreadable:
        return None


def _version(link: Link, side: Side) -> str:
    if side is Side.AGENDA:
        return link.item.version if link.item else ""
    return etag_of(link.rows.master) if link.rows.master else ""
