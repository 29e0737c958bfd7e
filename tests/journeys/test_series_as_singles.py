"""A series that one side cannot hold is kept there as single appointments."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import Capabilities, Connector, Creates, Versions, Written
from connectors.rest.connector import RestConnector
from services.connections.connection import Connection, change
from services.items.engine_shelf import Shelf
from services.items.records import StoredItem, stored_item
from services.links.link import Waiting, link_path
from services.ports.store import Query
from services.queueing import queue_run
from services.world import Application
from sync.content import Content
from sync.errors import ContentRefused
from sync.normal import normal
from tests.journeys.odd_google import refusing_rules
from tests.journeys.trouble import writes
from tests.journeys.workbench import Workbench
from tests.standin.people import Person

ZONE = "Europe/Amsterdam"


class SinglesOnly(RestConnector):
    """An application that knows no series, and refuses one."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            versions=Versions.EXACT, creates=Creates.IDEMPOTENT, series=False
        )

    def project(self, content: Content) -> Content:
        return normal(replace(content, rules=(), overrides={}))

    def create(self, content: Content, **more: Any) -> Written:
        if content.rules or content.overrides:
            raise ContentRefused("This application knows no series.")
        return super().create(content, **more)


@dataclass
class SimpleBench(Workbench):
    """A workbench whose application holds single appointments alone."""

    def _connect(self, application: Application) -> Connector:
        shelf = Shelf(self.world, application.agenda)
        return SinglesOnly(application.agenda, shelf, application.last_number)

    def stored_items(self) -> list[StoredItem]:
        """Return the items that are there, with their ids."""
        query = Query(collection=f"agendas/{self.agenda}/items", limit=500)
        found = map(stored_item, self.store.query(query))
        return [item for item in found if not item.deleted]

    def ids(self) -> set[str]:
        """Return the ids of the items that are there."""
        return {item.id for item in self.stored_items()}

    def item_at(self, start: str) -> StoredItem:
        """Return the one item that starts then."""
        [item] = [one for one in self.stored_items() if one.json["start"] == start]
        return item

    def writes(self) -> int:
        """Return how many changes the agenda and Google were told of so far."""
        numbers = [item.number for item in self.stored_items()]
        return max(numbers) + writes(self)

    def read_all_again(self) -> None:
        """Let the next run read both sides in full."""

        def forgetful(one: Connection) -> Connection:
            return replace(one, token=None, cursor=None)

        change(self.store, self.connection_id, forgetful)
        queue_run(self.world, self.connection_id)

    def starts(self, title: str) -> list[str]:
        """Return when the items of a title start."""
        return sorted(
            item.json["start"]
            for item in self.stored_items()
            if item.json.get("title") == title
        )


@pytest.fixture
def bench(ann: Person) -> SimpleBench:
    made = SimpleBench(ann)
    made.connect()
    made.settle()
    return made


def day(bench: Workbench, ahead: int, *, hour: int = 9) -> str:
    moment = bench.clock.now() + timedelta(days=ahead)
    return f"{moment:%Y-%m-%d}T{hour:02}:00:00"


def weekly(bench: Workbench, *, rule: str, title: str = "Weekly") -> dict[str, Any]:
    return {
        "summary": title,
        "start": {"dateTime": day(bench, 1), "timeZone": ZONE},
        "end": {"dateTime": day(bench, 1, hour=10), "timeZone": ZONE},
        "recurrence": [rule],
    }


def days(bench: Workbench, *ahead: int) -> Sequence[str]:
    return [day(bench, each) for each in ahead]


def test_a_series_becomes_one_item_for_each_occurrence(bench: SimpleBench) -> None:
    event = weekly(bench, rule="RRULE:FREQ=WEEKLY;COUNT=4")

    bench.person.insert("primary", **event)
    bench.settle()

    assert bench.starts("Weekly") == days(bench, 1, 8, 15, 22)
    [series] = [link for link in bench.links() if link.spread]
    assert "holds no series" in series.why
    assert bench.connection().counts.dirty == 0


