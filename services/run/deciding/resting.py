"""Links that rest: left as they are until somebody changes one of their sides.

A reset, or a copy that was taken away, leaves such links. That one of their sides is
deleted is no change of the other: nothing is carried then.
"""

from dataclasses import replace

from services.links.baselines import based
from services.links.link import Link
from services.run.session import Session
from sync.content import Content
from sync.google import Unreadable
from sync.sides import Side


def still_rests(session: Session, link: Link, before: Link) -> bool:
    """Whether a link that rested shows nothing new, whatever versions it has now.

    Our own delete of the other side comes back too, and is nothing new.
    """
    if not before.rests:
        return False
    shown = session.rules.shown
    try:
        was = _as_rested(session, link, before)
        return all(shown(link, side) in (None, was[side]) for side in Side)
    except Unreadable:
        return False


def awake(session: Session, link: Link, before: Link | None) -> Link:
    """Return a link that somebody changed; of a pair that rested, just that is carried.

    What both sides showed while they rested is taken for seen.
    """
    if before is None or not before.rests:
        return link
    try:
        seen = _as_rested(session, link, before)
    except Unreadable:
        return link
    there = all(session.rules.shown(link, side) for side in Side)
    return replace(link, seen=seen) if there and all(seen.values()) else link


def _as_rested(
    session: Session, link: Link, before: Link
) -> dict[Side, Content | None]:
    """Return what both sides showed; a field not known then, as they show it now."""
    shown = session.rules.shown
    return {
        side: based(before, side, shown(before, side), shown(link, side))
        for side in Side
    }
