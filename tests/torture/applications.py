"""The agenda behind Tandem's connector: its own, or a hostile one."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from connectors.base import (
    NO_FIELDS,
    Capabilities,
    Creates,
    Item,
    ItemPage,
    Versions,
    Window,
    Written,
)
from services.items.fields import with_fields
from services.items.moved_exceptions import keys_in, with_exceptions_along
from services.items.reading import read_item
from services.json_values import merge_patch
from sync import jscalendar
from sync.content import Content
from sync.errors import Missing, StaleWrite
from sync.normal import normal
from tests.torture.workers import Points
from tests.twins import VirtualClock

Json = dict[str, Any]

LONGEST_TITLE = 250
EMOJI = re.compile("[\U0001f000-\U0001ffff☀-➿️]")
TAGS = {"<b>": "<strong>", "</b>": "</strong>", "<br>": "<br />"}
SECONDS = re.compile(r"(T\d\d:\d\d):\d\d")
STATEMENTS = frozenset({"title", "description", "start", "locations"})


class Applications(Protocol):
    """What applications do in the agenda, and what lies there."""

    def put(self, author: str, item_id: str, body: Json) -> None: ...

    def patch(self, author: str, item_id: str, body: Json) -> None: ...

    def delete(self, author: str, item_id: str) -> None: ...

    def items(self) -> Mapping[str, Json]: ...

    def project(self, content: Content) -> Content: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An item in the hostile agenda; a deleted one has no JSON."""

    id: str
    number: int
    json: Json | None
    changed_at: datetime
    key: str | None = None
    ical_uid: str | None = None


