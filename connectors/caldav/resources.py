"""The resources of one calendar, by their names, as texts and as items."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from urllib.parse import quote, unquote, urlsplit

from connectors.base import Item
from connectors.caldav import writing
from connectors.caldav.dav import (
    C,
    D,
    Dav,
    Found,
    Many,
    Refused,
    lost,
    multiget,
    path_of,
    refusal,
    trouble,
)
from connectors.caldav.lines import Component, Malformed, parsed
from connectors.caldav.reading import content_of, events_in, main_of
from connectors.caldav.times import when_of
from connectors.http import NoAnswer, Response, Why
from sync.errors import Missing
from sync.google.errors import Unreadable
from sync.times import instant

REMEMBERED = 200
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Resources:
    """What lies in one calendar, and what was seen of it last.

    A name is the last part of a resource's address, unquoted: servers quote as they
    like. The texts that were seen last are kept, so a write needs not fetch them again.
    """

    def __init__(self, dav: Dav, calendar: str) -> None:
        self.dav = dav
        self.address = calendar if calendar.endswith("/") else calendar + "/"
        self.seen: dict[str, tuple[str, str]] = {}

    def items(
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
                self.remember(name, etag, text)
                found.append(item)
        return found

    def _fetched(self, names: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Return etag and text of those that are there; too many at once are parted."""
        paths = [path_of(self.url(name)) for name in names]
        try:
            many = self.ask("REPORT", multiget(paths), depth="1").found
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
            if f"{C}calendar-data" in found.props and (name := self.name(found))
        }

    def one(self, name: str) -> tuple[str, str]:
        """Return etag and text of one resource. Raises Missing."""
        response = self.call("GET", name)
        if response.status in (404, 410):
            raise Missing("The item is not in the calendar any more.")
        if not response.is_good:
            raise refusal(response)
        etag = response.headers.get("etag", "")
        return etag, response.body.decode("utf-8", "replace")

    # --- names -----------------------------------------------------------------------

    def ask(self, method: str, body: str, *, depth: str = "0") -> Many:
        """Return what is found in the calendar. Raises what a refusal means."""
        try:
            return self.dav.ask(method, self.address, body, depth=depth)
        except Refused as refused:
            raise lost(refused) or trouble(refused) from None

    def call(
        self,
        method: str,
        name: str,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
        body: bytes | None = None,
    ) -> Response:
        """Return the answer to a request for one resource."""
        return self.dav.call(method, self.url(name), headers=headers, body=body)

    def url(self, name: str) -> str:
        """Return the address of a resource."""
        return self.address + quote(name, safe="@:~!$&'()*+,;=-._")

    def name(self, found: Found) -> str:
        """Return the name of a resource in this calendar; empty for any other."""
        folder, _, last = urlsplit(found.href).path.rpartition("/")
        own = unquote(urlsplit(self.address).path).rstrip("/")
        return unquote(last) if unquote(folder) == own else ""

    def remember(self, name: str, etag: str, text: str) -> None:
        """Keep a text for a write that follows."""
        self.seen.pop(name, None)
        if len(self.seen) >= REMEMBERED:
            self.seen.pop(next(iter(self.seen)))
        self.seen[name] = (etag, text)


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
