"""Write what is dirty: round by round, intents first, under the lease.

A round takes the next step of each link in hand. Its intents are saved, its writes are
done, its links are saved; what is left of a link is found by planning it again. A crash
between any two of these is found by the intents, and looked at before anything else.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from services.connections.connection import Connection
from services.connections.journal import Page, answered, opened, weight
from services.ids import Kind, new_id
from services.links.decided import UNDECIDED
from services.links.link import Intent, Link, with_page
from services.links.parking import GIVES_UP_ON_ONE
from services.ports.store import Create, Write
from services.run.deciding.asking import Asking
from services.run.deciding.gate import Gate
from services.run.deciding.mails import with_mails
from services.run.deciding.preparing import Preparing
from services.run.deciding.releasing import Rivals
from services.run.keeping.fresh import tell_carried, with_freshness
from services.run.keeping.saving import Saving
from services.run.keeping.tally import counted
from services.run.keeping.trouble import wait_of
from services.run.keeping.waking import is_due, with_left, woken_by
from services.run.looking.look import Change
from services.run.looking.naming import naming_of
from services.run.looking.pairs import Arrivals
from services.run.session import Session
from services.run.staged import Staged
from services.run.writing.mishaps import OF_LOOKING, OF_WRITING, Mishaps
from services.run.writing.recover import resolved
from services.run.writing.steps import Step
from services.run.writing.telling import told
from sync.errors import TransientError
from sync.sides import Side

logger = logging.getLogger(__name__)

STEPS_AT_ONCE = 25
MOST_BYTES = 600_000


class Work:
    """The writing part of a run."""

    def __init__(self, session: Session, staged: Sequence[Staged]) -> None:
        self.session = session
        self.arrivals = Arrivals(session, staged)
        connection = session.connection
        self.gate = Gate(connection, session.settings, session.now())
        self.preparing = Preparing(session, self.arrivals, self.gate)
        self.saving = Saving(session, self.arrivals)
        self.written: list[Intent] = []
        # What waited for a person says nothing of how fast we are.
        self.unasked: list[Intent] = []
        self.mishaps = Mishaps(session)
        self.asking = Asking(session, self.gate)
        self.rivals = Rivals(session, self.arrivals)

    def do(self, finish: Change) -> None:
        """Take every link in hand as far as it goes, then save how the run ends.

        Raises Busy and Overtaken before the first write, and what stops a connection.
        """
        if self.session.connection.work is not None:
            self._find_out()
        more = True
        while more:
            steps = self._next_steps()
            if steps:
                more = self._round(steps, finish)
            elif not self.rivals.release():
                self.saving.save(self._ended(finish), self._asked())
                tell_carried(self.session, self.unasked)
                return

    def _find_out(self) -> None:
        """Save what came of an interrupted run's writes, before a page replaces its.

        Should this run be interrupted too, nobody else could tell.
        """
        for each in self.arrivals.staged.values():
            try:
                each.link = resolved(self.session, each.link)
            except OF_LOOKING as error:
                each.link = self.mishaps.while_looking(each.link, error)
        self.saving.save(lambda connection: connection)

    # --- one round -------------------------------------------------------------------

    def _next_steps(self) -> list[Step]:
        found: list[Step] = []
        size = 0
        for each in self.arrivals.leaders_first():
            if len(found) == STEPS_AT_ONCE or size > MOST_BYTES or self._had_enough:
                break
            leader = self.arrivals.leader(each)
            if not self._may_go(each) or (leader and self._may_go(leader)):
                continue
            if found and self._run_of(each.link) != self._run_of(found[0].link):
                continue
            step = self._step(each)
            if step is not None:
                found.append(step)
                size += weight(step.intent)
        return found

    def _run_of(self, link: Link) -> str:
        """Return the run under which the journal has a link's writes: who asked."""
        asked = link.order.run if link.order else ""
        return asked or self.session.run_id

    def _may_go(self, each: Staged) -> bool:
        return not each.gone and is_due(each.link, now=self.session.now())

    def _step(self, each: Staged) -> Step | None:
        """Prepare a link; what goes wrong is this link's own trouble."""
        try:
            return self.preparing.step(each)
        except OF_LOOKING as error:
            each.link = self.mishaps.while_looking(each.link, error)
        return None

    def _round(self, steps: Sequence[Step], finish: Change) -> bool:
        """Do a round of writes; False when it was the last and all is saved."""
        page = self._open(steps)
        entries = [self._done(step) for step in steps]
        for step in steps:
            each = self.arrivals.staged[step.link.id]
            each.link = with_page(each.link, page.id)
            self._rest(each)
        notable = [entry for entry in entries if entry.outcome != "done"]
        self.session.written += len(entries) - len(notable)
        connection = self.session.connection.id
        writes: list[Write] = [answered(connection, page.id, entries)]
        more = self.rivals.release() or self._more_to_do()
        more = more and not self.slowed and self.session.may_go_on()
        change = _without_work if more else self._ended(finish)
        self.saving.save(change, [*writes, *self._asked()])
        if not more:
            tell_carried(self.session, self.unasked)
        return more

    def _asked(self) -> list[Create]:
        return self.asking.writes(iter(self.arrivals.staged.values()))

    def _rest(self, each: Staged) -> None:
        try:
            self.preparing.rest(each)
        except GIVES_UP_ON_ONE as error:
            each.link = self.mishaps.while_looking(each.link, error)

    def _more_to_do(self) -> bool:
        return any(self._may_go(each) for each in self.arrivals.staged.values())

    def _open(self, steps: Sequence[Step]) -> Page:
        """Save the intents, and take the lease with the same write."""
        now, session = self.session.now(), self.session
        epoch = session.with_lease(session.connection).lease.epoch
        page = Page(
            id=new_id(Kind.JOURNAL),
            run=self._run_of(steps[0].link),
            at=now,
            entries=tuple(replace(step.intent, epoch=epoch) for step in steps),
        )

        naming = naming_of(session, steps)

        def taken(connection: Connection) -> Connection:
            told = counted(with_mails(connection, session), naming.displaced)
            return replace(session.with_lease(told), work=page.id)

        page_written = opened(session.connection.id, page)
        session.save(taken, writes=[page_written, *naming.writes])
        return page

    def _done(self, step: Step) -> Intent:
        """Do one step and return its intent with what came of it."""
        each = self.arrivals.staged[step.link.id]
        if not self._may_call(step):
            return self._not_done(step, "postponed")
        try:
            each.link = step.do()
        except OF_WRITING as error:
            each.link, word = self.mishaps.while_writing(each.link, step, error)
            return self._not_done(step, word, answer=str(error))
        self.written.append(step.intent)
        if step.link.decided == UNDECIDED and step.link.order is None:
            self.unasked.append(step.intent)
        return told(self.session, each.link, step.intent)

    def _may_call(self, step: Step) -> bool:
        """Whether one more call may start: in time, and where nobody said to wait."""
        if self._had_enough or not self.session.holds_lease:
            return False
        return step.intent.side is not Side.CALENDAR or not self.session.limited

    def _not_done(self, step: Step, outcome: str, *, answer: str = "") -> Intent:
        self.gate.give_back(step.intent)
        return replace(step.intent, outcome=outcome, answer=answer)

    @property
    def slowed(self) -> bool:
        """Whether so much went wrong that the rest had better wait."""
        return self.mishaps.too_many

    @property
    def _had_enough(self) -> bool:
        """Whether nothing more may be begun, not even in the midst of a round."""
        return self.slowed or self.session.world.stopping()

    # --- saving ----------------------------------------------------------------------

    def _ended(self, finish: Change) -> Change:
        """Return the change with which a run ends: token, lease, what people see."""

        def ended(connection: Connection) -> Connection:
            done = finish(_without_work(connection))
            left = with_left(
                done, self.arrivals.staged.values(), now=self.session.now()
            )
            rested = self._rested(left, tries=connection.tries)
            return self.session.without_lease(self._with_news(rested))

        return ended

    def _rested(self, connection: Connection, *, tries: int) -> Connection:
        """Return the connection, what is left to do postponed when this run failed."""
        limited = self.session.limited
        if not self.slowed and not limited:
            return connection
        tries = 0 if self.written else tries + 1
        if self.slowed:
            now = self.session.now()
            wake_at = now + wait_of(tries, TransientError())
            connection = woken_by(connection, [wake_at], now=now)
            connection = replace(connection, backlog=False)
        return replace(connection, tries=tries)

    def _with_news(self, connection: Connection) -> Connection:
        connection = replace(connection, spent=self.gate.spent)
        connection = with_mails(connection, self.session)
        connection = self.asking.with_news(connection)
        return with_freshness(connection, self.session, self.unasked)


def _without_work(connection: Connection) -> Connection:
    return replace(connection, work=None)
