"""The audit: what no side told of is found, repaired by the usual plan, and counted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.connections.audits import (
    AUDIT_PATH,
    DAILY_CALLS,
    next_slot,
    queue_due_audits,
    spend_calls,
)
from services.connections.connection import Audited, Connection, change
from services.items.records import item_path, packed, unpacked
from services.links.documents import saved
from services.links.link import Link, link_path, links_of
from services.ports.queue import Task
from services.ports.store import Delete, Query, Replace
from services.run.auditing import audit
from sync.sides import Side
from tests.journeys.api_over import OPERATOR, Api, do_task, said
from tests.journeys.odd_google import leaving_out
from tests.journeys.trouble import (
    calls,
    event_of,
    forget_calls,
    google_fails,
    google_is_well,
    mails,
    visit,
    waiting,
    writes,
)
from tests.journeys.workbench import Workbench
from tests.standin.people import Person

Json = dict[str, Any]


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    made = Workbench(ann)
    made.connect()
    for number in range(4):
        visit(made, f"visit-{number}")
    ann.insert(**born_at_google("Dentist"))
    made.settle()
    assert len(made.links()) == 5
    made.clock.ahead += timedelta(days=1)
    made.remember_token()
    yield made
    assert mails(made) == []


def born_at_google(title: str) -> Json:
    times = {
        end: {"dateTime": f"2026-12-03T1{hour}:00:00+01:00"}
        for end, hour in (("start", 1), ("end", 2))
    }
    return {"summary": title, **times}


def audited(bench: Workbench, run: str = "r_audit") -> Audited:
    """Audit now, and do everything that follows, until its count is in."""
    bench.queue.tasks.clear()
    audit(bench.world, bench.connection_id, run=run)
    for _ in range(20):
        if not bench.queue.tasks:
            break
        do_any(bench, waiting(bench)[0])
    found = bench.connection().audit
    assert found is not None
    assert found.run == run
    return found


def do_any(bench: Workbench, task: Task) -> None:
    if task.path != AUDIT_PATH:
        do_task(bench, task)
        return
    bench.queue.tasks.remove(task)
    if task.at is not None:
        bench.clock.ahead += max(task.at - bench.clock.now(), timedelta(0))
        bench.remember_token()
    audit(bench.world, bench.connection_id, run=str(task.body["run"]))


def link_titled(bench: Workbench, title: str) -> Link:
    [found] = [
        link
        for link in bench.links()
        if link.item is not None and link.item.content.details.title == title
    ]
    return found


def corrupt(bench: Workbench, link: Link) -> None:
    """Put another form of a link into the store, behind everybody's back."""
    document = bench.store.get(link_path(bench.connection_id, link.id))
    assert document is not None
    bench.store.commit([saved(bench.connection_id, link, over=document)])


def edit_item_silently(bench: Workbench, item: str, **members: Any) -> None:
    """Change an item without a number, so that no cursor comes past the change."""
    document = bench.store.get(item_path(bench.agenda, item))
    assert document is not None
    data = dict(document.data)
    data["value"] = packed({**unpacked(data["value"]), **members})
    bench.store.commit([Replace(path=document.path, data=data)])


def edit_event_silently(bench: Workbench, title: str, **members: Any) -> None:
    """Change an event while Google tells of nothing: neither push nor list."""
    hidden = leaving_out(bench)
    event = event_of(bench, title)
    hidden.add(event["id"])
    bench.person.patch(event["id"], **members)
    bench.settle()
    hidden.clear()
    bench.settle()
    bench.clock.ahead += timedelta(hours=1)
    bench.remember_token()


# --- nothing to find -----------------------------------------------------------------


def test_without_drift_nothing_is_found_and_nothing_written(bench: Workbench) -> None:
    before = versions(bench)
    forget_calls(bench)

    found = audited(bench)

    assert (found.links, found.drifted, found.repaired) == (5, 0, 0)
    assert versions(bench) == before
    assert writes(bench) == 0
    assert calls(bench) == {"list": 1}


def versions(bench: Workbench) -> dict[str, str]:
    query = Query(collection=links_of(bench.connection_id), limit=1000)
    return {one.path: one.version for one in bench.store.query(query)}


