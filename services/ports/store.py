"""The store of documents, as a port: Firestore, or SQLite on one machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from services.ports.values import Json


class StoreError(Exception):
    """The store could not do it; the task is to be tried again."""


class Conflict(StoreError):
    """A precondition failed: the document at `path` is not as the writer believed."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is not as expected")
        self.path = path


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A stored document; `version` changes with every write that changes something."""

    path: str
    data: Mapping[str, Json]
    version: str

    @property
    def id(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Create:
    """Write a document that must not exist yet."""

    path: str
    data: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Replace:
    """Write a whole document: over `version` only, or over whatever is there."""

    path: str
    data: Mapping[str, Json]
    version: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """Change some top-level members of a document that must exist.

    With `version`, only that one. A member given as None is stored as null.
    """

    path: str
    data: Mapping[str, Json]
    version: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delete:
    """Remove one document (not what lies under it); absent is fine without version."""

    path: str
    version: str | None = None


Write = Create | Replace | Update | Delete


class Is(StrEnum):
    """How a query compares."""

    EQUAL = "=="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """One condition of a query, on a top-level or dotted member."""

    member: str
    compare: Is
    value: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """Documents of one collection ("agendas/a1/items") or, with `everywhere`, of all
    collections of that name ("links").

    Ranges may name one member, and `order_by` must then be that member (Firestore's
    rule). Without `order_by`, the order is that of the paths. Documents that lack
    `order_by` are not found. `after` continues behind a document of an earlier answer.
    """

    collection: str
    where: Sequence[Where] = ()
    order_by: str | None = None
    descending: bool = False
    limit: int = 100
    after: Document | None = None
    everywhere: bool = False


class Store(Protocol):
    """Documents at slash-separated paths of even depth ("connections/c1/links/l1")."""

    def get(self, path: str) -> Document | None: ...

    def get_many(self, paths: Sequence[str]) -> Mapping[str, Document]:
        """Return the documents that exist, by path."""
        ...

    def query(self, query: Query) -> Sequence[Document]: ...

    def commit(self, writes: Sequence[Write]) -> Sequence[str]:
        """Do all of at most 500 writes, or none; return each new version ("" if gone).

        Each document may be written once. A write that changes nothing keeps the
        version. Where an answer is lost, a repeated create may conflict with itself.

        Raises `Conflict` naming the first document whose precondition failed.
        """
        ...

    def delete_under(self, path: str) -> int:
        """Remove the document and all below it; return how many went."""
        ...
