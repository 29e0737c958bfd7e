"""This and following: a series is cut, and goes on as another one."""

from datetime import timedelta
from typing import Any

import requests

from services.journal import newest
from tests.journeys.workbench import Workbench
from tests.standin.people import Person

ZONE = "Europe/Amsterdam"


def start_of(bench: Workbench) -> str:
    return f"{bench.clock.now() + timedelta(days=1):%Y-%m-%d}T09:00:00"


def weekly(bench: Workbench) -> dict[str, Any]:
    start = start_of(bench)
    return {
        "summary": "Old",
        "start": {"dateTime": start, "timeZone": ZONE},
        "end": {"dateTime": start.replace("T09", "T10"), "timeZone": ZONE},
        "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=6"],
    }


def split(person: Person, event_id: str, **body: Any) -> None:
    """Change an instance and all that follow, as a person does in Google's pages."""
    asked = {"calendar": person.email, "event_id": event_id, "body": body}
    answer = requests.post(f"{person.url}/_/split", json=asked, timeout=5)
    answer.raise_for_status()


def acts(bench: Workbench) -> list[tuple[str, str]]:
    """Return what was written in the agenda, the oldest first, with its run."""
    pages = [page for page, _ in newest(bench.store, bench.connection_id, limit=50)]
    return [
        (page.run, entry.act)
        for page in reversed(pages)
        for entry in page.entries
        if entry.side == "agenda"
    ]


def test_this_and_following_is_cut_before_it_goes_on_in_one_run(ann: Person) -> None:
    bench = Workbench(ann)
    bench.connect()
    made = ann.insert("primary", **weekly(bench))
    bench.settle()
    before = len(acts(bench))

    split(ann, ann.instances(made["id"])[3]["id"], summary="New")
    bench.settle()

    runs, done = zip(*acts(bench)[before:], strict=True)
    assert done == ("write", "create")
    assert len(set(runs)) == 1
    items = bench.items()
    assert items["Old"]["recurrenceRules"][0] != items["New"]["recurrenceRules"][0]


def test_what_goes_on_knows_what_it_was_cut_from(ann: Person) -> None:
    bench = Workbench(ann)
    bench.connect()
    made = ann.insert("primary", **weekly(bench))
    bench.settle()
    [old] = bench.links()

    split(ann, ann.instances(made["id"])[3]["id"], summary="New")
    bench.settle()

    followers = [link for link in bench.links() if link.follows]
    assert [link.follows for link in followers] == [old.id]


def test_an_application_s_series_can_be_split_at_google(ann: Person) -> None:
    bench = Workbench(ann)
    rule = {"@type": "RecurrenceRule", "frequency": "weekly", "count": 6}
    bench.put(
        "visits",
        title="Old",
        start=start_of(bench),
        duration="PT1H",
        recurrenceRules=[rule],
    )
    bench.connect()
    bench.settle()
    event = bench.events()["Old"]

    split(ann, ann.instances(event["id"])[3]["id"], summary="New")
    bench.settle()

    assert sorted(bench.items()) == ["New", "Old"]
    assert len(bench.titles_at_google()) == 2
    new = next(link for link in bench.links() if link.follows)
    assert new.follows == next(link.id for link in bench.links() if not link.follows)
    assert bench.connection().counts.dirty == 0
