"""The items of a `rest` agenda as the engine works on them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.agendas.announcing import announce, announcement_of
from services.items.changes import Changes, read_changes
from services.items.fields import ICAL_UID, with_fields
from services.items.items import changed
from services.items.reading import read_item
from services.items.records import (
    ENGINE,
    TOMBSTONE_LASTS,
    Change,
    StoredItem,
    agenda_path,
    change_items,
    find_items,
    tombstone_of,
)
from services.ports.values import Json
from services.refusals import Invalid, TooLarge, Unavailable, Unknown
from services.world import World
from sync.errors import AccessLost, ContentRefused, Missing, StaleWrite, TransientError
from sync.troubles import Cause, Reply

Decide = Callable[[StoredItem | None], Change | None]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Items of one agenda, read by number and written as the engine.

    `own` are the numbers of the changes that were made here.
    """

    world: World
    agenda: str
    own: set[int] = field(default_factory=set)

    def require(self) -> None:
        """See to it that the agenda is there. Raises AccessLost."""
        if self.world.store.get(agenda_path(self.agenda)) is None:
            raise AccessLost("The agenda was deleted.")

    def stamp(self) -> int:
        """Return a mark of this moment: seconds."""
        return int(self.world.clock.now().timestamp())

    def is_too_old(self, stamp: int) -> bool:
        """Return whether deletes since that mark may be forgotten already."""
        made_at = datetime.fromtimestamp(stamp, UTC)
        return self.world.clock.now() - made_at > TOMBSTONE_LASTS

    def changed_since(self, number: int, *, limit: int) -> Changes:
        """Return items with a higher number, tombstones too, in their order."""
        store = self.world.store
        return read_changes(store, self.agenda, after=number, reader=None, limit=limit)

    def get(self, ids: Sequence[str]) -> Mapping[str, StoredItem]:
        """Return the items that were ever there, tombstones too, by id."""
        found = find_items(self.world.store, self.agenda, ids)
        if len(found) < len(set(ids)):
            self.require()
        return found

    def create(
        self,
        item_id: str,
        value: Mapping[str, Json],
        *,
        key: str,
        ical_uid: str | None,
        fields: Mapping[str, Json],
    ) -> StoredItem:
        """Keep a new item; where the id is taken, return what is there."""
        kept = with_fields(value, fields)
        kept = kept if ical_uid is None else {**kept, ICAL_UID: ical_uid}

        def decide(known: StoredItem | None) -> Change | None:
            if known is not None:
                return None
            now = self.world.clock.now()
            item = StoredItem(id=item_id, changed_at=now, key=key, ical_uid=ical_uid)
            return changed(item, read_item(kept, item_id), author=ENGINE, now=now)

        return self._saved(item_id, decide)

    def replace(
        self,
        item_id: str,
        how: Callable[[Mapping[str, Json]], Mapping[str, Json]],
        *,
        number: int,
        fields: Mapping[str, Json],
    ) -> StoredItem:
        """Keep what `how` makes of the value. StaleWrite, Missing, ContentRefused.

        `fields` are set among those that only the application knows.
        """

        def decide(known: StoredItem | None) -> Change | None:
            if known is None or known.deleted:
                raise Missing(f"The item {item_id} is not there any more.")
            _check_number(known, number)
            now = self.world.clock.now()
            value = with_fields(how(known.json), fields)
            return changed(known, read_item(value, item_id), author=ENGINE, now=now)

        return self._saved(item_id, decide)

    def delete(self, item_id: str, *, number: int | None) -> None:
        """Leave a tombstone; gone already is success. Raises StaleWrite."""

        def decide(known: StoredItem | None) -> Change | None:
            if known is None or known.deleted:
                return None
            _check_number(known, number)
            gone = tombstone_of(known, now=self.world.clock.now())
            return Change(item=gone, author=ENGINE)

        self._save(item_id, decide)

    def _saved(self, item_id: str, decide: Decide) -> StoredItem:
        item = self._save(item_id, decide)
        if item is None:
            raise Missing(f"The item {item_id} is not there any more.")
        return item

    def _save(self, item_id: str, decide: Decide) -> StoredItem | None:
        known: list[StoredItem | None] = []

        def decided(items: Mapping[str, StoredItem]) -> Sequence[Change]:
            known[:] = [items.get(item_id)]
            change = decide(known[0])
            return [] if change is None else [change]

        world = self.world
        with _translated(item_id):
            saved = change_items(
                world.store, world.clock, self.agenda, [item_id], decided
            )
        if saved.changed:
            self.own.update(item.number for item in saved.items)
        told = announcement_of(saved, author=ENGINE)
        if told is not None:
            announce(world, told, now=world.clock.now())
        return saved.items[0] if saved.items else known[0]


def _check_number(known: StoredItem, number: int | None) -> None:
    if number is not None and known.number != number:
        raise StaleWrite(f"The item {known.id} changed since it was read.")


@contextmanager
def _translated(item_id: str) -> Iterator[None]:
    """Turn what we tell people into what the engine can answer."""
    try:
        yield
    except Unknown as error:
        raise AccessLost("The agenda was deleted.") from error
    except Unavailable as error:
        raise TransientError(str(error)) from error
    except (Invalid, TooLarge) as error:
        raise _refused(item_id, error) from error


def _refused(item_id: str, error: Invalid | TooLarge) -> ContentRefused:
    large = isinstance(error, TooLarge)
    problems = () if isinstance(error, TooLarge) else error.problems
    refused = ContentRefused(
        f"The item {item_id} cannot be kept: {error}",
        cause=Cause.TOO_LARGE if large else Cause.REFUSED_BY_AGENDA,
        field=problems[0].pointer if problems else "",
    )
    refused.reply = Reply(reason=error.kind, message=error.message)
    return refused
