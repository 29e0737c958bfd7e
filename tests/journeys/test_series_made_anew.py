"""A series that was born at Google, deleted there, and made anew for the agenda."""

from tests.journeys.workbench import Workbench
from tests.standin.people import Person

FIRST, SECOND = "2026-12-01T09:00:00", "2026-12-08T09:00:00"
WEEKLY = {
    "summary": "Weekly",
    "start": {"dateTime": FIRST, "timeZone": "Europe/Amsterdam"},
    "end": {"dateTime": "2026-12-01T10:00:00", "timeZone": "Europe/Amsterdam"},
    "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"],
}


def test_an_instance_cancelled_of_a_series_made_anew_is_taken_out(ann: Person) -> None:
    bench = Workbench(ann)
    bench.connect()
    born = ann.insert("primary", **WEEKLY)
    bench.settle()
    ann.delete(born["id"])
    [link] = bench.links()
    bench.put(
        link.item_id or "", **{**bench.items()["Weekly"], "title": "Weekly, kept"}
    )
    bench.settle()
    made = bench.events()["Weekly, kept"]
    second = ann.instances(made["id"])[1]

    ann.delete(second["id"])
    bench.settle()

    item = bench.items()["Weekly, kept"]
    assert item["recurrenceOverrides"] == {SECOND: {"excluded": True}}
    assert len(bench.links()) == 1
