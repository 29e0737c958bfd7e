"""The stores on which a story can be played."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from infra.firestore import FirestoreStore
from local.store import SqliteStore
from services.ports.store import Store
from tests.plugins.firestore import missing, started_emulator

EMULATOR = "FIRESTORE_EMULATOR_HOST"


class NoEmulator(Exception):
    """There is no Firestore emulator on this machine; the message says what lacks."""


@contextmanager
def opened(kind: str) -> Iterator[Store]:
    """Open an empty store: in memory, or in the emulator. Raises NoEmulator."""
    if kind == "sqlite":
        yield SqliteStore(":memory:")
        return
    with tempfile.TemporaryDirectory() as folder:
        if EMULATOR not in os.environ:
            what = missing()
            if what is not None:
                raise NoEmulator(what)
            os.environ[EMULATOR] = started_emulator(Path(folder))
        store = FirestoreStore(f"torture-{uuid4().hex[:20]}")
        try:
            yield store
        finally:
            store.close()
