"""Items that Tandem itself keeps for an application, as a connector sees them."""

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime
from typing import Protocol

from sync.values import Json

Rewrite = Callable[[Mapping[str, Json]], Mapping[str, Json]]
"""Makes another JSCalendar Event of the one that is there."""


class ShelfItem(Protocol):
    """An item as it lies on the shelf; a tombstone is `deleted` and has no JSON."""

    @property
    def id(self) -> str: ...

    @property
    def number(self) -> int:
        """Its place in the order of changes, and so its version."""
        ...

    @property
    def changed_at(self) -> datetime: ...

    @property
    def deleted(self) -> bool: ...

    @property
    def json(self) -> Mapping[str, Json]:
        """The JSCalendar Event, with members that are not ours."""
        ...

    @property
    def key(self) -> str | None: ...

    @property
    def ical_uid(self) -> str | None: ...

    @property
    def extra(self) -> Mapping[str, Json]:
        """The fields that only its application knows."""
        ...


class ShelfPage(Protocol):
    """Items in the order of their numbers; everything up to `number` is in."""

    @property
    def items(self) -> Sequence[ShelfItem]: ...

    @property
    def number(self) -> int: ...

    @property
    def more(self) -> bool: ...


class ItemShelf(Protocol):
    """Where the items of one agenda lie. Raises AccessLost when the agenda is gone."""

    @property
    def own(self) -> Set[int]:
        """The numbers of the changes that were made here, by us."""
        ...

    def require(self) -> None:
        """See to it that the agenda is there. Raises AccessLost."""
        ...

    def changed_since(self, number: int, *, limit: int) -> ShelfPage:
        """Return items with a higher number, tombstones too."""
        ...

    def stamp(self) -> int:
        """Return a mark of this moment, for `is_too_old`."""
        ...

    def is_too_old(self, stamp: int) -> bool:
        """Return whether deletes since that mark may be forgotten already."""
        ...

    def get(self, ids: Sequence[str]) -> Mapping[str, ShelfItem]:
        """Return the items that were ever there, tombstones too, by id."""
        ...

    def create(
        self,
        item_id: str,
        value: Mapping[str, Json],
        *,
        key: str,
        ical_uid: str | None,
        fields: Mapping[str, Json],
    ) -> ShelfItem:
        """Keep a new item; where the id is taken, return what is there."""
        ...

    def replace(
        self, item_id: str, how: Rewrite, *, number: int, fields: Mapping[str, Json]
    ) -> ShelfItem:
        """Keep what `how` makes of the value. StaleWrite, Missing, ContentRefused.

        `fields` are set among those that only the application knows.
        """
        ...

    def delete(self, item_id: str, *, number: int | None) -> None:
        """Leave a tombstone; gone already is success. Raises StaleWrite."""
        ...
