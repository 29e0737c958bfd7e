"""The connector of a calendar on a CalDAV server: one agenda, one collection."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from connectors.base import (
    NO_FIELDS,
    Capabilities,
    Item,
    ItemPage,
    Json,
    Window,
    Written,
)
from connectors.caldav import writing
from connectors.caldav.dav import (
    CALENDAR,
    QUIET,
    Dav,
    refusal,
)
from connectors.caldav.definition import CAPABILITIES, MAX_BYTES
from connectors.caldav.lines import Component, Malformed, parsed, written
from connectors.caldav.pages import Pages
from connectors.caldav.reading import content_of
from connectors.caldav.reads import ByToken, cursor_of, digest
from connectors.caldav.resources import Resources, item_of, name_for
from connectors.http import Response
from sync.content import Content
from sync.errors import (
    ContentRefused,
    Missing,
    StaleWrite,
    TransientError,
)
from sync.google.errors import Unreadable
from sync.troubles import Cause

_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class CaldavConnector:
    """One calendar; an item's id is the name of its resource.

    It lives as long as a run: meanwhile it remembers the listing that is being read,
    and the resources seen last, so a write needs not fetch what was just read.
    """

    def __init__(self, dav: Dav, calendar: str, now: Callable[[], datetime]) -> None:
        self._there = Resources(dav, calendar)
        self._now = now
        self._pages = Pages(self._there)
        self._own: dict[str, str | None] = {}

    @property
    def capabilities(self) -> Capabilities:
        """Etags are exact, and the key names the resource that it makes."""
        return CAPABILITIES

    # --- reading ---------------------------------------------------------------------

    def read(self, cursor: str | None, *, window: Window, limit: int) -> ItemPage:
        """Return what changed: one request to list it, and one for the contents."""
        return self._pages.read(cursor, limit=limit)

    def behind_own_writes(self, cursor: str) -> str:
        """Return the cursor that knows our own etags; a token knows no authors."""
        place = cursor_of(cursor)
        if isinstance(place, ByToken) or not self._own:
            return cursor
        marks = dict(place.marks)
        for name, etag in self._own.items():
            marks.pop(digest(name), None)
            if etag is not None:
                marks[digest(name)] = digest(etag)
        return replace(place, marks=marks).text()

    def get(self, ids: Sequence[str]) -> Mapping[str, Item]:
        """Return the items that exist, by id."""
        found = self._there.items(list(ids), dict.fromkeys(ids, ""))
        return {item.id: item for item in found if item.content or item.problem}

    def find(self, key: str) -> Item | None:
        """Return the item that was made with this key, if it exists."""
        name = name_for(key)
        return self.get([name]).get(name)

    # --- writing ---------------------------------------------------------------------

    def project(self, content: Content) -> Content:
        """Return what its iCalendar would show."""
        made = writing.new_calendar(content, key="", ical_uid="", now=_SOME_TIME)
        return content_of(made)

    def create(
        self,
        content: Content,
        *,
        key: str,
        ical_uid: str | None,
        fields: Mapping[str, Json] = NO_FIELDS,
    ) -> Written:
        """Create a resource under a name that follows from the key."""
        name, meeting = name_for(key), ical_uid or content.uid
        made = replace(content, uid=meeting)
        response, text = self._put_new(name, made, key=key, meeting=meeting)
        if response.status in (409, 412):
            known = self.find(key)
            if known is not None:
                return Written(item=known, sure=False)
            # The meeting is there already as something else: this one is called anew.
            made = replace(content, uid=f"{name.removesuffix('.ics')}@tandem")
            response, text = self._put_new(name, made, key=key, meeting=meeting)
        return self._landed(name, text, response)

    def _put_new(
        self, name: str, content: Content, *, key: str, meeting: str
    ) -> tuple[Response, str]:
        calendar = writing.new_calendar(
            content, key=key, ical_uid=meeting, now=self._now()
        )
        return self._put(name, calendar, {"If-None-Match": "*"})

    def write(
        self,
        item_id: str,
        content: Content,
        *,
        before: Content,
        version: str,
        fields: Mapping[str, Json] = NO_FIELDS,
    ) -> Written:
        """Write over the resource as it is only what differs, if it is still that."""
        etag, text = self._there.seen.get(item_id, ("", ""))
        if etag != version:
            etag, text = self._there.one(item_id)
        if etag != version:
            raise StaleWrite("The item changed in the calendar since it was read.")
        try:
            calendar = writing.changed_calendar(
                parsed(text), before, content, now=self._now()
            )
        except (Unreadable, Malformed) as error:
            raise ContentRefused(str(error), cause=Cause.UNREADABLE_ITEM) from error
        response, text = self._put(item_id, calendar, {"If-Match": version})
        self._check_version(item_id, response)
        return self._landed(item_id, text, response)

    def delete(self, item_id: str, *, version: str | None) -> None:
        """Delete a resource; gone already is success."""
        told = {**QUIET, **({} if version is None else {"If-Match": version})}
        response = self._there.dav.call(
            "DELETE", self._there.url(item_id), headers=told
        )
        self._there.seen.pop(item_id, None)
        if response.status in (404, 410):
            return
        try:
            self._check_version(item_id, response)
        except Missing:
            return
        if not response.is_good:
            raise refusal(response)
        self._own[item_id] = None

    def _put(
        self, name: str, calendar: Component, headers: Mapping[str, str]
    ) -> tuple[Response, str]:
        text = written(calendar)
        body = text.encode("utf-8", "replace")
        if len(body) > MAX_BYTES:
            raise ContentRefused(
                f"It would have more than the {MAX_BYTES // 1000} kB that we write.",
                cause=Cause.TOO_LARGE,
            )
        told = {"Content-Type": CALENDAR, **QUIET, **headers}
        response = self._there.dav.call(
            "PUT", self._there.url(name), headers=told, body=body
        )
        return response, text

    def _landed(self, name: str, text: str, response: Response) -> Written:
        """Return what a write came to. Raises what the server says against it."""
        if not response.is_good:
            raise refusal(response)
        etag = response.headers.get("etag", "")
        sure = bool(etag)
        if not sure:
            # RFC 4791, section 5.3.4: no etag where the server keeps something else.
            etag, text = self._there.one(name)
        item = item_of(name, etag, text)
        if item is None:
            raise TransientError("The calendar server keeps something else.")
        self._there.remember(name, etag, text)
        self._own[name] = etag
        return Written(item=item, sure=sure)

    def _check_version(self, name: str, response: Response) -> None:
        """Raise StaleWrite or Missing where a write was refused for its version."""
        if response.status in (404, 410):
            raise Missing("The item is not in the calendar any more.")
        if response.status == 412:
            self._there.one(name)
            raise StaleWrite("The item changed in the calendar since it was read.")
