"""All that is stored of a connection is lost: who connects again gets no doubles."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.items.items import Condition, patch_item
from services.ports.store import Query
from tests.journeys.trouble import calls, forget_calls, mails, visit, writes
from tests.journeys.workbench import Workbench
from tests.standin.people import AMSTERDAM, Person

Json = dict[str, Any]
FIRST = datetime.fromisoformat("2026-12-01T08:00:00")
WEEKLY = {"@type": "RecurrenceRule", "frequency": "weekly", "count": 4}
MANY = 12
"""Of each kind: some hundred links; by hand this was done with 2,000."""


def moment(number: int) -> datetime:
    """Return a start of its own, so that no two are alike."""
    return FIRST + timedelta(hours=number % 9, days=number // 9 % 300)


def times(start: datetime) -> Json:
    end = start + timedelta(minutes=30)
    return {
        "start": {"dateTime": start.isoformat(), "timeZone": AMSTERDAM},
        "end": {"dateTime": end.isoformat(), "timeZone": AMSTERDAM},
    }


def born_in_the_agenda(bench: Workbench, number: int) -> None:
    visit(bench, f"item-{number}", start=moment(number).isoformat())


def born_at_google(bench: Workbench, number: int) -> None:
    bench.person.insert(summary=f"event-{number}", **times(moment(number)))


def series_of_the_agenda(bench: Workbench, number: int) -> None:
    start = moment(number)
    moved = (start + timedelta(days=7)).isoformat()
    gone = (start + timedelta(days=14)).isoformat()
    later = (start + timedelta(days=7, hours=3)).isoformat()
    visit(
        bench,
        f"series-{number}",
        start=start.isoformat(),
        recurrenceRules=[WEEKLY],
        recurrenceOverrides={
            moved: {"start": later, "title": f"moved-{number}"},
            gone: {"excluded": True},
        },
    )


def series_of_google(bench: Workbench, number: int) -> None:
    rule = ["RRULE:FREQ=WEEKLY;COUNT=4"]
    shown = {"summary": f"recurring-{number}", **times(moment(number))}
    made = bench.person.insert(**shown, recurrence=rule)
    second, third = bench.person.instances(made["id"])[1:3]
    bench.person.patch(second["id"], summary=f"other-{number}", location="There")
    bench.person.delete(third["id"])


def with_a_known_uid(bench: Workbench, number: int) -> None:
    shown = {"summary": f"known-{number}", **times(moment(number))}
    made = bench.person.insert(**shown)
    visit(
        bench,
        f"named-{number}",
        title=f"Named {number}",
        start=moment(number).isoformat(),
        duration="PT30M",
        uid=made["iCalUID"],
    )


KINDS = (
    born_in_the_agenda,
    born_at_google,
    series_of_the_agenda,
    series_of_google,
    with_a_known_uid,
)


def filled(bench: Workbench, many: int) -> None:
    """Make so many appointments of each kind, carried to both sides."""
    for at, kind in enumerate(KINDS):
        for number in range(many):
            kind(bench, number + at * many)
    bench.settle()
    made_again(bench, [f"item-{number}" for number in range(0, many, 4)])


def made_again(bench: Workbench, names: list[str]) -> None:
    """Let events be deleted while their items are edited: they come anew."""
    events = bench.events()
    for name in names:
        bench.person.delete(events[name]["id"])
        patch_item(
            bench.desk(), name, {"title": f"{name}, again"}, condition=Condition()
        )
    bench.settle()


def items(bench: Workbench) -> Mapping[str, object]:
    """Return every item with its number, which each write of it raises."""
    query = Query(collection=f"agendas/{bench.agenda}/items", limit=10_000)
    return {each.id: each.data["number"] for each in bench.store.query(query)}


def etags(bench: Workbench) -> Mapping[str, str]:
    """Return every row of the calendar with its version."""
    found: dict[str, str] = {}
    page: Json = {}
    while not found or "nextPageToken" in page:
        token = page.get("nextPageToken")
        page = bench.person.page(maxResults=2500, pageToken=token, showDeleted=True)
        found |= {row["id"]: row["etag"] for row in page["items"]}
    return found


@pytest.mark.parametrize("many", [MANY])
def test_connecting_again_after_all_was_lost_writes_nothing_and_doubles_nothing(
    ann: Person, many: int
) -> None:
    bench = Workbench(ann, settings={"max_creates": 100_000, "participants": "guests"})
    bench.connect()
    filled(bench, many)
    before = items(bench), etags(bench)
    links = {link.id: link.generation for link in bench.links() if link.linked}
    assert len(links) == len(KINDS) * many
    assert any(links.values())
    bench.lose_connection()
    forget_calls(bench)

    bench.open_connection()
    bench.settle()

    assert writes(bench) == 0
    assert (items(bench), etags(bench)) == before
    assert all(link.linked for link in bench.links())
    assert bench.connection().counts.links == len(links)
    assert bench.connection().counts.dirty == bench.connection().counts.parked == 0
    assert mails(bench) == []
    assert calls(bench).keys() <= {"list", "get", "instances"}


def test_after_all_was_lost_edits_and_deletes_still_find_their_other_side(
    ann: Person,
) -> None:
    bench = Workbench(ann)
    bench.connect()
    filled(bench, 4)
    bench.lose_connection()
    bench.open_connection()
    bench.settle()
    many = len(bench.titles_at_google())

    patch_item(bench.desk(), "item-0", {"title": "Edited"}, condition=Condition())
    bench.person.delete(bench.events()["event-4"]["id"])
    bench.remove("item-1")
    bench.settle()

    assert "Edited" in bench.titles_at_google()
    assert "event-4" not in bench.titles_in_agenda()
    assert "item-1" not in bench.titles_at_google()
    assert len(bench.titles_at_google()) == many - 2