def test_a_thousand_links_are_audited_by_listing_not_by_a_thousand_questions(
    ann: Person,
) -> None:
    bench = Workbench(ann)
    bench.connect()
    for number in range(1000):
        visit(bench, f"visit-{number}")
    bench.settle()
    bench.clock.ahead += timedelta(days=1)
    bench.remember_token()
    forget_calls(bench)

    found = audited(bench)

    assert (found.links, found.drifted) == (1000, 0)
    assert calls(bench) == {"list": 1}


# --- each kind -----------------------------------------------------------------------


def test_an_edit_at_google_that_never_arrived_is_found_and_carried(
    bench: Workbench,
) -> None:
    edit_event_silently(bench, "visit-1", location="Utrecht")
    assert "locations" not in bench.items()["visit-1"]

    found = audited(bench)

    assert (found.found, found.repaired) == ({"calendar": 1}, 1)
    [place] = bench.items()["visit-1"]["locations"].values()
    assert place["name"] == "Utrecht"
    assert audited(bench, "r_again").drifted == 0


def test_an_edit_in_the_agenda_that_never_arrived_is_found_and_carried(
    bench: Workbench,
) -> None:
    edit_item_silently(bench, "visit-2", description="Bring the ladder.")
    bench.settle()
    assert "description" not in event_of(bench, "visit-2")

    found = audited(bench)

    assert (found.found, found.repaired) == ({"agenda": 1}, 1)
    assert event_of(bench, "visit-2")["description"] == "Bring the ladder."
    assert audited(bench, "r_again").drifted == 0


def test_a_change_that_was_seen_and_never_carried_is_carried(bench: Workbench) -> None:
    link = link_titled(bench, "visit-1")
    seen = link.seen[Side.AGENDA]
    assert seen is not None
    old = replace(seen, details=replace(seen.details, title="Its old name"))
    corrupt(bench, replace(link, seen={**link.seen, Side.AGENDA: old}))

    found = audited(bench)

    assert (found.found, found.repaired) == ({"undone": 1}, 1)
    assert audited(bench, "r_again").drifted == 0
    assert sorted(bench.items()) == sorted(bench.events())


def test_two_sides_that_were_written_down_as_carried_and_are_not_the_same_are_merged(
    bench: Workbench,
) -> None:
    edit_item_silently(bench, "visit-3", description="Ring twice.")
    link = link_titled(bench, "visit-3")
    item = bench.world.connect(application(bench)).get(["visit-3"])["visit-3"]
    assert link.item is not None
    assert item.content is not None
    content = item.content
    corrupt(
        bench,
        replace(
            link,
            item=replace(link.item, content=content),
            seen={**link.seen, Side.AGENDA: content},
        ),
    )

    found = audited(bench)

    assert (found.found, found.repaired) == ({"apart": 1}, 1)
    assert event_of(bench, "visit-3")["description"] == "Ring twice."
    assert audited(bench, "r_again").drifted == 0


def application(bench: Workbench) -> Any:
    from services.run.connecting import application_of

    agenda = bench.store.get(f"agendas/{bench.agenda}")
    assert agenda is not None
    return application_of(agenda)


def test_an_event_that_vanished_without_a_word_is_looked_for_twice_and_then_gone(
    bench: Workbench,
) -> None:
    hidden = leaving_out(bench)
    event = event_of(bench, "visit-0")
    hidden.add(event["id"])
    bench.person.delete(event["id"])
    bench.settle()
    hidden.clear()
    bench.settle()
    assert "visit-0" in bench.items()

    found = audited(bench)

    assert (found.found, found.repaired) == ({"calendar": 1}, 1)
    assert "visit-0" not in bench.items()
    assert audited(bench, "r_again").drifted == 0


def test_an_item_that_vanished_without_a_word_is_found(bench: Workbench) -> None:
    bench.store.commit([Delete(path=item_path(bench.agenda, "visit-0"))])
    bench.settle()
    assert "visit-0" in bench.events()

    found = audited(bench)

    assert (found.found, found.repaired) == ({"vanished": 1}, 1)
    assert "visit-0" not in bench.events()
    assert audited(bench, "r_again").drifted == 0


