"""The journal: what each run was about to write, what it found, and what came of it."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.links.documents import intent_json, intent_of
from services.links.link import Intent
from services.paging import every
from services.ports.store import Create, Document, Is, Query, Store, Update, Where
from services.ports.values import Json

KEPT = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The intents that one run saved together before it wrote."""

    id: str
    run: str
    at: datetime
    entries: tuple[Intent, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One write of the journal, under the id by which it can be undone."""

    id: str
    run: str
    at: datetime
    intent: Intent


def journal_of(connection_id: str) -> str:
    """Return the collection of a connection's journal."""
    return f"connections/{connection_id}/journal"


def opened(connection_id: str, page: Page) -> Create:
    """Return the write that saves intents before anything is done."""
    data = {
        "id": page.id,
        "run": page.run,
        "at": page.at,
        "expires_at": page.at + KEPT,
        "links": [entry.link for entry in page.entries],
        "blob": _packed(page.entries),
    }
    return Create(path=f"{journal_of(connection_id)}/{page.id}", data=data)


def answered(connection_id: str, page_id: str, entries: Sequence[Intent]) -> Update:
    """Return the write that adds what came of the intents."""
    path = f"{journal_of(connection_id)}/{page_id}"
    return Update(path=path, data={"blob": _packed(entries)})


def weight(entry: Intent) -> int:
    """Return about how much an intent adds to its page, before it is packed."""
    # What the side shows afterwards is about as much as what was sent.
    contents = (entry.origin, entry.before, entry.sent, entry.sent)
    return sum(len(str(each)) for each in contents if each is not None)


def load(store: Store, connection_id: str, page_id: str) -> Page | None:
    """Return a page of the journal, if it is still kept."""
    document = store.get(f"{journal_of(connection_id)}/{page_id}")
    return None if document is None else page_of(document)


def write_id(page_id: str, number: int) -> str:
    """Return the id by which people name the write of this place on a page."""
    return f"{page_id}.{number}"


def written(page: Page) -> list[Entry]:
    """Return the writes of a page, by the ids that people know, the newest first."""
    found = [
        Entry(id=write_id(page.id, number), run=page.run, at=page.at, intent=intent)
        for number, intent in enumerate(page.entries)
    ]
    return found[::-1]


def entries(store: Store, connection_id: str, ids: Iterable[str]) -> list[Entry]:
    """Return the writes of these ids that are still kept, the newest first."""
    wanted = set(ids)
    names = {each.rpartition(".")[0] for each in wanted}
    paths = [f"{journal_of(connection_id)}/{name}" for name in sorted(names)]
    documents = store.get_many(paths).values()
    pages = sorted(map(page_of, documents), key=lambda page: page.at, reverse=True)
    return [entry for page in pages for entry in written(page) if entry.id in wanted]


def pages_at(store: Store, paths: Sequence[str]) -> list[Page]:
    """Return the pages that are still kept of these places, the newest first."""
    found = map(page_of, store.get_many(list(paths)).values())
    return sorted(found, key=lambda page: page.at, reverse=True)


def of_run(store: Store, connection_id: str, run: str) -> Iterator[Entry]:
    """Yield the writes of a run, the newest first."""
    where = Where(member="run", compare=Is.EQUAL, value=run)
    return _found(store, connection_id, where)


def since(store: Store, connection_id: str, moment: datetime) -> Iterator[Entry]:
    """Yield every write since a moment, the newest first."""
    where = Where(member="at", compare=Is.AT_LEAST, value=moment)
    return _found(store, connection_id, where)


def _found(store: Store, connection_id: str, where: Where) -> Iterator[Entry]:
    query = Query(
        collection=journal_of(connection_id),
        where=[where],
        order_by="at",
        descending=True,
    )
    for document in every(store, query):
        yield from written(page_of(document))


def newest(
    store: Store,
    connection_id: str,
    *,
    limit: int,
    after: Document | None = None,
    run: str | None = None,
) -> list[tuple[Page, Document]]:
    """Return pages of the journal, newest first; those of one run if it is named."""
    query = Query(
        collection=journal_of(connection_id),
        where=[] if run is None else [Where(member="run", compare=Is.EQUAL, value=run)],
        order_by="at",
        descending=True,
        limit=limit,
        after=after,
    )
    return [(page_of(document), document) for document in store.query(query)]


def page_of(document: Document) -> Page:
    """Return the page of the journal that a document holds."""
    data = document.data
    return Page(
        id=data["id"],
        run=data["run"],
        at=data["at"],
        entries=tuple(intent_of(entry) for entry in _unpacked(data["blob"])),
    )


def _packed(entries: Sequence[Intent]) -> bytes:
    text = json.dumps([intent_json(entry) for entry in entries], ensure_ascii=False)
    return zlib.compress(text.encode(), 1)


def _unpacked(blob: bytes) -> Json:
    return json.loads(zlib.decompress(blob))
