"""The connector of a calendar on a CalDAV server: one agenda, one collection."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import Element

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
    CS,
    QUIET,
    C,
    D,
    Dav,
    Found,
    Many,
    Refused,
    lost,
    multiget,
    path_of,
    propfind,
    refusal,
    sync_collection,
    trouble,
)
from connectors.caldav.definition import CAPABILITIES, MAX_BYTES
from connectors.caldav.lines import Component, Malformed, parsed, written
from connectors.caldav.reading import content_of, events_in, main_of
from connectors.caldav.reads import ByEtags, ByToken, cursor_of, digest
from connectors.caldav.times import when_of
from connectors.http import NoAnswer, Response, Why
from sync.content import Content
from sync.errors import (
    ContentRefused,
    Missing,
    StaleWrite,
    SyncTokenExpired,
    TransientError,
)
from sync.google.errors import Unreadable
from sync.times import instant
from sync.troubles import Cause

REMEMBERED = 200
_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Listing:
    """What a server listed at once: the etag of each name, None for what is gone."""

    start: str
    end: str
    etags: Mapping[str, str | None]
    truncated: bool = False


class CaldavConnector:
    """One calendar; an item's id is the last part of its address, as the server has it.

    It lives as long as a run: meanwhile it remembers the listing that is being read, and
    the resources that it saw last, so that a write needs not fetch what was just read.
    """

    def __init__(self, dav: Dav, calendar: str, now: Callable[[], datetime]) -> None:
        self._dav = dav
        self._calendar = calendar if calendar.endswith("/") else calendar + "/"
        self._now = now
        self._listing: _Listing | None = None
        self._seen: dict[str, tuple[str, str]] = {}
        self._own: dict[str, str | None] = {}

    @property
    def capabilities(self) -> Capabilities:
        """Etags are exact; a name that follows from the key makes creates repeatable."""
        return CAPABILITIES

    # --- reading ---------------------------------------------------------------------

    def read(self, cursor: str | None, *, window: Window, limit: int) -> ItemPage:
        """Return what changed: one request to list it, and one for the contents."""
        place = self._beginning() if cursor is None else cursor_of(cursor)
        if isinstance(place, ByToken):
            return self._page_by_token(place, limit=limit)
        return self._page_by_etags(place, limit=limit)

    def _beginning(self) -> ByToken | ByEtags:
        """Begin to read everything, with tokens where the server has such."""
        name = f"{D}supported-report-set"
        for found in self._ask("PROPFIND", propfind("D:supported-report-set")).found:
            reports = found.props.get(name, Element(name))
            if next(reports.iter(f"{D}sync-collection"), None) is not None:
                return ByToken()
        return ByEtags()

    def _page_by_token(self, place: ByToken, *, limit: int) -> ItemPage:
        listing = self._listed(place)
        if listing.truncated and place.last and listing is not self._listing:
            place = ByToken(full=place.full, start=place.start)
        self._listing = listing
        rest = sorted(name for name in listing.etags if name > place.last)
        page, end = rest[:limit], place.end or listing.end
        if len(rest) > limit:
            after = replace(place, end=end, last=page[-1])
        elif listing.truncated:
            after = ByToken(full=place.full, start=end)
        else:
            after = ByToken(full=False, start=end)
        more = len(rest) > limit or listing.truncated
        return ItemPage(
            items=self._items(page, listing.etags),
            cursor=after.text(),
            more=more,
            complete_read=place.full and not more,
        )

    def _listed(self, place: ByToken) -> _Listing:
        """Return what changed since a token; the same again between its pages."""
        known = self._listing
        between = known is not None and place.last != ""
        if known is not None and between and known.start == place.start:
            return known
        try:
            many = self._dav.ask("REPORT", self._calendar, sync_collection(place.start))
        except Refused as refused:
            gone = lost(refused)
            if place.start and gone is None:
                # 403 or 412 with valid-sync-token, or 418 from an older Nextcloud.
                raise SyncTokenExpired("The server forgot its token.") from None
            raise gone or trouble(refused) from None
        etags = {
            name: None if found.status == 404 else found.text(f"{D}getetag")
            for found in many.found
            if (name := self._name(found))
        }
        return _Listing(
            start=place.start, end=many.token, etags=etags, truncated=many.truncated
        )

    def _page_by_etags(self, place: ByEtags, *, limit: int) -> ItemPage:
        names = ("CS:getctag", "D:getetag")
        if not place.full and place.ctag and self._ctag() == place.ctag:
            return ItemPage(items=(), cursor=place.text())
        many = self._ask("PROPFIND", propfind(*names), depth="1").found
        ctag = next((found.text(f"{CS}getctag") for found in many), "")
        etags = {
            name: found.text(f"{D}getetag")
            for found in many
            if (name := self._name(found))
        }
        if place.gone(etags):
            # Names of what is gone are nowhere kept: only a full read tells who is left.
            raise SyncTokenExpired("Something is gone from the calendar.")
        rest = sorted(name for name in etags if not place.knows(name, etags[name]))
        page, more = rest[:limit], len(rest) > limit
        marks = {**place.marks, **{digest(name): digest(etags[name]) for name in page}}
        after = ByEtags(
            full=place.full and more, ctag="" if more else ctag, marks=marks
        )
        return ItemPage(
            items=self._items(page, etags),
            cursor=after.text(),
            more=more,
            complete_read=place.full and not more,
        )

    def _ctag(self) -> str:
        found = self._ask("PROPFIND", propfind("CS:getctag")).found
        return found[0].text(f"{CS}getctag") if found else ""

    def behind_own_writes(self, cursor: str) -> str:
        """Return the cursor that knows our own etags; a token knows nothing of authors."""
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
        found = self._items(list(ids), dict.fromkeys(ids, ""))
        return {item.id: item for item in found if item.content or item.problem}

    def find(self, key: str) -> Item | None:
        """Return the item that was made with this key, if it exists."""
        name = name_for(key)
        return self.get([name]).get(name)

    def _items(
        self, names: Sequence[str], etags: Mapping[str, str | None]
    ) -> list[Item]:
        """Return these as items; what is no appointment is left out."""
        wanted = [name for name in names if etags[name] is not None]
        texts = self._fetched(wanted) if wanted else {}
        found = []
        for name in names:
            if name not in texts:
                found.append(Item(id=name, version="", content=None))
                continue
            etag, text = texts[name]
            item = item_of(name, etag, text)
            if item is not None:
                self._remember(name, etag, text)
                found.append(item)
        return found

    def _fetched(self, names: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Return etag and text of those that are there; too many at once are parted."""
        paths = [path_of(self._url(name)) for name in names]
        try:
            many = self._ask("REPORT", multiget(paths), depth="1").found
        except NoAnswer as error:
            if len(names) == 1 or error.why not in (Why.TOO_LARGE, Why.LATE):
                raise
            half = len(names) // 2
            return {**self._fetched(names[:half]), **self._fetched(names[half:])}
        return {
            name: (
                found.text(f"{D}getetag"),
                found.props[f"{C}calendar-data"].text or "",
            )
            for found in many
            if f"{C}calendar-data" in found.props and (name := self._name(found))
        }

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
        etag, text = self._seen.get(item_id, ("", ""))
        if etag != version:
            etag, text = self._one(item_id)
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
        response = self._dav.call("DELETE", self._url(item_id), headers=told)
        self._seen.pop(item_id, None)
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
        response = self._dav.call("PUT", self._url(name), headers=told, body=body)
        return response, text

    def _landed(self, name: str, text: str, response: Response) -> Written:
        """Return what a write came to. Raises what the server says against it."""
        if not response.is_good:
            raise refusal(response)
        etag = response.headers.get("etag", "")
        sure = bool(etag)
        if not sure:
            # RFC 4791, section 5.3.4: no etag where the server keeps something else.
            etag, text = self._one(name)
        item = item_of(name, etag, text)
        if item is None:
            raise TransientError("The calendar server keeps something else.")
        self._remember(name, etag, text)
        self._own[name] = etag
        return Written(item=item, sure=sure)

    def _check_version(self, name: str, response: Response) -> None:
        """Raise StaleWrite or Missing where a write was refused for its version."""
        if response.status in (404, 410):
            raise Missing("The item is not in the calendar any more.")
        if response.status == 412:
            self._one(name)
            raise StaleWrite("The item changed in the calendar since it was read.")

    def _one(self, name: str) -> tuple[str, str]:
        """Return etag and text of one resource. Raises Missing."""
        response = self._dav.call("GET", self._url(name))
        if response.status in (404, 410):
            raise Missing("The item is not in the calendar any more.")
        if not response.is_good:
            raise refusal(response)
        etag = response.headers.get("etag", "")
        return etag, response.body.decode("utf-8", "replace")

    # --- names -----------------------------------------------------------------------

    def _ask(self, method: str, body: str, *, depth: str = "0") -> Many:
        try:
            return self._dav.ask(method, self._calendar, body, depth=depth)
        except Refused as refused:
            raise lost(refused) or trouble(refused) from None

    def _url(self, name: str) -> str:
        return self._calendar + quote(name, safe="@:~!$&'()*+,;=-._")

    def _name(self, found: Found) -> str:
        """Return the name of a resource in this calendar; empty for any other."""
        folder, _, last = urlsplit(found.href).path.rpartition("/")
        own = unquote(urlsplit(self._calendar).path).rstrip("/")
        return unquote(last) if unquote(folder) == own else ""

    def _remember(self, name: str, etag: str, text: str) -> None:
        self._seen.pop(name, None)
        if len(self._seen) >= REMEMBERED:
            self._seen.pop(next(iter(self._seen)))
        self._seen[name] = (etag, text)


def name_for(key: str) -> str:
    """Return the name of the resource that is made with a key, always the same."""
    digested = hashlib.sha256(key.encode()).digest()
    return f"tandem-{base64.b32encode(digested).decode().lower()[:26]}.ics"


def item_of(name: str, etag: str, text: str) -> Item | None:
    """Return a resource as an item; None where it is no appointment (a task, say)."""
    try:
        calendar = parsed(text)
        if not events_in(calendar):
            return None
        main, content, problem = main_of(calendar), content_of(calendar), None
    except (Malformed, Unreadable) as error:
        return Item(id=name, version=etag, content=None, problem=str(error))
    return Item(
        id=name,
        version=etag,
        content=content,
        changed_at=_changed_at(main),
        key=main.text(writing.KEY) or None,
        ical_uid=main.text(writing.MEETING) or main.text("UID") or None,
        problem=problem,
    )


def _changed_at(event: Component) -> datetime | None:
    line = event.line("LAST-MODIFIED") or event.line("DTSTAMP")
    try:
        when = None if line is None else when_of(line, {})
    except Unreadable:
        return None
    if when is None or when.zone is None:
        return None
    return instant(when)
