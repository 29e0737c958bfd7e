"""Items of a `rest` agenda as they lie in the store, and how they get their numbers.

Each change takes the next number of its agenda, in the same commit as the item, so the
order of changes has no holes: whoever has read up to a number has missed nothing.
"""

import json
import random
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.documents import data_of, record_of, save_over
from services.items.fields import extra_of
from services.ports.clock import Clock
from services.ports.store import Conflict, Document, Store, Update, Write
from services.ports.values import Json
from services.refusals import Invalid, Unavailable, Unknown

TOMBSTONE_LASTS = timedelta(days=90)
ITEM_ID = re.compile(r"[A-Za-z0-9._~:@-]{1,200}")
MAX_ITEM_BYTES = 256 * 1024
MAX_STATEMENT_BYTES = 600 * 1024
MAX_CHANGES = 200

ENGINE = "tandem"
"""The author of what the engine carries over from Google."""

_TRIES = 40
_jitter = random.SystemRandom()
_FIRST_WAIT = timedelta(milliseconds=4)
_LONGEST_WAIT = timedelta(milliseconds=400)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredItem:
    """An item, or the tombstone of one (`deleted`, without a value).

    `number` is its place in the order of changes, and its version. `authors` keeps the
    last number of each author, so that nobody's change is hidden by another's later
    one. `statements` hold what each application last said of the item as a whole.
    """

    id: str
    number: int = 0
    changed_at: datetime
    deleted: bool = False
    value: bytes = b""
    ends_at: datetime | None = None
    expires_at: datetime | None = None
    key: str | None = None
    ical_uid: str | None = None
    authors: Mapping[str, int] = field(default_factory=dict)
    statements: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def extra(self) -> Mapping[str, Json]:
        """The fields that only the item's application knows."""
        return {} if self.deleted else extra_of(self.json)

    @property
    def json(self) -> dict[str, Json]:
        """The item as its applications wrote it, as JSCalendar."""
        found: dict[str, Json] = unpacked(self.value)
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """An item to save; `author` None where nothing changes that others can see."""

    item: StoredItem
    author: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What came of a change: the items as saved, and the agenda that they lie in."""

    items: Sequence[StoredItem]
    agenda: Document
    changed: bool


Decide = Callable[[Mapping[str, StoredItem]], Sequence[Change]]
"""Says what to save, from the items as they are; may be asked more than once."""


def packed(value: Json) -> bytes:
    """Return JSON as a blob, members in the order that they were given."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 6)


def unpacked(blob: bytes) -> Json:
    """Return the JSON of a blob."""
    return json.loads(zlib.decompress(blob))


def agenda_path(agenda: str) -> str:
    """Return where an agenda is stored."""
    return f"agendas/{agenda}"


def items_path(agenda: str) -> str:
    """Return the collection that holds an agenda's items."""
    return f"agendas/{agenda}/items"


def item_path(agenda: str, item: str) -> str:
    """Return where an item is stored ("i." keeps "." and ".." from being ids)."""
    return f"{items_path(agenda)}/i.{item}"


def checked_item_id(text: str) -> str:
    """Return the id of an item, if it can be one. Raises Invalid."""
    if not isinstance(text, str) or not ITEM_ID.fullmatch(text):
        message = "The id of an item is 1 to 200 letters, digits and . _ ~ : @ -"
        raise Invalid(message)
    return text


def stored_item(document: Document) -> StoredItem:
    """Return the item that a document holds."""
    return record_of(document, StoredItem)


def find_items(
    store: Store, agenda: str, items: Sequence[str]
) -> Mapping[str, StoredItem]:
    """Return those of the items that were ever there, tombstones too, by id."""
    documents = store.get_many([item_path(agenda, item) for item in items])
    found = [stored_item(document) for document in documents.values()]
    return {item.id: item for item in found}


