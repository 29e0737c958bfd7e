"""Google's words for its refusals, and what each of them means."""

from collections.abc import Callable, Mapping

from infra.google.answers import Answer
from sync.errors import (
    AccessLost,
    AccessRevoked,
    AlreadyThere,
    ContentRefused,
    OperatorFault,
    PermanentError,
    StaleWrite,
    SyncError,
    SyncTokenExpired,
    TokenRefused,
    TransientError,
)
from sync.troubles import Cause

TOKENS = ("syncToken", "pageToken")
HEADERS = ("If-Match", "Authorization")

Meaning = Callable[[Answer], SyncError]


class NotWatchable(PermanentError):
    """Google sends no push messages about this calendar: it must be asked."""


def _always(kind: type[SyncError], sentence: str) -> Meaning:
    return lambda answer: kind(sentence)


def _refused(sentence: str, cause: Cause, field: str = "") -> Meaning:
    return lambda answer: ContentRefused(
        sentence, cause=cause, field=field or place_of(answer)
    )


def place_of(answer: Answer) -> str:
    """Return the member of an event that Google names, not a header or a parameter."""
    return answer.location if answer.location not in (*TOKENS, *HEADERS) else ""


API_OFF = _always(
    OperatorFault,
    "The Google Calendar API is not switched on in the Google project.",
)
PROJECT_OFF = _always(OperatorFault, "Google has stopped the project, or its billing.")
BOX_NOT_TICKED = _always(
    AccessRevoked,
    "This Google account was connected without the right to see and change its"
    " calendars: connect it again and tick every box.",
)
NOT_LET_IN = _always(TokenRefused, "Google does not let us into this account just now.")
TROUBLE = _always(TransientError, "Google had trouble answering.")
STALE = _always(StaleWrite, "The event changed at Google since it was read.")

BY_WORD: Mapping[str, Meaning] = {
    # Wait.
    "backendError": TROUBLE,
    "internalError": TROUBLE,
    "badGateway": TROUBLE,
    # Ask a person.
    "authError": NOT_LET_IN,
    "insufficientPermissions": BOX_NOT_TICKED,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": BOX_NOT_TICKED,
    "notACalendarUser": _always(
        AccessLost, "This Google account has no Google Calendar."
    ),
    "requiredAccessLevel": _always(
        AccessLost, "Our account may read this calendar but no longer change it."
    ),
    # Ask the operator.
    "accessNotConfigured": API_OFF,
    "SERVICE_DISABLED": API_OFF,
    "CONSUMER_INVALID": PROJECT_OFF,
    "CONSUMER_SUSPENDED": PROJECT_OFF,
    "BILLING_DISABLED": PROJECT_OFF,
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
    "conditionNotMet": STALE,
    "conflict": STALE,
    "duplicate": _always(AlreadyThere, "Google has an event with this id already."),
    "channelIdNotUnique": _always(
        AlreadyThere, "Google has a push channel with this id already."
    ),
    # Give up on this event.
    "timeRangeEmpty": _refused(
        "The event ends before it starts.", Cause.EMPTY_TIME, "when"
    ),
    "eventDurationExceedsLimit": _refused(
        "The event is too long for Google.", Cause.TOO_LONG, "duration"
    ),
    "eventTypeRestriction": _refused(
        "Google does not let us change an event of this type in this way.",
        Cause.EVENT_TYPE,
    ),
    "malformedWorkingLocationEvent": _refused(
        "Google does not accept this as a working location.", Cause.EVENT_TYPE
    ),
    "forbiddenForNonOrganizer": _refused(
        "Only the organizer of the event may change this.", Cause.NOT_ORGANIZER
    ),
    "participantIsNeitherOrganizerNorAttendee": _refused(
        "Only the organizer and the guests may change the event.", Cause.NOT_ORGANIZER
    ),
    "cannotChangeOrganizer": _refused(
        "The event's organizer cannot be changed.", Cause.NOT_ORGANIZER, "participants"
    ),
    "cannotChangeOrganizerOfInstance": _refused(
        "The organizer of a single occurrence cannot be changed.",
        Cause.NOT_ORGANIZER,
        "participants",
    ),
    "forbiddenForServiceAccounts": _refused(
        "The service account may not invite guests: it needs domain-wide delegation.",
        Cause.NO_DELEGATION,
        "participants",
    ),
    "cannotUseDefaultRemindersAndSpecifyOverride": _refused(
        "The event has reminders of its own and those of the calendar.",
        Cause.ALERTS,
        "alerts",
    ),
}
