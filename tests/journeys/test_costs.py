"""What a run costs: calls to Google, documents read and documents written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.store import SqliteStore
from services.run import Hint
from tests.journeys.trouble import calls, event_of, forget_calls, hour_at, visit
from tests.journeys.workbench import Workbench
from tests.standin.people import AMSTERDAM, Person
from tests.twins import CountingStore, Counts

Json = dict[str, Any]
DAILY: Json = {"@type": "RecurrenceRule", "frequency": "daily", "count": 5}
SERIES: Json = {
    "start": {"dateTime": "2026-12-01T09:00:00", "timeZone": AMSTERDAM},
    "end": {"dateTime": "2026-12-01T10:00:00", "timeZone": AMSTERDAM},
    "recurrence": ["RRULE:FREQ=DAILY;COUNT=5"],
}
SECOND = "2026-12-02T09:00:00"


@dataclass
class Cost:
    """What some runs took."""

    google: dict[str, int] = field(default_factory=dict)
    documents: Counts = field(default_factory=Counts)

    @property
    def calls(self) -> int:
        return sum(self.google.values())

    def stays_within(self, *, calls: int, reads: int, writes: int) -> bool:
        """Say whether it is no more than this; tell what it was where it is."""
        within = (
            self.calls <= calls
            and self.documents.reads <= reads
            and self.documents.writes <= writes
        )
        assert within, (self.google, self.documents)
        return within


class Meter:
    """A warm Tandem that has carried an item, an event and two series."""

    def __init__(self, person: Person) -> None:
        self.store = CountingStore(SqliteStore(":memory:"))
        self.bench = Workbench(person, store=self.store)
        self.bench.connect()
        visit(self.bench, "mine")
        person.insert(summary="theirs")
        person.insert(summary="Stand-up", **SERIES)
        visit(self.bench, "Payroll", recurrenceRules=[DAILY])
        self.bench.settle()

    @contextmanager
    def measured(self) -> Iterator[Cost]:
        """Measure what is done inside."""
        cost = Cost()
        forget_calls(self.bench)
        with self.store.counting() as counted:
            yield cost
            cost.documents = counted()
        cost.google = calls(self.bench)

    def run(self) -> Cost:
        """Measure one run, asked for by a push."""
        with self.measured() as cost:
            now = self.bench.clock.now()
            assert self.bench.sync(Hint(received_at=now)).word == "done"
        return cost

    def item_id(self, title: str) -> str:
        found = [
            link.item_id
            for link in self.bench.links()
            if link.item and link.item.content.details.title == title
        ]
        return str(found[0])


def assert_at_rest_after_an_echo(meter: Meter) -> None:
    """Our own write comes back once, costs one call, and then nothing is left."""
    echo = meter.run()
    assert echo.google == {"list": 1}
    assert echo.stays_within(calls=1, reads=4, writes=2)
    assert meter.run().stays_within(calls=1, reads=3, writes=1)


@pytest.fixture
def meter(ann: Person) -> Meter:
    """A warm Tandem, at rest."""
    return Meter(ann)


def test_a_run_without_changes_is_one_call_three_reads_and_a_write(
    meter: Meter,
) -> None:
    cost = meter.run()

    assert cost.google == {"list": 1}
    assert cost.stays_within(calls=1, reads=3, writes=1)


EDITS: list[Json] = [
    {"summary": "edited"},
    {"location": "Here"},
    hour_at("14:00", "15:00"),
]


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("name", ["mine", "theirs"])
def test_an_edit_at_google_costs_one_call(meter: Meter, name: str, edit: Json) -> None:
    meter.bench.person.patch(event_of(meter.bench, name)["id"], **edit)

    cost = meter.run()

    assert cost.google == {"list": 1}
    assert cost.stays_within(calls=1, reads=5, writes=7)
    assert_at_rest_after_an_echo(meter)


def test_a_new_event_costs_one_call(meter: Meter) -> None:
    meter.bench.person.insert(summary="new")

    cost = meter.run()

    assert "new" in meter.bench.items()
    assert cost.stays_within(calls=1, reads=5, writes=7)
    assert_at_rest_after_an_echo(meter)


@pytest.mark.parametrize("name", ["mine", "theirs"])
def test_a_delete_at_google_costs_one_call(meter: Meter, name: str) -> None:
    meter.bench.person.delete(event_of(meter.bench, name)["id"])

    cost = meter.run()

    assert name not in meter.bench.items()
    assert cost.stays_within(calls=1, reads=5, writes=7)
    assert_at_rest_after_an_echo(meter)


def test_a_change_of_a_series_at_google_costs_two_calls(meter: Meter) -> None:
    series = event_of(meter.bench, "Stand-up")
    meter.bench.person.patch(series["id"], **hour_at("11:00", "12:00"))

    cost = meter.run()

    assert meter.bench.items()["Stand-up"]["start"] == "2026-12-01T11:00:00"
    assert cost.stays_within(calls=2, reads=5, writes=7)
    assert_at_rest_after_an_echo(meter)


@pytest.mark.parametrize("edit", [{"summary": "edited"}, {"status": "cancelled"}])
def test_a_change_of_one_occurrence_at_google_costs_one_call(
    meter: Meter, edit: Json
) -> None:
    series = event_of(meter.bench, "Stand-up")
    second = meter.bench.person.instances(series["id"])[1]
    meter.bench.person.patch(second["id"], **edit)

    cost = meter.run()

    assert SECOND in meter.bench.items()["Stand-up"]["recurrenceOverrides"]
    assert cost.stays_within(calls=1, reads=5, writes=7)


@pytest.mark.parametrize(
    "members",
    [
        {"title": "edited"},
        {"description": "Bring the ladder."},
        {"start": "2026-12-01T14:00:00"},
    ],
)
@pytest.mark.parametrize("name", ["mine", "theirs"])
def test_an_edit_in_the_agenda_costs_a_look_and_a_write(
    meter: Meter, name: str, members: Json
) -> None:
    visit(meter.bench, meter.item_id(name), **{"title": name, **members})

    cost = meter.run()

    assert cost.google == {"list": 1, "patch": 1}
    assert cost.stays_within(calls=2, reads=5, writes=7)
    assert_at_rest_after_an_echo(meter)


def test_a_new_item_costs_a_look_and_a_write(meter: Meter) -> None:
    visit(meter.bench, "new")

    cost = meter.run()

    assert cost.google == {"list": 1, "insert": 1}
    assert cost.stays_within(calls=2, reads=5, writes=7)
    assert_at_rest_after_an_echo(meter)


@pytest.mark.parametrize("name", ["mine", "theirs"])
def test_a_delete_in_the_agenda_costs_a_look_and_a_write(
    meter: Meter, name: str
) -> None:
    meter.bench.remove(meter.item_id(name))

    cost = meter.run()

    assert cost.google == {"list": 1, "delete": 1}
    assert cost.stays_within(calls=2, reads=5, writes=7)
    assert_at_rest_after_an_echo(meter)


def test_an_occurrence_changed_in_the_agenda_costs_two_calls_for_its_row(
    meter: Meter,
) -> None:
    override = {SECOND: {"title": "long one"}}
    visit(meter.bench, "Payroll", recurrenceRules=[DAILY], recurrenceOverrides=override)

    cost = meter.run()

    assert cost.google == {"list": 1, "instances": 1, "patch": 1}
    assert cost.stays_within(calls=3, reads=5, writes=7)
    assert_at_rest_after_an_echo(meter)


def test_many_changes_share_what_a_run_costs(meter: Meter) -> None:
    for number in range(20):
        visit(meter.bench, f"item-{number}")

    cost = meter.run()

    assert cost.google == {"list": 1, "insert": 20}
    assert cost.documents.writes <= 2 * 20 + 6
    assert cost.documents.reads <= 3 * 20 + 6
