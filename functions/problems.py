"""Every way in which the API says no, as `application/problem+json` (RFC 9457)."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.connections.connection import ConnectionMissing
from services.connections.opening import CalendarTaken
from services.google.accounts import AccountMissing
from services.organizations.idempotency import Answer
from services.ports.mailer import MailError
from services.ports.queue import QueueError
from services.ports.store import StoreError
from services.ports.values import Json
from services.refusals import InTheWay, Invalid, Refusal, Unavailable, Unknown
from sync.errors import (
    AccessLost,
    AccessRevoked,
    OperatorFault,
    RateLimited,
    SyncError,
    TransientError,
)

BUSY = timedelta(seconds=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProblemType:
    """One row of the table that clients code against."""

    status: int
    title: str
    means: str


TYPES: Mapping[str, ProblemType] = {
    kind: ProblemType(status=status, title=title, means=means)
    for kind, status, title, means in (
        ("malformed", 400, "Malformed request", "The body or a header cannot be read."),
        ("unauthorized", 401, "Unauthorized", "The key is missing or unknown."),
        ("forbidden", 403, "Forbidden", "The key does not open this."),
        ("not-found", 404, "Not found", "There is no such thing, or not for you."),
        ("method-not-allowed", 405, "Method not allowed", "See Allow."),
        ("conflict", 409, "Conflict", "It cannot be done as things are."),
        ("still-running", 409, "Still running", "The same request is being done."),
        ("accounts-exist", 409, "Accounts exist", "They belong to another client."),
        ("calendar-taken", 409, "Calendar taken", "Another connection keeps it."),
        ("calendar-read-only", 409, "Calendar read-only", "The account may only read."),
        ("account-changed", 409, "Account changed", "Another account than before."),
        ("does-not-fit", 409, "Does not fit", "The edit does not fit the item."),
        ("needs-reconnect", 409, "Needs reconnect", "The owner must connect again."),
        ("set-up-wrong", 409, "Set up wrong", "The Google project is set up wrong."),
        ("gone", 410, "Gone", "It was there, and is gone for good."),
        ("item-deleted", 410, "Item deleted", "It was deleted, and not edited since."),
        ("cursor-expired", 410, "Cursor expired", "Read again, without a cursor."),
        ("stale", 412, "Stale", "It changed since you read it."),
        ("too-large", 413, "Too large", "An item has 256 kB at most, a body 1 MiB."),
        ("unsupported-media-type", 415, "Unsupported media type", "Send JSON."),
        (
            "invalid",
            422,
            "The request is not valid",
            "See errors: each bad member by JSON pointer.",
        ),
        ("condition-required", 428, "Condition required", "Say which version."),
        ("too-many-requests", 429, "Too many requests", "See Retry-After."),
        ("internal", 500, "Internal error", "A fault of ours; it is noted."),
        ("unavailable", 503, "Unavailable", "Something is down; see Retry-After."),
    )
}

ANSWERED = (
    Refusal,
    StoreError,
    QueueError,
    MailError,
    SyncError,
    ConnectionMissing,
    AccountMissing,
    CalendarTaken,
)
"""The errors that have an answer; anything else is a fault of ours."""


def problem(
    kind: str,
    detail: str,
    *,
    errors: Json = (),
    headers: Mapping[str, str] | None = None,
    **members: Json,
) -> Answer:
    """Return an answer that says no."""
    known = TYPES.get(kind, TYPES["conflict"])
    body = {
        "type": f"/problems/{kind}",
        "title": known.title,
        "status": known.status,
        "detail": detail,
        **members,
    }
    if errors:
        body["errors"] = list(errors)
    return Answer(status=known.status, body=body, headers=headers or {})


def problem_of(error: Exception) -> Answer:
    """Return the answer to one of the errors that have one."""
    if isinstance(error, Refusal):
        return _of_refusal(error)
    if isinstance(error, StoreError | QueueError | MailError | TransientError):
        return _of_trouble(error)
    return _of_refusal(_as_refusal(error))


def _of_refusal(refusal: Refusal) -> Answer:
    errors = []
    headers = {}
    if isinstance(refusal, Invalid):
        errors = [
            {"pointer": one.pointer, "detail": one.message} for one in refusal.problems
        ]
    if isinstance(refusal, Unavailable):
        headers = _retry_after(refusal.wait)
    if refusal.kind == "unauthorized":
        headers = {"WWW-Authenticate": 'Bearer realm="Tandem"'}
    return problem(refusal.kind, refusal.message, errors=errors, headers=headers)


def _of_trouble(error: Exception) -> Answer:
    """Return the answer where waiting helps; what the store said is for our log."""
    if isinstance(error, RateLimited):
        headers = _retry_after(error.wait or BUSY)
        return problem("too-many-requests", str(error), headers=headers)
    detail = "Something that this needs is down or busy; please try again."
    return problem("unavailable", detail, headers=_retry_after(BUSY))


def _as_refusal(error: Exception) -> Refusal:
    if isinstance(error, ConnectionMissing):
        return Unknown("There is no such connection.")
    if isinstance(error, AccountMissing):
        return Unknown("There is no such account.")
    kinds = {
        CalendarTaken: "calendar-taken",
        AccessRevoked: "needs-reconnect",
        AccessLost: "needs-reconnect",
        OperatorFault: "set-up-wrong",
    }
    kind = next((kinds[each] for each in kinds if isinstance(error, each)), None)
    return InTheWay(str(error), kind=kind)


def _retry_after(wait: timedelta) -> dict[str, str]:
    return {"Retry-After": str(max(math.ceil(wait.total_seconds()), 1))}


def text_of(body: Json) -> bytes:
    """Return the JSON of an answer."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "replace"
    )