class HostileAgenda:
    """An agenda that holds less than it is given, and answers with more.

    It strips emoji, trims, cuts titles, rewrites HTML and forgets seconds, whoever
    writes. What it answers to a write may show other people's edits too.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.entries: dict[str, Entry] = {}
        self.number = 0
        self.changed: Callable[[], None] = lambda: None

    # --- people ----------------------------------------------------------------------

    def put(self, author: str, item_id: str, body: Json) -> None:
        """Keep an item as stated."""
        self._people(item_id, read_item(body, item_id).json)

    def patch(self, author: str, item_id: str, body: Json) -> None:
        """Change some members of an item."""
        now = self.entries[item_id].json or {}
        value = with_exceptions_along(now, merge_patch(now, body), named=keys_in(body))
        self._people(item_id, read_item(value, item_id).json)

    def delete(self, author: str, item_id: str) -> None:
        """Delete an item."""
        self._people(item_id, None)

    def _people(self, item_id: str, value: Mapping[str, Any] | None) -> None:
        self.keep(item_id, None if value is None else dict(value))
        self.changed()

    def items(self) -> Mapping[str, Json]:
        """Return what lies there."""
        known = self.entries.values()
        return {one.id: one.json for one in known if one.json is not None}

    # --- keeping ---------------------------------------------------------------------

    def keep(
        self,
        item_id: str,
        value: Json | None,
        *,
        key: str | None = None,
        ical_uid: str | None = None,
    ) -> Entry:
        """Keep what is left of a value."""
        self.number += 1
        known = self.entries.get(item_id)
        made = known or Entry(
            id=item_id, number=0, json=None, changed_at=self.clock.now()
        )
        kept = replace(
            made,
            number=self.number,
            json=None if value is None else held(value),
            changed_at=self.clock.now(),
            key=made.key or key,
            ical_uid=made.ical_uid or ical_uid,
        )
        self.entries[item_id] = kept
        return kept

    def project(self, content: Content) -> Content:
        """Return what is left of a content."""
        value = held(dict(jscalendar.write(content)))
        return normal(jscalendar.read(value, default_uid=content.uid))


def held(value: Json) -> Json:
    """Return what the hostile agenda holds of an item, or of an override of one."""
    kept = dict(value)
    if "title" in kept:
        kept["title"] = _text(kept["title"])[:LONGEST_TITLE].strip()
    if "description" in kept:
        kept["description"] = _rewritten(_text(kept["description"]))
    if "start" in kept:
        kept["start"] = SECONDS.sub(r"\1:00", kept["start"])
    overrides = kept.get("recurrenceOverrides")
    if overrides:
        kept["recurrenceOverrides"] = {
            slot: held(change) for slot, change in overrides.items()
        }
    return kept


def _text(text: str) -> str:
    return EMOJI.sub("", text).strip()


def _rewritten(text: str) -> str:
    for tag, other in TAGS.items():
        text = text.replace(tag, other)
    return text


@dataclass(frozen=True, slots=True)
class HostileConnector:
    """The hostile agenda as a connector sees it, through calls that may be struck."""

    agenda: HostileAgenda
    points: Points

    @property
    def capabilities(self) -> Capabilities:
        """Exact versions, and answers that are never sure."""
        return Capabilities(versions=Versions.EXACT, creates=Creates.IDEMPOTENT)

    def _called(self, deed: Callable[[], Any]) -> Any:
        late = self.points.before("agenda")
        result = deed()
        if late:
            self.points.after()
        return result

    def read(self, cursor: str | None, *, window: Window, limit: int) -> ItemPage:
        """Return what changed, in its order."""
        found: ItemPage = self._called(lambda: self._page(int(cursor or 0), limit))
        return found

    def _page(self, since: int, limit: int) -> ItemPage:
        known = sorted(self.agenda.entries.values(), key=lambda one: one.number)
        news = [one for one in known if one.number > since]
        page, more = news[:limit], len(news) > limit
        last = page[-1].number if page else self.agenda.number
        return ItemPage(
            items=[_item(one) for one in page],
            cursor=str(last),
            more=more,
            complete_read=not since and not more,
        )

    def behind_own_writes(self, cursor: str) -> str:
        """Return the same cursor: it cannot tell."""
        return cursor

    def get(self, ids: Sequence[str]) -> Mapping[str, Item]:
        """Return the items that exist."""
        known = self._called(lambda: dict(self.agenda.entries))
        there = [known[name] for name in ids if name in known]
        return {one.id: _item(one) for one in there if one.json is not None}

    def find(self, key: str) -> Item | None:
        """Return the item that was made with this key, if it exists."""
        known = self._called(lambda: self._keyed(key))
        return _item(known) if known and known.json is not None else None

    def _keyed(self, key: str) -> Entry | None:
        known = self.agenda.entries.values()
        return next((one for one in known if one.key == key), None)

    def project(self, content: Content) -> Content:
        """Return what is left of a content."""
        return self.agenda.project(content)

    def create(
        self,
        content: Content,
        *,
        key: str,
        ical_uid: str | None,
        fields: Mapping[str, Any] = NO_FIELDS,
    ) -> Written:
        """Make an item, or return what was made with the same key."""

        def made() -> Entry:
            name = f"h{len(self.agenda.entries)}"
            value = dict(with_fields(jscalendar.write(content), fields))
            known = self._keyed(key)
            return known or self.agenda.keep(name, value, key=key, ical_uid=ical_uid)

        return Written(item=_item(self._called(made)), sure=False)

    def write(
        self,
        item_id: str,
        content: Content,
        *,
        before: Content,
        version: str,
        fields: Mapping[str, Any] = NO_FIELDS,
    ) -> Written:
        """Change what differs between the two contents."""

        def changed() -> Entry:
            known = self.agenda.entries.get(item_id)
            if known is None or known.json is None:
                raise Missing("The item is not there any more.")
            if str(known.number) != version:
                raise StaleWrite("The item changed since.")
            patched = jscalendar.patch(known.json, before, content)
            return self.agenda.keep(item_id, dict(with_fields(patched, fields)))

        return Written(item=_item(self._called(changed)), sure=False)

    def delete(self, item_id: str, *, version: str | None) -> None:
        """Delete an item; gone already is success."""

        def gone() -> None:
            known = self.agenda.entries.get(item_id)
            if known is None or known.json is None:
                return
            if version is not None and str(known.number) != version:
                raise StaleWrite("The item changed since.")
            self.agenda.keep(item_id, None)

        self._called(gone)


def _item(entry: Entry) -> Item:
    content = None
    if entry.json is not None:
        content = jscalendar.read(entry.json, default_uid=entry.id)
    return Item(
        id=entry.id,
        version=str(entry.number),
        content=content,
        changed_at=entry.changed_at,
        key=entry.key,
        ical_uid=entry.ical_uid,
    )
