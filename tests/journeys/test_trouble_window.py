"""The window: what lies outside leaves no trace, what enters is found."""

from datetime import timedelta
from typing import Any

import pytest

from services.ports.store import Query
from tests.journeys.trouble import ask_google, forget_calls, mails, visit, writes
from tests.journeys.workbench import Workbench
from tests.standin.people import AMSTERDAM, Person

Json = dict[str, Any]


@pytest.fixture
def bench(ann: Person) -> Workbench:
    """A Tandem whose owner has connected; its window reaches thirty days back."""
    made = Workbench(ann)
    made.connect()
    return made


def day(bench: Workbench, days: int) -> Json:
    """Return the times of an hour so many days from now."""
    start = (bench.clock.now() + timedelta(days=days)).replace(microsecond=0)
    end = start + timedelta(hours=1)
    return {
        "start": {"dateTime": start.isoformat(), "timeZone": AMSTERDAM},
        "end": {"dateTime": end.isoformat(), "timeZone": AMSTERDAM},
    }


def local(bench: Workbench, days: int) -> str:
    moment = bench.clock.now() + timedelta(days=days)
    return moment.replace(tzinfo=None, microsecond=0).isoformat()


def test_what_lies_wholly_outside_leaves_no_document(bench: Workbench) -> None:
    bench.person.insert(summary="old", **day(bench, -60))
    visit(bench, "old item", start=local(bench, -60))
    ended = ["RRULE:FREQ=DAILY;COUNT=3"]
    series = bench.person.insert(
        summary="old series", **day(bench, -90), recurrence=ended
    )
    bench.person.delete(bench.person.instances(series["id"])[1]["id"])
    bench.person.insert(summary="new", **day(bench, 1))

    bench.settle()

    assert sorted(bench.titles_in_agenda()) == ["new", "old item"]
    assert "old item" not in bench.titles_at_google()
    assert len(bench.links()) == 1


def test_an_edit_of_an_old_occurrence_brings_no_old_series_in(bench: Workbench) -> None:
    ended = ["RRULE:FREQ=DAILY;COUNT=3"]
    series = bench.person.insert(
        summary="old series", **day(bench, -90), recurrence=ended
    )
    bench.settle()
    first, second, _ = bench.person.instances(series["id"])
    bench.person.delete(first["id"])
    bench.person.patch(second["id"], summary="edited")

    bench.settle()

    assert bench.titles_in_agenda() == []
    assert [link for link in bench.links() if link.ended_at is None] == []


def test_an_edit_moves_an_event_in_and_an_item_too(bench: Workbench) -> None:
    old = bench.person.insert(summary="event", **day(bench, -60))
    visit(bench, "item", start=local(bench, -60))
    bench.settle()

    bench.person.patch(old["id"], **day(bench, 2))
    visit(bench, "item", start=local(bench, 2))
    bench.settle()

    assert sorted(bench.titles_in_agenda()) == ["event", "item"]
    assert sorted(bench.titles_at_google()) == ["event", "item"]


def test_links_that_leave_the_window_stay_and_thaw_by_an_edit(bench: Workbench) -> None:
    event = bench.person.insert(summary="event", **day(bench, 1))
    visit(bench, "item", start=local(bench, 1))
    bench.settle()
    bench.clock.ahead += timedelta(days=80)
    bench.remember_token()
    ask_google(bench, "expire", sync_tokens=True)
    forget_calls(bench)

    bench.settle()

    assert sorted(bench.titles_in_agenda()) == ["event", "item"]
    assert writes(bench) == 0
    bench.person.patch(event["id"], location="Here")
    bench.settle()
    assert "locations" in bench.items()["event"]
    bench.person.delete(event["id"])
    bench.settle()
    assert bench.titles_in_agenda() == ["item"]


@pytest.mark.parametrize(
    "rule", ["RRULE:FREQ=WEEKLY", "RRULE:FREQ=WEEKLY;COUNT=60", "RRULE:FREQ=YEARLY"]
)
def test_a_series_that_reaches_into_the_window_is_in(
    bench: Workbench, rule: str
) -> None:
    bench.person.insert(summary="series", **day(bench, -200), recurrence=[rule])

    bench.settle()

    assert bench.titles_in_agenda() == ["series"]
    assert mails(bench) == []


def test_a_series_from_before_the_window_is_not_made_anew_by_any_run(
    bench: Workbench,
) -> None:
    rule = ["RRULE:FREQ=WEEKLY"]
    bench.person.insert(summary="series", **day(bench, -200), recurrence=rule)
    bench.settle()
    [before] = bench.links()
    forget_calls(bench)

    for days in (1, 10, 40):
        bench.clock.ahead += timedelta(days=days)
        bench.remember_token()
        ask_google(bench, "expire", sync_tokens=True)
        bench.settle()

    query = Query(collection=f"agendas/{bench.agenda}/items")
    assert len(bench.store.query(query)) == 1, "not even a deleted one beside it"
    [after] = bench.links()
    assert (after.id, after.item_id) == (before.id, before.item_id)
    assert writes(bench) == 0


def test_an_event_that_began_before_the_window_and_lasts_is_in(
    bench: Workbench,
) -> None:
    long = {"start": day(bench, -60)["start"], "end": day(bench, 3)["end"]}
    bench.person.insert(summary="sabbatical", **long)

    bench.settle()

    assert bench.titles_in_agenda() == ["sabbatical"]
