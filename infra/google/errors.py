"""What Google's refusals mean: the one place that turns them into `sync.errors`.

The rows follow https://developers.google.com/workspace/calendar/api/guides/errors,
https://developers.google.com/workspace/calendar/api/guides/push and
https://developers.google.com/identity/protocols/oauth2/web-server, plus what public
trackers show that Google sends beyond them. The sentences are for people: they hold no
address, no token and nothing of an event.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from infra.google.answers import Answer, quotable
from sync.errors import (
    AccessLost,
    AccessRevoked,
    AlreadyThere,
    ContentRefused,
    Missing,
    OperatorFault,
    PermanentError,
    RateLimited,
    StaleWrite,
    SyncError,
    SyncTokenExpired,
    TransientError,
)

ACCOUNT_REST = timedelta(hours=4)
"""Of "Calendar usage limits exceeded" Google only says that it takes hours."""

QUOTA_ZONE = ZoneInfo("America/Los_Angeles")
"""Google's quotas of a day start anew at midnight there."""


class Asked(Enum):
    """What a refused call was about: the same 404 means another thing for each."""

    CALENDAR = auto()
    EVENT = auto()
    NEW_EVENT = auto()
    WATCH = auto()
    CHANNEL = auto()


class NotWatchable(PermanentError):
    """Google sends no push messages about this calendar: it must be asked."""


def calendar_error(answer: Answer, asked: Asked, *, now: datetime) -> SyncError:
    """Return what a refusal of the Calendar API means to the caller."""
    if _token_is_lost(answer, asked):
        return SyncTokenExpired("Google no longer knows where the last read ended.")
    if (limit := _limit(answer, asked, now=now)) is not None:
        return limit
    for word in answer.words:
        if word in BY_WORD:
            return BY_WORD[word](answer)
    return _by_status(answer, asked)


def _token_is_lost(answer: Answer, asked: Asked) -> bool:
    if asked is not Asked.CALENDAR or answer.status not in (400, 410):
        return False
    if answer.status == 410:
        # "deleted" would be the calendar itself: to start over could not help.
        return "deleted" not in answer.words
    # A token that is malformed, or another calendar's, is a 400 and no 410.
    return answer.location in TOKENS or answer.message.startswith(TOKEN_COMPLAINTS)


TOKENS = ("syncToken", "pageToken")
TOKEN_COMPLAINTS = ("Invalid sync token", "Sync token cannot be used")


def _limit(answer: Answer, asked: Asked, *, now: datetime) -> RateLimited | None:
    words = frozenset(answer.words)
    if "quotaExceeded" in words:
        return RateLimited(
            "Google has stopped all changes in this account for some hours, because"
            " it made very many.",
            wait=answer.wait or ACCOUNT_REST,
            whole_account=True,
        )
    # With any other 503 a write may have been done: that it waits is not enough.
    later = answer.status == 503 and answer.wait and asked is Asked.CALENDAR
    if words.isdisjoint(LIMITS) and answer.status != 429 and not later:
        return None
    if words & DAILY_LIMITS or answer.per_day:
        return RateLimited(
            "The Google project has used up its calls for today.",
            wait=answer.wait or _rest_of_day(now),
        )
    return RateLimited("Google asks us to slow down.", wait=answer.wait)


def _rest_of_day(now: datetime) -> timedelta:
    there = now.astimezone(QUOTA_ZONE)
    midnight = there.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1) - now


DAILY_LIMITS = frozenset({"dailyLimitExceeded", "dailyLimitExceededUnreg"})
LIMITS = DAILY_LIMITS | {
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "variableTermLimitExceeded",
    "RATE_LIMIT_EXCEEDED",
    "RESOURCE_EXHAUSTED",
}


def _always(kind: type[SyncError], sentence: str) -> Callable[[Answer], SyncError]:
    return lambda answer: kind(sentence)


def _refused(sentence: str) -> Callable[[Answer], SyncError]:
    return lambda answer: ContentRefused(sentence, reason=answer.reason)


_API_OFF = _always(
    OperatorFault,
    "The Google Calendar API is not switched on in the Google project.",
)
_PROJECT_OFF = _always(OperatorFault, "Google has stopped the project, or its billing.")
_BOX_NOT_TICKED = _always(
    AccessRevoked,
    "This Google account was connected without the right to see and change its"
    " calendars: connect it again and tick every box.",
)
_CONNECT_AGAIN = _always(
    AccessRevoked,
    "Google no longer lets us into this account: its owner must connect it again.",
)
_TROUBLE = _always(TransientError, "Google had trouble answering.")
_STALE = _always(StaleWrite, "The event changed at Google since it was read.")

