"""How a consent can end, each way with a page of its own."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of an owner's click."""

    DONE = "done"
    ALREADY_CONNECTED = "already-connected"
    DENIED = "denied"
    BOX_MISSING = "box-missing"
    OTHER_ACCOUNT = "other-account"
    ACCOUNT_CHANGED = "account-changed"
    CALENDAR_TAKEN = "calendar-taken"
    CALENDAR_MISSING = "calendar-missing"
    CALENDAR_READ_ONLY = "calendar-read-only"
    STATE_UNKNOWN = "state-unknown"
    STATE_EXPIRED = "state-expired"
    STATE_USED = "state-used"
    OTHER_BROWSER = "other-browser"
    INVITATION_UNKNOWN = "invitation-unknown"
    INVITATION_EXPIRED = "invitation-expired"
    INVITATION_REVOKED = "invitation-revoked"
    INVITATION_USED = "invitation-used"
    CLIENT_CHANGED = "client-changed"
    SET_UP_WRONG = "set-up-wrong"
    GOOGLE_UNREACHABLE = "google-unreachable"
    TRY_AGAIN = "try-again"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How a consent ended, and what its page has to say.

    `retry` is the token of the invitation's link, for trying again in this browser.
    `wanted` and `given` are addresses, `missing` the scopes that were not ticked.
    """

    outcome: Outcome
    connection: str = ""
    retry: str = ""
    wanted: str = ""
    given: str = ""
    missing: tuple[str, ...] = ()
    detail: str = ""


class Ended(Exception):
    """A consent cannot go on."""

    def __init__(
        self,
        outcome: Outcome,
        *,
        wanted: str = "",
        given: str = "",
        missing: tuple[str, ...] = (),
        detail: str = "",
    ) -> None:
        super().__init__(outcome.value)
        self.ending = Ending(
            outcome=outcome, wanted=wanted, given=given, missing=missing, detail=detail
        )
