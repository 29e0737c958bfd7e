"""How often single documents are written: Firestore likes one write a second of each.

https://firebase.google.com/docs/firestore/quotas#writes_and_transactions
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest

from local.store import SqliteStore
from services.google.push import BUCKET, Push, queue_push
from services.ports.store import Write
from tests.journeys.trouble import hour_at, visit
from tests.journeys.workbench import Workbench
from tests.standin.people import Person
from tests.worlds import Stage

EDITS = 10


class Counted(SqliteStore):
    """A store that counts the writes of each document."""

    def __init__(self) -> None:
        super().__init__(":memory:")
        self.written: Counter[str] = Counter()

    def commit(self, writes: Sequence[Write]) -> Sequence[str]:
        self.written.update(write.path for write in writes)
        return super().commit(writes)

    def hottest(self) -> dict[str, int]:
        """Return the most writes of one document, by its collection."""
        most: dict[str, int] = {}
        for path, count in self.written.items():
            collection = path.split("/")[-2]
            most[collection] = max(most.get(collection, 0), count)
        return most


@pytest.fixture
def store() -> Counted:
    return Counted()


@pytest.fixture
def bench(ann: Person, store: Counted) -> Workbench:
    """A connection at rest, with one appointment of each side."""
    made = Workbench(ann, store=store)
    made.connect()
    visit(made, "mine")
    ann.insert(summary="theirs", **hour_at("12:00", "13:00"))
    made.settle()
    store.written.clear()
    return made


def test_an_edit_writes_no_document_more_than_twice(
    bench: Workbench, store: Counted
) -> None:
    for number in range(EDITS):
        visit(bench, "mine", description=f"Text {number}")
        bench.sync()

    hottest = store.hottest()
    assert hottest["connections"] <= 2 * EDITS
    assert hottest["agendas"] <= EDITS
    assert hottest["links"] <= EDITS
    assert hottest["journal"] <= 2


def test_a_look_that_finds_nothing_writes_one_document_once(
    bench: Workbench, store: Counted
) -> None:
    bench.sync()

    assert store.written == {f"connections/{bench.connection_id}": 1}


def test_a_hundred_appointments_write_the_connection_a_few_times(
    bench: Workbench, store: Counted, ann: Person
) -> None:
    for number in range(100):
        ann.insert(summary=f"Event {number}", **hour_at("12:00", "13:00"))

    bench.settle()

    assert store.hottest()["connections"] <= 20
    assert store.hottest().get("paces", 0) <= 5


def test_a_storm_of_pushes_makes_no_more_runs_than_buckets() -> None:
    stage = Stage()
    push = Push(connection="c_storm", channel="h_1", resource="r")
    begun = stage.now

    while stage.now - begun < timedelta(seconds=60):
        queue_push(stage.world, push, stage.now)
        stage.clock.advance(timedelta(milliseconds=50))

    assert len(stage.queue.tasks) <= timedelta(seconds=60) / BUCKET + 3
