"""The parameters of `events.list`, read and refused as Google does.

https://developers.google.com/workspace/calendar/api/v3/reference/events/list
"""

from dataclasses import dataclass
from datetime import datetime

from werkzeug.datastructures import MultiDict

from local.google.errors import ApiError, invalid, time_range_empty
from local.google.times import instant_of, zone

NOT_WITH_TOKEN = (
    "iCalUID",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
)
NO_TOKEN_AFTER = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "updatedMin",
)
SHAPE = ("singleEvents", "eventTypes", "showHiddenInvitations", "maxAttendees")
BESIDE_THE_PAGE = frozenset(
    {
        "pageToken",
        "fields",
        "key",
        "alt",
        "prettyPrint",
        "quotaUser",
        "userIp",
        "maxResults",
        "access_token",
        "oauth_token",
    }
)
DEFAULT_PAGE = 250
LARGEST_PAGE = 2500

Arguments = MultiDict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ListQuery:
    """One reading of a calendar's events."""

    page_size: int
    zone_name: str | None
    sync_token: str | None
    page_token: str | None
    single_events: bool
    show_deleted: bool
    order_by: str | None
    time_min: datetime | None
    time_max: datetime | None
    updated_min: datetime | None
    terms: tuple[str, ...]
    uid: str | None
    event_types: frozenset[str]
    private: tuple[str, ...]
    shared: tuple[str, ...]
    most_attendees: int | None
    shape: str
    whole_shape: str
    ends_with_sync_token: bool

    @property
    def incremental(self) -> bool:
        """Say whether only changes are asked for."""
        return self.sync_token is not None

    @property
    def shows_cancelled(self) -> bool:
        """Say whether deleted rows are shown."""
        return self.show_deleted or self.incremental or self.updated_min is not None


def read_query(arguments: Arguments) -> ListQuery:
    """Return the reading that the parameters ask for, or raise the 400."""
    _check_token_alone(arguments)
    query = ListQuery(
        page_size=page_size(arguments, default=DEFAULT_PAGE, largest=LARGEST_PAGE),
        zone_name=zone_argument(arguments),
        sync_token=arguments.get("syncToken") or None,
        page_token=arguments.get("pageToken") or None,
        single_events=arguments.get("singleEvents") == "true",
        show_deleted=arguments.get("showDeleted") == "true",
        order_by=arguments.get("orderBy"),
        time_min=instant_argument(arguments, "timeMin"),
        time_max=instant_argument(arguments, "timeMax"),
        updated_min=instant_argument(arguments, "updatedMin"),
        terms=tuple((arguments.get("q") or "").lower().split()),
        uid=arguments.get("iCalUID"),
        event_types=frozenset(arguments.getlist("eventTypes")),
        private=tuple(arguments.getlist("privateExtendedProperty")),
        shared=tuple(arguments.getlist("sharedExtendedProperty")),
        most_attendees=most_attendees(arguments),
        shape=_shape(arguments),
        whole_shape=_whole_shape(arguments),
        ends_with_sync_token=not any(name in arguments for name in NO_TOKEN_AFTER),
    )
    _check_order(query)
    return query


def _check_token_alone(arguments: Arguments) -> None:
    if not arguments.get("syncToken"):
        return
    if any(name in arguments for name in NOT_WITH_TOKEN):
        raise invalid(
            "Sync token cannot be used with other request restrictions",
            location="syncToken",
        )
    if "orderBy" in arguments:
        raise invalid(
            "Sync token cannot be used with non-default ordering", location="syncToken"
        )
    if arguments.get("showDeleted") == "false":
        raise invalid(
            "Sync token cannot be used with showDeleted=false", location="syncToken"
        )


def _check_order(query: ListQuery) -> None:
    if query.order_by not in (None, "startTime", "updated"):
        raise invalid("Invalid value for orderBy.", location="orderBy")
    if query.order_by == "startTime" and not query.single_events:
        raise ApiError(
            status=400,
            reason="badRequest",
            message=(
                "The requested ordering is not available for the particular query."
            ),
        )
    check_window(query.time_min, query.time_max)


def check_window(first: datetime | None, last: datetime | None) -> None:
    """Raise the 400 for a window that holds nothing."""
    if first and last and last <= first:
        raise time_range_empty("timeMax")


def page_size(arguments: Arguments, *, default: int, largest: int) -> int:
    """Return how many rows a page may hold; more than allowed is cut."""
    text = arguments.get("maxResults")
    if text is None:
        return default
    if not text.isdigit() or int(text) < 1:
        raise invalid("Invalid value for maxResults.", location="maxResults")
    return min(int(text), largest)


def most_attendees(arguments: Arguments) -> int | None:
    """Return the `maxAttendees` parameter."""
    text = arguments.get("maxAttendees")
    if text is None:
        return None
    if not text.isdigit() or int(text) < 1:
        raise invalid("Invalid value for maxAttendees.", location="maxAttendees")
    return int(text)


def zone_argument(arguments: Arguments) -> str | None:
    """Return the zone in which the answer is wanted."""
    name = arguments.get("timeZone")
    if name is None:
        return None
    try:
        zone(name)
    except KeyError:
        raise invalid("Invalid time zone.", location="timeZone") from None
    return name


def instant_argument(arguments: Arguments, name: str) -> datetime | None:
    """Return a time parameter; it needs an offset."""
    text = arguments.get(name)
    if text is None:
        return None
    try:
        return instant_of(text.replace(" ", "+")).replace(microsecond=0)
    except ValueError:
        raise ApiError(
            status=400,
            reason="badRequest",
            message="Bad Request",
            location_type="parameter",
            location=name,
        ) from None


def _shape(arguments: Arguments) -> str:
    return repr([(name, sorted(arguments.getlist(name))) for name in SHAPE])


def _whole_shape(arguments: Arguments) -> str:
    names = sorted(set(arguments) - BESIDE_THE_PAGE)
    return repr([(name, arguments.getlist(name)) for name in names])
