"""One meeting of several owners is one event, in whatever order their runs come."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.connections.connection import State, change
from services.items.items import Condition, patch_item
from tests.journeys.trouble import forget_calls, hour_at, mails, visit, writes
from tests.journeys.workbench import Workbench, neighbour
from tests.standin.people import Person

Json = dict[str, Any]
ANN, BOB = "ann@example.com", "bob@example.com"
GUESTS = {"participants": "guests"}


@pytest.fixture
def anns(ann: Person) -> Iterator[Workbench]:
    """Ann's agenda, not yet connected."""
    made = Workbench(ann, settings=GUESTS)
    yield made
    assert mails(made) == []


@pytest.fixture
def bobs(anns: Workbench, bob: Person) -> Workbench:
    """Bob's agenda of the same organization, not yet connected."""
    return neighbour(anns, bob)


def person(email: str, *roles: str, **more: Any) -> Json:
    shown = dict.fromkeys(["attendee", *roles], True)
    return {"@type": "Participant", "email": email, "roles": shown, **more}


def meeting(bench: Workbench, *, owner: str = "", **members: Any) -> None:
    """State the meeting of Ann and Bob as the application does in each agenda."""
    people = {
        at: person(email, *(["owner"] if email == owner else []))
        for at, email in enumerate([ANN, BOB])
    }
    shown = {str(at): one for at, one in people.items()}
    visit(bench, "meeting", uid="meeting-1", participants=shown, **members)


def edit(bench: Workbench, item_id: str, **members: Any) -> None:
    patch_item(bench.desk(), item_id, members, condition=Condition())


def later(bench: Workbench, minutes: int) -> None:
    bench.clock.ahead += timedelta(minutes=minutes)


def rest(*benches: Workbench) -> None:
    """Let all run until nothing moves any more."""
    for _ in range(3):
        for bench in benches:
            bench.remember_token()
            bench.settle()


def counts(*benches: Workbench) -> list[tuple[int, int]]:
    """Return how many events and items each has."""
    return [
        (len(bench.titles_at_google()), len(bench.titles_in_agenda()))
        for bench in benches
    ]


Order = Callable[[Workbench, Workbench], list[Workbench]]


@pytest.mark.parametrize("owner", ["", ANN, BOB])
@pytest.mark.parametrize("bob_first", [False, True])
def test_a_meeting_in_two_agendas_is_one_event_in_any_order_of_runs(
    anns: Workbench, bobs: Workbench, owner: str, bob_first: bool
) -> None:
    for bench in (anns, bobs):
        bench.connect()
        meeting(bench, owner=owner)
    order = [bobs, anns] if bob_first else [anns, bobs]

    rest(*order)
    later(anns, 11)
    rest(*order)

    assert counts(anns, bobs) == [(1, 1), (1, 1)]
    [hers], [his] = anns.events().values(), bobs.events().values()
    assert hers["iCalUID"] == his["iCalUID"]
    assert all(link.linked for bench in order for link in bench.links() if link.item)


@pytest.mark.parametrize("owner", ["", ANN])
def test_connecting_again_after_all_was_lost_doubles_no_meeting(
    anns: Workbench, bobs: Workbench, owner: str
) -> None:
    for bench in (anns, bobs):
        bench.connect()
        meeting(bench, owner=owner)
    rest(anns, bobs)
    later(anns, 11)
    rest(anns, bobs)
    for bench in (anns, bobs):
        bench.lose_connection()
    forget_calls(anns)

    for bench in (bobs, anns):
        bench.open_connection()
    rest(bobs, anns)

    assert writes(anns) == 0
    assert counts(anns, bobs) == [(1, 1), (1, 1)]


def test_without_the_organizer_connected_the_guest_shows_it_alone(
    anns: Workbench, bobs: Workbench
) -> None:
    bobs.connect()
    meeting(bobs, owner=ANN)

    rest(bobs)

    [event] = bobs.events().values()
    assert "attendees" not in event
    assert anns.titles_at_google() == []


@pytest.mark.parametrize("paused", [False, True])
def test_an_organizer_who_comes_late_takes_the_meeting_over(
    anns: Workbench, bobs: Workbench, paused: bool
) -> None:
    if paused:
        anns.connect()
        pause(anns)
    bobs.connect()
    meeting(bobs, owner=ANN)
    rest(bobs)
    assert counts(bobs) == [(0 if paused else 1, 1)]
    later(bobs, 11)
    rest(bobs)
    assert counts(anns, bobs) == [(0, 0), (1, 1)]

    meeting(anns, owner=ANN)
    if paused:
        resume(anns)
    else:
        anns.connect()
    rest(anns, bobs)

    assert counts(anns, bobs) == [(1, 1), (1, 1)]
    [hers], [his] = anns.events().values(), bobs.events().values()
    assert hers["iCalUID"] == his["iCalUID"]
    edit(anns, "meeting", title="Moved by Ann", start="2026-12-01T15:00:00")
    edit(bobs, "meeting", title="Moved by Ann", start="2026-12-01T15:00:00")
    rest(anns, bobs)
    assert anns.titles_at_google() == bobs.titles_at_google() == ["Moved by Ann"]
    assert bobs.titles_in_agenda() == ["Moved by Ann"]


