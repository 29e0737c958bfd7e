"""What waits for a person, as a preview: made when looked at, and kept as shown."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain

from services.connections import journal
from services.connections.connection import Connection, State
from services.documents import data_of
from services.links.documents import link_of
from services.links.link import Intent, Waiting, link_path
from services.ports.store import Conflict, Replace
from services.previews.entries import Entry, EntryKind
from services.previews.pages import forget_pages
from services.previews.preview import (
    FIRST_SYNC,
    HELD,
    UNSURE,
    Preview,
    get_preview,
    preview_path,
    with_entries,
)
from services.run.deciding.asking import UNSURE as ASKS_WHICH
from services.run.planning import foreseen, planning, waiting_links
from services.run.session import Session
from services.world import World
from sync.plan import Act


def shown(world: World, preview: Preview) -> Preview:
    """Return a preview as a person is to see it: one of what waits made anew.

    Where nothing changed since, it is the one that was shown before.
    """
    return _current(world, preview, glanced=False)


def count_waiting(world: World, connection: Connection, *, now: datetime) -> None:
    """Have the preview of what waits counted anew, while nobody saw its writes.

    Once somebody did, it is as they saw it: their yes is to that, and nothing else.
    """
    ended = connection.state is State.DISCONNECTED
    if connection.preview is None or ended:
        return
    preview = get_preview(world.store, connection.id, connection.preview)
    if now < preview.expires_at and preview.unseen:
        _current(world, preview, glanced=True)


def _current(world: World, preview: Preview, *, glanced: bool) -> Preview:
    if not preview.live:
        return preview
    session = planning(world, preview.connection)
    connection = session.connection
    seen = glanced or not preview.glanced
    known = preview.edition and preview.made_of == connection.waits_version
    if connection.preview != preview.id or (known and seen):
        return preview
    return _made(session, preview, glanced=glanced)


def _made(session: Session, preview: Preview, *, glanced: bool) -> Preview:
    store, connection = session.world.store, session.connection
    path = preview_path(connection.id, preview.id)
    document = store.get(path)
    if document is None:
        return preview
    fresh = replace(
        with_entries(store, preview, _waiting(session)),
        kind=_kind(connection),
        reason=connection.asked.reason if connection.asked else ASKS_WHICH,
        made_of=connection.waits_version,
        glanced=glanced,
    )
    write = Replace(path=path, data=data_of(fresh), version=document.version)
    try:
        store.commit([write])
    except Conflict:
        # Somebody else looked at the same moment: what they were shown counts.
        return get_preview(store, connection.id, preview.id)
    forget_pages(store, path, but=fresh.edition)
    return fresh


def _kind(connection: Connection) -> str:
    asked = connection.asked
    if asked is not None and asked.state is State.NEEDS_APPROVAL:
        return FIRST_SYNC
    held = connection.counts.held or connection.state is State.HELD
    return HELD if held else UNSURE


def _waiting(session: Session) -> Iterator[Entry]:
    """Yield what is unsure, what is held, and the deletes that were done before."""
    links = (waiting_links(session, each) for each in (Waiting.UNSURE, Waiting.HELD))
    yield from foreseen(session, chain.from_iterable(links))
    yield from _done_before(session)


# --- What was done before the brake held ---------------------------------------------


def _done_before(session: Session) -> Iterator[Entry]:
    """Yield the deletes of the brake's hour that nobody has taken back."""
    asked = session.connection.asked
    if asked is None or asked.since is None or asked.state is not State.HELD:
        return
    connection = session.connection.id
    since = asked.since - session.settings.brake.lasts
    for each in journal.since(session.world.store, connection, since):
        intent = each.intent
        early = each.at <= asked.since and _is_done_delete(intent)
        if early and _is_still_gone(session, intent.link):
            yield _done(each)


def _done(write: journal.Entry) -> Entry:
    intent = write.intent
    return Entry(
        id=write.id,
        link=intent.link,
        kind=EntryKind.DONE,
        side=intent.side,
        why=intent.why,
        cause=intent.link,
        now={intent.side: intent.before, intent.side.other: None},
    )


def _is_done_delete(intent: Intent) -> bool:
    return intent.act == Act.DELETE and intent.outcome in ("", "done")


def _is_still_gone(session: Session, link: str) -> bool:
    document = session.world.store.get(link_path(session.connection.id, link))
    if document is None or "same_as" in document.data:
        return False
    return link_of(document).ended_at is not None
