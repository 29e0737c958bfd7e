"""What each request of ours cost: documents, calls to Google, seconds."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

from services.environment import MARK_PATH
from services.ports.store import Document, Query, Store, Write


@dataclass(kw_only=True, slots=True)
class Cost:
    """The cost of one request; it grows while the request is served."""

    path: str
    connection: str = ""
    began_at: float = 0.0
    seconds: float = 0.0
    document_reads: int = 0
    document_writes: int = 0
    documents: dict[str, int] = field(default_factory=dict)
    google: dict[str, int] = field(default_factory=dict)


class Ledger:
    """The costs of all requests of this process, oldest first."""

    def __init__(self) -> None:
        self._current: ContextVar[Cost | None] = ContextVar("cost", default=None)
        self._costs: list[Cost] = []
        self._lock = threading.Lock()

    @contextmanager
    def request(self, path: str, *, connection: str = "") -> Iterator[None]:
        """Put what happens meanwhile on the account of one request."""
        cost = Cost(path=path, connection=connection, began_at=time.time())
        started = time.perf_counter()
        before = self._current.set(cost)
        try:
            yield
        finally:
            self._current.reset(before)
            cost.seconds = time.perf_counter() - started
            with self._lock:
                self._costs.append(cost)

    def read(self, collection: str, *, documents: int = 1) -> None:
        """Count documents that were read, as Firestore would bill them."""
        if cost := self._current.get():
            cost.document_reads += documents
            _add(cost.documents, f"read {collection}", documents)

    def wrote(self, collection: str, *, documents: int = 1) -> None:
        """Count documents that were written."""
        if cost := self._current.get():
            cost.document_writes += documents
            _add(cost.documents, f"write {collection}", documents)

    def google(self, method: str, address: str) -> None:
        """Count one request to Google, by its kind."""
        kind = kind_of(method, urlsplit(address).path)
        if cost := self._current.get():
            _add(cost.google, kind, 1)

    def costs(self, *, since: int = 0) -> list[Mapping[str, object]]:
        """Return the costs of all requests that ended, but for the first ones."""
        with self._lock:
            return [asdict(cost) for cost in self._costs[since:]]


def kind_of(method: str, path: str) -> str:
    """Return "read" or "write" for events, "channel" or "sign-in" for the rest."""
    if not path.startswith("/calendar/"):
        return "sign-in"
    if path.endswith(("/watch", "/channels/stop")):
        return "channel"
    return "read" if method == "GET" else "write"


def _add(counts: dict[str, int], name: str, count: int) -> None:
    counts[name] = counts.get(name, 0) + count


def collection_of(path: str) -> str:
    """Return the collection of a document, without the ids: "connections/links"."""
    return "/".join(path.split("/")[::2])


class CountingStore:
    """A store that counts; a document that is not there costs a read as well."""

    def __init__(self, store: Store, ledger: Ledger) -> None:
        self._store = store
        self._ledger = ledger

    def get(self, path: str) -> Document | None:
        # A process looks at the mark every half minute: no request pays for that.
        if path != MARK_PATH:
            self._ledger.read(collection_of(path))
        return self._store.get(path)

    def get_many(self, paths: Sequence[str]) -> Mapping[str, Document]:
        for path in paths:
            self._ledger.read(collection_of(path))
        return self._store.get_many(paths)

    def query(self, query: Query) -> Sequence[Document]:
        found = self._store.query(query)
        collection = collection_of(query.collection)
        self._ledger.read(collection, documents=max(len(found), 1))
        return found

    def commit(self, writes: Sequence[Write]) -> Sequence[str]:
        for write in writes:
            self._ledger.wrote(collection_of(write.path))
        return self._store.commit(writes)

    def delete_under(self, path: str) -> int:
        gone = self._store.delete_under(path)
        self._ledger.read(collection_of(path), documents=gone)
        self._ledger.wrote(collection_of(path), documents=gone)
        return gone