def pause(bench: Workbench) -> None:
    _set_state(bench, State.PAUSED)


def resume(bench: Workbench) -> None:
    _set_state(bench, State.ACTIVE)


def _set_state(bench: Workbench, state: State) -> None:
    change(bench.store, bench.connection_id, lambda one: replace(one, state=state))


def test_a_meeting_at_google_is_one_item_in_each_agenda_and_answers_travel(
    anns: Workbench, bobs: Workbench
) -> None:
    for bench in (anns, bobs):
        bench.connect()
    guests = [{"email": BOB}, {"email": "joe@x.example"}]
    event = anns.person.insert(summary="Plan", attendees=guests, **AT_NINE)
    rest(anns, bobs)
    assert counts(anns, bobs) == [(1, 1), (1, 1)]

    anns.person.patch(event["id"], summary="Plan B", location="Here")
    rest(anns, bobs)
    assert anns.titles_in_agenda() == bobs.titles_in_agenda() == ["Plan B"]
    answer(bobs, BOB, "accepted")
    rest(bobs, anns)

    assert responses(anns.person.get(event["id"]))[BOB] == "accepted"
    assert answers(anns)[BOB] == "accepted"
    assert answers(bobs)[BOB] == "accepted"
    assert counts(anns, bobs) == [(1, 1), (1, 1)]


AT_NINE = hour_at("09:00", "10:00")


def answer(bench: Workbench, email: str, status: str) -> None:
    """Answer in the agenda, whoever it is said for."""
    [item] = bench.items().values()
    people = item["participants"]
    [name] = [each for each in people if people[each]["email"] == email]
    [link] = [one for one in bench.links() if one.item]
    said = {name: {"participationStatus": status}}
    edit(bench, str(link.item_id), participants=said)


def answers(bench: Workbench) -> dict[str, str]:
    [item] = bench.items().values()
    return {
        one["email"]: one.get("participationStatus", "needs-action")
        for one in item.get("participants", {}).values()
    }


def responses(event: Json) -> dict[str, str]:
    return {one["email"]: one["responseStatus"] for one in event["attendees"]}


def test_nobody_answers_for_somebody_else(anns: Workbench, bobs: Workbench) -> None:
    anns.connect()
    event = anns.person.insert(summary="Plan", attendees=[{"email": BOB}])
    rest(anns)

    answer(anns, BOB, "accepted")
    rest(anns)
    assert responses(anns.person.get(event["id"])) == {BOB: "needsAction"}
    declined = {"email": BOB, "responseStatus": "declined"}
    bobs.person.patch(event["id"], attendees=[declined])
    rest(anns)

    assert responses(anns.person.get(event["id"])) == {BOB: "declined"}
    assert answers(anns) == {BOB: "declined"}


def test_copies_of_copies_never_come_back(anns: Workbench, bobs: Workbench) -> None:
    for bench in (anns, bobs):
        bench.connect()
    visit(anns, "meeting", participants={"1": person(BOB)})
    rest(anns, bobs)
    assert counts(anns, bobs) == [(1, 1), (1, 0)]

    bobs.person.patch(
        anns.events()["meeting"]["id"],
        attendees=[{"email": BOB, "responseStatus": "accepted"}],
    )
    edit(anns, "meeting", title="Edited")
    rest(anns, bobs)

    assert counts(anns, bobs) == [(1, 1), (1, 0)]
    assert answers(anns)[BOB] == "accepted"
    assert bobs.titles_at_google() == ["Edited"]


def test_two_agendas_of_one_shared_calendar_do_not_copy_each_other(
    anns: Workbench, ann: Person
) -> None:
    second = neighbour(anns, ann, subject="1-again")
    anns.connect()
    second.connect(shared=True)
    visit(anns, "hers")
    visit(second, "theirs", start="2026-12-01T13:00:00")
    ann.insert(summary="typed", start=at("16"), end=at("17"))

    rest(anns, second)
    rest(second, anns)

    assert sorted(anns.titles_at_google()) == ["hers", "theirs", "typed"]
    assert sorted(anns.titles_in_agenda()) == ["hers", "typed"]
    assert sorted(second.titles_in_agenda()) == ["theirs", "typed"]
    forget_calls(anns)
    rest(anns, second)
    assert writes(anns) == 0


def at(hour: str) -> Json:
    return {"dateTime": f"2026-12-01T{hour}:00:00+01:00"}
