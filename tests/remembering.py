"""A store that remembers every path it was ever given, so that nothing can hide."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.ports.store import Delete, Store, Write


class RememberingStore:
    """Any store, of which a test can see the whole."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.paths: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, writes: Sequence[Write]) -> Sequence[str]:
        self.paths |= {one.path for one in writes if not isinstance(one, Delete)}
        return self._store.commit(writes)

    def everything(self) -> dict[str, str]:
        """Return all that is stored, as text with every blob unpacked, by path."""
        found = {}
        for path in sorted(self.paths):
            document = self._store.get(path)
            if document is not None:
                found[path] = " ".join([path, *texts_of(document.data)])
        return found

    def collections(self) -> set[str]:
        """Return every collection that ever held something ("agendas/*/items")."""
        return {collection_of(path) for path in self.paths}


def collection_of(path: str) -> str:
    """Return the collection of a path, with a star for each id."""
    parts = path.split("/")[:-1]
    return "/".join("*" if number % 2 else part for number, part in enumerate(parts))


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text in a value, names of members too."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield str(name)
            yield from texts_of(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from texts_of(member)
    elif isinstance(value, bytes):
        yield _unpacked(value)
    else:
        yield str(value)


def _unpacked(blob: bytes) -> str:
    for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            blob = zlib.decompress(blob, window)
        except zlib.error:
            continue
        break
    return blob.decode("utf-8", "replace")
