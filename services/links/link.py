"""Links: one event, or one slot of a series, tied to one item."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from connectors.base import Json
from services.links.decided import UNDECIDED, Decided
from services.orders.order import Order
from sync.content import Content
from sync.google import Rows, is_deleted
from sync.sides import Atom, Side
from sync.troubles import Cause, Reply


class Rank(IntEnum):
    """What a dirty link waits for; creates come before edits before deletes."""

    CLEAN = 0
    CREATE = 1
    EDIT = 2
    DELETE = 3


class Waiting(StrEnum):
    """Why a dirty link is not written yet."""

    HELD = "held"
    UNSURE = "unsure"
    LIMITED = "limited"
    LATER = "later"
    PARKED = "parked"


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemNow:
    """An item as last read or written; `extra` are its application's own fields."""

    id: str
    version: str
    content: Content
    changed_at: datetime | None = None
    extra: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """What was about to be written, and what was found before: the journal's entry.

    `target` is the id of the event or item, or the key of an item to be made. `origin`
    is what the other side showed, `before` what this one did, when it was planned;
    `shown` is what it showed afterwards, where that is not what was sent. `order` tells
    what a person asked for, if this is done because of it; one that `restores` is such
    an order's own write, which moves no seen.
    """

    id: str
    link: str
    side: Side
    act: str
    target: str
    at: datetime
    epoch: int
    why: str = ""
    version: str = ""
    atoms: frozenset[Atom] = frozenset()
    origin: Content | None = None
    before: Content | None = None
    sent: Content | None = None
    lost: Mapping[str, Json] = field(default_factory=dict)
    outcome: str = ""
    answer: str = ""
    mails: str = "none"
    order: str = ""
    restores: bool = False
    after: str = ""
    shown: Content | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Fight:
    """A field that we wrote: a hash of what it was, and how often that came back.

    `counted` tells that this time was counted since our last write of it.
    """

    side: Side
    atom: Atom
    before: str
    written_at: datetime
    times: int = 0
    counted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Parked:
    """What is known of why a link is set aside: see `services.links.parking`."""

    cause: Cause
    since: datetime
    field: str = ""
    reply: Reply | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One occurrence of a series that stands alone on the side that holds no series.

    `series` is the id of the series' link, `key` names the slot, `of_item` tells that
    the series is the item's; otherwise it is the event's.
    """

    series: str
    key: str
    of_item: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """One event, or series, tied to one item: both nows, both seens, and what waits.

    A series that is `spread` has a link for each of its occurrences, since the other
    side holds no such series: `unheld` says why, where that side itself told so. What
    was tied to it before went to one of these: `homes` says to which, by its id. An
    `orphan` has nothing to be done for itself: its instances stand for it. One that
    `follows` goes on where the series of that link was cut.

    `note` tells what was decided last about an edit, `removed` that a person had our
    copy taken away, or had it left as it is: only an edit has it synced again.
    `unread` has the codec by which each part was read that an older one read last: see
    `services.links.baselines`.
    `missed` is a PATCH that had not landed when we looked: a run that was held up may
    still send it, and then the row names it.
    `rows_were` and `item_was` are an event and an item that are gone, as they were
    last: should they be made again, what a view hid of them comes back too. `pages` are
    those of the journal that tell of its last writes.
    """

    id: str
    birth: Side
    event_id: str | None = None
    item_id: str | None = None
    ical_uid: str = ""
    generation: int = 0
    rows: Rows = field(default_factory=Rows)
    item: ItemNow | None = None
    rows_were: Rows | None = None
    item_was: ItemNow | None = None
    seen: Mapping[Side, Content | None] = field(default_factory=dict)
    intent: Intent | None = None
    missed: Intent | None = None
    reread: frozenset[Side] = frozenset()
    unread: Mapping[str, int] = field(default_factory=dict)
    fights: tuple[Fight, ...] = ()
    foreign: bool = False
    orphan: bool = False
    part: Part | None = None
    follows: str = ""
    spread: bool = False
    homes: Mapping[str, str] = field(default_factory=dict)
    unheld: str = ""
    rank: Rank = Rank.CLEAN
    due_at: datetime | None = None
    waiting: Waiting | None = None
    why: str = ""
    parked: Parked | None = None
    tries: int = 0
    decided: Decided = UNDECIDED
    live_at: datetime | None = None
    note: str = ""
    removed: bool = False
    order: Order | None = None
    span: str = ""
    marks: Mapping[Side, int] = field(default_factory=dict)
    suspect: int = 0
    last_write: str = ""
    pages: tuple[str, ...] = ()
    ended_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def linked(self) -> bool:
        """Whether something was ever carried between its sides."""
        return any(self.seen.values())

    @property
    def has_event(self) -> bool:
        """Whether its event is there, as far as we know."""
        master = self.rows.master
        return master is not None and not is_deleted(master)

    @property
    def rests(self) -> bool:
        """Whether it is left as it is until somebody changes one of its sides."""
        return self.removed and self.rank is Rank.CLEAN and not self.linked

    @property
    def alone(self) -> Side | None:
        """The side on which it stands, unlinked and without a partner."""
        if self.linked or self.spread or self.ended_at is not None:
            return None
        sides = [Side.CALENDAR] if self.has_event else []
        sides += [Side.AGENDA] if self.item else []
        return sides[0] if len(sides) == 1 else None


def links_of(connection_id: str) -> str:
    """Return the collection of a connection's links."""
    return f"connections/{connection_id}/links"


def link_path(connection_id: str, link_id: str) -> str:
    """Return where a link is stored."""
    return f"{links_of(connection_id)}/{link_id}"


def with_rows(link: Link, rows: Rows) -> Link:
    """Return the link with its event as it is now."""
    gone = rows.master is None or is_deleted(rows.master)
    were = link.rows if link.has_event else link.rows_were
    return replace(link, rows=rows, rows_were=were if gone else None)


def with_item(link: Link, item: ItemNow | None) -> Link:
    """Return the link with its item as it is now; None when it is gone."""
    was = None if item else link.item or link.item_was
    return replace(link, item=item, item_was=was)


def clean(link: Link) -> Link:
    """Return the link with nothing that waits."""
    return replace(
        link,
        rank=Rank.CLEAN,
        due_at=None,
        waiting=None,
        why="",
        parked=None,
        tries=0,
        decided=UNDECIDED,
        live_at=None,
        order=None,
    )


MOST_PAGES = 20


def with_page(link: Link, page_id: str) -> Link:
    """Return the link, knowing that a page of the journal tells of a write of it."""
    if page_id in link.pages:
        return link
    return replace(link, pages=(*link.pages, page_id)[-MOST_PAGES:])
