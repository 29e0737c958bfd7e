"""What the agenda shows of Google's own events: all, a block, free time; and types."""

from collections.abc import Callable
from typing import Any

import pytest

from services.items.items import Condition, patch_item
from tests.journeys.api_on_bench import Api
from tests.journeys.trouble import forget_calls, hour_at, writes
from tests.journeys.workbench import Workbench

Json = dict[str, Any]
Benches = Callable[..., Workbench]
SECRETS: Json = {
    "summary": "Dentist",
    "description": "Root canal",
    "location": "Kerkstraat 2",
    "colorId": "5",
}


def only_event(bench: Workbench) -> Json:
    [event] = [one for one in bench.events().values() if "recurringEventId" not in one]
    return event


def only_item(bench: Workbench) -> Json:
    [item] = bench.items().values()
    return item


def edit(bench: Workbench, **members: Any) -> None:
    [link] = bench.links()
    assert link.item_id is not None
    patch_item(bench.desk(), link.item_id, members, condition=Condition())


def weekly(bench: Workbench) -> Json:
    """Make a private series of four whose second occurrence is something else."""
    rule = ["RRULE:FREQ=WEEKLY;COUNT=4"]
    zone = {"timeZone": "Europe/Amsterdam"}
    series = bench.person.insert(
        **SECRETS,
        start={"dateTime": "2026-12-01T09:00:00+01:00", **zone},
        end={"dateTime": "2026-12-01T10:00:00+01:00", **zone},
        recurrence=rule,
    )
    second, third, fourth = bench.person.instances(series["id"])[1:]
    bench.person.patch(second["id"], summary="Surgery")
    later = hour_at("15:00", "16:00")
    later = {
        name: {"dateTime": at["dateTime"].replace("12-01", "12-15")}
        for name, at in later.items()
    }
    bench.person.patch(third["id"], **later)
    bench.person.delete(fourth["id"])
    return series


# --- busy only -----------------------------------------------------------------------


def test_the_application_sees_busy_and_nothing_else(bench_with: Benches) -> None:
    bench = bench_with(google_events="busy")

    guests = [{"email": "bob@example.com"}]
    own: Json = {"attendees": guests, "visibility": "private", **SECRETS}
    bench.person.insert(**own, **hour_at("09:00", "10:00"))
    bench.settle()

    item = only_item(bench)
    told = {name for name in item if ":" not in name} - {"@type", "uid", "type"}
    assert told == {"title", "start", "timeZone", "duration"}
    assert item["title"] == "Busy"
    assert item["start"] == "2026-12-01T09:00:00"


def test_a_busy_block_that_is_moved_moves_the_private_event_and_leaves_it_private(
    bench_with: Benches,
) -> None:
    bench = bench_with(google_events="busy")
    bench.person.insert(**SECRETS, **hour_at("09:00", "10:00"))
    bench.settle()

    edit(bench, start="2026-12-01T13:00:00", title="Mine", description="Mine too")
    bench.settle()

    event = only_event(bench)
    assert {name: event[name] for name in SECRETS} == SECRETS
    assert event["start"]["dateTime"].startswith("2026-12-01T13:00")
    item = only_item(bench)
    assert item["title"] == "Busy"
    assert "description" not in item


def test_a_block_follows_its_event_in_time_and_in_nothing_else(
    bench_with: Benches,
) -> None:
    bench = bench_with(google_events="busy")
    event = bench.person.insert(**SECRETS, **hour_at("09:00", "10:00"))
    bench.settle()
    before = only_item(bench)

    bench.person.patch(event["id"], summary="Surgery", location="Hospital")
    bench.settle()
    assert only_item(bench) == before
    free_at_eight = {"transparency": "transparent", **hour_at("08:00", "09:00")}
    bench.person.patch(event["id"], **free_at_eight)
    bench.settle()

    free = {**before, "start": "2026-12-01T08:00:00", "freeBusyStatus": "free"}
    assert only_item(bench) == free


def test_a_series_of_blocks_shows_moved_and_cancelled_occurrences_only(
    bench_with: Benches,
) -> None:
    bench = bench_with(google_events="busy")

    weekly(bench)
    bench.settle()

    item = only_item(bench)
    assert item["title"] == "Busy"
    assert item["recurrenceOverrides"] == {
        "2026-12-15T09:00:00": {"start": "2026-12-15T15:00:00"},
        "2026-12-22T09:00:00": {"excluded": True},
    }


def test_a_moved_block_of_a_series_leaves_every_title_at_google(
    bench_with: Benches,
) -> None:
    bench = bench_with(google_events="busy")
    series = weekly(bench)
    bench.settle()

    moved = {"start": "2026-12-08T17:00:00"}
    overrides = only_item(bench)["recurrenceOverrides"]
    edit(bench, recurrenceOverrides={**overrides, "2026-12-08T09:00:00": moved})
    bench.settle()

    shown = [
        (each["summary"], each["start"]["dateTime"][:16])
        for each in bench.person.instances(series["id"])
    ]
    assert shown == [
        ("Dentist", "2026-12-01T09:00"),
        ("Surgery", "2026-12-08T17:00"),
        ("Dentist", "2026-12-15T15:00"),
    ]


def test_a_block_that_is_moved_while_its_event_is_deleted_brings_back_the_event(
    bench_with: Benches,
) -> None:
    bench = bench_with(google_events="busy")
    event = bench.person.insert(**SECRETS, **hour_at("09:00", "10:00"))
    bench.settle()

    bench.person.delete(event["id"])
    edit(bench, start="2026-12-01T13:00:00")
    bench.settle()

    again = only_event(bench)
    assert again["summary"] == "Dentist"
    assert again["description"] == "Root canal"
    assert only_item(bench)["title"] == "Busy"


