"""Previews: plans that are shown and kept until a person answers, or they expire."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.connections.connection import Connection, change, load
from services.documents import data_of, record_of
from services.ids import Kind, new_id
from services.ports.store import Create, Document, Query, Store, Update
from services.ports.values import Json
from services.previews.entries import Entry
from services.previews.pages import Shelf, keep_pages
from services.refusals import Expired, Unknown

KEPT = timedelta(days=14)
FIRST_SYNC, HELD, UNSURE = "first_sync", "held", "unsure"
NOW, SETTINGS = "now", "settings"
LIVE = frozenset({FIRST_SYNC, HELD, UNSURE})
"""The kinds that show what waits for a person: they follow it as it changes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """A plan that is shown and kept: why, since when, and what it comes to.

    Its entries lie in pages; `data` is what its kind needs to know when it is applied.
    `made_of` is the connection's `waits_version` that a live one was made of;
    `glanced` tells that only its counts were seen so far, in a list.
    """

    id: str
    connection: str
    kind: str
    reason: str
    created_at: datetime
    expires_at: datetime
    applied_at: datetime | None = None
    declined_at: datetime | None = None
    edition: str = ""
    starts: tuple[int, ...] = ()
    entries: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    by_side: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    calls: int = 0
    mailed: int = 0
    made_of: int = -1
    glanced: bool = False
    data: Mapping[str, Json] = field(default_factory=dict)

    @property
    def live(self) -> bool:
        """Whether it shows what waits, and not what somebody asked to see."""
        return self.kind in LIVE

    @property
    def unseen(self) -> bool:
        """Whether nobody was shown its writes yet."""
        return not self.edition or self.glanced

    @property
    def shelf(self) -> Shelf:
        """Where its entries lie."""
        return Shelf(
            preview=preview_path(self.connection, self.id),
            edition=self.edition,
            starts=self.starts,
        )

    def state(self, connection: Connection, *, now: datetime) -> str:
        """Return what has become of it: open, applied, declined, expired or over."""
        if self.applied_at is not None:
            return "applied"
        if self.declined_at is not None:
            return "declined"
        if now >= self.expires_at:
            return "expired"
        answered = self.live and connection.preview != self.id
        return "over" if answered else "open"


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
    store.commit([created(filled)])
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


def new_preview(
    connection: Connection, *, kind: str = HELD, reason: str, now: datetime
) -> Create:
    """Return the write that keeps a new preview of what waits, as yet without pages."""
    preview = Preview(
        id=new_id(Kind.PREVIEW),
        connection=connection.id,
        kind=kind,
        reason=reason,
        created_at=now,
        expires_at=now + KEPT,
    )
    return created(preview)


def created(preview: Preview) -> Create:
    """Return the write that stores a new preview."""
    path = preview_path(preview.connection, preview.id)
    return Create(path=path, data=data_of(preview))


def list_previews(
    store: Store, connection_id: str, *, limit: int, after: Document | None = None
) -> Sequence[Document]:
    """Return the documents of a connection's previews, newest first."""
    query = Query(
        collection=previews_of(connection_id),
        order_by="created_at",
        descending=True,
        limit=limit,
        after=after,
    )
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


def mark(store: Store, preview: Preview, **members: Json) -> None:
    """Change some members of a stored preview."""
    path = preview_path(preview.connection, preview.id)
    store.commit([Update(path=path, data=members)])


def unexpired(
    store: Store, connection_id: str, preview_id: str, *, now: datetime
) -> Preview:
    """Return a preview that may still be answered.

    Raises Unknown, and Expired with a new preview made of one that shows what waits:
    what is held must not stay so for good.
    """
    preview = get_preview(store, connection_id, preview_id)
    if now >= preview.expires_at:
        _renew(store, connection_id, preview, now=now)
        raise Expired("This preview is too old: look at the newest one first.")
    return preview


def _renew(
    store: Store, connection_id: str, expired: Preview, *, now: datetime
) -> None:
    """Give the connection a new preview in place of its expired one."""
    connection, _ = load(store, connection_id)
    if connection.preview != expired.id:
        return
    fresh = new_preview(connection, kind=expired.kind, reason=expired.reason, now=now)
    store.commit([fresh])
    fresh_id = str(fresh.data["id"])

    def renewed(one: Connection) -> Connection:
        still = one.preview == expired.id
        return replace(one, preview=fresh_id) if still else one

    change(store, connection_id, renewed)
