"""The drill of docs/deploy.md: export, lose everything, import, and sync goes on."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from infra.firestore import FirestoreStore
from services.indexes import INDEXES
from tests.journeys.trouble import hour_at, mails, sides, visit
from tests.journeys.workbench import Workbench
from tests.plugins.firestore import NewStore, started_emulator
from tests.standin.people import Person

Restore = Callable[[Workbench], None]

pytestmark = pytest.mark.firestore


@pytest.fixture
def bench(ann: Person, firestore_store: NewStore) -> Workbench:
    """A Tandem on Firestore that has carried appointments both ways."""
    made = Workbench(ann, store=firestore_store())
    made.connect()
    for number in range(5):
        visit(made, f"visit-{number}")
        ann.insert(summary=f"event-{number}", **hour_at("12:00", "13:00"))
    visit(
        made,
        "series",
        recurrenceRules=[
            {"@type": "RecurrenceRule", "frequency": "weekly", "count": 4}
        ],
    )
    made.settle()
    return made


@pytest.fixture
def exported(
    bench: Workbench, firestore_emulator: str, firestore_project: str, tmp_path: Path
) -> Iterator[Restore]:
    """Export all that is stored; return how it is lost and brought back."""
    database = f"projects/{firestore_project}/databases/(default)"
    root = f"http://{firestore_emulator}/emulator/v1/projects/{firestore_project}"
    asked = {
        "database": database,
        "export_directory": str(tmp_path),
        "export_name": "nightly",
    }
    answer = requests.post(f"{root}:export", json=asked, timeout=30)
    assert answer.ok, answer.text
    opened: list[FirestoreStore] = []

    def restore(lost: Workbench) -> None:
        documents = f"{root}/databases/(default)/documents"
        requests.delete(documents, timeout=30).raise_for_status()
        assert lost.store.get(f"connections/{lost.connection_id}") is None
        metadata = tmp_path / "nightly" / "nightly.overall_export_metadata"
        address = started_emulator(tmp_path, f"--import-data={metadata}")
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("FIRESTORE_EMULATOR_HOST", address)
            opened.append(FirestoreStore(firestore_project, indexes=INDEXES))
        lost.store = opened[-1]
        lost.world = replace(lost.world, store=opened[-1])
        lost.clock.ahead += timedelta(minutes=10)
        lost.remember_token()

    yield restore
    for store in opened:
        store.close()


def test_sync_goes_on_after_a_restore_without_a_duplicate(
    bench: Workbench, exported: Restore
) -> None:
    before, links = sides(bench), bench.connection().counts.links

    exported(bench)
    bench.settle()

    assert sides(bench) == before
    assert bench.connection().counts.links == links
    assert mails(bench) == []


def test_what_happened_between_export_and_loss_is_found_again(
    bench: Workbench, exported: Restore
) -> None:
    events = bench.events()
    bench.person.patch(events["event-0"]["id"], location="Here")
    bench.person.delete(events["event-1"]["id"])
    bench.person.insert(summary="event-new", **hour_at("15:00", "16:00"))
    visit(bench, "visit-new")
    bench.settle()

    exported(bench)
    bench.settle()
    # The application has the only copy of what it stated since: it states it again.
    visit(bench, "visit-new")
    bench.settle()

    at_google, in_agenda = sides(bench)
    assert at_google == in_agenda
    assert len(at_google) == len(set(at_google)), "nothing is there twice"
    assert {"event-new", "visit-new", "event-0"} <= set(at_google)
    assert "event-1" not in at_google
    [place] = bench.items()["event-0"]["locations"].values()
    assert place["name"] == "Here"
