"""`Idempotency-Key`: a request that is sent again is not done again."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.documents import data_of, record_of, save_over
from services.items.records import packed, unpacked
from services.ports.store import (
    Conflict,
    Delete,
    Document,
    Is,
    Query,
    Replace,
    Store,
    Where,
)
from services.ports.values import Json
from services.refusals import InTheWay, Invalid

LASTS = timedelta(hours=24)
RUNS_AT_MOST = timedelta(minutes=5)
"""After this long, a request without an answer was lost with its process."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a request was answered with."""

    status: int
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One request under its key: which key of ours sent what, and where to.

    `organization` is whom it is about, empty where that is nobody yet.
    """

    key: str
    sender: str
    target: str
    body: Json
    organization: str = ""

    @property
    def path(self) -> str:
        """Where its answer is kept."""
        parts = "\0".join((self.sender, self.target, self.key))
        return f"idempotency/{hashlib.sha256(parts.encode()).hexdigest()}"

    @property
    def fingerprint(self) -> str:
        """What tells its body from another one."""
        text = json.dumps(self.body, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    """A request as stored; without a status it is still running."""

    fingerprint: str
    started_at: datetime
    expires_at: datetime
    organization: str = ""
    status: int | None = None
    answer: bytes = b""


def once(
    store: Store,
    attempt: Attempt,
    do: Callable[[], Answer],
    *,
    now: datetime,
    secrets: frozenset[str],
) -> Answer:
    """Do it, unless it was done within a day: then return the same answer again.

    Members named in `secrets` are shown once only: they are null when repeated. What
    fails is forgotten, so it may be tried again. Raises Invalid for another body under
    the same key, InTheWay while the first is still running.
    """
    known = store.get(attempt.path)
    if known is not None:
        kept = record_of(known, _Kept)
        if not _over(kept, now):
            return _repeated(kept, attempt)
    running = _begun(store, attempt, known, now=now)
    with _forgotten_unless_done(store, attempt):
        answer = do()
    body = {"body": _without(answer.body, secrets), "headers": dict(answer.headers)}
    done = replace(running, status=answer.status, answer=packed(body))
    store.commit([Replace(path=attempt.path, data=data_of(done))])
    return answer


def forget_answers(store: Store, organization: str) -> None:
    """Forget what requests about an organization were answered with."""
    where = Where(member="organization", compare=Is.EQUAL, value=organization)
    query = Query(collection="idempotency", where=[where])
    while found := store.query(query):
        store.commit([Delete(path=document.path) for document in found])


@contextmanager
def _forgotten_unless_done(store: Store, attempt: Attempt) -> Iterator[None]:
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            store.commit([Delete(path=attempt.path)])


def _over(kept: _Kept, now: datetime) -> bool:
    lost = kept.status is None and now >= kept.started_at + RUNS_AT_MOST
    return lost or now >= kept.expires_at


def _begun(
    store: Store, attempt: Attempt, known: Document | None, *, now: datetime
) -> _Kept:
    running = _Kept(
        fingerprint=attempt.fingerprint,
        started_at=now,
        expires_at=now + LASTS,
        organization=attempt.organization,
    )
    try:
        store.commit([save_over(known, attempt.path, data_of(running))])
    except Conflict:
        raise _still_running() from None
    return running


def _repeated(kept: _Kept, attempt: Attempt) -> Answer:
    if kept.fingerprint != attempt.fingerprint:
        raise Invalid(
            "This Idempotency-Key was used for another body within the last day."
        )
    if kept.status is None:
        raise _still_running()
    answer = unpacked(kept.answer)
    headers = {**answer["headers"], "Idempotent-Replayed": "true"}
    return Answer(status=kept.status, body=answer["body"], headers=headers)


def _still_running() -> InTheWay:
    return InTheWay(
        "The first request with this Idempotency-Key is still running.",
        kind="still-running",
    )


def _without(body: Json, secrets: frozenset[str]) -> Json:
    if not isinstance(body, Mapping):
        return body
    return {name: None if name in secrets else body[name] for name in body}
