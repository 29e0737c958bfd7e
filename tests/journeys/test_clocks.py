"""Dates stay dates, and a series keeps its hour when the clocks change."""

from typing import Any

import pytest

from tests.journeys.trouble import event_of
from tests.journeys.workbench import Workbench
from tests.standin.people import AMSTERDAM, Person

Json = dict[str, Any]
BEFORE, AFTER = "2027-03-22", "2027-03-29"
WEEKLY: Json = {"@type": "RecurrenceRule", "frequency": "weekly", "count": 2}


@pytest.fixture
def bench(ann: Person) -> Workbench:
    """A Tandem whose owner has connected."""
    made = Workbench(ann)
    made.connect()
    return made


def shown(bench: Workbench, title: str) -> list[str]:
    """Return when the instances of a series are, as Google shows them."""
    found = bench.person.instances(event_of(bench, title)["id"])
    return [one["start"]["dateTime"] for one in found]


def test_an_items_series_keeps_its_hour_when_the_clocks_change(
    bench: Workbench,
) -> None:
    start = f"{BEFORE}T09:00:00"
    bench.put(
        "a", title="weekly", start=start, duration="PT1H", recurrenceRules=[WEEKLY]
    )

    bench.settle()

    assert shown(bench, "weekly") == [
        f"{BEFORE}T09:00:00+01:00",
        f"{AFTER}T09:00:00+02:00",
    ]


def test_an_events_series_keeps_its_hour_when_the_clocks_change(
    bench: Workbench,
) -> None:
    bench.person.insert(
        summary="weekly",
        start={"dateTime": f"{BEFORE}T08:00:00Z", "timeZone": AMSTERDAM},
        end={"dateTime": f"{BEFORE}T09:00:00Z", "timeZone": AMSTERDAM},
        recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"],
    )

    bench.settle()

    item = bench.items()["weekly"]
    assert (item["start"], item["timeZone"]) == (f"{BEFORE}T09:00:00", AMSTERDAM)


def test_whole_days_begin_and_end_on_the_same_dates_on_both_sides(
    bench: Workbench,
) -> None:
    start, end = {"date": "2027-03-27"}, {"date": "2027-03-30"}
    bench.person.insert(summary="theirs", start=start, end=end)
    bench.put(
        "a",
        title="ours",
        start="2027-03-27T00:00:00",
        timeZone=None,
        showWithoutTime=True,
        duration="P3D",
    )

    bench.settle()

    item, event = bench.items()["theirs"], event_of(bench, "ours")
    assert (item["start"], item["duration"]) == ("2027-03-27T00:00:00", "P3D")
    assert item["showWithoutTime"]
    assert (event["start"], event["end"]) == (start, end)
