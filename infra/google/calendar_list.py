"""The list of an account's calendars.

https://developers.google.com/workspace/calendar/api/v3/reference/calendarList/list
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from infra.google.calendar_api import CalendarApi
from infra.google.errors import Asked
from services.ports.accounts import AccessToken
from services.ports.calendar import CalendarEntry

ENTRIES_PER_PAGE = 250
FIELDS = (
    "nextPageToken,"
    "items(id,summary,summaryOverride,accessRole,timeZone,primary,deleted)"
)


def calendars(
    api: CalendarApi, access: AccessToken, *, now: datetime
) -> list[CalendarEntry]:
    """Return the account's calendars, those included that its owner hides."""
    entries: list[CalendarEntry] = []
    page = None
    while True:
        answer = _page(api, access, page=page, now=now)
        entries += [_entry(entry) for entry in answer.get("items", [])]
        page = answer.get("nextPageToken")
        if page is None:
            return entries


def _page(
    api: CalendarApi, access: AccessToken, *, page: str | None, now: datetime
) -> Mapping[str, Any]:
    request = api.calendar_list.list(
        maxResults=ENTRIES_PER_PAGE,
        pageToken=page,
        showHidden=True,
        fields=FIELDS,
    )
    return api.ask(request, Asked.CALENDAR, access=access, now=now)


def _entry(entry: Mapping[str, Any]) -> CalendarEntry:
    return CalendarEntry(
        id=entry["id"],
        summary=entry.get("summaryOverride") or entry.get("summary", ""),
        access_role=entry.get("accessRole", "none"),
        time_zone=entry.get("timeZone", ""),
        primary=entry.get("primary", False),
    )
