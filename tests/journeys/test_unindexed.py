"""What is large has no index in the cloud, and what is asked for is never large.

Firestore indexes each member of each document by itself, maps and lists entry by entry.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from local.store import SqliteStore
from services.indexes import INDEXES, UNINDEXED
from services.ports.store import Delete, Write
from services.previews.making import preview_next_run
from services.run.auditing import audit
from tests.journeys.trouble import hour_at, visit
from tests.journeys.workbench import Workbench
from tests.standin.people import Person

LARGE = 1_500
"""Bytes of a value from which on Firestore does not index it whole."""

MANY = 50
"""Entries of a map or list, each of them in two indexes, that are worth a thought."""


class Noted(SqliteStore):
    """A store that notes how large each member of each collection became."""

    def __init__(self) -> None:
        super().__init__(":memory:")
        self.largest: dict[tuple[str, str], int] = defaultdict(int)
        self.most: dict[tuple[str, str], int] = defaultdict(int)

    def commit(self, writes: Sequence[Write]) -> Sequence[str]:
        for write in writes:
            if isinstance(write, Delete):
                continue
            collection = write.path.split("/")[-2]
            for member, value in write.data.items():
                place = (collection, member)
                self.largest[place] = max(self.largest[place], size(value))
                self.most[place] = max(self.most[place], len(list(entries(value))))
        return super().commit(writes)


def size(value: Any) -> int:
    if isinstance(value, bytes):
        return len(value)
    return len(json.dumps(value, default=str))


def entries(value: Any) -> Iterator[Any]:
    """Yield what Firestore makes entries of: each leaf of a map or list."""
    if isinstance(value, dict):
        for member in value.values():
            yield from entries(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from entries(member)
    else:
        yield value


def lived(ann: Person) -> Noted:
    """Return the store of a connection that saw large appointments and much trouble."""
    store = Noted()
    bench = Workbench(ann, store=store, settings={"participants": "guests"})
    bench.connect()
    people = {
        str(number): {"@type": "Participant", "email": f"guest{number}@x.example"}
        for number in range(60)
    }
    rule = {"@type": "RecurrenceRule", "frequency": "daily", "count": 90}
    moved = {
        f"2026-12-{day:02}T09:00:00": {"title": f"Moved {day}"} for day in range(1, 31)
    }
    text = " ".join(f"word{number}" for number in range(3_000))
    visit(bench, "crowd", participants=people, description=text)
    visit(bench, "series", recurrenceRules=[rule], recurrenceOverrides=moved)
    for number in range(30):
        ann.insert(summary=f"Event {number}", **hour_at("12:00", "13:00"))
    bench.settle()
    visit(bench, "crowd", participants=people, description=text[::-1])
    preview_next_run(bench.world, bench.connection_id, now=bench.clock.now())
    bench.settle()
    for _ in range(12):
        audit(bench.world, bench.connection_id, run="r_1")
    return store


def test_what_is_large_is_exempt_from_indexes(ann: Person) -> None:
    store = lived(ann)

    large = {place for place, size in store.largest.items() if size > LARGE}
    many = {place for place, most in store.most.items() if most > MANY}

    assert (large | many) - set(UNINDEXED) == set()
    assert large & set(UNINDEXED)


def test_nobody_asks_for_what_is_exempt() -> None:
    asked = {(index.collection, name) for index in INDEXES for name in index.members}

    assert not asked & set(UNINDEXED)
