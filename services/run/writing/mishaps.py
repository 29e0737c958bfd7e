"""What goes wrong with single links of a run, and whether that is too much.

A mishap is its link's own: the link waits, is looked at again, or is set aside, and the
others go on. Only what concerns the whole connection goes through to the run.
"""

from dataclasses import replace
from datetime import datetime

from services.links.link import Link, Rank
from services.links.parking import GIVES_UP_ON_ONE, Trouble, given_up, parked
from services.run.deciding.ranking import waiting_until
from services.run.keeping.trouble import told_to_wait, wait_of
from services.run.looking.envelope import believe
from services.run.looking.handing import refused_series
from services.run.session import Session
from services.run.writing.steps import Step
from sync.errors import (
    AccessLost,
    Missing,
    RateLimited,
    StaleWrite,
    SyncError,
    SyncTokenExpired,
    TransientError,
)
from sync.sides import Side
from sync.troubles import Cause

MOST_TRIES = 8
MOST_TROUBLES = 3

OF_LOOKING = (*GIVES_UP_ON_ONE, TransientError)
OF_WRITING = (*OF_LOOKING, StaleWrite, Missing, AccessLost)

RESTLESS = Trouble(
    cause=Cause.RESTLESS, why="It changes faster than it can be written."
)


class Mishaps:
    """The troubles of one run's links."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.troubles = 0

    @property
    def too_many(self) -> bool:
        """Whether so much went wrong that the rest had better wait."""
        return self.troubles >= MOST_TROUBLES

    def while_looking(self, link: Link, error: Exception) -> Link:
        """Return a link of which we could not find out what to do."""
        if isinstance(error, TransientError):
            return self._later(link, error)
        return given_up(link, error, now=self._now)

    def while_writing(
        self, link: Link, step: Step, error: Exception
    ) -> tuple[Link, str]:
        """Return a link whose write went wrong, and a word for the journal.

        Raises AccessLost and Stopped where it was not this link's own trouble.
        """
        if isinstance(error, TransientError):
            return self._unanswered(link, step, error), "unknown"
        if isinstance(error, StaleWrite | Missing):
            return self._stale(link, step, error), "stale"
        side = step.intent.side
        if isinstance(error, AccessLost):
            if side is Side.AGENDA or not self._calendar_is_open():
                raise error
            return given_up(link, error, now=self._now), "refused"
        spread = refused_series(link, step.intent, str(error), now=self._now)
        if spread is not link:
            return spread, "refused"
        return given_up(link, error, side=side, now=self._now), "refused"

    @property
    def _now(self) -> datetime:
        return self.session.now()

    def _calendar_is_open(self) -> bool:
        """Look whether the calendar itself is still as it was. Raises Stopped."""
        session = self.session
        try:
            page = session.calendar.read(token=session.connection.token, page=None)
        except SyncTokenExpired:
            return True
        except SyncError:
            return False
        believe(session, page.envelope)
        return True

    def _stale(self, link: Link, step: Step, error: Exception) -> Link:
        tries = link.tries + 1
        again = replace(link, reread=link.reread | {step.intent.side}, tries=tries)
        if tries <= MOST_TRIES:
            return again
        if isinstance(error, Missing):
            return given_up(again, error, side=step.intent.side, now=self._now)
        return parked(again, RESTLESS, now=self._now)

    def _unanswered(self, link: Link, step: Step, error: TransientError) -> Link:
        if not isinstance(error, RateLimited):
            return replace(self._later(link, error), intent=step.intent)
        if step.intent.side is Side.CALENDAR:
            self._pause(error)
        return waiting_until(link, self._due_after(link, error), str(error))

    def _pause(self, error: RateLimited) -> None:
        """Write nothing more to Google for as long as it asks, and say so."""
        session = self.session
        wait = wait_of(session.connection.tries, error)
        session.stop_writing(until=self._now + wait, why=str(error))
        told_to_wait(session, error, wait=wait)

    def _later(self, link: Link, error: TransientError) -> Link:
        """Return a link that waits; too much trouble ends this run's writing."""
        self.troubles += 1
        later = waiting_until(link, self._due_after(link, error), str(error))
        return replace(later, rank=link.rank or Rank.EDIT, tries=link.tries + 1)

    def _due_after(self, link: Link, error: TransientError) -> datetime:
        return self._now + wait_of(link.tries, error)
