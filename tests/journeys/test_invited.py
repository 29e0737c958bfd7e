"""Who is only invited changes what is theirs: the rest is the organizer's."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.connections.journal import newest
from services.items.items import Condition, patch_item
from tests.journeys.trouble import forget_calls, hour_at, mails, place_of, writes
from tests.journeys.workbench import Workbench
from tests.standin.people import AMSTERDAM, Person

Json = dict[str, Any]
AT_NINE = hour_at("09:00", "10:00")
TRIGGER = {"@type": "OffsetTrigger", "offset": "-PT7M"}
SEVEN_MINUTES = {"1": {"@type": "Alert", "trigger": TRIGGER}}


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    """Ann's Tandem, with guests that are mailed, connected and at rest."""
    settings = {"participants": "guests", "guest_mail": "none"}
    made = Workbench(ann, settings=settings)
    made.connect()
    made.settle()
    yield made
    assert mails(made) == []


def invitation(bench: Workbench, host: Person, **members: Any) -> Json:
    """Let a host invite Ann; it has come to her agenda."""
    guests = [{"email": bench.person.email}, {"email": "joe@x.example"}]
    shown = {"summary": "Plan", "location": "Here", **AT_NINE, **members}
    event = host.insert(**shown, attendees=guests)
    bench.settle()
    return event


def edit(bench: Workbench, **members: Any) -> None:
    [link] = [one for one in bench.links() if one.item]
    patch_item(bench.desk(), str(link.item_id), members, condition=Condition())


def item_of(bench: Workbench) -> Json:
    [item] = bench.items().values()
    return item


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"title": "Mine"}, "title"),
        ({"start": "2026-12-01T15:00:00"}, "time"),
        ({"duration": "PT3H"}, "length"),
        ({"description": "My words"}, "text"),
        ({"status": "tentative"}, "status"),
        ({"locations": {"1": {"@type": "Location", "name": "There"}}}, "place"),
    ],
)
def test_an_edit_of_an_invitation_is_put_back_with_a_reason_and_no_raw_403(
    bench: Workbench, bob: Person, members: Json, word: str
) -> None:
    event = invitation(bench, bob)
    before = item_of(bench)
    forget_calls(bench)

    edit(bench, **members)
    bench.settle()

    after = item_of(bench)
    assert {name: after.get(name) for name in members if name != "locations"} == {
        name: before.get(name) for name in members if name != "locations"
    }
    assert place_of(after) == "Here"
    assert writes(bench) == 0
    assert bob.get(event["id"])["summary"] == "Plan"
    [link] = bench.links()
    assert "only the organizer" in link.note
    assert word in link.note
    [(page, _)] = newest(bench.store, bench.connection_id, limit=1)
    assert [entry.why for entry in page.entries] == [link.note]
    assert link.waiting is None
    assert bench.connection().counts.dirty == 0


@pytest.mark.parametrize(
    ("members", "shown"),
    [
        ({"color": "#dc2127"}, {}),
        ({"freeBusyStatus": "free"}, {"transparency": "transparent"}),
        ({"privacy": "private"}, {"visibility": "private"}),
        ({"useDefaultAlerts": False, "alerts": SEVEN_MINUTES}, {}),
    ],
)
def test_what_is_a_guests_own_reaches_the_own_copy_and_nobody_elses(
    bench: Workbench, bob: Person, members: Json, shown: Json
) -> None:
    event = invitation(bench, bob)
    theirs = bob.get(event["id"])["etag"]
    forget_calls(bench)

    edit(bench, **members)
    bench.settle()

    copy = bench.person.get(event["id"])
    assert {name: copy.get(name) for name in shown} == shown
    assert writes(bench) == 1
    assert bob.get(event["id"])["etag"] == theirs
    assert {name: item_of(bench).get(name) for name in members} == members


def test_the_organizers_change_and_ours_meet_without_a_fight(
    bench: Workbench, bob: Person
) -> None:
    event = invitation(bench, bob)

    for number in range(4):
        bob.patch(event["id"], summary=f"Plan {number}")
        edit(bench, title=f"Mine {number}", freeBusyStatus="free")
        bench.settle()
        assert item_of(bench)["title"] == f"Plan {number}"

    assert bench.person.get(event["id"])["transparency"] == "transparent"
    assert bench.connection().counts.parked == 0


def test_one_occurrence_of_an_invitation_is_put_back_too(
    bench: Workbench, bob: Person
) -> None:
    times = {
        "start": {"dateTime": "2026-12-01T09:00:00", "timeZone": AMSTERDAM},
        "end": {"dateTime": "2026-12-01T10:00:00", "timeZone": AMSTERDAM},
    }
    rule = ["RRULE:FREQ=WEEKLY;COUNT=4"]
    event = invitation(bench, bob, **times, recurrence=rule)
    patch = {"start": "2026-12-08T15:00:00", "title": "Mine"}

    edit(bench, recurrenceOverrides={"2026-12-08T09:00:00": patch})
    bench.settle()

    assert "recurrenceOverrides" not in item_of(bench)
    assert {one["summary"] for one in bob.instances(event["id"])} == {"Plan"}
    assert {one["summary"] for one in bench.person.instances(event["id"])} == {"Plan"}


def test_an_invitation_that_is_deleted_in_the_agenda_is_declined(
    bench: Workbench, bob: Person
) -> None:
    event = invitation(bench, bob)
    [link] = bench.links()

    bench.remove(str(link.item_id))
    bench.settle()

    said = {
        one["email"]: one["responseStatus"] for one in bob.get(event["id"])["attendees"]
    }
    assert said[bench.person.email] == "declined"
    assert bench.titles_in_agenda() == []
    assert bob.get(event["id"])["status"] == "confirmed"


def test_guests_who_may_change_an_event_change_it(
    bench: Workbench, bob: Person
) -> None:
    event = invitation(bench, bob, guestsCanModify=True)

    edit(bench, title="Ours")
    bench.settle()

    assert bench.person.get(event["id"])["summary"] == "Ours"
    assert item_of(bench)["title"] == "Ours"


def test_guests_are_never_lost_optional_ones_and_rooms_stay_as_they_are(
    bench: Workbench,
) -> None:
    guests = [
        {"email": "Joe@X.example", "optional": True, "comment": "late"},
        {"email": "room@x.example", "resource": True},
        {"email": "eve@x.example", "additionalGuests": 2, "displayName": "Eve"},
    ]
    event = bench.person.insert(summary="Plan", attendees=guests, **AT_NINE)
    bench.settle()
    added = {"@type": "Participant", "email": "new@x.example"}

    edit(bench, participants={**item_of(bench)["participants"], "new": added})
    bench.settle()

    shown = {
        one["email"].lower(): one for one in bench.person.get(event["id"])["attendees"]
    }
    assert set(shown) == {
        "joe@x.example",
        "room@x.example",
        "eve@x.example",
        "new@x.example",
    }
    assert shown["joe@x.example"]["optional"]
    assert shown["joe@x.example"]["comment"] == "late"
    assert shown["room@x.example"]["resource"]
    assert shown["eve@x.example"]["additionalGuests"] == 2


def test_a_guest_without_an_address_is_never_made_up(bench: Workbench) -> None:
    people = {
        "1": {"@type": "Participant", "name": "Somebody"},
        "2": {"@type": "Participant", "name": "Joe", "email": "joe@x.example"},
    }
    bench.put("plan", title="Plan", start="2026-12-01T09:00:00", participants=people)

    bench.settle()

    [event] = bench.events().values()
    assert [one["email"] for one in event["attendees"]] == ["joe@x.example"]
    assert item_of(bench)["participants"].keys() == people.keys()
