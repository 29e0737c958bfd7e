"""Items of a `rest` agenda, as its applications write and read them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.agendas.announcing import Announce, announcement_of
from services.items import reading as item_reading
from services.items import statements
from services.items.moved_exceptions import keys_in, with_exceptions_along
from services.items.reading import ReadItem
from services.items.records import (
    Change,
    StoredItem,
    change_items,
    find_items,
    packed,
    statement_of,
    tombstone_of,
    with_statement,
    without_statements_of,
)
from services.json_values import merge_patch
from services.ports.values import Json
from services.refusals import Expired, InTheWay, Invalid, Stale, Unknown
from services.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Where one application works on the items of one agenda.

    `author` is the application: the id of its key. `announce` is told of each change
    that was made here, so that it reaches Google and the agenda's webhook.
    """

    world: World
    agenda: str
    author: str
    now: datetime
    announce: Announce


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """What must hold for a write: `If-Match` and `If-None-Match` as they were sent.

    `tags` None is no condition; ("*",) is any item that exists.
    """

    tags: Sequence[str] | None = None
    only_new: bool = False

    @property
    def given(self) -> bool:
        """Whether the write depends on anything."""
        return self.only_new or self.tags is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """The item as it now is, and whether it was made just now."""

    item: StoredItem
    created: bool = False


Decision = Callable[[StoredItem | None], Change | None]
"""Says what to save of one item as it is; None leaves it as it is."""


def tag_of(item: StoredItem) -> str:
    """Return the entity tag of an item: its number, which no other state ever has."""
    return f'"{item.number}"'


def get_item(world: World, agenda: str, item_id: str) -> StoredItem:
    """Return an item that is there. Raises Unknown."""
    found = find_items(world.store, agenda, [item_id]).get(item_id)
    if found is None or found.deleted:
        raise Unknown(f'There is no item "{item_id}" in this agenda.')
    return found


def put_item(desk: Desk, item_id: str, body: Json, *, condition: Condition) -> Answered:
    """Keep an item as stated and return it as it now is.

    With a condition it replaces the whole item. Without, it is a statement of this
    application, and only what differs from its last one is taken.
    """
    own = item_reading.without_listed(body, item_id)
    read = item_reading.read_item(own, item_id)

    def decide(known: StoredItem | None) -> Change | None:
        check(known, condition)
        if _absent(known) or condition.given:
            return _whole(desk, item_id, known, read, condition)
        return _stated(desk, known, read)

    return save(desk, item_id, decide)


def patch_item(
    desk: Desk, item_id: str, patch: Json, *, condition: Condition
) -> Answered:
    """Change the members that a merge patch names, and return the item."""
    patch = item_reading.without_listed(patch, item_id)

    def decide(known: StoredItem | None) -> Change | None:
        item = present(known, item_id)
        check(item, condition)
        value = merge_patch(item.json, patch)
        value = with_exceptions_along(item.json, value, named=keys_in(patch))
        read = item_reading.read_item(value, item_id)
        said = statement_of(item, desk.author)
        if said is not None:
            item = with_statement(item, desk.author, merge_patch(said, patch))
        return changed(item, read, author=desk.author, now=desk.now)

    return save(desk, item_id, decide)


def delete_item(desk: Desk, item_id: str, *, condition: Condition) -> None:
    """Delete an item; deleted already is success. Raises Unknown when there was none.

    What this application said of it is forgotten: saying it again makes it anew.
    """

    def decide(known: StoredItem | None) -> Change | None:
        if known is None:
            raise Unknown(f'There is no item "{item_id}" in this agenda.')
        if known.deleted:
            return None
        check(known, condition)
        tombstone = tombstone_of(known, now=desk.now)
        gone = without_statements_of(tombstone, desk.author)
        return Change(item=gone, author=desk.author)

    save(desk, item_id, decide)


