"""Work off what a person ordered for a link, before the link is planned.

An order's own writes move no seen: what they change is that side's edit, which the
ordinary plan then carries to the other side in the same run.
"""

import sys
from dataclasses import replace

from connectors.base import Written
from services.ids import Kind, new_id
from services.links.link import Intent, Link
from services.orders.order import Deed, Order, wanting
from services.run.deciding.rules import Rules
from services.run.session import Session
from services.run.staged import Staged
from services.run.writing.landing import ended, left_alone, with_answer
from services.run.writing.steps import Doing, Step, step_of
from sync.content import Content
from sync.delta import changes
from sync.facets import same_grid
from sync.google import Rows
from sync.plan import Act, Plan
from sync.sides import GRID, Atom, Side
from sync.undo import Undoing, undoing, with_occurrences

SKIP = "skip"
NOT_TAKEN = "The {side} does not take it back as it was; the rest is left as it is."
TAKEN_AWAY = "Its copy was removed, {why}. It is made again when it changes."


def work_off(session: Session, each: Staged) -> Step | None:
    """Return the next write of a link's order; None when nothing of it is left.

    The link then waits to be planned, or its order is gone: the link rests.
    """
    order = each.link.order
    if order is None or order.worked:
        return None
    for side in Side:
        step = _step(session, each, order, side)
        if step is not None:
            return step
    each.link = _worked(session, each.link, order)
    return None


def _step(session: Session, each: Staged, order: Order, side: Side) -> Step | None:
    link = each.link
    if order.deed is Deed.REMOVE:
        there = link.has_event if side is Side.CALENDAR else link.item is not None
        if side not in order.sides or not there:
            return None
        plan = Plan(act=Act.DELETE, side=side, why=order.why)
        return step_of(session, link, plan, doing=Ordered)
    if side not in order.images:
        return None
    now = session.rules.shown(link, side)
    found = _undoing(order, side, now)
    if found.wanted != now:
        return step_of(session, link, _plan(side, now, found, order), doing=Ordered)
    if found.why and side not in order.told:
        return _skipping(session, link, order, side, found)
    return None


def _undoing(order: Order, side: Side, now: Content | None) -> Undoing:
    """Return what is still to be undone on a side."""
    wanted = order.wanted.get(side)
    if now is None or wanted is None or not same_grid(now, wanted):
        found = undoing(now, order.images[side])
    else:
        found = Undoing(wanted=with_occurrences(now, wanted))
    if now is None or found.wanted is None or side not in order.left:
        return found
    if len(changes(found.wanted, now)) < order.left[side]:
        return found
    return Undoing(wanted=now, why=NOT_TAKEN.format(side=side))


def _plan(side: Side, now: Content | None, found: Undoing, order: Order) -> Plan:
    wanted = found.wanted
    if wanted is None:
        return Plan(act=Act.DELETE, side=side, why=order.why)
    if now is None:
        return Plan(act=Act.CREATE, side=side, wanted=wanted, why=order.why)
    atoms = changes(wanted, now)
    return Plan(act=Act.WRITE, side=side, wanted=wanted, atoms=atoms, why=order.why)


def _skipping(
    session: Session, link: Link, order: Order, side: Side, found: Undoing
) -> Step:
    """Return what only tells the journal that something is left as it is."""
    intent = Intent(
        id=new_id(Kind.JOURNAL),
        link=link.id,
        side=side,
        act=SKIP,
        target=(link.event_id if side is Side.CALENDAR else link.item_id) or "",
        at=session.now(),
        epoch=session.connection.lease.epoch,
        why=order.why,
        atoms=found.skipped,
        answer=found.why,
        order=str(order.deed),
        restores=True,
    )
    told = replace(order, told=order.told | {side})
    done = replace(link, order=told, last_write=intent.id)
    return Step(link=link, intent=intent, do=lambda: done)


def _worked(session: Session, link: Link, order: Order) -> Link:
    """Return the link of whose order nothing is left to be written."""
    if not _took_away(session.rules, link, order):
        return replace(link, order=replace(order, worked=True))
    if not link.has_event and link.item is None:
        return ended(link, now=session.now())
    return left_alone(link, why=TAKEN_AWAY.format(why=order.why))


def _took_away(rules: Rules, link: Link, order: Order) -> bool:
    if order.deed is Deed.REMOVE:
        return True
    return any(
        image.before is None and rules.shown(link, side) is None
        for side, image in order.images.items()
    )


class Ordered(Doing):
    """An order's own write while it is done: it moves no seen."""

    def _inserted(self, rows: Rows, *, trusted: Content | None = None) -> Link:
        event_id = rows.master["id"] if rows.master else self.link.event_id
        return self._alive(replace(self.link, rows=rows, event_id=event_id))

    def _created(self, answer: Written) -> Link:
        link = with_answer(self.link, answer)
        return self._alive(replace(link, item_id=answer.item.id))

    def _alive(self, link: Link) -> Link:
        """Return the link of what is there again: its sides are to meet anew."""
        link = replace(link, seen={}, ended_at=None, expires_at=None)
        return self._ordered(link, wanting(self._order, self.plan.side, self.wanted))

    def _gone(self) -> Link:
        if self.plan.side is Side.CALENDAR:
            return self._ordered(replace(self.link, rows=Rows()), self._order)
        return self._ordered(replace(self.link, item=None), self._order)

    def _landed(
        self,
        side: Side,
        atoms: frozenset[Atom],
        answer: Content,
        *,
        trusted: Content | None = None,
    ) -> Link:
        order, many = self._order, len(self.plan.atoms)
        if self.plan.atoms & GRID and same_grid(answer, self.wanted):
            # Google drops the exceptions of a grid that moves: they are put back next.
            order, many = wanting(order, side, self.wanted), sys.maxsize
        order = replace(order, left={**order.left, side: many})
        return self._ordered(self.link, order)

    @property
    def _order(self) -> Order:
        order = self.link.order
        if order is None:
            raise ValueError("Only a link with an order is worked off.")
        return order

    def _ordered(self, link: Link, order: Order) -> Link:
        order = replace(order, told=order.told | {self.plan.side})
        return replace(link, order=order, last_write=self.intent.id, tries=0)
