"""Previews: what is held, shown to a person, and done once that person says yes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.asked_runs import ask
from services.connections import Connection, State, change, load
from services.documents import data_of, record_of
from services.ids import Kind, new_id
from services.link_documents import link_of, saved
from services.links import Link, Rank, Waiting, links_of
from services.ports import (
    Conflict,
    Create,
    Document,
    Is,
    Json,
    Query,
    Store,
    Update,
    Where,
)
from services.preview_entries import Entry
from services.preview_pages import Shelf, keep_pages
from services.refusals import Expired, Unknown
from services.world import World

KEPT = timedelta(days=14)
AT_ONCE = 100
COUNTED = {Rank.CREATE: "creates", Rank.EDIT: "edits", Rank.DELETE: "deletes"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """A plan that is shown and kept: why, since when, and what it comes to.

    Its entries lie in pages; `data` is what its kind needs to know when it is applied.
    """

    id: str
    connection: str
    kind: str
    reason: str
    created_at: datetime
    expires_at: datetime
    applied_at: datetime | None = None
    edition: str = ""
    starts: tuple[int, ...] = ()
    entries: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    by_side: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    calls: int = 0
    mailed: int = 0
    data: Mapping[str, Json] = field(default_factory=dict)

    @property
    def shelf(self) -> Shelf:
        """Where its entries lie."""
        return Shelf(
            preview=preview_path(self.connection, self.id),
            edition=self.edition,
            starts=self.starts,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """The links that a preview holds back, with how many there are of each kind."""

    links: Sequence[Link]
    counts: Mapping[str, int] = field(default_factory=dict)
    more: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """How many links a person let pass, and the run that writes them."""

    run: str
    passed: int


def previews_of(connection_id: str) -> str:
    """Return the collection of a connection's previews."""
    return f"connections/{connection_id}/previews"


def preview_path(connection_id: str, preview_id: str) -> str:
    """Return where a preview is stored."""
    return f"{previews_of(connection_id)}/{preview_id}"


def keep_preview(
    store: Store,
    connection_id: str,
    *,
    kind: str,
    reason: str,
    entries: Iterable[Entry],
    now: datetime,
    data: Mapping[str, Json] | None = None,
) -> Preview:
    """Keep a new preview with these entries, taken one by one, and return it.

    `data` is what applying it needs besides the entries.
    """
    preview = Preview(
        id=new_id(Kind.PREVIEW),
        connection=connection_id,
        kind=kind,
        reason=reason,
        created_at=now,
        expires_at=now + KEPT,
        data=data or {},
    )
    filled = with_entries(store, preview, entries)
    path = preview_path(connection_id, preview.id)
    store.commit([Create(path=path, data=data_of(filled))])
    return filled


def with_entries(store: Store, preview: Preview, entries: Iterable[Entry]) -> Preview:
    """Return the preview with these entries, whose pages are then stored already."""
    shelf = replace(preview.shelf, edition=new_id(Kind.PREVIEW), starts=())
    totals = keep_pages(store, shelf, entries, expires_at=preview.expires_at)
    return replace(
        preview,
        edition=shelf.edition,
        starts=tuple(totals.starts),
        entries=totals.entries,
        counts=dict(totals.counts),
        by_side={side: dict(counts) for side, counts in totals.by_side.items()},
        calls=totals.calls,
        mailed=len(totals.mailed),
    )


def new_preview(connection: Connection, *, reason: str, now: datetime) -> Create:
    """Return the write that keeps a new preview of what the brake holds."""
    preview = Preview(
        id=new_id(Kind.PREVIEW),
        connection=connection.id,
        kind="held",
        reason=reason,
        created_at=now,
        expires_at=now + KEPT,
    )
    path = preview_path(connection.id, preview.id)
    return Create(path=path, data=data_of(preview))


def list_previews(
    store: Store, connection_id: str, *, limit: int, after: Document | None = None
) -> Sequence[Document]:
    """Return the documents of a connection's previews, by their ids."""
    query = Query(collection=previews_of(connection_id), limit=limit, after=after)
    return store.query(query)


