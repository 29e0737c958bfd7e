"""The pages of a preview: its entries, as they were shown, a few in each document."""

import json
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.ports.store import Delete, Query, Replace, Store
from services.ports.values import Json
from services.previews.entries import COUNTED, Entry, entry_json, entry_of

MOST_ENTRIES = 100
MOST_BYTES = 1_000_000
"""How much JSON a page may hold before it is packed: it shrinks to a fifth or less."""


@dataclass(slots=True)
class Totals:
    """What the entries of a preview come to."""

    starts: list[int] = field(default_factory=list)
    entries: int = 0
    calls: int = 0
    agenda_writes: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    by_side: dict[str, Counter[str]] = field(default_factory=dict)
    mailed: set[str] = field(default_factory=set)

    def add(self, entry: Entry) -> None:
        """Count an entry in."""
        name = COUNTED[entry.kind]
        self.entries += 1
        self.calls += entry.calls
        self.counts[name] += 1
        self.by_side.setdefault(str(entry.side), Counter())[name] += 1
        self.mailed.update(entry.mailed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """Where the pages of one preview lie.

    `edition` is another each time the preview is made anew, so nobody reads half of it.
    """

    preview: str
    edition: str
    starts: Sequence[int] = ()

    def path(self, start: int) -> str:
        """Return where the page lies that begins with this entry."""
        return f"{self.preview}/pages/{self.edition}-{start:09}"


def keep_pages(
    store: Store, shelf: Shelf, entries: Iterable[Entry], *, expires_at: datetime
) -> Totals:
    """Store entries page by page, and return what they come to."""
    totals = Totals()
    page: list[Json] = []
    size = 0
    for entry in entries:
        text = json.dumps(entry_json(entry), ensure_ascii=False)
        if page and (len(page) == MOST_ENTRIES or size + len(text) > MOST_BYTES):
            _keep(store, shelf, totals, page, expires_at)
            page, size = [], 0
        page.append(text)
        size += len(text)
        totals.add(entry)
    if page:
        _keep(store, shelf, totals, page, expires_at)
    return totals


def _keep(
    store: Store,
    shelf: Shelf,
    totals: Totals,
    page: Sequence[str],
    expires_at: datetime,
) -> None:
    start = totals.entries - len(page)
    blob = zlib.compress(f"[{','.join(page)}]".encode(), 1)
    data = {"blob": blob, "expires_at": expires_at}
    store.commit([Replace(path=shelf.path(start), data=data)])
    totals.starts.append(start)


def entries_from(store: Store, shelf: Shelf, *, first: int) -> Iterator[Entry]:
    """Yield the entries of a preview from the one of this number on."""
    at = max(bisect_right(list(shelf.starts), first) - 1, 0)
    for start in shelf.starts[at:]:
        document = store.get(shelf.path(start))
        if document is None:
            return
        for number, entry in enumerate(_unpacked(document.data["blob"]), start):
            if number >= first:
                yield entry_of(entry)


def _unpacked(blob: bytes) -> Json:
    return json.loads(zlib.decompress(blob))


def forget_pages(store: Store, preview: str, *, but: str) -> None:
    """Remove the pages of a preview, but for those of one edition."""
    kept = f"{but}-"
    query = Query(collection=f"{preview}/pages", limit=400)
    while page := store.query(query):
        old = [one.path for one in page if not one.id.startswith(kept)]
        store.commit([Delete(path=path) for path in old])
        if len(page) < query.limit:
            return
        query = Query(collection=query.collection, limit=query.limit, after=page[-1])
