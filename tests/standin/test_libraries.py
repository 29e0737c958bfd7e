"""Other people's programs, unchanged, against the stand-in."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import aiohttp
from gcal_sync.api import GoogleCalendarService, ListEventsRequest
from gcal_sync.auth import AbstractAuth
from gcal_sync.model import DateOrDatetime, Event
from gcal_sync.sync import CalendarEventSyncManager, CalendarListSyncManager

from tests.standin.conftest import Control
from tests.standin.people import Person

T = TypeVar("T")


class Auth(AbstractAuth):
    """Signs gcal_sync's calls with a person's token."""

    def __init__(self, session: aiohttp.ClientSession, person: Person) -> None:
        super().__init__(session, f"{person.url}/calendar/v3")
        self._token = person.access_token

    async def async_get_access_token(self) -> str:
        """Return the token."""
        return self._token


def with_service(
    person: Person, work: Callable[[GoogleCalendarService], Awaitable[T]]
) -> T:
    """Return what comes of work with gcal_sync's service."""

    async def run() -> T:
        async with aiohttp.ClientSession() as session:
            return await work(GoogleCalendarService(Auth(session, person)))

    return asyncio.run(run())


def test_gcal_sync_follows_a_calendar(ann: Person, control: Control) -> None:
    """A full read, incremental ones, and a full one again after a 410.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    ann.insert(summary="First")

    async def work(service: GoogleCalendarService) -> list[list[str]]:
        manager = CalendarEventSyncManager(service, ann.email)
        found = []

        async def look() -> None:
            await manager.run()
            timeline = await manager.store_service.async_get_timeline()
            found.append([event.summary for event in timeline])

        await look()
        second = ann.insert(summary="Second")
        await look()
        ann.delete(second["id"])
        await look()
        control("expire")
        await look()
        return found

    assert with_service(ann, work) == [
        ["First"],
        ["First", "Second"],
        ["First"],
        ["First"],
    ]


def test_gcal_sync_changes_a_series(ann: Person) -> None:
    """It cancels one instance by the id that it makes up.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly()
    ids = [row["id"] for row in ann.instances(series["id"])]

    async def work(service: GoogleCalendarService) -> None:
        manager = CalendarEventSyncManager(service, ann.email)
        await manager.run()
        await manager.store_service.async_delete_event(series["iCalUID"], ids[1])

    with_service(ann, work)

    assert [row["id"] for row in ann.instances(series["id"])] == [ids[0], *ids[2:]]


def test_gcal_sync_lists_and_inserts(ann: Person) -> None:
    """Calendars, single events in order, and an event of its own.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    start = datetime(2026, 12, 1, 9, tzinfo=UTC)
    end = datetime(2026, 12, 1, 10, tzinfo=UTC)
    new = Event(
        summary="Made by gcal_sync",
        start=DateOrDatetime.parse(start),
        end=DateOrDatetime.parse(end),
    )

    async def work(service: GoogleCalendarService) -> tuple[list[str], list[str]]:
        await service.async_create_event(ann.email, new)
        request = ListEventsRequest(calendarId=ann.email, timeMin=start)
        listed = await service.async_list_events(request)
        calendars = CalendarListSyncManager(service)
        await calendars.run()
        entries = await calendars.store_service.async_list_calendars()
        return (
            [event.summary for event in listed.items],
            [entry.id for entry in entries.calendars],
        )

    assert with_service(ann, work) == (["Made by gcal_sync"], [ann.email])
