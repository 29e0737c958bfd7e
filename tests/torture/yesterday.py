"""Yesterday's store: what Tandem knew once is put back, while both sides went on."""

from collections.abc import Iterator, Mapping
from itertools import islice

from services.ports.store import Create, Delete, Document, Replace, Store, Write
from services.ports.values import Json

Kept = Mapping[str, Mapping[str, Json]]

AT_ONCE = 100


def kept(store: Store, paths: Iterator[str]) -> Kept:
    """Return what these documents hold, those that are there."""
    return {path: document.data for path, document in _found(store, paths)}


def put_back(store: Store, known: Kept, paths: Iterator[str]) -> None:
    """Let these documents hold what they held then, and be gone if they were not."""
    now = dict(_found(store, paths))
    writes: list[Write] = []
    for path in sorted({*now, *known}):
        if path not in known:
            writes.append(Delete(path=path))
        elif path not in now:
            writes.append(Create(path=path, data=known[path]))
        else:
            writes.append(Replace(path=path, data=known[path]))
    while writes:
        store.commit(writes[:AT_ONCE])
        del writes[:AT_ONCE]


def _found(store: Store, paths: Iterator[str]) -> Iterator[tuple[str, Document]]:
    while some := list(islice(paths, AT_ONCE)):
        yield from store.get_many(some).items()
