"""The store in the cloud: Firestore in native mode."""

from collections.abc import Mapping, Sequence
from typing import Final

from services.indexes import INDEXES, Index, covering
from services.limits import check_path, check_query, check_writes
from services.ports.store import (
    Conflict,
    Create,
    Delete,
    Document,
    Query,
    Replace,
    StoreError,
    Update,
    Write,
)

_PAGE: Final = 300


class FirestoreStore:
    """Documents in one Firestore database; honours FIRESTORE_EMULATOR_HOST.

    A version is the time of the last write that changed something, to the nanosecond.
    The member "blob" of any document needs no index: Terraform exempts it, since an
    index of large bytes costs money and has a limit.
    """

    def __init__(
        self,
        project: str,
        database: str = "(default)",
        *,
        indexes: Sequence[Index] = INDEXES,
    ) -> None:
        # Google's packages take 0.2 s to import, which only who needs them shall wait.
        from infra.firestore_wire import Wire

        self._wire = Wire(project, database)
        self._indexes = indexes

    def close(self) -> None:
        """Close the connection to Google; the store cannot be used afterwards."""
        self._wire.close()

    def get(self, path: str) -> Document | None:
        """Return the document, if it exists."""
        check_path(path)
        # Asked for alone, a document is as little found as a database that is missing.
        return self._wire.get_many([path]).get(path)

    def get_many(self, paths: Sequence[str]) -> Mapping[str, Document]:
        """Return the documents that exist, by path."""
        for path in paths:
            check_path(path)
        asked = list(dict.fromkeys(paths))
        found: dict[str, Document] = {}
        for start in range(0, len(asked), _PAGE):
            found |= self._wire.get_many(asked[start : start + _PAGE])
        return {path: found[path] for path in asked if path in found}

    def query(self, query: Query) -> Sequence[Document]:
        """Return the documents that fit; raises IndexMissing without an index."""
        check_query(query)
        covering(query, self._indexes)
        return self._wire.query(query)

    def commit(self, writes: Sequence[Write]) -> Sequence[str]:
        """Do all writes or none; a write that changes nothing keeps the version.

        When Google's answer is lost after it did the work, the client asks again, and a
        create then conflicts with itself: whoever gets a Conflict looks before it acts.
        """
        check_writes(writes)
        if not writes:
            return []
        versions = self._wire.commit(writes)
        if versions is None:
            raise self._conflict(writes)
        return versions

    def delete_under(self, path: str) -> int:
        """Remove the document and all below it, some hundreds at a time."""
        check_path(path)
        removed = 0
        while below := self._wire.paths_under(path, limit=_PAGE):
            self._wire.commit([Delete(path=each) for each in below])
            removed += len(below)
        if self.get(path) is not None:
            self._wire.commit([Delete(path=path)])
            removed += 1
        return removed

    def _conflict(self, writes: Sequence[Write]) -> StoreError:
        """Find the write that was refused: Google does not say which one it was."""
        there = self.get_many([write.path for write in writes])
        for write in writes:
            if not _fits(write, there.get(write.path)):
                return Conflict(write.path)
        return StoreError("A document changed during the commit and changed back.")


def _fits(write: Write, found: Document | None) -> bool:
    match write:
        case Create():
            return found is None
        case Update(version=None):
            return found is not None
        case Replace(version=None) | Delete(version=None):
            return True
    return found is not None and found.version == write.version
