"""Plan every link anew when the rules have changed since it was last planned.

What a link keeps is raw, so a changed template or view is found by looking at each link
again. That is done page by page, before anything is read; a run that is interrupted
goes on where it was.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace

from services.agendas.settings_reading import AgendaSettings
from services.connections.connection import Connection
from services.links.link import Link, links_of
from services.links.parking import GIVES_UP_ON_ONE, given_up
from services.ports.store import Document, Query
from services.run.deciding.ranking import in_window, ranked
from services.run.looking.look import Change, read_anew, store_links
from services.run.session import Session
from services.run.staged import Staged, link_staged

AT_ONCE = 100
VIEWS = 1
"""Rises when what a view shows is another for the same settings."""

WITHOUT_EFFECT = frozenset(
    {
        *("first_sync", "max_creates", "brake", "guest_mail", "horizon_days"),
        *("time_zone", "calendar_id", "allowed_accounts", "poll_seconds"),
        *("audit_days", "conflict", "conflict_by_field"),
    }
)
"""Settings that change no link's plan by themselves."""


def rules_mark(settings: AgendaSettings) -> str:
    """Return a mark that is another when links may have to be planned anew."""
    acting = {
        name: value
        for name, value in asdict(settings).items()
        if name not in WITHOUT_EFFECT
    }
    text = json.dumps([VIEWS, acting], sort_keys=True, default=list)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def replan(session: Session) -> bool:
    """Plan all links anew where the rules changed; False when time ran out before."""
    mark = rules_mark(session.settings)
    connection = session.connection
    if connection.rules != mark:
        _read_anew_for_more(session)
        known = bool(connection.counts.links or connection.rules)
        session.save(_begun(mark, anew=known, days=session.settings.window_days))
    while session.connection.replanned is not None:
        if session.time_is_up:
            return False
        _replan_page(session, session.connection.replanned)
    return True


def _read_anew_for_more(session: Session) -> None:
    """Read both sides in full where the window grew: what it left out is not kept."""
    known = session.connection.read_days
    if known is not None and session.settings.window_days > known:
        read_anew(session)


def _begun(mark: str, *, anew: bool, days: int) -> Change:
    start = "" if anew else None
    return lambda now: replace(now, rules=mark, replanned=start, read_days=days)


def _replan_page(session: Session, after: str) -> None:
    place = Document(path=after, data={}, version="") if after else None
    collection = links_of(session.connection.id)
    query = Query(collection=collection, limit=AT_ONCE, after=place)
    page = session.world.store.query(query)
    links = [link_staged(one) for one in page if "same_as" not in one.data]
    for each in links:
        each.link = _planned(session, each)
    store_links(session, links, _turned(page))


def _planned(session: Session, each: Staged) -> Link:
    """Return a link as it is planned now; what is frozen or taken away stays so."""
    link = each.link
    if link.ended_at is not None or link.removed:
        return link
    try:
        return ranked(session, link) if in_window(session, link) else link
    except GIVES_UP_ON_ONE as error:
        return given_up(link, error, now=session.now())


def _turned(page: Sequence[Document]) -> Change:
    place = page[-1].path if len(page) == AT_ONCE else None

    def turned(now: Connection) -> Connection:
        return replace(now, replanned=place, backlog=True)

    return turned
