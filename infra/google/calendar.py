"""One Google calendar behind the port `services.ports.calendar.Calendar`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.google.calendar_api import CalendarApi
from infra.google.errors import Asked, unreadable
from infra.google.words import NotWatchable
from services.ports.accounts import AccessToken
from services.ports.calendar import Channel, Envelope, Mails, Page, Row
from services.ports.clock import Clock
from sync.errors import Missing

ROWS_PER_PAGE = 2500

ROW_FIELDS = (
    "id,etag,status,updated,eventType,iCalUID,recurringEventId,originalStartTime,"
    "start,end,endTimeUnspecified,recurrence,summary,description,location,colorId,"
    "eventLabelId,transparency,visibility,reminders,attendees,attendeesOmitted,"
    "organizer,creator/self,extendedProperties,hangoutLink,conferenceData/entryPoints,"
    "guestsCanModify,locked,privateCopy"
)
"""What the codec reads. Whoever maps a further member adds it here."""

LIST_FIELDS = f"nextPageToken,items({ROW_FIELDS})"
PAGE_FIELDS = (
    "nextPageToken,nextSyncToken,summary,timeZone,accessRole,defaultReminders,"
    f"items({ROW_FIELDS})"
)

LONGEST_CHANNEL = timedelta(days=7)

Method = Callable[..., Any]


class GoogleCalendar:
    """One calendar with the rights of one access token; safe for many threads."""

    def __init__(
        self,
        api: CalendarApi,
        access: AccessToken,
        *,
        calendar_id: str,
        event_types: Sequence[str],
        clock: Clock,
    ) -> None:
        self._api = api
        self._access = access
        self._id = calendar_id
        self._event_types = list(event_types)
        self._clock = clock

    def read(self, *, token: str | None, page: str | None) -> Page:
        """Return a page of up to 2,500 rows: all events, or what changed since `token`.

        A sync token holds only for the request that it came from: but for the tokens
        the request is always the same.
        https://developers.google.com/workspace/calendar/api/guides/sync
        """
        answer = self._ask(
            self._api.events.list,
            Asked.CALENDAR,
            syncToken=token,
            pageToken=page,
            eventTypes=self._event_types,
            showDeleted=True,
            singleEvents=False,
            maxResults=ROWS_PER_PAGE,
            fields=PAGE_FIELDS,
        )
        return _page(answer)

    def get(self, event_id: str) -> Row:
        """Return the event, also when it is cancelled. Raises Missing on 404."""
        return self._row(self._api.events.get, Asked.EVENT, eventId=event_id)

    def find(self, ical_uid: str) -> Sequence[Row]:
        """Return master, exceptions and cancelled ones that share an iCalUID."""
        return self._rows(
            self._api.events.list,
            Asked.SEARCH,
            iCalUID=ical_uid,
            showDeleted=True,
            singleEvents=False,
        )

    def instance(self, series_id: str, original_start: str) -> Row:
        """Return one instance by its original start (RFC 3339 or date). Or Missing.

        Asked for, because an instance's id cannot be made up safely: that of a split
        series does not begin with the id of its master.
        """
        rows = self._rows(
            self._api.events.instances,
            Asked.EVENT,
            eventId=series_id,
            originalStart=original_start,
            showDeleted=True,
        )
        if not rows:
            raise Missing("The series has no occurrence at this time.")
        return rows[0]

    def instances(
        self, series_id: str, *, start: datetime, end: datetime
    ) -> Sequence[Row]:
        """Return the instances of a series that reach into a stretch of time.

        Without the cancelled ones; a single event is its own instance. Or Missing.
        """
        return self._rows(
            self._api.events.instances,
            Asked.EVENT,
            eventId=series_id,
            timeMin=start.isoformat(),
            timeMax=end.isoformat(),
            showDeleted=False,
        )

    def insert(self, body: Row, *, mails: Mails) -> Row:
        """Create the event under the id in `body`. Raises AlreadyThere on 409."""
        return self._row(
            self._api.events.insert,
            Asked.NEW_EVENT,
            body=dict(body),
            sendUpdates=mails.value,
        )

    def patch(self, event_id: str, body: Row, *, etag: str | None, mails: Mails) -> Row:
        """Change the members in `body`; None deletes one. StaleWrite or Missing."""
        return self._row(
            self._api.events.patch,
            Asked.EVENT,
            etag=etag,
            eventId=event_id,
            body=dict(body),
            sendUpdates=mails.value,
        )

    def delete(self, event_id: str, *, etag: str | None, mails: Mails) -> None:
        """Delete it; gone already is success. Raises StaleWrite."""
        try:
            self._ask(
                self._api.events.delete,
                Asked.EVENT,
                etag=etag,
                eventId=event_id,
                sendUpdates=mails.value,
            )
        except Missing:
            return

    def watch(
        self, *, channel_id: str, token: str, address: str, lasts: timedelta
    ) -> Channel | None:
        """Open a push channel; None when this calendar cannot be watched.

        It ends when Google says so, which may be earlier than `lasts`.
        """
        body = {
            "id": channel_id,
            "type": "web_hook",
            "address": address,
            "token": token,
            "params": {"ttl": str(int(lasts.total_seconds()))},
        }
        try:
            answer = self._ask(self._api.events.watch, Asked.WATCH, body=body)
        except NotWatchable:
            return None
        return self._channel(answer, channel_id=channel_id, lasts=lasts)

    def stop(self, *, channel_id: str, resource_id: str) -> None:
        """Close a push channel; gone already is success."""
        request = self._api.channels.stop(
            body={"id": channel_id, "resourceId": resource_id}
        )
        try:
            self._send(request, Asked.CHANNEL)
        except Missing:
            return

    def _rows(self, method: Method, asked: Asked, **arguments: Any) -> list[Row]:
        rows: list[Row] = []
        page = None
        while True:
            answer = self._ask(
                method,
                asked,
                pageToken=page,
                maxResults=ROWS_PER_PAGE,
                fields=LIST_FIELDS,
                **arguments,
            )
            rows += answer.get("items", [])
            page = answer.get("nextPageToken")
            if page is None:
                return rows

    def _row(
        self, method: Method, asked: Asked, *, etag: str | None = None, **more: Any
    ) -> Row:
        row = self._ask(method, asked, etag=etag, fields=ROW_FIELDS, **more)
        if "id" not in row:
            raise unreadable()
        return row

    def _ask(
        self, method: Method, asked: Asked, *, etag: str | None = None, **more: Any
    ) -> Mapping[str, Any]:
        request = method(
            calendarId=self._id,
            **more,
        )
        if etag is not None:
            request.headers["If-Match"] = etag
        return self._send(request, asked)

    def _send(self, request: Any, asked: Asked) -> Mapping[str, Any]:
        return self._api.ask(request, asked, access=self._access, now=self._clock.now())

    def _channel(
        self, answer: Mapping[str, Any], *, channel_id: str, lasts: timedelta
    ) -> Channel:
        # An int64 in JSON is a string: milliseconds since 1970.
        ends_at = answer.get("expiration")
        return Channel(
            id=channel_id,
            resource_id=str(answer.get("resourceId", "")),
            ends_at=(
                datetime.fromtimestamp(int(ends_at) / 1000, tz=UTC)
                if ends_at
                else self._clock.now() + min(lasts, LONGEST_CHANNEL)
            ),
        )


def _page(answer: Mapping[str, Any]) -> Page:
    page, token = answer.get("nextPageToken"), answer.get("nextSyncToken")
    if page is None and token is None:
        # Believed, such a page would end a read that nothing could go on from.
        raise unreadable()
    return Page(
        rows=answer.get("items", []),
        envelope=Envelope(
            access_role=answer.get("accessRole", ""),
            time_zone=answer.get("timeZone", ""),
            default_reminders=answer.get("defaultReminders", []),
            summary=answer.get("summary", ""),
        ),
        next_page=page,
        next_token=token if page is None else None,
    )
