"""Why an appointment is set aside, and what a person can do about it, in words.

Every cause is a row of `docs/troubles.md`; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

LONGEST_MESSAGE = 300


class Cause(StrEnum):
    """What keeps one appointment from being carried."""

    EMPTY_TIME = "empty_time"
    TOO_LONG = "too_long"
    EVENT_TYPE = "event_type"
    NOT_ORGANIZER = "not_organizer"
    NO_DELEGATION = "no_delegation"
    ALERTS = "alerts"
    FORBIDDEN = "forbidden"
    REFUSED_BY_CALENDAR = "refused_by_calendar"
    REFUSED_BY_AGENDA = "refused_by_agenda"
    UNREADABLE_EVENT = "unreadable_event"
    UNREADABLE_ITEM = "unreadable_item"
    GUESTS_OMITTED = "guests_omitted"
    TOO_LARGE = "too_large"
    RESTLESS = "restless"
    PUT_BACK = "put_back"
    ENDLESS = "endless"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What the other side itself answered: its HTTP status, its word, its message."""

    status: int = 0
    reason: str = ""
    message: str = ""


NEXT_STEPS: Mapping[Cause, str] = MappingProxyType(
    {
        Cause.EMPTY_TIME: (
            "Give the appointment an end that lies after its start, on either side."
        ),
        Cause.TOO_LONG: "Make the appointment shorter, or make several of it.",
        Cause.EVENT_TYPE: (
            "Change it at Google itself, or make an ordinary event in its place."
        ),
        Cause.NOT_ORGANIZER: (
            "Ask the organizer of the meeting to make this change, or undo it in the"
            " agenda."
        ),
        Cause.NO_DELEGATION: (
            "Ask the administrator to give the service account domain-wide delegation,"
            " or take the guests off the appointment."
        ),
        Cause.ALERTS: "Choose either the calendar's reminders or reminders of its own.",
        Cause.FORBIDDEN: (
            "See at Google whether the owner of the calendar may change this event;"
            " then repair the link."
        ),
        Cause.REFUSED_BY_CALENDAR: (
            "Change what Google names in its answer, on either side; it is then tried"
            " again by itself."
        ),
        Cause.REFUSED_BY_AGENDA: (
            "Change what the application names in its answer, on either side; it is"
            " then tried again by itself."
        ),
        Cause.UNREADABLE_EVENT: (
            "Open the event at Google and save it once more; if that does not help,"
            " make it anew."
        ),
        Cause.UNREADABLE_ITEM: (
            "Put the item right in the application; it is then read again by itself."
        ),
        Cause.GUESTS_OMITTED: (
            "Change the guests of this event at Google, where all of them are shown."
        ),
        Cause.TOO_LARGE: (
            "Shorten the description, or have fewer guests or fewer changed"
            " occurrences."
        ),
        Cause.RESTLESS: (
            "Find out which other program writes this appointment all the time; then"
            " repair the link."
        ),
        Cause.PUT_BACK: (
            "Find out what puts the field back, another sync tool perhaps, and stop"
            " it; then repair the link, or change the field on one side."
        ),
        Cause.ENDLESS: (
            "Repair the link; if that does not help, tell those who run Tandem."
        ),
    }
)
