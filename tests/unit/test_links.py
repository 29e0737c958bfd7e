"""Links as documents: what an older version kept still loads, and nothing is lost."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from connectors.base import Item
from services.links.documents import link_of, saved
from services.links.link import ItemNow, Link
from services.ports.store import Create, Document
from services.run.staged import item_now
from sync.content import Content, Details, When
from sync.sides import Side

NINE = datetime(2027, 3, 29, 9)  # noqa: DTZ001  because local times are naive
VISIT = Content(
    uid="visit", details=Details(when=When(start=NINE, zone="Europe/Amsterdam"))
)
ITEM = ItemNow(
    id="visit", version="7", content=VISIT, extra={"customer": "Jansen", "floor": 3}
)
LINK = Link(
    id="l1",
    birth=Side.AGENDA,
    item_id="visit",
    item=ITEM,
    seen=dict.fromkeys(Side),
    marks=dict.fromkeys(Side, 0),
)


def stored(link: Link) -> Document:
    write = saved("c_1", link, over=None)
    assert isinstance(write, Create)
    return Document(path=write.path, data=dict(write.data), version="1")


def item_of(extra: Mapping[str, object]) -> Item:
    return Item(id="visit", version="7", content=VISIT, extra=extra)


def test_a_link_keeps_its_items_own_fields() -> None:
    assert link_of(stored(LINK)) == LINK


def test_a_link_that_was_kept_without_own_fields_still_loads() -> None:
    document = stored(LINK)
    inside = json.loads(zlib.decompress(document.data["blob"]))
    del inside["item"]["extra"]
    blob = zlib.compress(json.dumps(inside).encode())

    loaded = link_of(replace(document, data={**document.data, "blob": blob}))

    assert loaded == replace(LINK, item=replace(ITEM, extra={}))


def test_own_fields_never_make_a_link_too_large() -> None:
    many = {f"field{number:04}": "x" * 3000 for number in range(100)}
    endless = {"notes": "x" * 100_000, "customer": "Jansen"}

    kept = item_now(item_of(endless), VISIT).extra
    some = item_now(item_of(many), VISIT).extra

    assert kept == {"customer": "Jansen"}
    assert 1 < len(some) < 10


def test_when_an_item_changed_is_kept() -> None:
    late = replace(ITEM, changed_at=datetime(2027, 1, 1, 12, 0, 1, tzinfo=UTC))
    link = replace(LINK, item=late)

    assert link_of(stored(link)) == link
