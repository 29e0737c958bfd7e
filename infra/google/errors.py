"""What Google's refusals mean: the one place that turns them into `sync.errors`.

The rows follow https://developers.google.com/workspace/calendar/api/guides/errors,
https://developers.google.com/workspace/calendar/api/guides/push and
https://developers.google.com/identity/protocols/oauth2/web-server, plus what public
trackers show that Google sends beyond them. The sentences are for people: they hold no
address, no token and nothing of an event.
"""

from datetime import datetime, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from infra.google.answers import Answer, quotable
from infra.google.words import (
    BY_WORD,
    NOT_LET_IN,
    STALE,
    TOKENS,
    TROUBLE,
    place_of,
)
from sync.errors import (
    AccessLost,
    AlreadyThere,
    ContentRefused,
    Limit,
    Missing,
    OperatorFault,
    RateLimited,
    SyncError,
    SyncTokenExpired,
    TransientError,
)
from sync.troubles import Cause, Reply

ACCOUNT_REST = timedelta(hours=4)
"""Of "Calendar usage limits exceeded" Google only says that it takes hours."""

QUOTA_ZONE = ZoneInfo("America/Los_Angeles")
"""Google's quotas of a day start anew at midnight there."""


class Asked(Enum):
    """What a refused call was about: the same 404 means another thing for each."""

    CALENDAR = auto()
    SEARCH = auto()
    EVENT = auto()
    NEW_EVENT = auto()
    WATCH = auto()
    CHANNEL = auto()


def calendar_error(answer: Answer, asked: Asked, *, now: datetime) -> SyncError:
    """Return what a refusal of the Calendar API means to the caller."""
    error = _meaning(answer, asked, now=now)
    error.reply = Reply(
        status=answer.status, reason=answer.reason, message=quotable(answer.message)
    )
    return error


def _meaning(answer: Answer, asked: Asked, *, now: datetime) -> SyncError:
    if _token_is_lost(answer, asked):
        return SyncTokenExpired("Google no longer knows where the last read ended.")
    if (limit := _limit(answer, asked, now=now)) is not None:
        return limit
    told = next((word for word in answer.words if word in BY_WORD), None)
    found = BY_WORD[told](answer) if told else _by_status(answer, asked)
    if isinstance(found, SyncTokenExpired) and asked is not Asked.CALENDAR:
        # Only whoever reads a calendar can start over.
        return TROUBLE(answer)
    return found


def _token_is_lost(answer: Answer, asked: Asked) -> bool:
    if asked is not Asked.CALENDAR or answer.status not in (400, 410):
        return False
    if answer.status == 410:
        # "deleted" would be the calendar itself: to start over could not help.
        return "deleted" not in answer.words
    # A token that is malformed, or another calendar's, is a 400 and no 410.
    return answer.location in TOKENS or answer.message.startswith(TOKEN_COMPLAINTS)


TOKEN_COMPLAINTS = ("Invalid sync token", "Sync token cannot be used")


def _limit(answer: Answer, asked: Asked, *, now: datetime) -> RateLimited | None:
    words = frozenset(answer.words)
    if "quotaExceeded" in words:
        return RateLimited(
            "Google has stopped all changes in this account for some hours, because"
            " it made very many.",
            wait=answer.wait or ACCOUNT_REST,
            limit=Limit.USE,
        )
    # With any other 503 a write may have been done: that it waits is not enough.
    reads = asked in (Asked.CALENDAR, Asked.SEARCH)
    later = answer.status == 503 and answer.wait and reads
    if words.isdisjoint(LIMITS) and answer.status != 429 and not later:
        return None
    if words & DAILY_LIMITS or answer.per_day:
        return RateLimited(
            "The Google project has used up its calls for today.",
            wait=answer.wait or _rest_of_day(now),
            limit=Limit.DAY,
        )
    of_account = words & ACCOUNT_LIMITS or answer.per_user
    return RateLimited(
        "Google asks us to slow down.",
        wait=answer.wait,
        limit=Limit.ACCOUNT if of_account else Limit.PROJECT,
    )


def _rest_of_day(now: datetime) -> timedelta:
    there = now.astimezone(QUOTA_ZONE)
    midnight = there.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1) - now


DAILY_LIMITS = frozenset({"dailyLimitExceeded", "dailyLimitExceededUnreg"})
ACCOUNT_LIMITS = frozenset({"userRateLimitExceeded", "variableTermLimitExceeded"})
LIMITS = (
    DAILY_LIMITS
    | ACCOUNT_LIMITS
    | {
        "rateLimitExceeded",
        "RATE_LIMIT_EXCEEDED",
        "RESOURCE_EXHAUSTED",
    }
)


def _by_status(answer: Answer, asked: Asked) -> SyncError:
    match answer.status:
        case 401:
            return NOT_LET_IN(answer)
        case 409 if asked is Asked.NEW_EVENT:
            return AlreadyThere("Google has an event with this id already.")
        case 409 | 412:
            return STALE(answer)
        case 403 | 404 if not answer.spoken:
            # No JSON: a front end in trouble, and no word about this event.
            return TROUBLE(answer)
        case 403 | 404 | 410:
            return _gone(answer, asked)
        case status if 400 <= status < 500 and status != 408:
            return _unacceptable(answer, asked)
    return TROUBLE(answer)


def _gone(answer: Answer, asked: Asked) -> SyncError:
    if answer.status == 403 and asked in (Asked.EVENT, Asked.NEW_EVENT):
        return ContentRefused(
            "Google does not let us see or change this event.", cause=Cause.FORBIDDEN
        )
    if asked is Asked.EVENT:
        return Missing("Google does not know the event (any more).")
    if asked is Asked.CHANNEL:
        return Missing("Google does not know the push channel (any more).")
    return AccessLost("The calendar is gone, or is not shared with us any more.")


ONE_EVENT = frozenset({Asked.EVENT, Asked.NEW_EVENT, Asked.SEARCH})


def _unacceptable(answer: Answer, asked: Asked) -> SyncError:
    words = quotable(answer.message) or f"HTTP status {answer.status}."
    if answer.status == 413 and asked in ONE_EVENT:
        return ContentRefused("The event is too large.", cause=Cause.TOO_LARGE)
    if asked in ONE_EVENT:
        return ContentRefused(
            f"Google does not accept the event as it is: {words}",
            field=place_of(answer),
        )
    return OperatorFault(f"Google does not accept what we asked: {words}")


def connection_lost() -> TransientError:
    """Return the error for a call without an answer: it may have been done or not."""
    return TransientError(
        "Google could not be reached, or the connection to it was lost."
    )


def not_in_time() -> TransientError:
    """Return the error for an answer that took too long: it may have been done."""
    return TransientError("Google did not answer in time.")


def unreadable() -> TransientError:
    """Return the error for an answer that says yes but is cut off or not Google's."""
    return TransientError("Google's answer could not be read.")