def test_missing_events_that_no_list_of_changes_ever_named_are_found(
    bench: Workbench,
) -> None:
    hidden = leaving_out(bench)
    made = bench.person.insert(**born_at_google("Never told of"))
    hidden.add(made["id"])
    bench.settle()
    hidden.clear()
    bench.settle()
    assert "Never told of" not in bench.items()

    found = audited(bench)

    assert (found.found, found.repaired) == ({"unknown": 1}, 1)
    assert "Never told of" in bench.items()
    assert audited(bench, "r_again").drifted == 0


def test_a_lost_link_is_found_again_from_both_sides_without_a_duplicate(
    bench: Workbench,
) -> None:
    link = link_titled(bench, "visit-1")
    bench.store.commit([Delete(path=link_path(bench.connection_id, link.id))])

    found = audited(bench)

    assert found.drifted == found.repaired
    assert bench.titles_at_google().count("visit-1") == 1
    assert bench.titles_in_agenda().count("visit-1") == 1
    assert link_titled(bench, "visit-1").linked
    assert audited(bench, "r_again").drifted == 0


def test_two_links_of_one_item_become_one_and_the_extra_copy_goes(
    bench: Workbench,
) -> None:
    link = link_titled(bench, "visit-1")
    copy = dict(event_of(bench, "visit-1"))
    keep = ("summary", "start", "end")
    other = bench.person.insert(**{name: copy[name] for name in keep})
    bench.settle()
    [second] = [one for one in bench.links() if one.event_id == other["id"]]
    extra_item = second.item_id
    assert extra_item is not None
    corrupt(bench, replace(second, item=link.item, item_id=link.item_id))
    bench.remove(extra_item)

    found = audited(bench)

    assert found.found["doubled"] == 1
    assert found.repaired == found.drifted
    twins = [one for one in bench.links() if one.item_id == link.item_id]
    assert len([one for one in twins if one.ended_at is None]) == 1
    assert audited(bench, "r_again").drifted == 0


# --- what it must not do -------------------------------------------------------------


def test_a_change_of_this_very_minute_is_no_drift(bench: Workbench) -> None:
    visit(bench, "visit-1", title="visit-1", description="Just now.")

    found = audited(bench)

    assert found.drifted == 0


def test_drift_that_would_delete_much_is_held_by_the_brake(bench: Workbench) -> None:
    change(
        bench.store,
        bench.connection_id,
        lambda one: replace(one, settings={"brake": {"max_deletes": 1}}),
    )
    for number in range(3):
        bench.store.commit([Delete(path=item_path(bench.agenda, f"visit-{number}"))])

    found = audited(bench)

    assert found.found == {"vanished": 3}
    assert found.repaired == 1
    assert bench.connection().counts.held == 2
    assert len(bench.events()) == 4


def test_an_audit_waits_while_a_run_writes(bench: Workbench) -> None:
    session_lease = timedelta(seconds=100)

    def leased(one: Connection) -> Connection:
        ends_at = bench.clock.now() + session_lease
        return replace(one, lease=replace(one.lease, holder="x", ends_at=ends_at))

    change(bench.store, bench.connection_id, leased)

    assert audit(bench.world, bench.connection_id, run="r_1") == "busy"
    assert bench.queue.tasks[-1].at is not None


def test_an_audit_goes_on_where_its_slice_ended(bench: Workbench) -> None:
    edit_item_silently(bench, "visit-2", description="Bring the ladder.")
    world = replace(bench.world, clock=HurryingClock(bench.clock))
    bench.queue.tasks.clear()

    words = [audit(world, bench.connection_id, run="r_1")]
    while words[-1] == "going on":
        bench.remember_token()
        words.append(audit(world, bench.connection_id, run="r_1"))

    assert words.count("going on") >= 2
    assert words[-1] == "repairing"
    found = bench.connection().audit
    assert found is not None
    assert (found.links, found.found) == (5, {"agenda": 1})


