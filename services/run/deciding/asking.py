"""When a run has to ask a person: the first sync, the brake, what may be the same."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from services.agendas.settings import FirstSync
from services.connections.connection import Connection, State, asking
from services.links.link import Waiting, links_of
from services.paging import every
from services.ports.store import Create, Is, Query, Where
from services.previews.preview import new_preview
from services.run.deciding.gate import Gate
from services.run.session import Session
from services.run.staged import Staged
from sync.sides import Side

UNSURE = "Some appointments may be the same: a person has to say which."
CHANGED = "Some writes changed since somebody said yes to them."


class Asking:
    """What one run found that a person has to answer, and the preview that shows it."""

    def __init__(self, session: Session, gate: Gate) -> None:
        self.session, self.gate = session, gate
        self.preview: Create | None = None

    def writes(self, links: Iterator[Staged]) -> list[Create]:
        """Return the write of a new preview, once, where these links need one."""
        if self.session.connection.preview is not None or self.preview is not None:
            return []
        unsure = any(_is_unsure(each) for each in links)
        if not self._holds and not unsure:
            return []
        self.preview = new_preview(
            self.session.connection,
            kind="held" if self._holds else "unsure",
            reason=self._reason() if self._holds else UNSURE,
            now=self.session.now(),
        )
        return [self.preview]

    def with_news(self, connection: Connection) -> Connection:
        """Return the connection as it asks, where this run found something to ask."""
        if self._holds and connection.state is State.ACTIVE:
            now = self.session.now()
            connection = asking(connection, State.HELD, self._reason(), now=now)
        if self.preview is not None and connection.preview is None:
            connection = replace(connection, preview=str(self.preview.data["id"]))
        return connection

    @property
    def _holds(self) -> bool:
        return bool(self.gate.tripped) or self.gate.changed

    def _reason(self) -> str:
        kind = self.gate.tripped
        if not kind:
            return CHANGED
        hours = self.session.settings.brake.hours
        return (
            f"The brake holds {kind}s until somebody answers: only {self.gate.limit}"
            f" may be {kind}d unasked within {hours:g} h."
        )


def _is_unsure(each: Staged) -> bool:
    return not each.gone and each.link.waiting is Waiting.UNSURE


# --- The first sync ------------------------------------------------------------------


def ask_first(session: Session) -> None:
    """Hold a first sync that is larger than the agenda may create unasked."""
    connection = session.connection
    if connection.approved or connection.counts.links or connection.asked is not None:
        return
    reason = _first_reason(session)
    if not reason:
        return
    preview = new_preview(
        connection, kind="first_sync", reason=reason, now=session.now()
    )

    def held(now: Connection) -> Connection:
        now = asking(now, State.NEEDS_APPROVAL, reason, now=session.now())
        return replace(now, preview=str(preview.data["id"]))

    session.save(held, writes=[preview])


def _first_reason(session: Session) -> str:
    """Return why a first sync has to be asked for, a sentence; empty when it has not.

    What stands on both sides already is joined and not created, so it does not count.
    """
    waits, most = session.connection.counts.dirty, session.settings.max_creates
    asked = session.settings.first_sync is FirstSync.PREVIEW and waits
    if not asked and waits <= most:
        return ""
    creates = waits - 2 * _pairs(session)
    if asked:
        return f"The first sync is to be looked at: it may create {creates:,} entries."
    if creates <= most:
        return ""
    return f"The first sync would create {creates:,} events and items."


def _pairs(session: Session) -> int:
    """Return about how many appointments stand on both sides already."""
    keys = [_keys(session, side) for side in Side]
    left: set[str] = set(chain.from_iterable(keys[0]))
    found = 0
    for names in keys[1]:
        known = left.intersection(names)
        found += bool(known)
        left -= known
    return found


def _keys(session: Session, side: Side) -> Iterator[tuple[str, ...]]:
    """Yield by what each appointment that stands on one side alone could be found."""
    query = Query(
        collection=links_of(session.connection.id),
        where=[Where(member="alone", compare=Is.EQUAL, value=str(side))],
        order_by="span",
    )
    for document in every(session.world.store, query):
        data = document.data
        yield tuple(filter(None, (data.get("ical_uid"), data.get("span"))))
