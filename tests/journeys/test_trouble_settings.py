"""Who wins, which way things go, and what will not settle or fit."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.connections.connection import State
from services.items.items import Condition, patch_item
from services.links.link import Waiting
from tests.journeys.trouble import (
    drain,
    event_of,
    forget_calls,
    hour_at,
    mails,
    place_of,
    sides,
    visit,
    writes,
)
from tests.journeys.workbench import Workbench
from tests.standin.people import AMSTERDAM

Json = dict[str, Any]
Benches = Callable[..., Workbench]


# --- conflicts -----------------------------------------------------------------------


def both_edit_the_title(bench: Workbench, *, agenda_last: bool) -> None:
    visit(bench, "visit")
    bench.settle()
    event = event_of(bench, "visit")
    edits: list[Callable[[], object]] = [
        lambda: bench.person.patch(event["id"], summary="Google's", location="Here"),
        lambda: visit(bench, "visit", title="Ours", duration="PT2H"),
    ]
    for edit in edits if agenda_last else reversed(edits):
        edit()
        time.sleep(0.01)
    bench.settle()


@pytest.mark.parametrize(
    ("rule", "agenda_last", "winner"),
    [
        ("calendar", True, "Google's"),
        ("agenda", False, "Ours"),
        ("latest", True, "Ours"),
        ("latest", False, "Google's"),
        ({"default": "calendar", "by_field": {"title": "agenda"}}, False, "Ours"),
        ({"default": "agenda", "by_field": {"title": "calendar"}}, True, "Google's"),
        ({"default": "agenda", "by_field": {"locations": "calendar"}}, False, "Ours"),
    ],
)
def test_a_conflict_follows_its_rule_and_everything_else_survives(
    bench_with: Benches, rule: Any, agenda_last: bool, winner: str
) -> None:
    bench = bench_with(conflict=rule)

    both_edit_the_title(bench, agenda_last=agenda_last)

    assert sides(bench) == ([winner], [winner])
    event, item = bench.events()[winner], bench.items()[winner]
    assert (event["location"], place_of(item)) == ("Here", "Here")
    assert event["end"]["dateTime"][11:13] == "11"
    assert item["duration"] == "PT2H"
    assert mails(bench) == []


# --- direction -----------------------------------------------------------------------


def test_to_calendar_brings_nothing_back_and_never_gets_stuck(
    bench_with: Benches,
) -> None:
    bench = bench_with(direction="to_calendar")
    visit(bench, "visit")
    bench.person.insert(summary="theirs")
    bench.settle()
    assert bench.titles_in_agenda() == ["visit"]

    event = event_of(bench, "visit")
    bench.person.patch(event["id"], summary="Google's")
    bench.settle()
    visit(bench, "visit", title="Ours")
    bench.settle()

    assert sides(bench) == (["Ours", "theirs"], ["Ours"])
    bench.remove("visit")
    bench.settle()
    assert sides(bench) == (["theirs"], [])


def test_to_agenda_writes_nothing_at_google(bench_with: Benches) -> None:
    bench = bench_with(direction="to_agenda")
    forget_calls(bench)
    bench.put("visit", title="visit", start="2026-12-03T09:00:00")
    event = bench.person.insert(summary="theirs")
    bench.settle()
    assert sides(bench) == (["theirs"], ["theirs", "visit"])

    [link] = [one for one in bench.links() if one.linked]
    patch: Json = {"title": "Ours", "description": "Kept"}
    patch_item(bench.desk(), str(link.item_id), patch, condition=Condition())
    bench.settle()
    forget_calls(bench)
    bench.sync()
    assert writes(bench) == 0
    bench.person.patch(event["id"], summary="Google's")
    forget_calls(bench)
    bench.settle()

    assert sides(bench) == (["Google's"], ["Google's", "visit"])
    assert bench.items()["Google's"]["description"] == "Kept"
    assert writes(bench) == 0


def test_participants_are_text_never_guests_and_nobody_is_mailed(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    guest = {"@type": "Participant", "name": "Joe", "email": "joe@example.com"}
    invited = {**guest, "roles": {"attendee": True}}
    visit(bench, "visit", participants={"1": invited})
    bench.settle()
    assert "attendees" not in event_of(bench, "visit")
    visit(bench, "visit", participants={"1": invited}, duration="PT2H")
    bench.settle()
    assert "attendees" not in event_of(bench, "visit")
    bench.remove("visit")
    bench.settle()

    assert mails(bench) == []


def test_guests_invited_at_google_are_not_mailed_about_our_edits(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    event = bench.person.insert(
        summary="Meeting", attendees=[{"email": "joe@example.com"}]
    )
    bench.settle()
    [link] = bench.links()
    patch: Json = {"title": "Meeting of all"}
    patch_item(bench.desk(), str(link.item_id), patch, condition=Condition())
    bench.settle()

    shown = bench.person.get(event["id"])
    assert shown["summary"] == "Meeting of all"
    assert [one["email"] for one in shown["attendees"]] == ["joe@example.com"]
    assert mails(bench) == []


# --- fights --------------------------------------------------------------------------


class Stubborn:
    """An application that puts its own title back after each of our writes."""

    def __init__(self, bench: Workbench, title: str) -> None:
        self.bench, self.title = bench, title
        self.make = bench.world.connect

    def __call__(self, application: Any) -> Any:
        self.connector = self.make(application)
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connector, name)

    def write(self, item_id: str, content: Any, **more: Any) -> Any:
        answer = self.connector.write(item_id, content, **more)
        patch: Json = {"title": self.title}
        patch_item(self.bench.desk(), item_id, patch, condition=Condition())
        return answer


def test_a_field_that_is_put_back_each_time_is_parked_and_named(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    visit(bench, "visit")
    visit(bench, "other")
    bench.settle()
    bench.world = replace(bench.world, connect=Stubborn(bench, "visit"))
    event = event_of(bench, "visit")
    forget_calls(bench)

    for _turn in range(12):
        if bench.events().get("visit"):
            bench.person.patch(event["id"], summary="Google's")
        bench.sync()

    [link] = [one for one in bench.links() if one.waiting is Waiting.PARKED]
    assert '"title"' in link.why
    assert bench.connection().state is State.ACTIVE
    bench.world = replace(bench.world, connect=bench._connect)
    visit(bench, "other", description="goes on")
    bench.settle()
    assert event_of(bench, "other")["description"] == "goes on"


class Trimming(Stubborn):
    """An application that rewrites what it is given, and says so in its answer."""

    def write(self, item_id: str, content: Any, **more: Any) -> Any:
        details = content.details
        rewritten = replace(details, title=details.title.upper()[:20])
        return self.connector.write(
            item_id, replace(content, details=rewritten), **more
        )


def test_an_application_that_rewrites_text_starts_no_loop(bench_with: Benches) -> None:
    bench = bench_with()
    visit(bench, "visit")
    bench.settle()
    bench.world = replace(bench.world, connect=Trimming(bench, ""))
    event = event_of(bench, "visit")
    bench.person.patch(event["id"], summary="a rather long title of an event")
    forget_calls(bench)

    bench.settle()
    bench.settle()

    assert writes(bench) == 0
    assert bench.titles_at_google() == ["a rather long title of an event"]
    assert bench.titles_in_agenda() == ["A RATHER LONG TITLE "]


# --- what does not fit ---------------------------------------------------------------


def test_a_nul_and_odd_characters_do_not_stop_anything(bench_with: Benches) -> None:
    bench = bench_with()
    bench.person.insert(summary="nul \x00 and \x07 bell", description="a\x00b")
    bench.person.insert(summary="an emoji \U0001f600 and a \ufffe")
    visit(bench, "odd", title="tab\tand \u202e turn")
    visit(bench, "fine")

    bench.settle()
    forget_calls(bench)
    bench.settle()

    assert len(bench.titles_at_google()) == len(bench.titles_in_agenda()) == 4
    assert writes(bench) == 0
    assert bench.connection().counts.dirty == 0


def test_a_series_of_ten_thousand_is_carried_and_edited_in_time(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    bench.person.insert(
        summary="Daily",
        start={"dateTime": "2026-12-01T09:00:00", "timeZone": AMSTERDAM},
        end={"dateTime": "2026-12-01T10:00:00", "timeZone": AMSTERDAM},
        recurrence=["RRULE:FREQ=DAILY;COUNT=10000"],
    )
    began = time.monotonic()
    bench.settle()
    event = event_of(bench, "Daily")
    late = bench.person.instances(
        event["id"], originalStart="2053-12-01T09:00:00+01:00"
    )[0]
    bench.person.patch(late["id"], summary="Very late")
    bench.person.patch(event["id"], **hour_at("11:00", "12:00"))
    bench.settle()

    item = bench.items()["Daily"]
    assert item["start"] == "2026-12-01T11:00:00"
    assert time.monotonic() - began < 20
    assert writes(bench) >= 0


def test_what_is_too_large_for_a_document_is_parked_and_the_rest_goes_on(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    rule = {"@type": "RecurrenceRule", "frequency": "daily", "count": 400}
    overrides = {
        f"2027-{month:02}-{day:02}T09:00:00": {"description": noise(month, day)}
        for month in range(1, 10)
        for day in range(1, 29)
    }
    visit(bench, "huge", recurrenceRules=[rule], recurrenceOverrides=overrides)
    visit(bench, "fine")

    bench.sync()
    drain(bench)

    assert bench.titles_at_google() == ["fine"]
    [link] = [one for one in bench.links() if one.waiting is Waiting.PARKED]
    assert "bytes" in link.why
    forget_calls(bench)
    bench.settle()
    assert writes(bench) == 0
    visit(bench, "huge")
    bench.settle()
    assert sides(bench) == (["fine", "huge"], ["fine", "huge"])


def test_many_large_items_go_out_in_pages_that_fit(bench_with: Benches) -> None:
    bench = bench_with()
    for number in range(30):
        text = " ".join(noise(number, turn) for turn in range(60))
        visit(bench, f"item-{number}", description=text[:45_000])

    bench.settle()

    assert len(bench.titles_at_google()) == 30
    assert bench.connection().counts.parked == 0


def test_to_calendar_leaves_occurrences_deleted_at_google_in_the_agenda(
    bench_with: Benches,
) -> None:
    bench = bench_with(direction="to_calendar")
    rule = {"@type": "RecurrenceRule", "frequency": "daily", "count": 3}
    visit(bench, "daily", recurrenceRules=[rule])
    bench.settle()
    second = bench.person.instances(event_of(bench, "daily")["id"])[1]
    bench.person.delete(second["id"])

    bench.settle()

    assert "recurrenceOverrides" not in bench.items()["daily"]


def noise(month: int, day: int) -> str:
    """Return text that does not pack well."""
    parts = [
        hashlib.sha512(f"{month}.{day}.{turn}".encode()).hexdigest()
        for turn in range(7)
    ]
    return " ".join(parts)
