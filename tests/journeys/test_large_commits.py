"""What is too much for one commit is saved in several, and nothing is lost between."""

from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from local.store import SqliteStore
from services.limits import MAX_COMMIT_BYTES, TooLarge
from services.ports.store import Create, Write
from services.run.keeping import saving
from tests.journeys.test_crashes import TITLES, crashed_at_every_step, filled
from tests.journeys.trouble import hour_at, visit
from tests.journeys.workbench import Workbench
from tests.standin.people import Person
from tests.twins import Fails

TINY = 1_500


class Watched(SqliteStore):
    """A store that notes how many links each commit saved."""

    def __init__(self) -> None:
        super().__init__(":memory:")
        self.links: list[int] = []

    def commit(self, writes: Sequence[Write]) -> Sequence[str]:
        self.links.append(sum("/links/" in write.path for write in writes))
        return super().commit(writes)


def with_work(ann: Person, store: SqliteStore, each: int) -> Workbench:
    bench = Workbench(ann, store=store)
    bench.connect()
    bench.settle()
    for number in range(each):
        visit(bench, f"Item {number}")
        ann.insert(summary=f"Event {number}", **hour_at("12:00", "13:00"))
    return bench


def everything(each: int) -> Counter[str]:
    return Counter(f"{kind} {n}" for n in range(each) for kind in ("Item", "Event"))


def test_links_that_are_too_much_together_are_saved_one_after_the_other(
    ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "MOST_BYTES", TINY)
    store = Watched()
    bench = with_work(ann, store, 4)

    bench.settle()

    assert max(store.links) < 8
    assert Counter(bench.titles_at_google()) == everything(4)
    assert Counter(bench.titles_in_agenda()) == everything(4)
    assert bench.connection().counts.links == 8
    assert bench.connection().counts.dirty == 0


def test_a_crash_between_two_of_them_loses_and_doubles_nothing(
    person: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "MOST_BYTES", TINY)

    for step, bench in crashed_at_every_step(person, Fails.AFTER, filled):
        bench.settle()

        assert sorted(bench.titles_at_google()) == TITLES, step
        assert sorted(bench.titles_in_agenda()) == TITLES, step


def test_a_commit_that_firestore_would_refuse_is_refused_whole() -> None:
    store = SqliteStore(":memory:")
    blob = b"x" * 1_000_000
    writes = [Create(path=f"things/t{n}", data={"blob": blob}) for n in range(11)]

    with pytest.raises(TooLarge, match=f"{MAX_COMMIT_BYTES:,} allowed at once"):
        store.commit(writes)

    assert store.get("things/t0") is None
    store.commit(writes[:9])
