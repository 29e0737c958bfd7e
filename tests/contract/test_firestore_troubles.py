"""Firestore in trouble, as only the real one is: contention, quotas, outages.

The emulator never answers like this, so a server of ours does, to the real client.
"""

from collections.abc import Iterator

import pytest
from google.cloud.firestore_v1.types import firestore, write
from google.protobuf.timestamp_pb2 import Timestamp

from infra import firestore_wire
from infra.firestore import FirestoreStore
from services.limits import MAX_DOCUMENT_BYTES, MAX_WRITES, NotAllowed, TooLarge
from services.ports.store import Create, Replace, StoreError, Write
from tests.cloud.serving import Code, Faults, Method, Served

SERVICE = "google.firestore.v1.Firestore"
THING = Create(path="things/t", data={"n": 1})


class Database:
    """Takes every commit that no fault refuses, and counts what it is asked."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.served = Served(SERVICE, {"Commit": self._commit()}, self.faults)

    def _commit(self) -> Method:
        return Method(
            takes=firestore.CommitRequest,
            answers=firestore.CommitResponse,
            does=self._committed,
        )

    def _committed(self, request: firestore.CommitRequest) -> firestore.CommitResponse:
        result = write.WriteResult(update_time=Timestamp(seconds=5))
        return firestore.CommitResponse(write_results=[result] * len(request.writes))

    @property
    def calls(self) -> int:
        return len(self.served.calls)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    made = Database()
    monkeypatch.setenv(firestore_wire.EMULATOR, made.served.address)
    yield made
    made.served.stop()


@pytest.fixture
def store(database: Database) -> Iterator[FirestoreStore]:
    opened = FirestoreStore("my-project")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "code", [Code.ABORTED, Code.RESOURCE_EXHAUSTED, Code.UNAVAILABLE]
)
def test_a_moment_of_contention_is_waited_out(
    database: Database, store: FirestoreStore, code: Code
) -> None:
    database.faults.add("Commit", code, times=4)

    assert store.commit([THING]) == ["5.000000000"]
    assert database.calls == 5


def test_contention_that_lasts_is_a_store_error_and_the_task_comes_again(
    database: Database, store: FirestoreStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firestore_wire._PATIENT["retry"], "_timeout", 0.3)
    database.faults.add("Commit", Code.ABORTED)

    with pytest.raises(StoreError, match="Firestore could not do it"):
        store.commit([THING])

    assert database.calls > 1


@pytest.mark.parametrize("code", [Code.PERMISSION_DENIED, Code.INTERNAL])
def test_what_waiting_does_not_cure_is_not_repeated(
    database: Database, store: FirestoreStore, code: Code
) -> None:
    database.faults.add("Commit", code)

    with pytest.raises(StoreError):
        store.commit([THING])

    assert database.calls == 1


def test_what_firestore_refuses_for_its_form_is_a_fault_of_ours(
    database: Database, store: FirestoreStore
) -> None:
    database.faults.add("Commit", Code.INVALID_ARGUMENT)

    with pytest.raises(NotAllowed, match="Firestore refuses this"):
        store.commit([THING])


def test_what_is_too_large_or_too_much_is_never_sent(
    database: Database, store: FirestoreStore
) -> None:
    large = Replace(path="things/u", data={"blob": b"x" * MAX_DOCUMENT_BYTES})
    many = [Create(path=f"things/t{n}", data={}) for n in range(MAX_WRITES + 1)]
    heavy = [Create(path=f"things/t{n}", data={"b": b"x" * 10**6}) for n in range(11)]

    too_large: list[list[Write]] = [[large], [THING, large], [*heavy]]
    for refused in too_large:
        with pytest.raises(TooLarge):
            store.commit(refused)
    with pytest.raises(NotAllowed, match="501 writes are more than the 500"):
        store.commit(many)

    assert database.calls == 0