def save(desk: Desk, item_id: str, decide: Decision) -> Answered:
    """Save what is decided of one item, tell of it, and return the item."""
    before: list[StoredItem | None] = []

    def decided(items: Mapping[str, StoredItem]) -> Sequence[Change]:
        before[:] = [items.get(item_id)]
        change = decide(before[0])
        return [] if change is None else [change]

    world = desk.world
    saved = change_items(world.store, world.clock, desk.agenda, [item_id], decided)
    item = saved.items[0] if saved.items else before[0]
    if item is None:
        raise Unknown(f'There is no item "{item_id}" in this agenda.')
    told = announcement_of(saved, author=desk.author)
    if told is not None:
        desk.announce(told)
    return Answered(item=item, created=_absent(before[0]) and not item.deleted)


def check(known: StoredItem | None, condition: Condition) -> None:
    """See to it that the condition of a write holds. Raises Stale."""
    if condition.only_new and not _absent(known):
        raise Stale("The item exists already, and If-None-Match asks for a new one.")
    if condition.tags is None:
        return
    if known is None or known.deleted:
        raise Stale("The item does not exist (any more), and If-Match asks for it.")
    if "*" not in condition.tags and tag_of(known) not in condition.tags:
        raise Stale("The item changed since it was read: read it again, then decide.")


def present(known: StoredItem | None, item_id: str) -> StoredItem:
    """Return the item if it is there. Raises Unknown."""
    if known is None or known.deleted:
        raise Unknown(f'There is no item "{item_id}" in this agenda.')
    return known


def changed(item: StoredItem, read: ReadItem, *, author: str, now: datetime) -> Change:
    """Return the change that gives the item this value, if it is another one."""
    if item.value and statements.same(item.json, read.json):
        return Change(item=item, author=None)
    new = replace(
        item,
        value=packed(read.json),
        deleted=False,
        expires_at=None,
        ends_at=read.ends_at,
        changed_at=now,
    )
    return Change(item=new, author=author)


def _absent(known: StoredItem | None) -> bool:
    return known is None or known.deleted


def _whole(
    desk: Desk,
    item_id: str,
    known: StoredItem | None,
    read: ReadItem,
    condition: Condition,
) -> Change:
    """Take the body as the whole item: a new one, or in place of what is there."""
    if known is not None and known.deleted and not condition.given:
        _refuse_to_revive(known, desk.author, read.said)
    item = known or StoredItem(id=item_id, changed_at=desk.now)
    item = with_statement(item, desk.author, read.said)
    return changed(item, read, author=desk.author, now=desk.now)


def _refuse_to_revive(known: StoredItem, author: str, said: Mapping[str, Json]) -> None:
    """Refuse to bring back what somebody deleted, unless the application edited it."""
    last = statement_of(known, author)
    if last is not None and not statements.differing(last, said) & statements.EDITS:
        raise Expired(
            "The item was deleted since, and nothing in it was edited. To make it "
            "anew, send If-None-Match: *.",
            kind="item-deleted",
        )


def _stated(desk: Desk, known: StoredItem | None, read: ReadItem) -> Change | None:
    item = present(known, "")
    last = statement_of(item, desk.author)
    if last is not None and statements.same(last, read.said):
        return None
    merged = _merged(last or {}, read, item)
    item = with_statement(item, desk.author, read.said)
    return changed(item, merged, author=desk.author, now=desk.now)


def _merged(last: Mapping[str, Json], read: ReadItem, item: StoredItem) -> ReadItem:
    """Return the item as it is now with what this statement changed."""
    now, named = item.json, keys_in(read.said)
    for restated in (statements.restated, statements.restated_with_time):
        value = restated(last, read.said, now)
        value = with_exceptions_along(now, value, named=named)
        try:
            return item_reading.read_item(value, item.id)
        except Invalid:
            continue
    raise InTheWay(
        "What this statement changes does not fit the item as it is now: read it, and "
        "replace it with If-Match.",
        kind="does-not-fit",
    )