def change_items(
    store: Store, clock: Clock, agenda: str, ids: Sequence[str], decide: Decide
) -> Saved:
    """Save what `decide` makes of the items, each change with a number of its own.

    All of at most 200 are saved, or none. `decide` may raise to give up. Raises Unknown
    when there is no such agenda, Unavailable when too many write at once.
    """
    paths = [item_path(agenda, item) for item in ids]
    for wait in _waits():
        documents = store.get_many([agenda_path(agenda), *paths])
        there = documents.get(agenda_path(agenda))
        if there is None:
            raise Unknown("There is no such agenda.")
        known = {one.id: one for path in paths if (one := _item_at(documents, path))}
        changes = decide(known)
        saved, writes = _numbered(there, documents, changes)
        try:
            store.commit(writes)
        except Conflict:
            clock.sleep(wait)
            continue
        return Saved(items=saved, agenda=there, changed=_renumbers(changes))
    raise Unavailable("Too many changes to this agenda at once; please try again.")


def _item_at(documents: Mapping[str, Document], path: str) -> StoredItem | None:
    document = documents.get(path)
    return None if document is None else stored_item(document)


def _renumbers(changes: Sequence[Change]) -> bool:
    return any(change.author is not None for change in changes)


def _numbered(
    agenda: Document, documents: Mapping[str, Document], changes: Sequence[Change]
) -> tuple[list[StoredItem], list[Write]]:
    """Return the items with their numbers, and the writes that save them."""
    if len(changes) > MAX_CHANGES:
        raise ValueError(f"{len(changes)} changes are more than {MAX_CHANGES} at once.")
    number = int(agenda.data.get("last_number", 0))
    saved: list[StoredItem] = []
    for change in changes:
        number += change.author is not None
        saved.append(_with_number(change, number))
    paths = {item.id: item_path(agenda.id, item.id) for item in saved}
    writes: list[Write] = [
        save_over(documents.get(paths[item.id]), paths[item.id], data_of(item))
        for item in saved
    ]
    if _renumbers(changes):
        counter = {"last_number": number}
        writes.append(Update(path=agenda.path, data=counter, version=agenda.version))
    return saved, writes


def _with_number(change: Change, number: int) -> StoredItem:
    if change.author is None:
        return change.item
    authors = {**change.item.authors, change.author: number}
    return replace(change.item, number=number, authors=authors)


def _waits() -> Iterator[timedelta]:
    """Return the pauses between tries: growing, and never the same for two writers."""
    longest = _FIRST_WAIT
    for _ in range(_TRIES):
        yield longest * _jitter.uniform(0.2, 1)
        longest = min(longest * 1.5, _LONGEST_WAIT)


def tombstone_of(item: StoredItem, *, now: datetime) -> StoredItem:
    """Return what is left of a deleted item: enough to tell of it for 90 days."""
    return replace(
        item,
        deleted=True,
        value=b"",
        ends_at=None,
        changed_at=now,
        expires_at=now + TOMBSTONE_LASTS,
    )


def with_statement(item: StoredItem, name: str, said: Json) -> StoredItem:
    """Return the item with what an application last said of it.

    The name is the application's, and after a "~" which part it spoke of. Too much said
    by others is forgotten, the longest first: their next one then counts as a whole.
    """
    statements = {key: blob for key, blob in item.statements.items() if key != name}
    own = packed(said)
    while statements and _size(statements) + len(own) > MAX_STATEMENT_BYTES:
        del statements[max(statements, key=lambda key: len(statements[key]))]
    return replace(item, statements={**statements, name: own})


def without_statements_of(item: StoredItem, author: str) -> StoredItem:
    """Return the item with all forgotten that one application said of it."""
    others = {
        name: blob
        for name, blob in item.statements.items()
        if name.partition("~")[0] != author
    }
    return replace(item, statements=others)


def statement_of(item: StoredItem, name: str) -> Json | None:
    """Return what an application last said of the item, if that is known."""
    blob = item.statements.get(name)
    return None if blob is None else unpacked(blob)


def _size(statements: Mapping[str, bytes]) -> int:
    return sum(len(blob) for blob in statements.values())
