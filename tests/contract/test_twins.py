"""What the counting and the failing store promise to the tests that lean on them."""

import pytest

from local.store import SqliteStore
from services.ports.store import Create, Delete, Query, StoreError
from tests.twins import CountingStore, Counts, Fails, FaultyStore


def test_each_document_read_or_written_is_counted() -> None:
    store = CountingStore(SqliteStore(":memory:"))
    writes = [Create(path=f"things/t{number}", data={"n": 1}) for number in range(5)]

    with store.counting() as counted:
        store.commit(writes)
        store.get("things/t1")
        store.get("things/none")
        store.get_many(["things/t1", "things/t2", "things/none"])
        store.query(Query(collection="things", limit=4))
        store.query(Query(collection="nothings"))

    assert counted() == Counts(reads=2 + 3 + 4 + 1, writes=5)
    assert store.delete_under("things/t1") == 1
    assert counted() == Counts(reads=11, writes=6)


def test_a_failure_before_leaves_nothing_and_one_after_leaves_all() -> None:
    inner = SqliteStore(":memory:")
    store = FaultyStore(inner)

    store.fail_at(2, Fails.BEFORE)
    store.commit([Create(path="things/a", data={"n": 1})])
    with pytest.raises(StoreError):
        store.commit([Create(path="things/b", data={"n": 1})])
    store.fail_at(1, Fails.AFTER)
    with pytest.raises(StoreError):
        store.commit([Create(path="things/c", data={"n": 1})])

    paths = ["things/a", "things/b", "things/c"]
    assert list(inner.get_many(paths)) == ["things/a", "things/c"]
    assert store.has_failed
    assert list(store.get_many(paths)) == ["things/a", "things/c"]


def test_a_dead_process_does_nothing_more_until_it_is_healed() -> None:
    inner = SqliteStore(":memory:")
    store = FaultyStore(inner)
    store.fail_at(1, Fails.AFTER, stays_broken=True)

    with pytest.raises(StoreError):
        store.commit([Create(path="things/a", data={"n": 1})])
    with pytest.raises(StoreError):
        store.commit([Delete(path="things/a")])
    store.heal()

    assert store.get("things/a") is not None


def test_when_no_operation_came_that_far_nothing_failed() -> None:
    store = FaultyStore(SqliteStore(":memory:"))
    store.fail_at(3, Fails.BEFORE)

    store.get("things/a")
    store.get("things/b")

    assert not store.has_failed
    assert store.operations == 2