class HurryingClock:
    """A clock on which each look takes half a minute."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self.clock, name)

    def now(self) -> Any:
        self.clock.ahead += timedelta(seconds=8)
        return self.clock.now()


def test_trouble_at_google_puts_an_audit_off(bench: Workbench) -> None:
    google_fails(bench, {"kind": "rate_limit", "method": "events.list"})
    bench.queue.tasks.clear()

    assert audit(bench.world, bench.connection_id, run="r_1") == "postponed"

    google_is_well(bench)
    do_any(bench, waiting(bench)[0])
    found = bench.connection().audit
    assert found is not None
    assert found.links == 5


def test_when_the_days_calls_are_used_up_an_audit_goes_on_tomorrow(
    bench: Workbench,
) -> None:
    now = bench.clock.now()
    spend_calls(bench.store, bench.organization, DAILY_CALLS, now=now)
    bench.queue.tasks.clear()
    forget_calls(bench)

    assert audit(bench.world, bench.connection_id, run="r_1") == "budget"

    [task] = bench.queue.tasks
    assert task.at is not None
    assert task.at.date() == now.date() + timedelta(days=1)
    assert calls(bench) == {}
    do_any(bench, task)
    assert bench.connection().audit is not None


# --- when ----------------------------------------------------------------------------


def test_each_connection_has_its_own_time_and_they_spread_evenly(
    bench: Workbench,
) -> None:
    now = bench.clock.now()

    slots = [next_slot(f"c_{number}", days=7, now=now) for number in range(700)]

    assert all(now < slot <= now + timedelta(days=7) for slot in slots)
    per_day = [sum((slot - now).days == day for slot in slots) for day in range(7)]
    assert min(per_day) > 60
    assert next_slot("c_1", days=7, now=slots[1]) == slots[1] + timedelta(days=7)


def test_the_sweep_queues_an_audit_once_in_the_days_of_the_setting(
    bench: Workbench,
) -> None:
    due = bench.connection().audit_at
    assert due is not None
    assert due <= bench.clock.now() + timedelta(days=7)
    bench.clock.ahead += due - bench.clock.now()
    bench.remember_token()
    bench.queue.tasks.clear()

    assert queue_due_audits(bench.world, bench.clock.now()) == 1
    assert queue_due_audits(bench.world, bench.clock.now()) == 0

    [task] = bench.queue.tasks
    assert (task.path, task.lane) == (AUDIT_PATH, "backfill")
    do_any(bench, task)
    after = bench.connection().audit_at
    assert after is not None
    assert abs((after - due) - timedelta(days=7)) < timedelta(seconds=5)


# --- through the API -----------------------------------------------------------------


def test_the_operator_audits_one_connection_now_and_finds_what_came_of_it(
    bench: Workbench,
) -> None:
    api = Api(bench)
    edit_item_silently(bench, "visit-2", description="Bring the ladder.")
    bench.queue.tasks.clear()
    body = {"connection": bench.connection_id}

    started = api.post("/operations/audit", body, key=OPERATOR)
    run = said(started)["run"]
    while bench.queue.tasks:
        do_any(bench, waiting(bench)[0])

    assert started.status_code == 202
    shown = api.connection()["audit"]
    assert (shown["run"], shown["links"]) == (run, 5)
    assert (shown["drifted"], shown["repaired"]) == (1, 1)
    assert shown["last_at"] < shown["next_at"]
    assert api.connection(f"/runs/{run}")["outcome"] == "done"


def test_the_operator_audits_everything_now(bench: Workbench) -> None:
    api = Api(bench)
    bench.queue.tasks.clear()

    started = api.post("/operations/audit", key=OPERATOR)

    assert started.status_code == 202
    [task] = bench.queue.tasks
    assert task.body["connection"] == bench.connection_id


def test_an_audit_of_no_connection_is_refused(bench: Workbench) -> None:
    api = Api(bench)

    body = {"connection": "c_nobody"}
    assert api.post("/operations/audit", body, key=OPERATOR).status_code == 404
    wrong = {"connection": 7}
    assert api.post("/operations/audit", wrong, key=OPERATOR).status_code == 422
    assert api.post("/operations/audit", key=api.key).status_code == 403