def preview_of(document: Document) -> Preview:
    """Return the preview that a document holds."""
    return record_of(document, Preview)


def get_preview(store: Store, connection_id: str, preview_id: str) -> Preview:
    """Return a preview. Raises Unknown."""
    document = store.get(preview_path(connection_id, preview_id))
    if document is None:
        raise Unknown("There is no such preview.")
    return preview_of(document)


def held_links(
    store: Store, connection_id: str, *, limit: int, after: Document | None = None
) -> Sequence[Document]:
    """Return the documents of the links that are held, by their ids."""
    query = Query(
        collection=links_of(connection_id),
        where=[Where(member="waiting", compare=Is.EQUAL, value=str(Waiting.HELD))],
        limit=limit,
        after=after,
    )
    return store.query(query)


def held(store: Store, connection_id: str, *, limit: int = AT_ONCE) -> Held:
    """Return some of the held links, and how many there are of each kind."""
    counts = dict.fromkeys(COUNTED.values(), 0)
    first: list[Link] = []
    after: Document | None = None
    while True:
        page = held_links(store, connection_id, limit=AT_ONCE, after=after)
        for document in page:
            counts[COUNTED[Rank(document.data["rank"])]] += 1
        first += [link_of(document) for document in page[: limit - len(first)]]
        if len(page) < AT_ONCE:
            total = sum(counts.values())
            return Held(links=first, counts=counts, more=total > len(first))
        after = page[-1]


def apply(
    world: World, connection_id: str, preview_id: str, *, now: datetime
) -> Applied:
    """Let everything that is held pass, and queue a run that writes it.

    The same preview again lets pass what is left of it. Raises Unknown, and Expired
    with a new preview made: what is held must not stay so for good.
    """
    preview = get_preview(world.store, connection_id, preview_id)
    if now >= preview.expires_at:
        _renew(world.store, connection_id, preview, now=now)
        raise Expired("This preview is too old: look at the newest one first.")
    passed = _let_pass(world.store, connection_id, now=now)
    path = f"{previews_of(connection_id)}/{preview_id}"
    world.store.commit([Update(path=path, data={"applied_at": now})])
    change(world.store, connection_id, lambda one: _going_on(one, passed))
    return Applied(run=ask(world, connection_id, asked_for="apply"), passed=passed)


def _renew(
    store: Store, connection_id: str, expired: Preview, *, now: datetime
) -> None:
    """Give the connection a new preview in place of its expired one."""
    connection, _ = load(store, connection_id)
    if connection.preview != expired.id:
        return
    fresh = new_preview(connection, reason=expired.reason, now=now)
    store.commit([fresh])
    fresh_id = str(fresh.data["id"])

    def renewed(one: Connection) -> Connection:
        still = one.preview == expired.id
        return replace(one, preview=fresh_id) if still else one

    change(store, connection_id, renewed)


def _let_pass(store: Store, connection_id: str, *, now: datetime) -> int:
    passed = 0
    while page := held_links(store, connection_id, limit=AT_ONCE):
        writes = [
            saved(connection_id, approved(link_of(each), now=now), over=each)
            for each in page
        ]
        try:
            store.commit(writes)
        except Conflict:
            continue
        passed += len(page)
    return passed


def approved(link: Link, *, now: datetime) -> Link:
    """Return a held link as one that a person let pass."""
    return replace(link, waiting=None, approved=True, due_at=now, why="")


def _going_on(connection: Connection, passed: int) -> Connection:
    held_before = connection.counts.held
    counts = replace(
        connection.counts,
        held=max(0, held_before - passed),
        dirty=connection.counts.dirty + passed,
    )
    waits = connection.state in (State.HELD, State.NEEDS_APPROVAL)
    return replace(
        connection,
        state=State.ACTIVE if waits else connection.state,
        reason="" if waits else connection.reason,
        counts=counts,
        backlog=True,
        approved=True,
        asked=None,
        preview=None,
    )
