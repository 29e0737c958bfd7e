"""What may be asked of a port, checked alike by every adapter that stands behind it.

The cloud's limits hold on one machine too: what passes here passes there.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from services.ports.queue import Task
from services.ports.store import (
    Create,
    Delete,
    Document,
    Is,
    Query,
    Replace,
    Update,
    Where,
    Write,
)

MAX_WRITES: Final = 500
MAX_DOCUMENT_BYTES: Final = 1_048_576
MAX_COMMIT_BYTES: Final = 10_000_000
"""Firestore takes requests of 10 MiB; some of that is paths and wrapping."""

MAX_ID_BYTES: Final = 1_500
MAX_DEPTH: Final = 20
MAX_TASK_BYTES: Final = 100_000
MAX_TASK_DELAY: Final = timedelta(days=30)
MAX_SECRET_BYTES: Final = 65_536

_MEMBER: Final = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]{0,199}")
_RESERVED: Final = re.compile(r"__.*__", re.DOTALL)
_CONTROL: Final = re.compile(r"[\x00-\x1f]")
_TASK_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,500}")
_SECRET_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
SHARDS: Final = 65_536


class NotAllowed(ValueError):
    """A port was asked for what no adapter can do; trying again is useless."""


class TooLarge(NotAllowed):
    """A document, task or secret is larger than the cloud takes."""


# --- Store ---------------------------------------------------------------------------


def check_path(path: str) -> None:
    """See to it that a path leads to a document. Raises NotAllowed."""
    parts = _checked_parts(path)
    if len(parts) % 2:
        raise NotAllowed(f"{path!r} is the path of a collection, not of a document.")


def check_writes(writes: Sequence[Write]) -> None:
    """See to it that a store can do these writes at once. Raises NotAllowed."""
    if len(writes) > MAX_WRITES:
        raise NotAllowed(
            f"{len(writes)} writes are more than the {MAX_WRITES} allowed."
        )
    paths = [write.path for write in writes]
    if len(set(paths)) < len(paths):
        raise NotAllowed("One commit may write each document only once.")
    for write in writes:
        check_path(write.path)
    size = sum(_checked_size(each) for each in writes if not isinstance(each, Delete))
    if size > MAX_COMMIT_BYTES:
        raise TooLarge(
            f"{len(writes)} writes of {size:,} bytes are more than the "
            f"{MAX_COMMIT_BYTES:,} allowed at once."
        )


def check_query(query: Query) -> None:
    """See to it that every store can answer a query. Raises NotAllowed."""
    parts = _checked_parts(query.collection)
    if len(parts) % 2 == 0:
        raise NotAllowed(f"{query.collection!r} is a document, not a collection.")
    if query.everywhere and len(parts) > 1:
        raise NotAllowed(f"{query.collection!r} is one place, not a name everywhere.")
    if query.limit < 1:
        raise NotAllowed(f"A query's limit is at least 1, not {query.limit}.")
    _check_order(query)
    for where in query.where:
        _check_where(where)


def last_value(query: Query, after: Document) -> object:
    """Return where an ordered query continues. Raises NotAllowed."""
    value: Any = after.data
    for name in (query.order_by or "").split("."):
        if not isinstance(value, Mapping) or name not in value:
            raise NotAllowed(f"{after.path} has no {query.order_by} to continue after.")
        value = value[name]
    return value


def _checked_parts(path: str) -> list[str]:
    parts = path.split("/")
    for part in parts:
        if (
            part in ("", ".", "..")
            or _RESERVED.fullmatch(part)
            or _CONTROL.search(part)
        ):
            raise NotAllowed(f"{path!r} holds {part!r}, which is no id of a document.")
        if _length(part) > MAX_ID_BYTES:
            raise NotAllowed(f"An id in {path[:80]!r} is over {MAX_ID_BYTES} bytes.")
    return parts


def _check_order(query: Query) -> None:
    ranges = {where.member for where in query.where if where.compare is not Is.EQUAL}
    if query.order_by is not None:
        _check_member_path(query.order_by)
    elif query.descending:
        raise NotAllowed("A descending query names the member that it is ordered by.")
    if ranges - {query.order_by}:
        names = ", ".join(sorted(ranges))
        raise NotAllowed(f"A query with a range of {names} is ordered by that member.")


def _check_where(where: Where) -> None:
    _check_member_path(where.member)
    scalar = isinstance(where.value, str | int | float | datetime | None)
    if where.compare is Is.EQUAL:
        scalar = scalar or isinstance(where.value, bytes)
    elif where.value is None or isinstance(where.value, bool):
        scalar = False
    if not scalar:
        kind = type(where.value).__name__
        raise NotAllowed(
            f"{where.member} cannot be compared by {where.compare} {kind}."
        )
    _size(where.value, where.member, depth=0)


def _check_member_path(member: str) -> None:
    if not all(_MEMBER.fullmatch(part) for part in member.split(".")):
        raise NotAllowed(f"{member!r} is not a member that a query can name.")


def _checked_size(write: Create | Replace | Update) -> int:
    for name in write.data:
        if not _MEMBER.fullmatch(name):
            raise NotAllowed(f"{write.path} cannot have a member named {name!r}.")
    return check_size(write.path, write.data)


def check_size(path: str, data: Mapping[str, Any]) -> int:
    """Return how many bytes Firestore counts for a document. Raises TooLarge."""
    size = _length(path) + 64 + _size(data, path, depth=0)
    if size > MAX_DOCUMENT_BYTES:
        raise TooLarge(
            f"{path} would have {size} bytes, and {MAX_DOCUMENT_BYTES} are allowed."
        )
    return size


def _size(value: object, place: str, *, depth: int) -> int:
    """Return the bytes that Firestore counts for a value.

    https://firebase.google.com/docs/firestore/storage-size
    """
    match value:
        case None | bool():
            return 1
        case str():
            return _length(value) + 1
        case int() | float() | datetime():
            return _size_of_scalar(value, place)
        case bytes():
            return len(value)
        case Mapping():
            return _size_of_map(value, place, depth=depth)
        case list() | tuple():
            return _size_of_list(value, place, depth=depth)
    raise NotAllowed(f"{place} holds a {type(value).__name__}, which no store keeps.")


def _size_of_scalar(value: float | datetime, place: str) -> int:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise NotAllowed(f"{place} holds a time without a zone.")
    elif isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise NotAllowed(f"{place} holds a number of more than 64 bits.")
    elif not math.isfinite(value):
        raise NotAllowed(f"{place} holds {value}, which is not a finite number.")
    return 8


def _size_of_map(value: Mapping[object, object], place: str, *, depth: int) -> int:
    if depth >= MAX_DEPTH:
        raise NotAllowed(f"{place} is nested deeper than {MAX_DEPTH}.")
    size = 0
    for name, member in value.items():
        if not isinstance(name, str) or not name or _RESERVED.fullmatch(name):
            raise NotAllowed(f"{place} cannot have a member named {name!r}.")
        inner = name if depth else f"{place}: {name}"
        size += _length(name) + 1 + _size(member, inner, depth=depth + 1)
    return size


def _size_of_list(value: Sequence[object], place: str, *, depth: int) -> int:
    if depth >= MAX_DEPTH:
        raise NotAllowed(f"{place} is nested deeper than {MAX_DEPTH}.")
    for element in value:
        if isinstance(element, list | tuple):
            raise NotAllowed(f"{place} holds a list in a list, which no store keeps.")
    return sum(_size(element, place, depth=depth + 1) for element in value)


def _length(text: str) -> int:
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise NotAllowed("A text holds half a character (a lone surrogate).") from error


# --- Queue ---------------------------------------------------------------------------


def check_task(task: Task, *, now: datetime) -> bytes:
    """Return the body to be sent, if every queue takes the task. Raises NotAllowed."""
    if not task.path.startswith("/"):
        raise NotAllowed(f"A task's path begins with a slash, not {task.path!r}.")
    if task.name is not None and not _TASK_NAME.fullmatch(task.name):
        raise NotAllowed(f"{task.name!r} cannot be the name of a task.")
    if not 0 <= task.shard < SHARDS:
        raise NotAllowed(f"A task's shard is under {SHARDS:,}, not {task.shard}.")
    if task.at is not None and task.at > now + MAX_TASK_DELAY:
        raise NotAllowed(f"A task may wait {MAX_TASK_DELAY.days} days at most.")
    return _body(task)


def _body(task: Task) -> bytes:
    try:
        text = json.dumps(task.body, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        message = f"The body of a task for {task.path} is not JSON: {error}."
        raise NotAllowed(message) from error
    body = text.encode("ascii")
    if len(body) > MAX_TASK_BYTES:
        raise TooLarge(f"A task of {len(body)} bytes is over {MAX_TASK_BYTES}.")
    return body


# --- Vault ---------------------------------------------------------------------------


def check_secret_name(name: str) -> None:
    """See to it that every vault can hold a secret of that name. Raises NotAllowed."""
    if not _SECRET_NAME.fullmatch(name):
        raise NotAllowed(f"{name!r} cannot be the name of a secret.")


def check_secret(name: str, value: bytes) -> None:
    """See to it that every vault can hold this. Raises NotAllowed, TooLarge."""
    check_secret_name(name)
    if len(value) > MAX_SECRET_BYTES:
        raise TooLarge(
            f"The secret {name} has {len(value):,} bytes, and {MAX_SECRET_BYTES:,} are "
            "allowed."
        )
