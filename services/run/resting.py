"""Links that rest: left as they are until somebody changes one of their sides.

A reset, or a copy that was taken away, leaves such links. That one of their sides is
deleted is no change of the other: nothing is carried then.
"""

from dataclasses import replace

from services.links import Link
from services.run.session import Session
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
        return all(shown(link, side) in (None, shown(before, side)) for side in Side)
    except Unreadable:
        return False


def awake(session: Session, link: Link, before: Link | None) -> Link:
    """Return a link that somebody changed; of a pair that rested, just that is carried.

    What both sides showed while they rested is taken for seen.
    """
    if before is None or not before.rests:
        return link
    try:
        seen = {side: session.rules.shown(before, side) for side in Side}
    except Unreadable:
        return link
    there = all(session.rules.shown(link, side) for side in Side)
    return replace(link, seen=seen) if there and all(seen.values()) else link
