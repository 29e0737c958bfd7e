"""Guests are mailed when somebody edits a meeting, if so chosen, and never else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.items.items import Condition, patch_item
from services.ports.store import Update
from tests.journeys.trouble import (
    event_of,
    google_fails,
    google_is_well,
    mails,
    visit,
)
from tests.journeys.workbench import Workbench
from tests.standin.people import Person

Json = dict[str, Any]
Benches = Callable[..., Workbench]
JOE, EVE = "joe@elsewhere.example", "eve@elsewhere.example"


def people(*emails: str) -> Json:
    """Return participants of an item."""
    return {
        str(at): {"@type": "Participant", "email": email, "roles": {"attendee": True}}
        for at, email in enumerate(emails)
    }


@pytest.fixture
def bench_with(ann: Person) -> Benches:
    """Return a maker of Tandems with guests, all read and nothing there."""

    def made(**settings: Any) -> Workbench:
        bench = Workbench(ann, settings={"participants": "guests", **settings})
        bench.connect()
        bench.settle()
        return bench

    return made


def told(bench: Workbench) -> list[tuple[str, str]]:
    """Return who was mailed about what."""
    return sorted((mail["to"], mail["kind"]) for mail in mails(bench))


def edit(bench: Workbench, item_id: str, **members: Any) -> None:
    patch_item(bench.desk(), item_id, members, condition=Condition())


@pytest.mark.parametrize(
    ("choice", "invited"),
    [
        ("none", []),
        ("external", [(JOE, "invitation")]),
        ("all", [("bob@example.com", "invitation"), (JOE, "invitation")]),
    ],
)
def test_a_new_meeting_is_told_to_whom_the_organization_chose(
    bench_with: Benches, bob: Person, choice: str, invited: list[tuple[str, str]]
) -> None:
    bench = bench_with(guest_mail=choice)

    visit(bench, "meeting", participants=people(bob.email, JOE))
    bench.settle()

    assert told(bench) == invited


def test_an_edit_and_its_end_are_told_once_each(bench_with: Benches) -> None:
    bench = bench_with(guest_mail="all")
    visit(bench, "meeting", participants=people(JOE))
    bench.settle()

    edit(bench, "meeting", title="Moved", start="2026-12-01T14:00:00")
    bench.settle()
    bench.remove("meeting")
    bench.settle()

    assert told(bench) == [
        (JOE, "cancellation"),
        (JOE, "invitation"),
        (JOE, "update"),
    ]


def test_a_first_sync_never_mails_seven_hundred_customers(ann: Person) -> None:
    bench = Workbench(ann, settings={"participants": "guests", "guest_mail": "all"})
    for number in range(60):
        visit(bench, f"visit-{number}", participants=people(f"c{number}@x.example"))
    bench.connect()

    bench.settle()

    assert len(bench.titles_at_google()) == 60
    assert mails(bench) == []


def test_many_items_at_once_are_no_edit_of_a_person(bench_with: Benches) -> None:
    bench = bench_with(guest_mail="all")
    for number in range(60):
        visit(bench, f"visit-{number}", participants=people(JOE))

    bench.settle()

    assert len(bench.titles_at_google()) == 60
    assert mails(bench) == []


def test_a_series_is_one_invitation_and_not_one_for_each_occurrence(
    bench_with: Benches,
) -> None:
    bench = bench_with(guest_mail="all")
    rule = {"@type": "RecurrenceRule", "frequency": "weekly", "count": 4}
    moved = {
        "2026-12-08T09:00:00": {"title": "Elsewhere"},
        "2026-12-15T09:00:00": {"excluded": True},
        "2026-12-22T09:00:00": {"start": "2026-12-22T11:00:00"},
    }
    visit(
        bench,
        "weekly",
        recurrenceRules=[rule],
        recurrenceOverrides=moved,
        participants=people(JOE),
    )

    bench.settle()

    assert told(bench) == [(JOE, "invitation")]


def test_what_changed_at_google_is_told_by_google_and_not_by_us(
    bench_with: Benches,
) -> None:
    bench = bench_with(guest_mail="all")
    event = bench.person.insert(summary="Meeting", attendees=[{"email": JOE}])
    bench.settle()

    bench.person.patch(event["id"], summary="Meeting of all")
    bench.settle()

    assert bench.titles_in_agenda() == ["Meeting of all"]
    assert mails(bench) == []


def test_guests_of_a_meeting_at_google_hear_of_an_edit_in_the_agenda(
    bench_with: Benches,
) -> None:
    bench = bench_with(guest_mail="all", participants="text")
    bench.person.insert(summary="Meeting", attendees=[{"email": JOE}])
    bench.settle()
    [link] = bench.links()

    edit(bench, str(link.item_id), title="Meeting of all")
    bench.settle()

    assert told(bench) == [(JOE, "update")]


@pytest.mark.parametrize(
    "members",
    [
        {"color": "red"},
        {"freeBusyStatus": "free"},
        {"privacy": "private"},
        {"useDefaultAlerts": True},
    ],
)
def test_what_only_the_owner_sees_is_told_to_nobody(
    bench_with: Benches, members: Json
) -> None:
    bench = bench_with()
    visit(bench, "meeting", participants=people(JOE))
    bench.settle()
    before = event_of(bench, "meeting")
    bench = bench_with_mail(bench)

    edit(bench, "meeting", **members)
    bench.settle()

    assert event_of(bench, "meeting")["etag"] != before["etag"]
    assert mails(bench) == []


def bench_with_mail(bench: Workbench) -> Workbench:
    """Let guests be mailed from now on."""
    document = bench.store.get(f"agendas/{bench.agenda}")
    assert document is not None
    settings = {**document.data["settings"], "guest_mail": "all"}
    bench.store.commit([Update(path=document.path, data={"settings": settings})])
    return bench


def test_beyond_fifty_an_hour_nobody_is_mailed_and_the_connection_says_so(
    bench_with: Benches,
) -> None:
    bench = bench_with(guest_mail="all")
    crowd = [f"guest{number}@x.example" for number in range(30)]
    for name in ("first", "second"):
        visit(bench, name, participants=people(*crowd))
        bench.settle()

    assert len(mails(bench)) == 30
    assert event_of(bench, "second")["attendees"]
    assert "without telling them" in bench.connection().shown_reason
    [note] = [link.note for link in bench.links() if link.note]
    assert "more than 50" in note
    bench.clock.ahead += timedelta(minutes=61)
    bench.remember_token()
    edit(bench, "second", title="An hour later")
    bench.settle()
    assert len(mails(bench)) == 60
    assert bench.connection().shown_reason == ""


def test_a_write_that_is_only_late_by_seconds_still_tells_the_guests(
    bench_with: Benches,
) -> None:
    bench = bench_with(guest_mail="all")
    google_fails(bench, {"kind": "rate_limit", "method": "events.insert", "count": 1})
    visit(bench, "meeting", participants=people(JOE))
    bench.sync()
    assert mails(bench) == []
    google_is_well(bench)
    bench.clock.ahead += timedelta(minutes=1)
    bench.remember_token()

    bench.settle()

    assert told(bench) == [(JOE, "invitation")]


def test_a_write_that_comes_much_later_tells_nobody(bench_with: Benches) -> None:
    bench = bench_with(guest_mail="all")
    google_fails(bench, {"kind": "rate_limit", "method": "events.insert", "count": 1})
    visit(bench, "meeting", participants=people(JOE))
    bench.sync()
    google_is_well(bench)
    bench.clock.ahead += timedelta(hours=2)
    bench.remember_token()

    bench.settle()

    assert bench.titles_at_google() == ["meeting"]
    assert mails(bench) == []


def test_a_write_whose_answer_was_lost_mails_nobody_twice(bench_with: Benches) -> None:
    bench = bench_with(guest_mail="all")
    google_fails(
        bench, {"kind": "server_error_after", "method": "events.insert", "count": 1}
    )
    visit(bench, "meeting", participants=people(JOE))
    bench.sync()
    google_is_well(bench)
    bench.clock.ahead += timedelta(minutes=1)
    bench.remember_token()

    bench.settle()

    assert told(bench) == [(JOE, "invitation")]
