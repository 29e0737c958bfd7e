"""Every index that the queries of the deeds need: one table for both stores.

Terraform makes Firestore's composite indexes from it (`make tables` tells it), and the
exemptions for single members that are queried everywhere; SQLite makes its expression
indexes from it. A query with a condition or an order that no row of it covers is
refused by both stores, so what runs on one machine also runs in the cloud.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.ports.store import Is, Query


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """What a query may ask of one collection, named by the last part of its path.

    `members`: those that are compared with `==` in any order, then the one that is
    ordered or compared by range, if there is one. `descending` is that one's order.
    `everywhere` tells queries over all collections of that name.
    """

    collection: str
    members: tuple[str, ...]
    descending: bool = False
    everywhere: bool = False


INDEXES: Final[tuple[Index, ...]] = (
    Index(collection="accounts", members=("organization", "state")),
    Index(collection="accounts", members=("organization",)),
    Index(collection="agendas", members=("organization",)),
    Index(collection="api_keys", members=("agenda",)),
    Index(collection="api_keys", members=("id",)),
    Index(collection="api_keys", members=("organization",)),
    Index(collection="api_keys", members=("organization", "kind")),
    Index(collection="api_keys", members=("expires_at",)),
    Index(collection="audit_budgets", members=("expires_at",)),
    Index(collection="channels", members=("connection",)),
    Index(collection="channels", members=("ends_at",)),
    Index(collection="connections", members=("account",)),
    Index(collection="connections", members=("agenda",)),
    Index(collection="connections", members=("audit_at",)),
    Index(collection="connections", members=("due_at",)),
    Index(collection="connections", members=("email", "organization")),
    Index(collection="connections", members=("agenda", "state")),
    Index(collection="connections", members=("organization", "state")),
    Index(collection="connections", members=("organization",)),
    Index(collection="idempotency", members=("expires_at",)),
    Index(collection="idempotency", members=("organization",)),
    Index(collection="looks", members=("expires_at",)),
    Index(collection="looks", members=("organization", "at"), descending=True),
    Index(collection="invitations", members=("agenda",)),
    Index(collection="invitations", members=("expires_at",)),
    Index(collection="invitations", members=("organization",)),
    Index(collection="items", members=("deleted",)),
    Index(collection="items", members=("ends_at",)),
    Index(collection="items", members=("expires_at",), everywhere=True),
    Index(collection="items", members=("number",)),
    Index(collection="journal", members=("at",), descending=True),
    Index(collection="journal", members=("run", "at"), descending=True),
    Index(collection="journal", members=("expires_at",), everywhere=True),
    Index(collection="links", members=("alone", "ical_uid")),
    Index(collection="links", members=("alone", "span")),
    Index(collection="links", members=("event_id",)),
    Index(collection="links", members=("item_id",)),
    Index(collection="links", members=("mark_agenda",)),
    Index(collection="links", members=("mark_calendar",)),
    Index(collection="links", members=("order",)),
    Index(collection="links", members=("order", "due_at")),
    Index(collection="links", members=("rank", "due_at")),
    Index(collection="links", members=("series",)),
    Index(collection="links", members=("waiting",)),
    Index(collection="links", members=("expires_at",), everywhere=True),
    Index(collection="oauth_states", members=("expires_at",)),
    Index(collection="pages", members=("expires_at",), everywhere=True),
    Index(collection="previews", members=("created_at",), descending=True),
    Index(collection="paces", members=("expires_at",)),
    Index(collection="previews", members=("expires_at",), everywhere=True),
    Index(collection="runs", members=("expires_at",), everywhere=True),
    Index(collection="told", members=("look_at",)),
)


UNINDEXED: Final[tuple[tuple[str, str], ...]] = (
    ("audits", "agenda"),
    ("audits", "calendar"),
    ("items", "statements"),
    ("items", "value"),
    ("journal", "blob"),
    ("links", "blob"),
    ("pages", "blob"),
)
"""Collections and their large members, which nobody can ask for.

Firestore indexes every member by itself. An index of these would cost much, and a
document with more than 40,000 entries is refused, so Terraform exempts them.
"""


class IndexMissing(Exception):
    """A query has no row in the table of indexes: whoever wrote it adds one."""

    def __init__(self, query: Query) -> None:
        asked = ", ".join(f"{where.member} {where.compare}" for where in query.where)
        order = query.order_by or "path"
        place = "everywhere" if query.everywhere else "in one collection"
        direction = " descending" if query.descending else ""
        super().__init__(
            f"No index covers {group_of(query)} {place} by ({asked}) in the order of "
            f"{order}{direction}; add a row to INDEXES in services/indexes.py, then: "
            "make tables"
        )


def covering(query: Query, indexes: Sequence[Index]) -> Index | None:
    """Return the index for a query; None when it asks for nothing but paths.

    Raises IndexMissing.
    """
    equal, ordered = _asked(query)
    if not equal and ordered is None:
        return None
    for index in indexes:
        place = (index.collection, index.everywhere)
        if place == (group_of(query), query.everywhere) and _covers(
            index, equal, ordered, descending=query.descending
        ):
            return index
    raise IndexMissing(query)


def group_of(query: Query) -> str:
    """Return the name by which a collection's indexes are known."""
    return query.collection.rpartition("/")[2]


def _asked(query: Query) -> tuple[frozenset[str], str | None]:
    equal = {where.member for where in query.where if where.compare is Is.EQUAL}
    ranges = {where.member for where in query.where} - equal
    ordered = query.order_by or next(iter(ranges), None)
    return frozenset(equal - {ordered}), ordered


def _covers(
    index: Index, equal: frozenset[str], ordered: str | None, *, descending: bool
) -> bool:
    if ordered is None:
        return set(index.members) == equal
    first, last = index.members[:-1], index.members[-1]
    return set(first) == equal and last == ordered and index.descending == descending