BY_WORD: Mapping[str, Callable[[Answer], SyncError]] = {
    # Wait.
    "backendError": _TROUBLE,
    "internalError": _TROUBLE,
    "badGateway": _TROUBLE,
    # Ask a person.
    "authError": _CONNECT_AGAIN,
    "insufficientPermissions": _BOX_NOT_TICKED,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": _BOX_NOT_TICKED,
    "notACalendarUser": _always(
        AccessLost, "This Google account has no Google Calendar."
    ),
    "requiredAccessLevel": _always(
        AccessLost, "Our account may read this calendar but no longer change it."
    ),
    # Ask the operator.
    "accessNotConfigured": _API_OFF,
    "SERVICE_DISABLED": _API_OFF,
    "CONSUMER_INVALID": _PROJECT_OFF,
    "CONSUMER_SUSPENDED": _PROJECT_OFF,
    "BILLING_DISABLED": _PROJECT_OFF,
    "push.webhookUrlNotHttps": _always(
        OperatorFault, "Google sends push messages only to an address with https."
    ),
    "push.webhookUrlUnauthorized": _always(
        OperatorFault,
        "Google does not send push messages to our address: its domain must be"
        " verified in the Google project.",
    ),
    "pushNotSupportedForRequestedResource": _always(
        NotWatchable, "Google sends no push messages about this calendar."
    ),
    # Start over.
    "fullSyncRequired": _always(
        SyncTokenExpired, "Google no longer knows where the last read ended."
    ),
    "updatedMinTooLongAgo": _always(
        SyncTokenExpired, "Google no longer knows the changes of so long ago."
    ),
    # Plan again.
    "conditionNotMet": _STALE,
    "conflict": _STALE,
    "duplicate": _always(AlreadyThere, "Google has an event with this id already."),
    "channelIdNotUnique": _always(
        AlreadyThere, "Google has a push channel with this id already."
    ),
    # Give up on this event.
    "timeRangeEmpty": _refused("The event ends before it starts."),
    "eventDurationExceedsLimit": _refused("The event is too long for Google."),
    "eventTypeRestriction": _refused(
        "Google does not let us change an event of this type in this way."
    ),
    "malformedWorkingLocationEvent": _refused(
        "Google does not accept this as a working location."
    ),
    "forbiddenForNonOrganizer": _refused(
        "Only the organizer of the event may change this."
    ),
    "participantIsNeitherOrganizerNorAttendee": _refused(
        "Only the organizer and the guests may change the event."
    ),
    "cannotChangeOrganizer": _refused("The event's organizer cannot be changed."),
    "cannotChangeOrganizerOfInstance": _refused(
        "The organizer of a single occurrence cannot be changed."
    ),
    "forbiddenForServiceAccounts": _refused(
        "The service account may not invite guests: it needs domain-wide delegation."
    ),
    "cannotUseDefaultRemindersAndSpecifyOverride": _refused(
        "The event has reminders of its own and those of the calendar."
    ),
}


def _by_status(answer: Answer, asked: Asked) -> SyncError:
    match answer.status:
        case 401:
            return _CONNECT_AGAIN(answer)
        case 409 if asked is Asked.NEW_EVENT:
            return AlreadyThere("Google has an event with this id already.")
        case 409 | 412:
            return _STALE(answer)
        case 403 | 404 if not answer.spoken:
            # No JSON: a front end in trouble, and no word about this event.
            return _TROUBLE(answer)
        case 403 | 404 | 410:
            return _gone(answer, asked)
        case status if 400 <= status < 500 and status != 408:
            return _unacceptable(answer, asked)
    return _TROUBLE(answer)


def _gone(answer: Answer, asked: Asked) -> SyncError:
    if answer.status == 403 and asked in (Asked.EVENT, Asked.NEW_EVENT):
        return ContentRefused(
            "Google does not let us see or change this event.", reason=answer.reason
        )
    if asked is Asked.EVENT:
        return Missing("Google does not know the event (any more).")
    if asked is Asked.CHANNEL:
        return Missing("Google does not know the push channel (any more).")
    return AccessLost("The calendar is gone, or is not shared with us any more.")


def _unacceptable(answer: Answer, asked: Asked) -> SyncError:
    words = quotable(answer.message) or f"HTTP status {answer.status}."
    if asked in (Asked.EVENT, Asked.NEW_EVENT):
        return ContentRefused(
            f"Google does not accept the event as it is: {words}", reason=answer.reason
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
