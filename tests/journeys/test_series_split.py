"""This and following: a series is cut, and goes on as another one."""

from datetime import timedelta
from typing import Any

import requests

from services.connections.journal import newest
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


def acts(bench: Workbench) -> list[tuple[str, str, str]]:
    """Return what was written in the agenda, the oldest first: run, link and act."""
    pages = [page for page, _ in newest(bench.store, bench.connection_id, limit=50)]
    return [
        (page.run, entry.link, entry.act)
        for page in reversed(pages)
        for entry in page.entries
        if entry.side == "agenda"
    ]


def test_this_and_following_is_cut_before_it_goes_on_in_one_run(ann: Person) -> None:
    bench = Workbench(ann)
    bench.connect()
    many = [f"Old {number}" for number in range(6)]
    made = [ann.insert("primary", **weekly(bench) | {"summary": old}) for old in many]
    bench.settle()
    before = len(acts(bench))

    for one in made:
        new = one["summary"].replace("Old", "New")
        split(ann, ann.instances(one["id"])[3]["id"], summary=new)
    bench.settle()

    done = acts(bench)[before:]
    assert len({run for run, _, _ in done}) == 1
    steps = [(link, act) for _, link, act in done]
    rest = [link for link in bench.links() if link.follows]
    assert len(rest) == len(many)
    for link in rest:
        assert steps.index((link.follows, "write")) < steps.index((link.id, "create"))
    items = bench.items()
    for old in many:
        cut, goes_on = items[old], items[old.replace("Old", "New")]
        assert cut["recurrenceRules"][0] != goes_on["recurrenceRules"][0]


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
