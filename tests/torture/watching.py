"""What must hold at every moment: no write at Google without its intent."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

from services.connections.journal import _unpacked
from services.links.documents import intent_of
from services.links.link import Intent
from services.ports.store import Create, Document, Query, Store, Write

EVENT = re.compile(r"/calendar/v3/calendars/[^/]+/events(?:/(?!watch)([^/]+))?\Z")
WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
UNAUTHORIZED = 401


class Watch:
    """The intents that were saved, and the writes that Google was asked for."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self.intents = 0
        self.writes = 0
        self.news: list[tuple[str, str]] = []
        self.unannounced: list[str] = []
        self.blind = False

    def saved(self, write: Write) -> None:
        """Take note of the intents of a journal page."""
        if not isinstance(write, Create) or "/journal/" not in write.path:
            return
        for entry in _unpacked(write.data["blob"]):
            self.intents += 1
            self.news.append(told_of(intent_of(entry)))
            if entry["side"] == "calendar":
                self.open[entry["target"]] += 1

    def called(self, method: str, address: str, body: bytes, status: int) -> None:
        """Take note of a write, and whether an intent told of it; 0 before the answer.

        After a 401 the same write may be asked for once more.
        """
        found = EVENT.fullmatch(unquote(urlsplit(address).path))
        if found is None or self.blind:
            return
        if method not in WRITES:
            return
        name = found.group(1) or str(json.loads(body).get("id", "a new event"))
        if status == UNAUTHORIZED:
            self.open[name] += 1
        elif status:
            self.writes += 1
        elif not self._told_of(name):
            self.unannounced.append(f"{method} {name}")

    def _told_of(self, name: str) -> bool:
        for target in (name, name.rpartition("_")[0]):
            if self.open[target] > 0:
                self.open[target] -= 1
                return True
        return False


def told_of(intent: Intent) -> tuple[str, str]:
    """Return the token of an intent's appointment, and the intent in words."""
    known = intent.sent or intent.before or intent.origin
    token = known.details.title.partition(" ")[0] if known else ""
    names = sorted({atom.name for atom in intent.atoms})
    where = sorted({str(atom.slot) for atom in intent.atoms if atom.slot})
    words = [f"({intent.act} in the {intent.side}", *names, *where]
    return token, " ".join(words) + ")"


class WatchedStore:
    """The store, with somebody who reads the journal over its shoulder.

    `paths` are those of all documents that were ever written.
    """

    def __init__(self, store: Store, watch: Watch) -> None:
        self._store, self._watch = store, watch
        self.paths: set[str] = set()

    def get(self, path: str) -> Document | None:
        return self._store.get(path)

    def get_many(self, paths: Sequence[str]) -> Mapping[str, Document]:
        return self._store.get_many(paths)

    def query(self, query: Query) -> Sequence[Document]:
        return self._store.query(query)

    def commit(self, writes: Sequence[Write]) -> Sequence[str]:
        versions = self._store.commit(writes)
        self.paths |= {write.path for write in writes}
        for write in writes:
            self._watch.saved(write)
        return versions

    def delete_under(self, path: str) -> int:
        return self._store.delete_under(path)