def test_editing_one_item_edits_one_instance(bench: SimpleBench) -> None:
    event = weekly(bench, rule="RRULE:FREQ=WEEKLY;COUNT=3")
    made = bench.person.insert("primary", **event)
    bench.settle()
    second = bench.item_at(day(bench, 8))

    bench.put(second.id, **{**second.json, "title": "Only this one"})
    bench.settle()

    titles = [row["summary"] for row in bench.person.instances(made["id"])]
    assert titles == ["Weekly", "Only this one", "Weekly"]


def test_moving_one_instance_moves_one_item(bench: SimpleBench) -> None:
    event = weekly(bench, rule="RRULE:FREQ=WEEKLY;COUNT=3")
    made = bench.person.insert("primary", **event)
    bench.settle()
    second = bench.person.instances(made["id"])[1]
    before = bench.ids()

    bench.person.patch(
        second["id"],
        start={"dateTime": day(bench, 9), "timeZone": ZONE},
        end={"dateTime": day(bench, 9, hour=10), "timeZone": ZONE},
    )
    bench.settle()

    assert bench.starts("Weekly") == days(bench, 1, 9, 15)
    assert bench.ids() == before


def test_deleting_one_item_cancels_one_instance(bench: SimpleBench) -> None:
    event = weekly(bench, rule="RRULE:FREQ=WEEKLY;COUNT=3")
    made = bench.person.insert("primary", **event)
    bench.settle()

    bench.remove(bench.item_at(day(bench, 8)).id)
    bench.settle()

    alive = [
        row
        for row in bench.person.instances(made["id"])
        if row["status"] != "cancelled"
    ]
    assert len(alive) == 2
    assert bench.starts("Weekly") == days(bench, 1, 15)


def test_moving_the_whole_series_keeps_every_item(bench: SimpleBench) -> None:
    event = weekly(bench, rule="RRULE:FREQ=WEEKLY;COUNT=3")
    made = bench.person.insert("primary", **event)
    bench.settle()
    before = bench.ids()

    bench.person.patch(
        made["id"],
        start={"dateTime": day(bench, 2, hour=11), "timeZone": ZONE},
        end={"dateTime": day(bench, 2, hour=12), "timeZone": ZONE},
    )
    bench.settle()

    assert bench.starts("Weekly") == [day(bench, n, hour=11) for n in (2, 9, 16)]
    assert bench.ids() == before


def test_renaming_the_series_keeps_what_one_item_says_of_itself(
    bench: SimpleBench,
) -> None:
    event = weekly(bench, rule="RRULE:FREQ=WEEKLY;COUNT=3")
    made = bench.person.insert("primary", **event)
    bench.settle()
    second = bench.item_at(day(bench, 8))
    bench.put(second.id, **{**second.json, "title": "Only this one"})
    bench.settle()

    bench.person.patch(made["id"], summary="Renamed")
    bench.settle()

    assert bench.starts("Renamed") == days(bench, 1, 15)
    assert bench.starts("Only this one") == days(bench, 8)


