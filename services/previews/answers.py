"""No to what a preview shows: it rests, or what was changed is put back; and undo."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice

from services.connections.asked_runs import ask
from services.connections.connection import load
from services.connections.steering import require_running
from services.links.decided import Decided
from services.links.link import Link
from services.orders.undo import Undone, undo_writes
from services.previews.applying import (
    WRITES,
    Chosen,
    allowed,
    answered,
    current_plan,
    in_other_hands,
    marks_of,
)
from services.previews.entries import Entry, EntryKind
from services.previews.live import shown
from services.previews.pages import entries_from
from services.previews.preview import Preview, mark, unexpired
from services.refusals import invalid
from services.run.deciding.gate import refused
from services.run.planning import answer, planning
from services.run.session import Session
from services.run.staged import Staged
from services.world import World
from sync.plan import Act, Plan
from sync.seen import after_write
from sync.sides import Pair

AT_ONCE = 40


class No(StrEnum):
    """What a no asks for: that nothing happens, or that the change is put back."""

    LEAVE = "leave"
    RESTORE = "restore"


@dataclass(frozen=True, kw_only=True, slots=True)
class Declined:
    """How many writes were said no to, how many changes are put back, and the run."""

    declined: int
    restored: int
    run: str


def decline(
    world: World,
    connection_id: str,
    preview_id: str,
    *,
    no: No,
    now: datetime,
    chosen: Chosen | None = None,
) -> Declined:
    """Say no to what a preview shows, all or some of it, and ask for a run.

    What rests is planned again when one of its sides changes. Put back are deletes, by
    making again what was deleted, and changes, by the value that the other side has;
    a create has nothing to be put back, so it rests. Raises Unknown, Expired.
    """
    preview = unexpired(world.store, connection_id, preview_id, now=now)
    if preview.unseen:
        preview = shown(world, preview)
    require_running(load(world.store, connection_id)[0])
    chosen = chosen or Chosen()
    names = (one.link for one in _writes(world, preview) if chosen.has(one))
    declining = _Declining(no)
    session = planning(world, connection_id)
    unique = iter(dict.fromkeys(names))
    while batch := list(islice(unique, AT_ONCE)):
        session = answer(session, batch, declining.answer)
    mark(world.store, preview, declined_at=now)
    answered(world, preview, now=now)
    words = list(declining.found.values())
    return Declined(
        declined=len(words),
        restored=words.count(No.RESTORE),
        run=ask(world, connection_id, asked_for="decline"),
    )


def _writes(world: World, preview: Preview) -> Iterator[Entry]:
    found = entries_from(world.store, preview.shelf, first=0)
    return (one for one in found if one.kind in WRITES)


class _Declining:
    """Says no on links, and notes what that came to on each."""

    def __init__(self, no: No) -> None:
        self.no = no
        self.found: dict[str, No] = {}

    def answer(self, session: Session, each: Staged) -> None:
        """Let the link rest, or put back what was changed of it."""
        current = current_plan(session, in_other_hands(each))
        if current is None:
            return
        back = put_back(session, each, current) if self.no is No.RESTORE else None
        self.found[each.link.id] = No.LEAVE if back is None else No.RESTORE
        each.link = back or _resting(each.link, current)


def _resting(link: Link, current: Plan) -> Link:
    decided = Decided(no=marks_of(current), apart=link.decided.apart)
    return refused(replace(link, decided=decided))


def put_back(session: Session, each: Staged, current: Plan) -> Link | None:
    """Return a link whose next plan takes the change back; None where it cannot be.

    It is taken as if the change had been carried, and its copy then been put back by
    hand: so the copy's own value is what is carried next, and approved to be.
    """
    pair = session.rules.pair(each.link)
    if current.act is Act.DELETE:
        seen = {**each.link.seen, current.side.other: None}
    elif current.act is Act.WRITE and current.wanted is not None:
        seen = dict(_as_if_carried(pair, current).seen)
    else:
        return None
    back = replace(each.link, seen=seen, fights=(), decided=Decided())
    in_hand = replace_link(each, back)
    following = current_plan(session, in_hand)
    if following is None or following.side is current.side:
        return None
    return allowed(session, back, following, marks_of(following))


def _as_if_carried(pair: Pair, current: Plan) -> Pair:
    wanted = current.wanted
    if wanted is None:
        return pair
    return after_write(
        pair, current.side, atoms=current.atoms, answer=wanted, trusted=wanted
    )


def replace_link(each: Staged, link: Link) -> Staged:
    """Return the same in other hands, as this link."""
    return Staged(link=link, document=each.document, stored=each.stored)


# --- What was done before ------------------------------------------------------------


def undo_done(
    world: World,
    connection_id: str,
    preview_id: str,
    writes: Iterable[str] | None,
    *,
    now: datetime,
) -> Undone:
    """Undo deletes that were done before the brake held; None undoes them all.

    Raises Unknown, Expired, Invalid.
    """
    preview = unexpired(world.store, connection_id, preview_id, now=now)
    if preview.unseen:
        preview = shown(world, preview)
    found = entries_from(world.store, preview.shelf, first=0)
    done = [one.id for one in found if one.kind is EntryKind.DONE]
    wanted = done if writes is None else list(writes)
    for number, write in enumerate(wanted):
        if write not in done:
            raise invalid(f"/undo/{number}", "This preview shows no such write.")
    return undo_writes(world, connection_id, wanted, now=now)
