"""Log lines as JSON events with ids, in the form that Cloud Logging reads."""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

TRACE_HEADER = "X-Cloud-Trace-Context"

_ORDINARY = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}
_trace: ContextVar[str] = ContextVar("trace", default="")


@contextmanager
def traced(header: str | None) -> Iterator[str]:
    """Give every log line inside the trace id of "TRACE/SPAN;o=1", and hand it out."""
    trace = (header or "").partition("/")[0][:64]
    trace = trace if trace.isalnum() and trace.isascii() else ""
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
            "message": record.getMessage(),
        }
        line |= {k: v for k, v in record.__dict__.items() if k not in _ORDINARY}
        if record.exc_info and record.exc_info[1]:
            line["error"] = _told(record.exc_info[1])
        return json.dumps(line | self._trace_member(), default=str)

    def _trace_member(self) -> dict[str, str]:
        trace = _trace.get()
        if not trace or not self._project:
            return {"trace": trace} if trace else {}
        name = f"projects/{self._project}/traces/{trace}"
        return {"logging.googleapis.com/trace": name}


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
