"""Every error of ours, grouped by what the caller must do about it.

* SyncError
  - TransientError       waiting helps: the task is tried again
    . RateLimited        waiting helps, and the other side may say how long
    . TokenRefused       a new access token may help; where it does not, waiting
  - PermanentError       waiting cannot help: record it and move on
    . AccessRevoked      a person must connect the account again
    . AccessLost         the calendar or agenda cannot be read or written any more
    . OperatorFault      the set-up of a project or organization is wrong
    . ContentRefused     the other side will not accept this event as it is
  - SyncTokenExpired     the token or cursor is lost: read everything again
  - StaleWrite           the event changed since we read it: plan again
  - AlreadyThere         the id that we wanted to create exists: look, then adopt
  - Missing              what we wanted to change is not there (any more)
"""

from datetime import timedelta
from enum import StrEnum

from sync.troubles import Cause, Reply


class SyncError(Exception):
    """Something that the engine knows how to answer.

    `reply` is what the other side itself said, where it said anything.
    """

    reply: Reply | None = None


class TransientError(SyncError):
    """Waiting helps."""


class Limit(StrEnum):
    """Whose limit was reached.

    `USE` stops every write of an account for hours (Google's "Calendar usage limits
    exceeded"); `DAY` all calls of a project until its day ends. The others pass in
    seconds: the account's calls of a minute, and those of the whole project.
    """

    USE = "use"
    DAY = "day"
    ACCOUNT = "account"
    PROJECT = "project"


class RateLimited(TransientError):
    """We were told to slow down, for `wait` if the other side said how long.

    `limit` is None where the other side has no such limits as Google's.
    """

    def __init__(
        self,
        message: str,
        *,
        wait: timedelta | None = None,
        limit: Limit | None = None,
    ) -> None:
        super().__init__(message)
        self.wait = wait
        self.limit = limit


class TokenRefused(TransientError):
    """Our access token is not accepted, which says nothing yet of the grant behind it.

    That the grant is gone (`AccessRevoked`) is said where new tokens are given out.
    """


class PermanentError(SyncError):
    """Waiting cannot help."""


class AccessRevoked(PermanentError):
    """The grant is gone; only the account's owner can give it again."""


class AccessLost(PermanentError):
    """The calendar or agenda is gone, or our role there no longer suffices."""


class OperatorFault(PermanentError):
    """The Google project, client or application is set up wrongly."""


class ContentRefused(PermanentError):
    """This one event is not accepted as it is.

    `cause` leads to what a person is told to do about it; `field` is what is wrong
    with it. Both may be unknown.
    """

    def __init__(
        self, message: str, *, cause: Cause | None = None, field: str = ""
    ) -> None:
        super().__init__(message)
        self.cause = cause
        self.field = field

    @property
    def reason(self) -> str:
        """The other side's own word for it."""
        return self.reply.reason if self.reply else ""


class SyncTokenExpired(SyncError):
    """The sync token or cursor is no longer valid: only a full read helps."""


class StaleWrite(SyncError):
    """The version that we wrote against is no longer the current one."""


class AlreadyThere(SyncError):
    """An event or item with the id or key that we wanted exists already."""


class Missing(SyncError):
    """There is no such event or item (any more)."""
