"""Lists of items: all, those of a stretch of time, or what happens in it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.items.appointments import occurrence_id
from services.items.items import tag_of
from services.items.reading import content_of
from services.items.records import (
    StoredItem,
    checked_item_id,
    item_path,
    items_path,
    stored_item,
)
from services.opaque import opaque, plain_of
from services.ports.store import Document, Is, Query, Store, Where
from services.ports.values import Json
from services.refusals import Invalid, invalid
from sync import jscalendar
from sync.content import Content, Details, Slot
from sync.recurrence import expand, reaches
from sync.values import local_text

MAX_OCCURRENCES = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A stretch of time, both ends with a zone; floating times happen in `zone`."""

    start: datetime
    end: datetime
    zone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """Some entries, and where the next page begins."""

    items: Sequence[Mapping[str, Json]]
    next_page: str | None = None


def list_items(
    store: Store, agenda: str, *, stretch: Stretch | None, limit: int, page: str | None
) -> Listed:
    """Return items as they are, in a stretch of time if one is given."""
    documents, next_page = _page(store, agenda, stretch, limit=limit, page=page)
    items = [stored_item(document) for document in documents]
    entries = [entry_of(item) for item in items if _lies_in(item, stretch)]
    return Listed(items=entries, next_page=next_page)


def list_occurrences(
    store: Store, agenda: str, *, stretch: Stretch, limit: int, page: str | None
) -> Listed:
    """Return what happens in a stretch of time: an entry for each occurrence.

    A page holds all occurrences of some items. Raises Invalid where there are more than
    anybody can use.
    """
    documents, next_page = _page(store, agenda, stretch, limit=limit, page=page)
    entries: list[Mapping[str, Json]] = []
    for document in documents:
        entries += _occurrences(stored_item(document), stretch)
        if len(entries) > MAX_OCCURRENCES:
            message = f"There are over {MAX_OCCURRENCES} occurrences: ask for less."
            raise invalid("/end", message)
    return Listed(items=entries, next_page=next_page)


def entry_of(item: StoredItem) -> dict[str, Json]:
    """Return an item as an entry of a list: itself, with its id and its entity tag."""
    return {**item.json, "id": item.id, "etag": tag_of(item)}


def happening(
    item: StoredItem, stretch: Stretch, *, limit: int
) -> Iterator[tuple[Slot | None, Details]]:
    """Yield what of an item happens in a stretch; slot None for what does not recur."""
    content = content_of(item)
    found = expand(
        content, start=stretch.start, end=stretch.end, limit=limit, zone=stretch.zone
    )
    for slot, details in found:
        yield (slot if content.recurs else None), details


def _occurrences(item: StoredItem, stretch: Stretch) -> list[dict[str, Json]]:
    entries = []
    for slot, details in happening(item, stretch, limit=MAX_OCCURRENCES + 1):
        if slot is None:
            entries.append(entry_of(item))
        else:
            entries.append(_occurrence(item, slot, details))
    return entries


def _occurrence(item: StoredItem, slot: Slot, details: Details) -> dict[str, Json]:
    series = item.json
    value = jscalendar.write(Content(uid=str(series["uid"]), details=details))
    return {
        **value,
        "recurrenceId": local_text(slot),
        "recurrenceIdTimeZone": series.get("timeZone"),
        "id": occurrence_id(item.id, slot),
        "etag": tag_of(item),
    }


def _lies_in(item: StoredItem, stretch: Stretch | None) -> bool:
    if stretch is None:
        return True
    content = content_of(item)
    return reaches(content, start=stretch.start, end=stretch.end, zone=stretch.zone)


def _page(
    store: Store, agenda: str, stretch: Stretch | None, *, limit: int, page: str | None
) -> tuple[Sequence[Document], str | None]:
    collection = items_path(agenda)
    query = Query(
        collection=collection,
        where=[Where(member="deleted", compare=Is.EQUAL, value=False)],
        limit=limit,
    )
    if stretch is not None:
        ends = Where(member="ends_at", compare=Is.MORE, value=stretch.start)
        query = replace(query, where=[ends], order_by="ends_at")
    if page is not None:
        query = replace(
            query, after=_place_of(agenda, page, ordered=stretch is not None)
        )
    documents = store.query(query)
    more = len(documents) == limit
    return documents, _place_text(stored_item(documents[-1])) if more else None


def _place_text(item: StoredItem) -> str:
    ends_at = item.ends_at.isoformat() if item.ends_at else ""
    return opaque(json.dumps([item.id, ends_at]))


def _place_of(agenda: str, text: str, *, ordered: bool) -> Document:
    """Return the document behind which a page begins, as far as the store needs it."""
    try:
        item, ends_at = json.loads(plain_of(text))
        data = {"ends_at": datetime.fromisoformat(ends_at)} if ordered else {}
        path = item_path(agenda, checked_item_id(item))
    except (ValueError, TypeError, Invalid):
        raise invalid("/page_token", "This is not one of our page tokens.") from None
    return Document(path=path, data=data, version="")
