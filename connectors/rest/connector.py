"""The connector of a `rest` agenda: items that Tandem itself keeps for an application.

Versions are exact and a write's answer shows that write alone, since the shelf on which
the items lie is our own.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.base import (
    NO_FIELDS,
    Capabilities,
    Item,
    ItemPage,
    Json,
    Window,
    Written,
)
from connectors.rest.definition import CAPABILITIES
from connectors.shelf import ItemShelf, ShelfItem
from sync import jscalendar
from sync.content import Content
from sync.errors import SyncTokenExpired
from sync.normal import normal

_CURSOR = re.compile(r"(full|since)\.(\d{1,15})\.(\d{1,12})")


@dataclass(frozen=True, slots=True)
class RestConnector:
    """One agenda whose items lie on a shelf of ours.

    `latest` is the number of the agenda's newest change, where its reader knows it
    already: then nothing is asked for when the cursor has reached it.
    """

    agenda_id: str
    items: ItemShelf
    latest: int | None = None

    @property
    def capabilities(self) -> Capabilities:
        """Everything exact, and told of each change without being asked."""
        return CAPABILITIES

    def read(self, cursor: str | None, *, window: Window, limit: int) -> ItemPage:
        """Return what changed, by number; without a cursor all items that are there.

        What changes or goes while all are read comes again at the end, so nothing is
        missed: only the first page may leave out what is deleted.
        """
        full, number = self._place(cursor)
        if not full and number == self.latest:
            return ItemPage(items=(), cursor=self._cursor("since", number))
        page = self.items.changed_since(number, limit=limit)
        first = cursor is None
        items = [_item(one) for one in page.items if not (first and one.deleted)]
        if full and not page.more:
            # Items that went with their agenda must not look like deleted ones.
            self.items.require()
        mode = "full" if full and page.more else "since"
        return ItemPage(
            items=items,
            cursor=self._cursor(mode, page.number),
            more=page.more,
            complete_read=full and not page.more,
        )

    def behind_own_writes(self, cursor: str) -> str:
        """Go on behind our own writes while their numbers follow without a gap."""
        full, number = self._place(cursor)
        reached = number
        while not full and reached + 1 in self.items.own:
            reached += 1
        return cursor if reached == number else self._cursor("since", reached)

    def get(self, ids: Sequence[str]) -> Mapping[str, Item]:
        """Return the items that exist, by id."""
        found = self.items.get(ids)
        return {item.id: _item(item) for item in found.values() if not item.deleted}

    def find(self, key: str) -> Item | None:
        """Return the item that was made with this key, if it exists."""
        item_id = id_for(key)
        return self.get([item_id]).get(item_id)

    def project(self, content: Content) -> Content:
        """Return the normal form: nothing else is lost here."""
        return normal(content)

    def create(
        self,
        content: Content,
        *,
        key: str,
        ical_uid: str | None,
        fields: Mapping[str, Json] = NO_FIELDS,
    ) -> Written:
        """Create an item under an id that follows from the key."""
        made = self.items.create(
            id_for(key),
            jscalendar.write(content),
            key=key,
            ical_uid=ical_uid,
            fields=fields,
        )
        return self._written(made)

    def write(
        self,
        item_id: str,
        content: Content,
        *,
        before: Content,
        version: str,
        fields: Mapping[str, Json] = NO_FIELDS,
    ) -> Written:
        """Bring an item to `content`; what `before` already shows is not touched."""

        def patched(json: Mapping[str, Json]) -> Mapping[str, Json]:
            return jscalendar.patch(json, before, content)

        written = self.items.replace(
            item_id, patched, number=int(version), fields=fields
        )
        return self._written(written)

    def delete(self, item_id: str, *, version: str | None) -> None:
        """Delete an item; gone already is success."""
        number = None if version is None else int(version)
        self.items.delete(item_id, number=number)

    def _written(self, item: ShelfItem) -> Written:
        # What was there already may hold an edit that nobody has seen yet.
        return Written(item=_item(item), sure=item.number in self.items.own)

    def _cursor(self, mode: str, number: int) -> str:
        return f"{mode}.{number}.{self.items.stamp()}"

    def _place(self, cursor: str | None) -> tuple[bool, int]:
        """Return whether everything is being read, and behind which number to go on."""
        if cursor is None:
            return True, 0
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            raise SyncTokenExpired("The cursor of the agenda is none of ours.")
        mode, number, stamp = found.groups()
        if self.items.is_too_old(int(stamp)):
            raise SyncTokenExpired("The cursor is older than what deletes are kept.")
        return mode == "full", int(number)


def id_for(key: str) -> str:
    """Return the id of the item that is made with a key, always the same."""
    digest = base64.b32encode(hashlib.sha256(key.encode()).digest()).decode().lower()
    return f"g{digest[:26]}"


def _item(found: ShelfItem) -> Item:
    content, problem = None, None
    if not found.deleted:
        try:
            content = jscalendar.read(found.json, default_uid=found.id)
        except jscalendar.ContentInvalid as error:
            problem = str(error)
    return Item(
        id=found.id,
        version=str(found.number),
        content=content,
        changed_at=found.changed_at,
        key=found.key,
        ical_uid=found.ical_uid,
        problem=problem,
        extra=found.extra,
    )