def test_a_series_that_is_shortened_loses_its_last_items(bench: SimpleBench) -> None:
    made = bench.person.insert(
        "primary", **weekly(bench, rule="RRULE:FREQ=WEEKLY;COUNT=4")
    )
    bench.settle()

    bench.person.patch(made["id"], recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"])
    bench.settle()

    assert bench.starts("Weekly") == days(bench, 1, 8)


def test_a_deleted_series_takes_its_items_with_it_as_one_cause(
    bench: SimpleBench,
) -> None:
    made = bench.person.insert(
        "primary", **weekly(bench, rule="RRULE:FREQ=WEEKLY;COUNT=40")
    )
    bench.settle()
    assert len(bench.starts("Weekly")) == 40

    bench.person.delete(made["id"])
    bench.settle()

    assert bench.starts("Weekly") == []
    assert bench.connection().counts.held == 0


def test_a_single_event_that_becomes_a_series_keeps_its_item(
    bench: SimpleBench,
) -> None:
    event = weekly(bench, rule="RRULE:FREQ=WEEKLY;COUNT=3")
    made = bench.person.insert("primary", **{**event, "recurrence": []})
    bench.settle()
    [only] = bench.ids()

    bench.person.patch(made["id"], recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
    bench.settle()

    assert bench.starts("Weekly") == days(bench, 1, 8, 15)
    assert only in bench.ids()


def test_a_series_that_becomes_single_keeps_its_first_item(bench: SimpleBench) -> None:
    event = weekly(bench, rule="RRULE:FREQ=WEEKLY;COUNT=3")
    made = bench.person.insert("primary", **event)
    bench.settle()
    first = bench.item_at(day(bench, 1)).id

    bench.person.patch(made["id"], recurrence=None)
    bench.settle()

    assert bench.ids() == {first}
    bench.person.patch(made["id"], summary="Alone")
    bench.settle()
    assert bench.starts("Alone") == days(bench, 1)


def test_an_item_that_becomes_a_series_at_google_keeps_its_id(
    bench: SimpleBench,
) -> None:
    bench.put("visit", title="Visit", start=day(bench, 1), duration="PT1H")
    bench.settle()
    event = bench.events()["Visit"]

    bench.person.patch(event["id"], recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
    bench.settle()
    assert bench.starts("Visit") == days(bench, 1, 8, 15)
    kept = bench.item_at(day(bench, 1))
    assert kept.id == "visit"

    bench.put("visit", title="Renamed", start=day(bench, 1), duration="PT1H")
    bench.settle()

    rows = bench.person.instances(event["id"])
    assert [row["summary"] for row in rows] == ["Renamed", "Visit", "Visit"]


def test_an_endless_series_is_followed_as_its_time_comes(ann: Person) -> None:
    bench = SimpleBench(ann, settings={"horizon_days": 20})
    bench.connect()
    bench.person.insert("primary", **weekly(bench, rule="RRULE:FREQ=WEEKLY"))
    bench.settle()
    assert len(bench.starts("Weekly")) == 3
    [series] = [link for link in bench.links() if link.spread]
    assert series.waiting is Waiting.LATER

    bench.clock.ahead += timedelta(days=7)
    bench.sync()
    bench.settle()

    assert len(bench.starts("Weekly")) == 4
    assert bench.connection().counts.dirty == 0


def test_nothing_is_written_when_nothing_changed(bench: SimpleBench) -> None:
    bench.person.insert("primary", **weekly(bench, rule="RRULE:FREQ=WEEKLY;COUNT=4"))
    bench.settle()
    before = bench.writes()

    bench.read_all_again()
    bench.settle()

    assert bench.writes() == before
    assert len(bench.starts("Weekly")) == 4


# --- the other way: Google cannot hold it --------------------------------------------


HOURLY = {"@type": "RecurrenceRule", "frequency": "hourly", "interval": 3, "count": 3}
HOURS = (8, 11, 14)


@pytest.fixture
def plain(ann: Person) -> SimpleBench:
    """Return a bench whose application holds series, and Google not all of them."""
    made = SeriesBench(ann)
    made.connect()
    made.settle()
    return made


class SeriesBench(SimpleBench):
    """A workbench whose application holds any series."""

    def _connect(self, application: Application) -> Connector:
        return Workbench._connect(self, application)


def visits(bench: SimpleBench, **more: Any) -> None:
    """State a series of three visits on one day."""
    members = {
        "title": "Visit",
        "start": day(bench, 1, hour=8),
        "duration": "PT30M",
        "recurrenceRules": [HOURLY],
    }
    bench.put("visits", **{**members, **more})


def at_google(bench: SimpleBench, title: str = "Visit") -> list[str]:
    """Return when the events of a title start, by the clocks of Amsterdam."""
    rows = bench.person.page(maxResults=2500)["items"]
    found = [row for row in rows if row.get("summary") == title]
    assert all("recurrence" not in row for row in found)
    return sorted(row["start"]["dateTime"][:19] for row in found)


def event_at(bench: SimpleBench, start: str) -> str:
    rows = bench.person.page(maxResults=2500)["items"]
    [found] = [row["id"] for row in rows if row["start"]["dateTime"][:19] == start]
    return str(found)


def test_several_visits_a_day_become_one_event_each(plain: SimpleBench) -> None:
    visits(plain)

    plain.settle()

    assert at_google(plain) == [day(plain, 1, hour=hour) for hour in HOURS]
    [series] = [link for link in plain.links() if link.spread]
    assert "several occurrences a day" in series.why
    assert len(plain.stored_items()) == 1


def test_editing_one_of_the_events_makes_an_exception(plain: SimpleBench) -> None:
    visits(plain)
    plain.settle()
    second = day(plain, 1, hour=11)

    plain.person.patch(event_at(plain, second), summary="Not at home")
    plain.settle()

    item = plain.items()["Visit"]
    assert item["recurrenceOverrides"] == {second: {"title": "Not at home"}}
    assert at_google(plain, "Not at home") == [second]


def test_deleting_one_of_the_events_excludes_an_occurrence(plain: SimpleBench) -> None:
    visits(plain)
    plain.settle()
    second = day(plain, 1, hour=11)

    plain.person.delete(event_at(plain, second))
    plain.settle()

    item = plain.items()["Visit"]
    assert item["recurrenceOverrides"] == {second: {"excluded": True}}
    assert at_google(plain) == [day(plain, 1, hour=8), day(plain, 1, hour=14)]


def test_both_events_edited_at_once_are_both_exceptions(plain: SimpleBench) -> None:
    visits(plain)
    plain.settle()
    first, last = day(plain, 1, hour=8), day(plain, 1, hour=14)

    plain.person.patch(event_at(plain, first), location="Room 1")
    plain.person.delete(event_at(plain, last))
    plain.settle()

    overrides = plain.items()["Visit"]["recurrenceOverrides"]
    assert overrides[last] == {"excluded": True}
    assert "Room 1" in str(overrides[first])


def test_moving_the_visits_moves_the_same_events(plain: SimpleBench) -> None:
    visits(plain)
    plain.settle()
    before = sorted(link.event_id or "" for link in plain.links() if link.part)

    visits(plain, start=day(plain, 2, hour=9))
    plain.settle()

    assert at_google(plain) == [day(plain, 2, hour=hour) for hour in (9, 12, 15)]
    now = [link for link in plain.links() if link.part and link.has_event]
    assert sorted(link.event_id or "" for link in now) == before


def test_a_removed_series_takes_its_events_with_it(plain: SimpleBench) -> None:
    visits(plain)
    plain.settle()

    plain.remove("visits")
    plain.settle()

    assert at_google(plain) == []


def test_a_visit_that_comes_several_times_a_day_keeps_its_event(
    plain: SimpleBench,
) -> None:
    visits(plain, recurrenceRules=[])
    plain.settle()
    [only] = [link.event_id for link in plain.links()]

    visits(plain)
    plain.settle()

    assert at_google(plain) == [day(plain, 1, hour=hour) for hour in HOURS]
    assert event_at(plain, day(plain, 1, hour=8)) == only


def test_a_series_that_google_refuses_is_made_of_single_events(
    plain: SimpleBench,
) -> None:
    refusing_rules(plain, "FREQ=WEEKLY")
    weeks = {"@type": "RecurrenceRule", "frequency": "weekly", "count": 3}

    visits(plain, recurrenceRules=[weeks])
    plain.settle()

    assert at_google(plain) == [day(plain, n, hour=8) for n in (1, 8, 15)]
    [series] = [link for link in plain.links() if link.spread]
    assert "Invalid recurrence rule" in series.why


def test_a_refused_series_is_a_series_again_with_a_rule_that_google_takes(
    plain: SimpleBench,
) -> None:
    visits(plain)
    plain.settle()
    days_ = {"@type": "RecurrenceRule", "frequency": "daily", "count": 3}

    visits(plain, recurrenceRules=[days_])
    plain.settle()

    rows = plain.person.page(maxResults=2500)["items"]
    [series] = [row for row in rows if row.get("summary") == "Visit"]
    assert "COUNT=3" in series["recurrence"][0]


def test_single_events_of_a_series_survive_the_loss_of_the_store(
    plain: SimpleBench,
) -> None:
    visits(plain)
    plain.settle()
    before = writes(plain)

    for link in plain.links():
        plain.store.delete_under(link_path(plain.connection_id, link.id))
    plain.read_all_again()
    plain.settle()

    assert writes(plain) - before == 0
    assert at_google(plain) == [day(plain, 1, hour=hour) for hour in HOURS]
