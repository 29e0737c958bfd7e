"""Links in the hands of a run, and what their two sides show."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connectors.base import Item
from services.links.documents import link_of
from services.links.link import ItemNow, Link, link_path
from services.ports.store import Document
from services.ports.values import Json
from services.run.session import Session
from sync.content import Content
from sync.google import (
    Row,
)
from sync.google.errors import understood

LONGEST_FIELD = 4_000
MOST_EXTRA = 20_000


@dataclass(slots=True)
class Staged:
    """A link in a run's hands: as it is to be saved, and the document it came from.

    One that is `gone` is not to be saved: it joined the link that it is now `same_as`,
    or was never worth keeping.
    """

    link: Link
    document: Document | None = None
    stored: Link | None = None
    gone: bool = False
    same_as: str = ""

    @property
    def touched(self) -> bool:
        """Whether there is anything to save."""
        return not self.gone and self.link != self.stored


def fetched(session: Session, ids: Iterable[str]) -> dict[str, Staged]:
    """Return the stored links of these names; other names of a link lead to it."""
    connection = session.connection.id
    paths = {link_path(connection, each): each for each in ids}
    documents = session.world.store.get_many(list(paths))
    same = {
        paths[path]: str(document.data["same_as"])
        for path, document in documents.items()
        if "same_as" in document.data
    }
    found = {
        paths[path]: link_staged(document)
        for path, document in documents.items()
        if "same_as" not in document.data
    }
    if same:
        missing = set(same.values()) - found.keys()
        found |= fetched(session, missing) if missing else {}
        found |= {name: found[link] for name, link in same.items() if link in found}
    return found


def link_staged(document: Document) -> Staged:
    link = link_of(document)
    return Staged(link=link, document=document, stored=link)


def item_now(item: Item, content: Content) -> ItemNow:
    """Return an item as a link keeps it."""
    return ItemNow(
        id=item.id,
        version=item.version,
        content=content,
        changed_at=item.changed_at,
        extra=_kept(item.extra),
    )


def _kept(extra: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the own fields that a link has room for: no long ones, and not too many.

    Rules only ask for short texts, and a link must not grow too large by the rest.
    """
    kept: dict[str, Json] = {}
    room = MOST_EXTRA
    for name, value in sorted(extra.items()):
        size = len(name) + len(json.dumps(value, ensure_ascii=False))
        if size <= min(LONGEST_FIELD, room):
            kept[name] = value
            room -= size
    return kept


@understood
def with_zone(row: Row, zone: str) -> Row:
    """Return a row whose times name their zone, the calendar's where they had none.

    A stored row must not change its meaning when the calendar's zone does.
    """
    filled = dict(row)
    for end in ("start", "end"):
        moment = row.get(end)
        if moment and moment.get("dateTime") and not moment.get("timeZone"):
            filled[end] = {**moment, "timeZone": zone}
    return filled
