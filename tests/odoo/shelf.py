"""A shelf in memory: what a connector notes of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from connectors.shelf import Rewrite
from sync import jscalendar
from sync.errors import Missing, StaleWrite

Json = Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Noted:
    """One entry, as `connectors.shelf.ShelfItem` promises."""

    id: str
    number: int
    json: Mapping[str, Json] = field(default_factory=dict)
    deleted: bool = False
    key: str | None = None
    ical_uid: str | None = None
    changed_at: datetime = datetime(2026, 11, 20, tzinfo=UTC)
    extra: Mapping[str, Json] = field(default_factory=dict)


@dataclass(slots=True)
class MemoryShelf:
    """As much of `connectors.shelf.ItemShelf` as notes need."""

    items: dict[str, Noted] = field(default_factory=dict)
    own: set[int] = field(default_factory=set)

    def get(self, ids: Sequence[str]) -> Mapping[str, Noted]:
        return {name: self.items[name] for name in ids if name in self.items}

    def create(
        self,
        item_id: str,
        value: Mapping[str, Json],
        *,
        key: str,
        ical_uid: str | None,
        fields: Mapping[str, Json],
    ) -> Noted:
        jscalendar.read(value, default_uid=item_id)
        if item_id in self.items and not self.items[item_id].deleted:
            return self.items[item_id]
        made = Noted(id=item_id, number=len(self.items), json=value, key=key)
        return self.items.setdefault(item_id, made)

    def replace(
        self, item_id: str, how: Rewrite, *, number: int, fields: Mapping[str, Json]
    ) -> Noted:
        known = self.items.get(item_id)
        if known is None or known.deleted:
            raise Missing(item_id)
        if known.number != number:
            raise StaleWrite(item_id)
        new = replace(known, json=how(known.json), number=number + 1000)
        self.items[item_id] = new
        return new

    def delete(self, item_id: str, *, number: int | None) -> None:
        if item_id in self.items:
            self.items[item_id] = replace(self.items[item_id], deleted=True)

    def require(self) -> None:
        """The agenda is there."""

    def changed_since(self, number: int, *, limit: int) -> Any:
        raise AssertionError("Notes are not read in their order.")

    def stamp(self) -> int:
        return 0

    def is_too_old(self, stamp: int) -> bool:
        return False
