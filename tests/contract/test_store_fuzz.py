"""The same writes and queries, at random, give the same on SQLite and on Firestore."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from infra.firestore import FirestoreStore
from local.store import SqliteStore
from services.indexes import Index
from services.ports.store import (
    Conflict,
    Create,
    Delete,
    Document,
    Is,
    Query,
    Replace,
    Store,
    Update,
    Where,
    Write,
)

ROUNDS = 250
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TIMES = [NOON + timedelta(microseconds=n) for n in range(3)]
MEMBERS: dict[str, list[Any]] = {
    "state": ["ok", "bad", "", "o", None, True, 1],
    "at": [*TIMES, None],
    "size": [-1, 0, 1, 1.0, 1.5, 2**53, None],
}
EQUALS = ["state", "size"]
ORDERS = [None, "at", "size"]
INDEXES = tuple(
    Index(
        collection="links",
        members=(*equals, *([order] if order else [])),
        descending=descending,
        everywhere=everywhere,
    )
    for equals in [(), ("state",), ("size",), ("state", "size")]
    for order, descending, everywhere in product(ORDERS, [False, True], [False, True])
    if (equals or order) and order not in equals and (order or not descending)
)


class Both:
    """A SQLite store and Firestore, to which the same is done."""

    def __init__(self, sqlite: Store, firestore: Store, seed: int) -> None:
        self.stores = (sqlite, firestore)
        self.dice = random.Random(seed)
        # What each store called the versions of a path, the last one last.
        self.versions: dict[str, list[tuple[str, str]]] = {}

    def write(self) -> None:
        """Commit a few writes, some with versions that are stale; both say the same."""
        paths = {self._path() for _ in range(self.dice.randint(1, 3))}
        makers = [self._maker(path) for path in sorted(paths)]

        here, there = (
            outcome(store, [make(number) for make in makers])
            for number, store in enumerate(self.stores)
        )

        assert isinstance(here, str) == isinstance(there, str), (here, there)
        if isinstance(here, str):
            assert here == there
            return
        for path, pair in zip(
            sorted(paths), zip(here, there, strict=True), strict=True
        ):
            assert bool(pair[0]) == bool(pair[1])
            self._same_version_or_new(path, pair)

    def query(self) -> None:
        """Ask both the same, page by page; both answer the same."""
        query = self._query()
        after: Sequence[Document | None] = (None, None)
        while True:
            here, there = (
                store.query(replaced(query, last))
                for store, last in zip(self.stores, after, strict=True)
            )
            assert [seen(one) for one in here] == [seen(one) for one in there], query
            if len(here) < query.limit:
                return
            after = (here[-1], there[-1])

    def _path(self) -> str:
        connection = self.dice.choice(["c1", "c1!", "c2"])
        return f"connections/{connection}/links/l{self.dice.randint(0, 5)}"

    def _data(self) -> dict[str, Any]:
        chosen = [name for name in MEMBERS if self.dice.random() < 0.8]
        return {name: self.dice.choice(MEMBERS[name]) for name in chosen}

    def _maker(self, path: str) -> Callable[[int], Write]:
        data = self._data() or {"size": 1}
        kinds: list[type[Write]] = [Create, Replace, Update, Delete]
        kind = self.dice.choice(kinds)
        known = self.versions.get(path, [])[-3:]
        pair = self.dice.choice([*known, None])

        def make(store: int) -> Write:
            version = pair and pair[store]
            if kind is Create:
                return Create(path=path, data=data)
            if kind is Delete:
                return Delete(path=path, version=version)
            if kind is Update:
                return Update(path=path, data=data, version=version)
            return Replace(path=path, data=data, version=version)

        return make

    def _same_version_or_new(self, path: str, pair: tuple[str, str]) -> None:
        known = self.versions.setdefault(path, [])
        if pair[0]:
            # A write that changed nothing kept the version: on both, or on neither.
            kept = [pair[store] in {old[store] for old in known} for store in (0, 1)]
            assert kept[0] == kept[1]
            known.append(pair)

    def _query(self) -> Query:
        order = self.dice.choice(ORDERS)
        equals = [name for name in EQUALS if name != order and self.dice.random() < 0.4]
        where = [self._where(name, Is.EQUAL) for name in equals]
        if order and self.dice.random() < 0.6:
            ends = [[Is.MORE, Is.AT_LEAST], [Is.LESS, Is.AT_MOST]]
            for end in self.dice.sample(ends, self.dice.randint(1, 2)):
                where.append(self._where(order, self.dice.choice(end)))
        everywhere = self.dice.random() < 0.3
        return Query(
            collection="links" if everywhere else "connections/c1/links",
            where=where,
            order_by=order,
            descending=order is not None and self.dice.random() < 0.5,
            limit=self.dice.randint(1, 4),
            everywhere=everywhere,
        )

    def _where(self, member: str, compare: Is) -> Where:
        values = MEMBERS[member]
        if compare is not Is.EQUAL:
            values = [value for value in values if value is not None]
        return Where(member=member, compare=compare, value=self.dice.choice(values))


def outcome(store: Store, writes: Sequence[Write]) -> Sequence[str] | str:
    try:
        return list(store.commit(writes))
    except Conflict as conflict:
        return conflict.path


def replaced(query: Query, after: Document | None) -> Query:
    return Query(
        collection=query.collection,
        where=query.where,
        order_by=query.order_by,
        descending=query.descending,
        limit=query.limit,
        everywhere=query.everywhere,
        after=after,
    )


def seen(document: Document) -> tuple[str, str]:
    return document.path, repr(sorted(document.data.items()))


@pytest.mark.firestore
@pytest.mark.parametrize("seed", [1, 2])
def test_both_stores_answer_alike(
    seed: int, tmp_path: Path, firestore_store: Callable[..., FirestoreStore]
) -> None:
    sqlite = SqliteStore(tmp_path / "store.db", indexes=INDEXES)
    both = Both(sqlite, firestore_store(indexes=INDEXES), seed)

    for _ in range(ROUNDS):
        both.write()
        both.query()

    sqlite.close()
