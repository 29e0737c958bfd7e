"""Prepare one link: everything up to the next write, decided without writing.

Agreements only move seens, pairs meet, the brake and the rules hold back; what is left
is the one step to be done next, or nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.links.documents import check_room
from services.links.link import Link, Rank, Waiting, clean, with_item, with_rows
from services.links.parking import Trouble, parked, unreadable_item
from services.run.deciding.fights import counted, put_back, unsettled
from services.run.deciding.gate import Gate
from services.run.deciding.meetings import handed_over, put_off
from services.run.deciding.ordered import work_off
from services.run.deciding.ranking import (
    at_rest,
    in_window,
    seeks,
    waiting_until,
    waits_for_master,
)
from services.run.keeping.waking import is_due
from services.run.looking.absence import doubted
from services.run.looking.occurrences import found_item
from services.run.looking.orphans import apart, grown, reunited
from services.run.looking.pairs import Arrivals, joined
from services.run.looking.singles import Singles
from services.run.session import Session
from services.run.staged import Staged, item_now
from services.run.writing.landing import dormant, ended, read_rows
from services.run.writing.recover import resolved
from services.run.writing.steps import Step, step_of
from sync.errors import Missing
from sync.pairing import span
from sync.plan import Act, Plan, plan
from sync.seen import after_agreement, after_meeting
from sync.sides import Pair, Side
from sync.troubles import Cause

MOST_TURNS = 12
NOWHERE = dict.fromkeys(Side)
ENDLESS = Trouble(
    cause=Cause.ENDLESS, why="The plan for this link does not come to an end."
)
RESTING = frozenset({Act.NOTHING, Act.AGREE, Act.REST, Act.END})


@dataclass(slots=True)
class Preparing:
    """What it takes to find the next step of each link of a run."""

    session: Session
    arrivals: Arrivals
    gate: Gate

    @property
    def singles(self) -> Singles:
        """What spreads a series that a side cannot hold."""
        return Singles(self.session, self.arrivals)

    def step(self, each: Staged) -> Step | None:
        """Return the next write for a link, or None when there is none for now.

        The link in hand is then as it is to be saved; the step may be its partner's,
        when the two turn out to be one. Raises what looking may raise.
        """
        for _ in range(MOST_TURNS):
            self._look_again(each)
            if each.link.order is not None:
                ordered = work_off(self.session, each)
                if ordered is not None or each.link.order is None:
                    return self._unlimited(each, ordered)
            if self.singles.concern(each.link):
                return self._first_of(self.singles.spread(each))
            pair = self.session.rules.pair(each.link)
            found = plan(pair, self.session.rules.policy(each.link))
            if found.act in (Act.CREATE, Act.WRITE, Act.DELETE):
                return self._write(each, found, pair)
            if found.act is Act.MEET and not self._may_pass(each, found):
                return None
            if not self._settle(each, found, pair):
                return None
        each.link = parked(each.link, ENDLESS, now=self.session.now())
        return None

    def rest(self, each: Staged) -> None:
        """Settle a link that needs no further write, without looking anywhere.

        So that it is saved once after its last write, not twice.
        """
        link = each.link
        if link.intent or link.reread or link.waiting or waits_for_master(link):
            return
        if link.order is not None:
            ordered = work_off(self.session, each)
            if ordered is not None or each.link.order is None:
                return
        for _ in range(MOST_TURNS):
            pair = self.session.rules.pair(each.link)
            found = plan(pair, self.session.rules.policy(each.link))
            if found.act not in RESTING or not self._settle(each, found, pair):
                return

    def _first_of(self, parts: Sequence[Staged]) -> Step | None:
        """Return the first step of the occurrences; later rounds do the others."""
        now = self.session.now()
        found = (self.step(part) for part in parts if is_due(part.link, now=now))
        return next((step for step in found if step is not None), None)

    # --- looking ---------------------------------------------------------------------

    def _look_again(self, each: Staged) -> None:
        """Find out about an open intent, and read again what may have moved."""
        if each.link.intent is not None:
            each.link = resolved(self.session, each.link)
        if Side.CALENDAR in each.link.reread or waits_for_master(each.link):
            self._read_event(each)
        if Side.AGENDA in each.link.reread:
            self._read_item(each)
        if grown(each.link):
            each.link = reunited(self.session, self.arrivals, each.link)

    def _read_event(self, each: Staged) -> None:
        link = each.link
        each.link = replace(link, reread=link.reread - {Side.CALENDAR})
        if link.event_id is None:
            return
        try:
            row = self.session.calendar.get(link.event_id)
        except Missing:
            each.link = self._not_found(each.link)
            return
        rows = read_rows(self.session, row)
        each.link = replace(with_rows(each.link, rows), suspect=0)

    def _not_found(self, link: Link) -> Link:
        if link.rows.master is None:
            return apart(self.session, self.arrivals, link)
        doubtful = doubted(self.session, link)
        again = frozenset({Side.CALENDAR}) if doubtful.suspect else frozenset()
        return replace(doubtful, reread=again)

    def _read_item(self, each: Staged) -> None:
        link = replace(each.link, reread=each.link.reread - {Side.AGENDA})
        found = None
        if link.item_id is not None:
            found = found_item(self.session, link, link.item_id)
        if found is not None and found.problem:
            trouble = unreadable_item(found.problem)
            each.link = parked(link, trouble, now=self.session.now())
            return
        content = found.content if found else None
        item = item_now(found, content) if found and content else None
        each.link = with_item(link, item)

    # --- what needs no write ---------------------------------------------------------

    def _settle(self, each: Staged, found: Plan, pair: Pair) -> bool:
        """Do what only moves seens; True when the link is to be planned again."""
        if found.merged and found.act is Act.MEET:
            after = after_meeting(pair, found.merged.carried)
            each.link = replace(each.link, seen=after.seen)
            return True
        if found.merged and found.act is Act.AGREE:
            after = after_agreement(pair, found.merged.agreed)
            moved = after.seen != pair.seen
            each.link = replace(each.link, seen=after.seen)
            if moved:
                return True
        if found.act is Act.END:
            each.link = ended(each.link, now=self.session.now())
            return False
        if found.act is Act.REST:
            each.link = dormant(each.link, why=found.why)
            return False
        if _is_empty(each.link, pair):
            self._drop(each)
        elif each.link.waiting is not Waiting.PARKED:
            each.link = self._settled(each.link, found)
        return False

    def _drop(self, each: Staged) -> None:
        """Forget a link that has nothing to be carried: soon, where it is stored."""
        if each.document is None:
            each.gone = True
            return
        gone = ended(each.link, now=self.session.now())
        each.link = replace(gone, generation=each.link.generation)

    def _settled(self, link: Link, found: Plan) -> Link:
        return link if link.suspect else at_rest(link, found)

    # --- what does -------------------------------------------------------------------

    def _write(self, each: Staged, found: Plan, pair: Pair) -> Step | None:
        if found.act is Act.CREATE and each.link.alone:
            partner = self._arrived(each)
            if partner is not None:
                return self.step(partner)
            if each.gone or each.link.rank is Rank.CLEAN or each.link.waiting:
                return None
        each.link = self._unfought(each.link, found, pair)
        if each.link.waiting is Waiting.PARKED:
            return None
        if found.side is Side.CALENDAR and self.session.limited:
            each.link = self._put_off(each.link)
            return None
        if not self._may_pass(each, found):
            return None
        return step_of(self.session, each.link, found)

    def _may_pass(self, each: Staged, found: Plan) -> bool:
        """Ask the gate; a link that may not pass then waits or rests, and says why."""
        each.link = self.gate.passed(each.link, found)
        return each.link.waiting is None and each.link.rank is not Rank.CLEAN

    def _arrived(self, each: Staged) -> Staged | None:
        """Look whether something new is wanted here; return its partner if it has one.

        What is not to be created is clean, dropped or unsure afterwards.
        """
        each.link = replace(each.link, waiting=None)
        if each.link.foreign:
            return self._adopting(each)
        if each.link.order is None and not in_window(self.session, each.link):
            self._drop(each)
            return None
        check_room(each.link)
        partner = self._partner(each)
        if partner is None and each.link.waiting is None:
            each.link = put_off(self.session, each.link)
        return partner

    def _adopting(self, each: Staged) -> Staged | None:
        """Return the link of the item that somebody's meeting is here, if one is."""
        partner = self._partner(each) if seeks(each.link) else None
        if partner is not None:
            return partner
        each.link = clean(each.link)
        for known in handed_over(self.session, each) if seeks(each.link) else ():
            self.arrivals.staged.setdefault(known.link.id, known)
        return None

    def _unfought(self, link: Link, found: Plan, pair: Pair) -> Link:
        """Return the link, parked when a field was put back too often."""
        link = counted(link, found, pair, now=self.session.now())
        fight = unsettled(link)
        if fight is None:
            return link
        return parked(link, put_back(fight), now=self.session.now())

    def _unlimited(self, each: Staged, step: Step | None) -> Step | None:
        """Return an order's step, unless Google lets nothing be written for a while."""
        if step is None or step.intent.side is not Side.CALENDAR:
            return step
        if not self.session.limited:
            return step
        each.link = self._put_off(each.link)
        return None

    def _put_off(self, link: Link) -> Link:
        """Return a link that waits until Google lets us write again."""
        connection = self.session.connection
        until = connection.until or self.session.now()
        return waiting_until(link, until, connection.reason)

    def _partner(self, each: Staged) -> Staged | None:
        """Join the link with its partner, if it has one; say so if that is unsure."""
        each.link = self._with_span(each.link)
        partner = self.arrivals.partner(each)
        if isinstance(partner, Staged):
            return self._joined(each, partner)
        if partner is Waiting.UNSURE:
            each.link = replace(
                each.link,
                rank=Rank.CREATE,
                due_at=None,
                waiting=Waiting.UNSURE,
                why="Something much like it stands on the other side at the same time:"
                " a person has to say whether they are one.",
            )
        return None

    def _with_span(self, link: Link) -> Link:
        pair = self.session.rules.pair(link)
        there = pair.now[Side.AGENDA] or pair.now[Side.CALENDAR]
        if there is None:
            return link
        return replace(link, span=span(there, zone=self.session.connection.zone))

    def _joined(self, each: Staged, partner: Staged) -> Staged:
        """Make one link of two; the event's name then leads to the item's link."""
        event, item = (each, partner) if each.link.has_event else (partner, each)
        item.link = joined(event.link, item.link)
        event.gone, event.same_as = True, item.link.id
        return item


def _is_empty(link: Link, pair: Pair) -> bool:
    """Whether nothing is or was there; an unseen series still leads to instances."""
    nothing = pair.now == NOWHERE and not pair.linked
    return nothing and link.ended_at is None and not link.orphan
