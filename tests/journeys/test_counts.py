"""What a connection counts: true with each link that is saved, and healed if not."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.connections.connection import Counts, State, change
from services.links.documents import saved
from services.links.link import Link, Rank
from services.run.auditing import audit
from services.run.keeping.recounting import counts_of
from sync.identity import event_id, event_link
from sync.sides import Side
from tests.journeys.trouble import visit
from tests.journeys.workbench import Workbench
from tests.standin.people import Person


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    made = Workbench(ann)
    made.connect()
    for number in range(3):
        visit(made, f"visit-{number}")
    made.settle()
    yield made
    assert counts(made) == counts_of(made.links())


def counts(bench: Workbench) -> Counts:
    return bench.connection().counts


def miscount(bench: Workbench, **wrong: Any) -> None:
    """Let the connection count what is not so, behind everybody's back."""

    def wrongly(one: Any) -> Any:
        return replace(one, counts=replace(one.counts, **wrong))

    change(bench.store, bench.connection_id, wrongly)


def test_what_is_counted_dirty_and_is_not_is_gone_after_the_next_run(
    bench: Workbench,
) -> None:
    miscount(bench, dirty=2)

    bench.sync()

    assert counts(bench) == Counts(links=3)


def test_a_count_below_nothing_has_all_counted_anew(bench: Workbench) -> None:
    miscount(bench, links=1, alone=-1)

    bench.sync()

    assert counts(bench) == Counts(links=3)


def test_what_waits_for_later_is_left_as_it_is_counted(bench: Workbench) -> None:
    visit(bench, "visit-3")
    bench.sync()
    link = bench.links()[0]
    later = replace(link, rank=Rank.EDIT, due_at=bench.clock.now())
    later = replace(later, due_at=later.due_at and later.due_at.replace(year=2099))
    with_link(bench, later)

    def waiting(one: Any) -> Any:
        one = replace(one, wake_at=later.due_at)
        return replace(one, counts=replace(one.counts, dirty=1))

    change(bench.store, bench.connection_id, waiting)

    bench.sync()

    assert counts(bench).dirty == 1


def with_link(bench: Workbench, link: Link) -> None:
    """Put a form of a link into the store, behind everybody's back."""
    path = f"connections/{bench.connection_id}/links/{link.id}"
    document = bench.store.get(path)
    bench.store.commit([saved(bench.connection_id, link, over=document)])


def test_an_audit_counts_everything_anew(bench: Workbench) -> None:
    miscount(bench, links=9, parked=4, alone=3, orders=2, unsure=1)
    bench.sync()
    assert counts(bench).links == 9

    audit(bench.world, bench.connection_id, run="r_audit")

    assert counts(bench) == Counts(links=3)


def test_a_connection_is_not_held_by_a_count_that_was_wrong(bench: Workbench) -> None:
    miscount(bench, held=1)
    change(bench.store, bench.connection_id, lambda one: replace(one, state=State.HELD))

    audit(bench.world, bench.connection_id, run="r_audit")

    assert bench.connection().state is State.ACTIVE


def test_a_link_that_loses_its_name_to_another_is_not_counted_on(
    ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Workbench(ann)
    bench.connect()
    dentist = ann.insert(
        summary="Dentist",
        start={"dateTime": "2026-12-03T11:00:00+01:00"},
        end={"dateTime": "2026-12-03T12:00:00+01:00"},
    )
    bench.settle()
    [link] = bench.links()
    # What a cancelled instance of an event that will be made got, its name once lost.
    name = event_link(event_id(link.id, link.generation))
    with_link(bench, Link(id=name, birth=Side.AGENDA, rank=Rank.EDIT))
    miscount(bench, dirty=1)
    [item] = bench.items().values()
    assert link.item_id is not None
    bench.put(link.item_id, **{**item, "title": "Dentist, later"})

    ann.delete(dentist["id"])
    bench.settle()

    assert bench.titles_at_google() == ["Dentist, later"]
    assert counts(bench) == counts_of(bench.links()) == Counts(links=1)
    assert "the counts of a connection were wrong" not in caplog.messages
