"""A calendar whose token may die between two calls, long before its time."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from services.ports.calendar import Calendar, Channel, Mails, Page, Row
from sync.errors import AccessRevoked, TokenRefused

Answer = TypeVar("Answer")


class GuardedCalendar:
    """A calendar that is opened anew, once, when Google refuses its token.

    Google answers 401 before it does anything, so asking again repeats no write. That
    the new token is refused too is a trouble like others (TokenRefused); where Google
    says that the grant does not suffice, `give_up` is told, and the error goes on.
    `count` is told of every call.
    """

    def __init__(
        self,
        calendar: Calendar,
        *,
        reopen: Callable[[], Calendar],
        give_up: Callable[[AccessRevoked], None],
        count: Callable[[], None],
    ) -> None:
        self._calendar = calendar
        self._reopen = reopen
        self._give_up = give_up
        self._count = count

    def read(self, *, token: str | None, page: str | None) -> Page:
        """As the port promises."""
        return self._asked(lambda calendar: calendar.read(token=token, page=page))

    def get(self, event_id: str) -> Row:
        """As the port promises."""
        return self._asked(lambda calendar: calendar.get(event_id))

    def find(self, ical_uid: str) -> Sequence[Row]:
        """As the port promises."""
        return self._asked(lambda calendar: calendar.find(ical_uid))

    def instance(self, series_id: str, original_start: str) -> Row:
        """As the port promises."""
        return self._asked(
            lambda calendar: calendar.instance(series_id, original_start)
        )

    def instances(
        self, series_id: str, *, start: datetime, end: datetime
    ) -> Sequence[Row]:
        """As the port promises."""
        return self._asked(
            lambda calendar: calendar.instances(series_id, start=start, end=end)
        )

    def insert(self, body: Row, *, mails: Mails) -> Row:
        """As the port promises."""
        return self._asked(lambda calendar: calendar.insert(body, mails=mails))

    def patch(self, event_id: str, body: Row, *, etag: str | None, mails: Mails) -> Row:
        """As the port promises."""
        return self._asked(
            lambda calendar: calendar.patch(event_id, body, etag=etag, mails=mails)
        )

    def delete(self, event_id: str, *, etag: str | None, mails: Mails) -> None:
        """As the port promises."""
        self._asked(lambda calendar: calendar.delete(event_id, etag=etag, mails=mails))

    def watch(
        self, *, channel_id: str, token: str, address: str, lasts: timedelta
    ) -> Channel | None:
        """As the port promises."""
        return self._asked(
            lambda calendar: calendar.watch(
                channel_id=channel_id, token=token, address=address, lasts=lasts
            )
        )

    def stop(self, *, channel_id: str, resource_id: str) -> None:
        """As the port promises."""
        self._asked(
            lambda calendar: calendar.stop(
                channel_id=channel_id, resource_id=resource_id
            )
        )

    def _asked(self, question: Callable[[Calendar], Answer]) -> Answer:
        self._count()
        try:
            return question(self._calendar)
        except (TokenRefused, AccessRevoked):
            self._calendar = self._reopen()
        try:
            return question(self._calendar)
        except AccessRevoked as error:
            self._give_up(error)
            raise
