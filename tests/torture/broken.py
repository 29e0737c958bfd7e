"""Rules that are broken on purpose, at run time: the proof must notice each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from infra.google.calendar import GoogleCalendar
from infra.google.errors import Asked
from services.connections.connection import Connection, load
from services.connections.journal import Page as JournalPage
from services.ports.calendar import Mails, Page
from services.ports.store import Delete
from services.run import run, session
from services.run.session import Session
from services.run.writing import steps, work
from sync.content import Content
from sync.sides import Atom, Pair, Side
from tests.torture.stage import Stage
from tests.torture.watching import told_of

Patch = tuple[object, str, Any]
ECHO_LASTS = timedelta(minutes=5)
MAPPED = (
    *("summary", "description", "location", "start", "end", "recurrence"),
    *("transparency", "visibility", "reminders", "colorId", "attendees"),
    "extendedProperties",
)


def echo_by_origin(_: Stage) -> list[Patch]:
    """Take what changed soon after our own write for its echo."""
    written: dict[str, datetime] = {}
    patch, insert, read = (
        GoogleCalendar.patch,
        GoogleCalendar.insert,
        GoogleCalendar.read,
    )

    def patched(self: GoogleCalendar, event_id: str, *given: Any, **more: Any) -> Any:
        written[event_id] = self._clock.now()
        return patch(self, event_id, *given, **more)

    def inserted(self: GoogleCalendar, body: Any, *, mails: Mails) -> Any:
        written[body["id"]] = self._clock.now()
        return insert(self, body, mails=mails)

    def heard(self: GoogleCalendar, *, token: str | None, page: str | None) -> Page:
        found = read(self, token=token, page=page)
        now = self._clock.now()
        long_ago = now - ECHO_LASTS
        rows = [
            row for row in found.rows if written.get(row["id"], long_ago) <= long_ago
        ]
        return replace(found, rows=rows)

    return [
        (GoogleCalendar, "patch", patched),
        (GoogleCalendar, "insert", inserted),
        (GoogleCalendar, "read", heard),
    ]


def whole_answer_as_seen(_: Stage) -> list[Patch]:
    """Take all that a side answers to a write as seen."""

    def after_write(
        pair: Pair,
        target: Side,
        *,
        atoms: frozenset[Atom],
        answer: Content,
        trusted: Content,
    ) -> Pair:
        now = {**pair.now, target: answer}
        return replace(pair, now=now, seen=now)

    return [(steps, "after_write", after_write)]


def token_before_staging(_: Stage) -> list[Patch]:
    """Save the token as soon as the changes behind it were read."""
    look = run.look  # type: ignore[attr-defined] # because it is the run's own name

    def looked(session: Session, *given: Any) -> Any:
        found = look(session, *given)
        session.save(found.finish)
        return found

    return [(run, "look", looked)]


def no_intent(stage: Stage) -> list[Patch]:
    """Write without saying so before; the watch looks away, for it would tell.

    But people still know where to strike.
    """

    def opened(self: work.Work, steps: Sequence[Any]) -> JournalPage:
        held = self.session
        held.save(held.with_lease)
        entries = tuple(step.intent for step in steps)
        stage.watch.news += [told_of(entry) for entry in entries]
        return JournalPage(id="none", run=held.run_id, at=held.now(), entries=entries)

    stage.watch.blind = True
    return [(work.Work, "_open", opened), (work, "answered", _nothing_answered)]


def _nothing_answered(connection: str, *_: Any) -> Delete:
    return Delete(path=f"connections/{connection}/journal/none")


def no_epoch(_: Stage) -> list[Patch]:
    """Write on when the lease is long another's."""

    def catch_up(self: Session) -> None:
        theirs, document = load(self.world.store, self.connection.id)
        kept = {name: getattr(theirs, name) for name in session._OF_OTHERS}
        self.connection = replace(self.connection, **kept)
        self.version = document.version

    def with_lease(self: Session, connection: Connection) -> Connection:
        return connection

    return [
        (Session, "_catch_up", catch_up),
        (Session, "with_lease", with_lease),
        (Session, "holds_lease", True),
    ]


def put_instead_of_patch(_: Stage) -> list[Patch]:
    """Send the whole event, as far as we map it."""

    def put(
        self: GoogleCalendar,
        event_id: str,
        body: Mapping[str, Any],
        *,
        etag: str | None,
        mails: Mails,
    ) -> Any:
        known = self.get(event_id)
        mapped = {name: value for name, value in known.items() if name in MAPPED}
        return self._row(
            self._api.events.update,
            Asked.EVENT,
            etag=etag,
            eventId=event_id,
            body=_merged(mapped, body),
            sendUpdates=mails.value,
        )

    return [(GoogleCalendar, "patch", put)]


def _merged(known: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    whole = {**known}
    for name, value in body.items():
        both = isinstance(value, Mapping) and isinstance(whole.get(name), Mapping)
        whole[name] = _merged(whole[name], value) if both else value
    return {name: value for name, value in whole.items() if value is not None}


RULES: Mapping[str, Callable[[Stage], list[Patch]]] = {
    "echo-by-origin": echo_by_origin,
    "whole-answer-as-seen": whole_answer_as_seen,
    "token-before-staging": token_before_staging,
    "no-intent": no_intent,
    "no-epoch": no_epoch,
    "put-instead-of-patch": put_instead_of_patch,
}


@contextmanager
def broken(rule: str | None, stage: Stage) -> Iterator[None]:
    """Let Tandem run with this rule broken, and mend it again."""
    patches = RULES[rule](stage) if rule else []
    known = [(where, name, getattr(where, name)) for where, name, _ in patches]
    for where, name, value in patches:
        setattr(where, name, value)
    try:
        yield
    finally:
        for where, name, value in known:
            setattr(where, name, value)
