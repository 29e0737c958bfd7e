"""Reset a connection: shown first, then done in slices, then everything begins anew.

Only links whose event this calendar's owner organizes lose anything; what others
organize is left alone, and so is what was never linked.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.connections.connection import load
from services.connections.steering import require_running
from services.links.documents import link_of
from services.links.link import Link, links_of
from services.orders.beginning import BUSY, begin
from services.orders.jobs import Job, JobKind, Next
from services.paging import every
from services.ports.store import Query, Store
from services.ports.values import Json
from services.previews.entries import Entry, EntryKind
from services.previews.preview import Preview, keep_preview, mark
from services.refusals import InTheWay
from services.run.connecting import rules_of
from services.run.deciding.rules import Rules
from services.world import World
from sync.google import Unreadable, organizer_is_self
from sync.sides import Side

KIND = "reset"
WHY = "a person resets the connection"


class Existing(StrEnum):
    """What becomes of what is linked now."""

    LEAVE = "leave"
    DELETE_CALENDAR = "delete_calendar"
    DELETE_AGENDA = "delete_agenda"
    DELETE_BOTH = "delete_both"


DELETED: Mapping[Existing, frozenset[Side]] = {
    Existing.LEAVE: frozenset(),
    Existing.DELETE_CALENDAR: frozenset({Side.CALENDAR}),
    Existing.DELETE_AGENDA: frozenset({Side.AGENDA}),
    Existing.DELETE_BOTH: frozenset(Side),
}


AFTER: Mapping[Next, str] = {
    Next.ALL: "After that, both sides are read, paired and synced anew.",
    Next.NEW_ONLY: "After that, only what is new or edited is synced.",
}


@dataclass(slots=True)
class _Found:
    """What a reset is about, counted while its links are read."""

    rules: Rules
    sides: frozenset[Side]
    links: int = 0
    left_alone: int = 0

    def entries(self, links: Iterable[Link]) -> Iterator[Entry]:
        """Yield each delete that the reset is going to do."""
        for link in links:
            self.links += 1
            if not is_ours_to_reset(link):
                self.left_alone += 1
                continue
            for side in sorted(self.sides):
                if _stands(link, side):
                    yield self._entry(link, side)

    def _entry(self, link: Link, side: Side) -> Entry:
        return Entry(
            id=f"{link.id}.{side}",
            link=link.id,
            kind=EntryKind.DELETE,
            side=side,
            why=WHY,
            cause=link.id,
            now={each: self._shown(link, each) for each in Side},
            calls=1 if side is Side.CALENDAR else 0,
        )

    def _shown(self, link: Link, side: Side) -> Json:
        try:
            return self.rules.shown(link, side)
        except Unreadable:
            return None


def preview_reset(
    world: World,
    connection_id: str,
    *,
    existing: Existing,
    following: Next,
    now: datetime,
) -> Preview:
    """Keep and return a preview of what a reset would do. Raises InTheWay."""
    connection, _ = load(world.store, connection_id)
    require_running(connection)
    found = _Found(rules=rules_of(world, connection), sides=DELETED[existing])
    links = _linked(world.store, connection_id)
    entries = list(found.entries(links))
    return keep_preview(
        world.store,
        connection_id,
        kind=KIND,
        reason=_reason(found, len(entries), following),
        entries=entries,
        now=now,
        data={
            "existing": str(existing),
            "next": str(following),
            "links": found.links,
            "left_alone": found.left_alone,
        },
    )


def begin_reset(
    world: World, preview: Preview, shown: Iterable[Entry], *, run: str, now: datetime
) -> int:
    """Begin what a preview of a reset shows, exactly that; return how many deletes.

    A reset is begun once: what was shown is not as it was any more. The run of this id,
    which goes on with it, is asked for by the caller. Raises InTheWay.
    """
    connection, _ = load(world.store, preview.connection)
    require_running(connection)
    if preview.applied_at is not None:
        raise InTheWay("This reset was begun already; ask for another one.")
    if connection.job is not None:
        raise InTheWay(BUSY)
    job = Job(
        id=preview.id,
        kind=JobKind.RESET,
        started_at=now,
        run=run,
        left_alone=int(preview.data.get("left_alone", 0)),
        next=Next(preview.data["next"]),
    )
    mark(world.store, preview, applied_at=now)
    targets = ((entry.link, frozenset({entry.side})) for entry in shown)
    begun = begin(world, connection.id, job, targets, now=now)
    return begun.job.total if begun.job is not None else 0


def is_ours_to_reset(link: Link) -> bool:
    """Return whether this calendar's owner organizes the link's event."""
    master = link.rows.master
    return master is None or organizer_is_self(master)


def _stands(link: Link, side: Side) -> bool:
    return link.has_event if side is Side.CALENDAR else link.item is not None


def _linked(store: Store, connection_id: str) -> Iterator[Link]:
    for document in every(store, Query(collection=links_of(connection_id))):
        if "same_as" in document.data:
            continue
        link = link_of(document)
        if link.linked:
            yield link


def _reason(found: _Found, deletes: int, following: Next) -> str:
    """Return what the reset would do, in sentences."""
    lost = f"{deletes:,} {'is' if deletes == 1 else 'are'} deleted" if deletes else ""
    said = f"A reset of what is linked ({found.links:,}): {lost or 'all stays'}."
    if found.left_alone == 1:
        said += " One is left alone, because somebody else organizes it."
    elif found.left_alone:
        said += f" {found.left_alone:,} are left alone, because others organize them."
    return f"{said} {AFTER[following]}"
