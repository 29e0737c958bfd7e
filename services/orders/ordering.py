"""Put orders on links, so that the next run works them off."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.connections.connection import load, replaced
from services.links.documents import TooLarge, saved
from services.links.link import Link, Rank, link_path
from services.orders.order import Order
from services.ports.store import Conflict, Store, Write
from services.run.keeping.tally import tallied
from services.run.staged import Staged, link_staged

AT_ONCE = 40
"""Even 40 links of the largest kind fit into one commit."""


def place(
    store: Store, connection_id: str, orders: Mapping[str, Order], *, now: datetime
) -> Sequence[str]:
    """Put these orders on the links of these ids; return the links that have none.

    Placing an order twice is placing it once. A link has one order: a newer one takes
    the older's place. Left out is what is gone, or too large for another content.
    """
    names = list(orders)
    left_out: list[str] = []
    for first in range(0, len(names), AT_ONCE):
        some = {name: orders[name] for name in names[first : first + AT_ONCE]}
        left_out += _placed(store, connection_id, some, now=now)
    return left_out


def _placed(
    store: Store, connection_id: str, orders: Mapping[str, Order], *, now: datetime
) -> Sequence[str]:
    while True:
        connection, document = load(store, connection_id)
        found = _links(store, connection_id, list(orders))
        given = {name: _given(each, orders[name], now) for name, each in found.items()}
        writes: dict[str, Write] = {}
        for name, each in given.items():
            try:
                writes[name] = saved(connection_id, each.link, over=each.document)
            except TooLarge:
                continue
        counts = tallied(connection.counts, [given[name] for name in writes])
        after = replace(connection, counts=counts, backlog=True)
        mine = replaced(after, version=document.version)
        try:
            store.commit([mine, *writes.values()])
        except Conflict:
            continue
        return [name for name in orders if name not in writes]


def stored_links(
    store: Store, connection_id: str, names: Sequence[str]
) -> Mapping[str, Link]:
    """Return the stored links of these names; other names of a link lead to it."""
    found: dict[str, Link] = {}
    for first in range(0, len(names), AT_ONCE):
        some = _links(store, connection_id, names[first : first + AT_ONCE])
        found |= {name: each.link for name, each in some.items()}
    return found


def _links(
    store: Store, connection_id: str, names: Sequence[str]
) -> Mapping[str, Staged]:
    paths = {link_path(connection_id, name): name for name in names}
    documents = store.get_many(list(paths))
    same = {
        paths[path]: str(document.data["same_as"])
        for path, document in documents.items()
        if "same_as" in document.data
    }
    found = {
        paths[path]: link_staged(document)
        for path, document in documents.items()
        if paths[path] not in same
    }
    if same:
        joined = _links(store, connection_id, sorted(set(same.values())))
        found |= {name: joined[link] for name, link in same.items() if link in joined}
    return found


def _given(each: Staged, order: Order, now: datetime) -> Staged:
    """Return a link with the order, to be worked off at once."""
    known = each.link.order
    if known is not None and known.id == order.id:
        return each
    link = ordered(each.link, order, now=now)
    return Staged(link=link, document=each.document, stored=each.stored)


def ordered(link: Link, order: Order, *, now: datetime) -> Link:
    """Return the link with the order, to be worked off at once."""
    return replace(
        link,
        order=order,
        rank=link.rank or Rank.EDIT,
        due_at=now,
        waiting=None,
        why="",
        tries=0,
        fights=(),
    )
