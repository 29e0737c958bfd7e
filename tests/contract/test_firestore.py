"""What only the store in the cloud promises: lazy imports, and errors in our words."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from infra import firestore_wire
from infra.firestore import FirestoreStore
from services.ports.store import Create, StoreError

NewStore = Callable[..., FirestoreStore]


def test_google_is_not_imported_before_it_is_needed() -> None:
    script = (
        "import sys, infra.firestore\n"
        "heavy = ('google.cloud.', 'google.api_core', 'grpc')\n"
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )

    said = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )

    assert said.stdout == "[]\n"


def test_a_database_that_does_not_answer_is_a_store_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
    monkeypatch.setattr(firestore_wire._PATIENT["retry"], "_timeout", 0.2)
    store = FirestoreStore("nowhere")

    with pytest.raises(StoreError, match="Firestore could not do it"):
        store.get("things/t")
    with pytest.raises(StoreError):
        store.commit([Create(path="things/t", data={"n": 1})])
    store.close()


@pytest.mark.firestore
def test_databases_and_projects_are_apart(
    firestore_project: str, firestore_store: NewStore
) -> None:
    store = firestore_store()
    other = FirestoreStore(firestore_project, "other")
    store.commit([Create(path="things/t", data={"n": 1})])

    other.commit([Create(path="things/t", data={"n": 2})])

    found, found_there = store.get("things/t"), other.get("things/t")
    other.close()
    assert found is not None
    assert found_there is not None
    assert (found.data["n"], found_there.data["n"]) == (1, 2)