def test_events_of_the_application_are_no_blocks(bench_with: Benches) -> None:
    bench = bench_with(google_events="busy")

    bench.put("Roof", title="Roof", start="2026-12-01T09:00:00", duration="PT1H")
    bench.settle()
    bench.person.patch(only_event(bench)["id"], summary="Roof and gutter")
    bench.settle()

    assert only_item(bench)["title"] == "Roof and gutter"


@pytest.mark.parametrize("series", [False, True])
def test_to_show_events_in_full_and_as_blocks_again_asks_nothing_of_google(
    bench_with: Benches, series: bool
) -> None:
    bench = bench_with()
    if series:
        weekly(bench)
    else:
        bench.person.insert(**SECRETS, **hour_at("09:00", "10:00"))
    bench.settle()
    full = only_item(bench)
    assert full["title"] == "Dentist"
    api = Api(bench)
    forget_calls(bench)

    api.set(google_events="busy")
    bench.settle()
    busy = only_item(bench)
    assert busy["title"] == "Busy"
    assert "Root canal" not in str(busy)
    assert "Surgery" not in str(busy)
    api.set(google_events="full")
    bench.settle()

    assert only_item(bench) == full
    assert writes(bench) == 0


# --- declined ------------------------------------------------------------------------


def invited(bench: Workbench, answer: str, **body: Any) -> Json:
    """Insert an event to which the owner of the calendar gave this answer."""
    me = {"email": bench.person.email, "responseStatus": answer}
    others = {"email": "bob@example.com", "responseStatus": "accepted"}
    return bench.person.insert(summary="Board", attendees=[me, others], **body)


def test_a_declined_event_no_longer_blocks_time(bench_with: Benches) -> None:
    bench = bench_with()

    invited(bench, "declined", **hour_at("09:00", "10:00"))
    bench.settle()

    assert only_item(bench)["freeBusyStatus"] == "free"
    assert "transparency" not in only_event(bench)


def test_an_event_that_is_declined_later_is_free_and_busy_again_when_accepted(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    event = invited(bench, "accepted", **hour_at("09:00", "10:00"))
    bench.settle()
    assert "freeBusyStatus" not in only_item(bench)

    def answer(word: str) -> None:
        me, other = event["attendees"]
        people = [{**me, "responseStatus": word}, other]
        bench.person.patch(event["id"], attendees=people)
        bench.settle()

    answer("declined")
    assert only_item(bench)["freeBusyStatus"] == "free"
    answer("accepted")

    assert only_item(bench).get("freeBusyStatus", "busy") == "busy"
    assert "transparency" not in only_event(bench)


def test_an_edit_of_a_declined_event_leaves_it_busy_at_google(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    invited(bench, "declined", **hour_at("09:00", "10:00"))
    bench.settle()

    edit(bench, title="Board, by phone")
    bench.settle()

    assert only_event(bench)["summary"] == "Board, by phone"
    assert "transparency" not in only_event(bench)


def test_a_declined_event_stays_as_it_is_where_that_is_wanted(
    bench_with: Benches,
) -> None:
    bench = bench_with(declined="in")

    invited(bench, "declined", **hour_at("09:00", "10:00"))
    bench.settle()

    assert "freeBusyStatus" not in only_item(bench)


def test_one_declined_occurrence_of_a_series_is_free(bench_with: Benches) -> None:
    bench = bench_with()
    zone = {"timeZone": "Europe/Amsterdam"}
    series = invited(
        bench,
        "accepted",
        start={"dateTime": "2026-12-01T09:00:00+01:00", **zone},
        end={"dateTime": "2026-12-01T10:00:00+01:00", **zone},
        recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"],
    )
    second = bench.person.instances(series["id"])[1]
    people = [{**second["attendees"][0], "responseStatus": "declined"}]
    people += second["attendees"][1:]
    bench.person.patch(second["id"], attendees=people)
    bench.settle()

    item = only_item(bench)
    assert "freeBusyStatus" not in item
    second_slot = item["recurrenceOverrides"]["2026-12-08T09:00:00"]
    assert second_slot["freeBusyStatus"] == "free"


# --- types ---------------------------------------------------------------------------


def test_private_events_get_the_private_type_and_others_the_default(
    bench_with: Benches,
) -> None:
    bench = bench_with(types={"private": "Privé", "default": "Meeting"})

    bench.person.insert(summary="Board", **hour_at("09:00", "10:00"))
    private = {"visibility": "private", **hour_at("11:00", "12:00")}
    bench.person.insert(summary="Dentist", **private)
    bench.settle()

    types = {item["title"]: item.get("type") for item in Api(bench).items()}
    assert types == {"Board": "Meeting", "Dentist": "Privé"}


def test_a_type_follows_the_privacy_until_the_application_chooses_another(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    event = bench.person.insert(summary="Dentist", **hour_at("09:00", "10:00"))
    bench.settle()
    assert "type" not in only_item(bench)

    bench.person.patch(event["id"], visibility="private")
    bench.settle()
    assert only_item(bench)["type"] == "Personal"
    bench.person.patch(event["id"], visibility="default")
    bench.settle()
    assert "type" not in only_item(bench)
    edit(bench, type="Health")
    bench.settle()
    bench.person.patch(event["id"], visibility="private")
    bench.settle()

    assert only_item(bench)["type"] == "Health"
    assert only_item(bench)["privacy"] == "private"


def test_a_block_does_not_tell_that_its_event_is_private(bench_with: Benches) -> None:
    bench = bench_with(google_events="busy", types={"default": "Meeting"})

    private = {"visibility": "private", **hour_at("11:00", "12:00")}
    bench.person.insert(summary="Dentist", **private)
    bench.settle()

    assert only_item(bench)["type"] == "Meeting"
