"""Log lines as JSON events with ids, in the form that Cloud Logging reads."""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TextIO

_ORDINARY = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}
# https://www.w3.org/TR/trace-context/#traceparent-header
_PARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
# https://cloud.google.com/trace/docs/trace-context#legacy-http-header
_CONTEXT = re.compile(r"([0-9a-fA-F]{32})(?:/([0-9]{1,20}))?(?:;o=([0-9]))?")


class Headers(Protocol):
    """The headers of a request, whose names are found in any case."""

    def get(self, key: str, default: str, /) -> str: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """Which request of the outer world this is: two ids in hexadecimal, or empty."""

    id: str = ""
    span: str = ""
    sampled: bool = False


NO_TRACE = Trace()
_trace: ContextVar[Trace] = ContextVar("trace", default=NO_TRACE)


def trace_of(headers: Headers) -> Trace:
    """Return the trace that `traceparent`, or else Google's own older header, names.

    Whatever else stands there is no trace: strangers can write these headers.
    """
    parent = _PARENT.fullmatch(headers.get("traceparent", ""))
    if parent is not None:
        sampled = bool(int(parent[3], 16) & 1)
        return Trace(id=parent[1], span=parent[2], sampled=sampled)
    context = _CONTEXT.fullmatch(headers.get("X-Cloud-Trace-Context", ""))
    if context is None:
        return NO_TRACE
    span = int(context[2] or 0)
    told = f"{span:016x}" if 0 < span < 2**64 else ""
    return Trace(id=context[1].lower(), span=told, sampled=context[3] == "1")


@contextmanager
def traced(trace: Trace) -> Iterator[Trace]:
    """Give every log line inside this trace."""
    before = _trace.set(trace)
    try:
        yield trace
    finally:
        _trace.reset(before)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: severity, message, event, ids, trace.

    Of an exception it shows the types and the places, never the messages: those may
    quote what people wrote.
    """

    def __init__(self, *, project: str | None = None) -> None:
        super().__init__()
        self._project = project

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line."""
        line: dict[str, object] = {
            "severity": record.levelname,
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "logger": record.name,
            "message": _message(record),
        }
        line |= {k: v for k, v in record.__dict__.items() if k not in _ORDINARY}
        if record.exc_info and record.exc_info[1]:
            line["error"] = _told(record.exc_info[1])
        return json.dumps(line | self._trace_member(), default=str)

    def _trace_member(self) -> dict[str, object]:
        """Return the members by which Cloud Logging joins lines and requests.

        https://cloud.google.com/logging/docs/structured-logging#special-payload-fields
        """
        trace = _trace.get()
        if not trace.id or not self._project:
            return {"trace": trace.id} if trace.id else {}
        name = f"projects/{self._project}/traces/{trace.id}"
        found: dict[str, object] = {"logging.googleapis.com/trace": name}
        if trace.span:
            found["logging.googleapis.com/spanId"] = trace.span
            found["logging.googleapis.com/trace_sampled"] = trace.sampled
        return found


def configure_logging(
    *, project: str | None = None, stream: TextIO | None = None
) -> None:
    """Send everything from INFO upwards to a stream, as JSON lines."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(project=project))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # They tell of every request that they make, with its address.
    for chatty in ("httpx", "urllib3", "googleapiclient", "google.auth", "waitress"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _message(record: logging.LogRecord) -> str:
    """Return what a line says; of a library's, only what the library itself wrote.

    Libraries put addresses and answers into theirs: "Retrying %s", with whose calendar.
    """
    ours = "event" in record.__dict__
    return record.getMessage() if ours else str(record.msg)


def _told(error: BaseException) -> list[str]:
    """Return the chain of causes, newest last, as types and places."""
    told: list[str] = []
    current: BaseException | None = error
    while current is not None and len(told) < 5:
        frames = traceback.extract_tb(current.__traceback__)[-8:]
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        told.insert(0, f"{type(current).__name__} at {' < '.join(reversed(places))}")
        current = current.__cause__ or current.__context__
    return told
