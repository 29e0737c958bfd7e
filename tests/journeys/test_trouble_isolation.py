"""One bad appointment stops nobody but itself, whatever is wrong with it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import Item, ItemPage
from services.connections.connection import State
from services.links.link import Link, Waiting
from services.ports.calendar import Page, Row
from sync.troubles import Cause
from tests.journeys.odd_google import OddAccounts, before_our
from tests.journeys.trouble import (
    ask_google,
    drain,
    event_of,
    forget_calls,
    google_fails,
    google_is_well,
    visit,
    writes,
)
from tests.journeys.workbench import Workbench
from tests.standin.people import AMSTERDAM

Json = dict[str, Any]


def refuses(status: int, reason: str, *, path: str = "", sent: str = "") -> Json:
    """Return the rule by which Google refuses one event, whatever is written of it."""
    rule = {"kind": "refuse", "status": status, "reason": reason, "message": "No way"}
    return {**rule, "path": path, "sent": sent}


def the_parked(bench: Workbench) -> Link:
    """Return the only link that is set aside."""
    [link] = [link for link in bench.links() if link.waiting is Waiting.PARKED]
    return link


# --- Writing: the rows of Google's table of errors -----------------------------------

OF_ONE_EVENT = [
    (400, "timeRangeEmpty", Cause.EMPTY_TIME, "when"),
    (400, "invalid", Cause.REFUSED_BY_CALENDAR, ""),
    (400, "eventDurationExceedsLimit", Cause.TOO_LONG, "duration"),
    (400, "eventTypeRestriction", Cause.EVENT_TYPE, ""),
    (403, "forbidden", Cause.FORBIDDEN, ""),
    (403, "forbiddenForNonOrganizer", Cause.NOT_ORGANIZER, ""),
    (403, "forbiddenForServiceAccounts", Cause.NO_DELEGATION, "participants"),
    (403, "requiredAccessLevel", Cause.FORBIDDEN, ""),
    (413, "uploadTooLarge", Cause.TOO_LARGE, ""),
]


@pytest.mark.parametrize(("status", "reason", "cause", "field"), OF_ONE_EVENT)
def test_an_error_names_the_event_the_field_the_answer_and_the_next_step(
    bench: Workbench, status: int, reason: str, cause: Cause, field: str
) -> None:
    google_fails(bench, refuses(status, reason, sent="Bad"))
    visit(bench, "good-1")
    visit(bench, "bad", title="Bad")
    visit(bench, "good-2")

    bench.sync()

    assert sorted(bench.titles_at_google()) == ["good-1", "good-2"]
    assert bench.connection().state is State.ACTIVE
    link = the_parked(bench)
    assert link.parked is not None
    assert (link.parked.cause, link.parked.field) == (cause, field)
    assert link.parked.reply is not None
    assert link.parked.reply.status == status
    assert link.parked.reply.reason == reason
    assert link.parked.reply.message == "No way."

    google_is_well(bench)
    visit(bench, "bad", title="Better")
    bench.settle()

    assert sorted(bench.titles_at_google()) == ["Better", "good-1", "good-2"]


@pytest.mark.parametrize(("status", "reason", "cause", "field"), OF_ONE_EVENT)
def test_an_edit_that_is_refused_stops_no_other_edit(
    bench: Workbench, status: int, reason: str, cause: Cause, field: str
) -> None:
    for name in ("first", "second", "third"):
        visit(bench, name)
    bench.settle()
    google_fails(bench, refuses(status, reason, path=event_of(bench, "second")["id"]))
    for name in ("first", "second", "third"):
        visit(bench, name, title=f"{name} edited")

    bench.sync()

    assert set(bench.events()) == {"first edited", "second", "third edited"}
    assert the_parked(bench).parked is not None
    assert bench.connection().counts.parked == 1


def test_a_delete_that_is_forbidden_stops_no_other_delete(bench: Workbench) -> None:
    for name in ("first", "second", "third"):
        visit(bench, name)
    bench.settle()
    google_fails(bench, refuses(403, "forbidden", path=event_of(bench, "second")["id"]))
    for name in ("first", "second", "third"):
        bench.remove(name)

    bench.sync()

    assert set(bench.events()) == {"second"}
    assert the_parked(bench).parked is not None
    forget_calls(bench)
    for _again in range(5):
        bench.clock.ahead += timedelta(hours=1)
        bench.remember_token()
        bench.sync()
    assert writes(bench) == 0, "what is forbidden is not tried again"


@pytest.mark.parametrize(("status", "reason"), [(404, "notFound"), (410, "deleted")])
def test_an_event_that_cannot_be_found_for_a_write_is_looked_for_and_set_aside(
    bench: Workbench, status: int, reason: str
) -> None:
    for name in ("first", "second"):
        visit(bench, name)
    bench.settle()
    lost = {**refuses(status, reason, path=event_of(bench, "first")["id"])}
    google_fails(bench, {**lost, "method": "events.patch"})
    for name in ("first", "second"):
        visit(bench, name, title=f"{name} edited")

    bench.sync()

    assert set(bench.events()) == {"first", "second edited"}
    link = the_parked(bench)
    assert link.parked is not None
    assert link.parked.cause is Cause.FORBIDDEN


@pytest.mark.parametrize(("status", "reason"), [(404, "notFound"), (410, "deleted")])
def test_an_insert_that_finds_no_calendar_is_one_events_trouble_where_it_is_there(
    bench: Workbench, status: int, reason: str
) -> None:
    google_fails(bench, refuses(status, reason, sent="Bad"))
    visit(bench, "bad", title="Bad")
    visit(bench, "good")

    bench.sync()

    assert set(bench.events()) == {"good"}
    assert bench.connection().state is State.ACTIVE
    assert the_parked(bench).parked is not None


def test_a_conflict_that_passes_is_planned_again(bench: Workbench) -> None:
    visit(bench, "visit-1")
    bench.settle()
    clash = {**refuses(409, "conflict"), "method": "events.patch", "count": 2}
    google_fails(bench, clash)
    visit(bench, "visit-1", title="Roof")

    bench.sync()

    assert set(bench.events()) == {"Roof"}


def test_an_id_that_stays_taken_by_nothing_gives_way_to_the_next(
    bench: Workbench,
) -> None:
    google_fails(
        bench, {**refuses(409, "duplicate", sent="Bad"), "count": 4, "method": "POST"}
    )
    visit(bench, "bad", title="Bad")
    visit(bench, "good")

    bench.settle()

    assert sorted(bench.titles_at_google()) == ["Bad", "good"]
    generations = {link.item_id: link.generation for link in bench.links()}
    assert generations == {"bad": 1, "good": 0}


def test_a_search_for_one_event_that_is_refused_stops_no_other(
    bench: Workbench,
) -> None:
    series: Json = {
        "start": {"dateTime": "2026-12-01T09:00:00", "timeZone": AMSTERDAM},
        "end": {"dateTime": "2026-12-01T10:00:00", "timeZone": AMSTERDAM},
    }
    weekly = bench.person.insert(
        summary="Weekly", **series, recurrence=["RRULE:FREQ=WEEKLY;COUNT=4"]
    )
    visit(bench, "visit-1")
    bench.settle()
    second = bench.person.instances(weekly["id"])[1]
    bench.person.patch(second["id"], summary="Moved")
    bench.settle()
    [item] = [link.item_id for link in bench.links() if link.event_id == weekly["id"]]
    google_fails(bench, {**refuses(400, "invalid"), "method": "events.get"})
    bench.put(str(item), title="Weekly", **_times(), recurrenceRules=[_weekly()])
    visit(bench, "visit-1", title="Roof")
    before_our("patch", bench, lambda: bench.person.patch(weekly["id"], location="x"))

    bench.sync()

    assert "Roof" in bench.events()
    assert bench.connection().state is State.ACTIVE


def _times() -> Json:
    return {"start": "2026-12-01T14:00:00", "duration": "PT1H"}


def _weekly() -> Json:
    return {"@type": "RecurrenceRule", "frequency": "weekly", "count": 4}


def test_a_calendar_that_is_gone_while_we_write_is_the_connections_trouble(
    bench: Workbench,
) -> None:
    gone = refuses(404, "notFound")
    google_fails(bench, {**gone, "method": "events.insert"}, {**gone, "skip": 1})
    for number in range(5):
        visit(bench, f"visit-{number}")

    bench.sync()

    assert bench.connection().state is State.FAILING
    assert bench.connection().counts.parked == 0

    google_is_well(bench)
    bench.settle()

    assert len(bench.events()) == 5


# --- Reading -------------------------------------------------------------------------


class OddRows:
    """A calendar whose rows of one title come as nobody has ever seen them."""

    def __init__(self, calendar: Any, title: str, odd: Json) -> None:
        self.calendar, self.title, self.odd = calendar, title, odd

    def __getattr__(self, name: str) -> Any:
        return getattr(self.calendar, name)

    def read(self, *, token: str | None, page: str | None) -> Page:
        found: Page = self.calendar.read(token=token, page=page)
        return replace(found, rows=[self._seen(row) for row in found.rows])

    def get(self, event_id: str) -> Row:
        return self._seen(self.calendar.get(event_id))

    def _seen(self, row: Row) -> Row:
        return {**row, **self.odd} if row.get("summary") == self.title else row


ODD_ROWS: list[Json] = [
    {"start": None},
    {"start": {"dateTime": "some day"}},
    {"start": "tomorrow"},
    {"recurrence": ["EXRULE:FREQ=DAILY"]},
    {"recurrence": ["RRULE:FREQ=NEVER"]},
    {"attendees": ["bob"]},
    {"originalStartTime": {"date": "x"}, "recurringEventId": "series"},
]


def odd_google(bench: Workbench, odd: Json) -> None:
    """Let the rows of one title come like this from now on."""
    accounts: Any = OddAccounts(
        bench.world.accounts, lambda one: OddRows(one, "Odd", odd)
    )
    bench.world = replace(bench.world, accounts=accounts)


@pytest.mark.parametrize("odd", ODD_ROWS)
def test_an_event_that_cannot_be_read_is_named_and_the_others_are_carried(
    bench: Workbench, odd: Json
) -> None:
    odd_google(bench, odd)
    bench.person.insert(summary="Odd")
    bench.person.insert(summary="Fine")

    bench.settle()

    assert set(bench.items()) == {"Fine"}
    link = the_parked(bench)
    assert link.parked is not None
    assert link.parked.cause is Cause.UNREADABLE_EVENT


@pytest.mark.parametrize("odd", ODD_ROWS[:-1])
def test_a_full_read_comes_to_its_end_past_what_cannot_be_read(
    bench: Workbench, odd: Json
) -> None:
    bench.person.insert(summary="Odd")
    bench.person.insert(summary="Gone")
    bench.settle()
    bench.person.delete(event_of(bench, "Gone")["id"])
    odd_google(bench, odd)
    ask_google(bench, "expire", sync_tokens=True)
    bench.person.insert(summary="Fine")

    bench.settle()

    assert set(bench.items()) == {"Fine", "Odd"}
    assert not bench.connection().calendar_read.under_way
    assert the_parked(bench).parked is not None


def test_an_event_that_can_be_read_again_is_carried_again(bench: Workbench) -> None:
    google = bench.world.accounts
    odd_google(bench, {"start": None})
    event = bench.person.insert(summary="Odd")
    bench.settle()
    assert the_parked(bench).parked is not None

    bench.world = replace(bench.world, accounts=google)
    bench.person.patch(event["id"], location="Here")
    bench.settle()

    assert set(bench.items()) == {"Odd"}
    assert bench.connection().counts.parked == 0


class OddApplication:
    """An application in which one item cannot be read."""

    def __init__(self, bench: Workbench, item_id: str) -> None:
        self.make, self.item_id, self.well = bench.world.connect, item_id, False

    def __call__(self, application: Any) -> Any:
        self.connector = self.make(application)
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connector, name)

    def read(self, *args: Any, **more: Any) -> ItemPage:
        page: ItemPage = self.connector.read(*args, **more)
        return replace(page, items=[self._seen(item) for item in page.items])

    def get(self, ids: Any) -> dict[str, Item]:
        found = self.connector.get(ids)
        return {name: self._seen(item) for name, item in found.items()}

    def _seen(self, item: Item) -> Item:
        if self.well or item.id != self.item_id:
            return item
        return replace(item, content=None, problem="Its start is no time.")


def test_an_item_that_cannot_be_read_is_named_and_the_others_are_carried(
    bench: Workbench,
) -> None:
    application = OddApplication(bench, "odd")
    bench.world = replace(bench.world, connect=application)
    visit(bench, "odd")
    visit(bench, "fine")

    bench.settle()

    assert set(bench.events()) == {"fine"}
    link = the_parked(bench)
    assert link.parked is not None
    assert link.parked.cause is Cause.UNREADABLE_ITEM
    assert "Its start is no time." in link.why

    application.well = True
    visit(bench, "odd", description="put right")
    bench.settle()

    assert set(bench.events()) == {"fine", "odd"}


def test_an_item_that_becomes_unreadable_deletes_nothing_at_google(
    bench: Workbench,
) -> None:
    visit(bench, "odd")
    visit(bench, "fine")
    bench.settle()
    bench.world = replace(bench.world, connect=OddApplication(bench, "odd"))
    visit(bench, "odd", title="odd now")
    visit(bench, "fine", title="fine now")

    drain(bench)
    bench.settle()

    assert set(bench.events()) == {"odd", "fine now"}
    assert the_parked(bench).parked is not None


def test_what_is_too_large_to_be_kept_is_named_and_the_others_are_carried(
    bench: Workbench,
) -> None:
    noise = "".join(f"{number * 7919:x} " for number in range(18_000))
    visit(bench, "large", description=noise)
    visit(bench, "fine")

    bench.settle()

    assert set(bench.events()) == {"fine"}
    link = the_parked(bench)
    assert link.parked is not None
    assert link.parked.cause is Cause.TOO_LARGE

    visit(bench, "large", description="short")
    bench.settle()

    assert set(bench.events()) == {"fine", "large"}
