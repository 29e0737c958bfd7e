"""Drift: where a link is not as its sides are, though nothing told of it.

Nothing here trusts what was read minutes ago: a link that drifted is only marked to be
read again, and the ordinary run does the rest, under its own rules.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from connectors.base import Item
from services.links.link import Link, Rank
from services.run.deciding.ranking import in_window, ranked
from services.run.looking.arrivals import staged
from services.run.session import Session
from services.run.staged import Staged, fetched
from sync.google import Row, Unreadable, changed_at
from sync.identity import is_ours, item_link
from sync.merge import merge
from sync.sides import Pair, Side

SETTLED = timedelta(minutes=10)
"""Younger changes are the ordinary sync's: it may just be about to carry them."""


class Drift(StrEnum):
    """In which way a link was not as it ought to be."""

    CALENDAR = "calendar"
    AGENDA = "agenda"
    VANISHED = "vanished"
    UNKNOWN = "unknown"
    ORPHAN = "orphans"
    DOUBLED = "doubled"
    UNDONE = "undone"
    APART = "apart"


@dataclass(frozen=True, kw_only=True, slots=True)
class Drifted:
    """A link that drifted, as it is to be saved for the next run."""

    each: Staged
    kind: Drift


def in_rows(session: Session, rows: Sequence[Row]) -> tuple[list[Drifted], list[str]]:
    """Return what drifted at Google, and the links whose event is there."""
    fresh = [row for row in rows if not _is_young(session, changed_at(row))]
    folded = staged(session, fresh, ())
    known = folded if len(fresh) == len(rows) else staged(session, rows, ())
    shown = [each.link.id for each in known if each.link.has_event]
    return list(_compared(session, folded, Side.CALENDAR)), shown


def in_items(
    session: Session, items: Sequence[Item]
) -> tuple[list[Drifted], list[str]]:
    """Return what drifted in the agenda, and the links whose item is there."""
    fresh = [item for item in items if not _is_young(session, item.changed_at)]
    folded = staged(session, (), fresh)
    known = folded if len(fresh) == len(items) else staged(session, (), items)
    shown = [each.link.id for each in known if each.link.item is not None]
    return list(_compared(session, folded, Side.AGENDA)), shown


def _is_young(session: Session, changed: datetime | None) -> bool:
    return changed is not None and session.now() - changed < SETTLED


def _compared(
    session: Session, links: Sequence[Staged], side: Side
) -> Iterator[Drifted]:
    for each in links:
        before = each.stored
        if before is None:
            kind = _newly_found(each.link)
        elif is_at_rest(before) and _differs(session, each.link, before, side):
            kind = Drift(str(side))
        else:
            kind = None
        if kind is not None:
            yield Drifted(each=_to_be_read(session, each, side, kind), kind=kind)


def _newly_found(link: Link) -> Drift | None:
    """Return what a link is that nobody knew of; None where it wants nothing."""
    if link.foreign and link.has_event and is_ours(link.event_id or ""):
        return Drift.ORPHAN
    return Drift.UNKNOWN if link.rank is not Rank.CLEAN else None


def is_at_rest(link: Link) -> bool:
    """Whether nobody has the link in hand: what is dirty, a run looks after."""
    return (
        link.rank is Rank.CLEAN
        and link.waiting is None
        and link.intent is None
        and not link.reread
        and not link.suspect
        and link.ended_at is None
    )


def _differs(session: Session, link: Link, before: Link, side: Side) -> bool:
    """Whether a side holds other content than the link; a mere stamp is no drift."""
    if side is Side.AGENDA and link.item_id != before.item_id:
        return True
    try:
        return session.rules.kept(link, side) != session.rules.kept(before, side)
    except Unreadable:
        return True


def _to_be_read(session: Session, each: Staged, side: Side, kind: Drift) -> Staged:
    """Return a link that the next run reads anew on this side and then plans.

    What was folded stays on it, for the ids in it: it is read again before it counts.
    """
    if kind is Drift.ORPHAN:
        return each
    each.link = replace(
        each.link,
        reread=each.link.reread | {side},
        rank=each.link.rank or Rank.EDIT,
        due_at=session.now(),
        waiting=None,
    )
    return each


# --- One link --------------------------------------------------------------------


def in_link(
    session: Session, each: Staged, *, shown: dict[Side, bool], since: datetime
) -> Drifted | None:
    """Return in which way a stored link drifted, if it did.

    `shown` tells whether its event and its item were among all that there are, as read
    from `since` on.
    """
    link = each.link
    if not is_at_rest(link) or _is_piecemeal(link):
        return None
    if session.rules.out_of_scope(link) or not in_window(session, link):
        return None
    for side in Side:
        if _is_there(link, side) and not shown[side] and _is_old(link, side, since):
            return Drifted(
                each=_to_be_read(session, each, side, Drift.VANISHED),
                kind=Drift.VANISHED,
            )
    if ranked(session, link).rank is not Rank.CLEAN:
        each.link = ranked(session, link)
        return Drifted(each=each, kind=Drift.UNDONE)
    if _are_apart(session, link):
        each.link = replace(link, seen={}, rank=Rank.EDIT, due_at=session.now())
        return Drifted(each=each, kind=Drift.APART)
    return None


def _is_piecemeal(link: Link) -> bool:
    """Whether a series stands as single appointments: no list shows those as such."""
    return link.spread or link.part is not None


def _is_there(link: Link, side: Side) -> bool:
    return link.has_event if side is Side.CALENDAR else link.item is not None


def _is_old(link: Link, side: Side, since: datetime) -> bool:
    """Whether the thing was there before all were listed."""
    master = link.rows.master
    if side is Side.CALENDAR:
        changed = changed_at(master) if master else None
    else:
        changed = link.item.changed_at if link.item else None
    return changed is None or changed < since - SETTLED


def _are_apart(session: Session, link: Link) -> bool:
    """Whether what was seen of both sides is not the same appointment.

    As if the two met only now: what would be carried then, was never carried.
    """
    pair = session.rules.pair(link)
    seen = pair.seen
    if link.unread or not all(seen.values()):
        return False
    strangers = Pair(now=seen, seen=dict.fromkeys(Side), changed_at=pair.changed_at)
    merged = merge(strangers, session.rules.policy(link))
    return any(merged.carried.values())


def doubled(session: Session, one: Staged, other: Staged) -> Drifted | None:
    """Return the one of two links of the same item that is to let go of it.

    An event that we made for it goes with it, past the brake like any delete; one that
    was made at Google is an appointment of its own.
    """
    if not (is_at_rest(one.link) and is_at_rest(other.link)):
        return None
    if _is_piecemeal(one.link) or _is_piecemeal(other.link):
        return None
    if one.link.item is None or other.link.item is None:
        return None
    owner = _owner(session, one.link)
    extra = min((other, one), key=lambda each: (each.link.id == owner, *_worth(each)))
    link = extra.link
    ours = link.event_id is not None and is_ours(link.event_id)
    extra.link = replace(
        link,
        item=None,
        item_id=None,
        seen=link.seen if ours else {},
        rank=Rank.EDIT if link.has_event else Rank.DELETE,
        due_at=session.now(),
    )
    return Drifted(each=extra, kind=Drift.DOUBLED)


def _worth(each: Staged) -> tuple[bool, bool]:
    return each.link.linked, each.link.has_event


def _owner(session: Session, link: Link) -> str:
    """Return the link to which changes of the item lead; empty where none does."""
    name = item_link(session.identity, link.item_id or "")
    found = fetched(session, [name]).get(name)
    return found.link.id if found else ""
