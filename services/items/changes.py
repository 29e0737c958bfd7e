"""What changed in an agenda since a cursor, without what the reader did itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.items.records import StoredItem, items_path, stored_item
from services.ports.store import Is, Query, Store, Where
from services.world import World

MAX_WAIT = timedelta(seconds=25)
LOOK_EVERY = timedelta(milliseconds=500)
MAX_LIMIT = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """Changed items in the order of their numbers; all up to `number` is read."""

    items: Sequence[StoredItem]
    number: int
    more: bool


def read_changes(
    store: Store, agenda: str, *, after: int, reader: str | None, limit: int
) -> Changes:
    """Return items that changed after a number, as they now are.

    Left out is what only `reader` changed since then. A change of another author is
    never hidden by a later one of the reader: each author's last number is kept.
    """
    found: list[StoredItem] = []
    number = after
    while True:
        page = _page(store, agenda, after=number, limit=limit)
        for item in page:
            number = item.number
            if is_news(item, after=after, reader=reader):
                found.append(item)
            if len(found) == limit:
                more = item is not page[-1] or len(page) == limit
                return Changes(items=found, number=number, more=more)
        if len(page) < limit:
            return Changes(items=found, number=number, more=False)


def wait_for_changes(
    world: World,
    agenda: str,
    *,
    after: int,
    reader: str | None,
    limit: int,
    wait: timedelta,
) -> Changes:
    """Return changes as soon as there are some, or none when the wait is over.

    What this process writes wakes it at once; the rest is looked for twice a second.
    """
    until = world.clock.now() + min(wait, MAX_WAIT)
    while True:
        bell = world.memory.bell_of(agenda)
        changes = read_changes(
            world.store, agenda, after=after, reader=reader, limit=limit
        )
        left = until - world.clock.now()
        if changes.items or left <= timedelta(0):
            return changes
        after = changes.number
        world.clock.wait(bell, min(left, LOOK_EVERY))


def is_news(item: StoredItem, *, after: int, reader: str | None) -> bool:
    """Return whether somebody else than the reader changed it after a number."""
    if reader is None:
        return item.number > after
    return any(
        number > after for author, number in item.authors.items() if author != reader
    )


def _page(store: Store, agenda: str, *, after: int, limit: int) -> list[StoredItem]:
    query = Query(
        collection=items_path(agenda),
        where=[Where(member="number", compare=Is.MORE, value=after)],
        order_by="number",
        limit=limit,
    )
    return [stored_item(document) for document in store.query(query)]
