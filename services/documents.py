"""Typed records to stored documents, and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from services.ports.store import Create, Document, Replace
from services.ports.values import Json

Record = TypeVar("Record")

_KEPT = (datetime, bytes)


class BrokenDocument(Exception):
    """A stored document is not of the shape that we wrote: a fault of ours."""

    def __init__(self, *, path: str, fault: str) -> None:
        super().__init__(f"The stored document {path} is malformed: {fault}.")
        self.path = path


def data_of(record: object) -> dict[str, Json]:
    """Return a frozen record as the members of a document."""
    data = _plain(msgspec.to_builtins(record, builtin_types=_KEPT))
    if not isinstance(data, dict):
        raise TypeError(f"A {type(record).__name__} has no members to store.")
    return data


def record_of(document: Document, record: type[Record]) -> Record:
    """Return a stored document as a record of this type.

    Members that the type does not know are left out (a newer version wrote them), and
    those with a default may be absent (an older one did). Raises BrokenDocument.
    """
    try:
        return msgspec.convert(_plain(document.data), record, builtin_types=_KEPT)
    except msgspec.ValidationError as error:
        raise BrokenDocument(path=document.path, fault=str(error)) from error


def save_over(
    document: Document | None, path: str, data: Mapping[str, Json]
) -> Create | Replace:
    """Return the write that stores a document: a new one, or over what was read."""
    if document is None:
        return Create(path=path, data=data)
    return Replace(path=path, data=data, version=document.version)


def _plain(value: Json) -> Json:
    """Return the value in the few types that every store gives back.

    Tuples become lists. Firestore's own subclass of datetime becomes a datetime:
    msgspec takes no subclass for the type that it was promised.
    """
    if isinstance(value, Mapping):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(member) for member in value]
    if isinstance(value, datetime) and type(value) is not datetime:
        return datetime.combine(value.date(), value.time(), value.tzinfo)
    return value
