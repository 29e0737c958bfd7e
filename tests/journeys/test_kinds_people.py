"""What one side shows and the other only in part: people, links, texts, types.

And what must never happen: a delete for a status, a rewritten link, a lost tail.
"""

import pytest

from tests.journeys.kinds import MEETING, Json, at
from tests.journeys.tandem_server import TandemProcess
from tests.journeys.walks import Story, Walk, side_by_side, watched

GUEST = "guest@elsewhere.example"
TAIL = "The last line, which Google never sees."


def whole_day(kind: str, **more: Json) -> Json:
    times = {"start": at("2031-03-03T09:00"), "end": at("2031-03-03T17:00")}
    free = "transparent" if kind == "workingLocation" else "opaque"
    return {**times, "eventType": kind, "transparency": free, **more}


# --- Texts, links and states ---------------------------------------------------------


def a_cancelled_item_stays_at_google_and_says_so(walk: Walk) -> None:
    walk.put(**MEETING.item)
    walk.event_shows(**MEETING.event)

    walk.edit(status="cancelled")
    walk.event_shows(status="tentative", transparency="transparent")
    walk.patch(location="Dorpsstraat 1")
    place = {"1": {"@type": "Location", "name": "Dorpsstraat 1"}}
    walk.item_shows(status="cancelled", locations=place, freeBusyStatus=None)
    walk.edit(status="confirmed")
    walk.event_shows(status="confirmed", transparency=None)
    walk.delete()
    walk.both_are_gone()


def a_long_description_keeps_what_google_does_not_see(walk: Walk) -> None:
    lines = [f"Line {number}: bring what is on the list." for number in range(250)]
    full = "\n".join([*lines, TAIL])
    walk.put(**MEETING.item, description=full)
    event = walk.event_shows(**MEETING.event)
    assert len(full) > 9_000
    assert TAIL not in event["description"]

    edited = event["description"].replace("Line 3:", "Line three:")
    walk.patch(description=edited)
    item = walk.item_shows(description=full.replace("Line 3:", "Line three:"))
    assert item["description"].endswith(TAIL)
    walk.edit(description=item["description"].replace("Line 5:", "Line five:"))
    event = walk.until_event(lambda event: "Line five:" in event["description"])
    assert "Line three:" in event["description"]
    walk.remove()
    walk.both_are_gone()


def a_link_to_a_conference_comes_and_is_never_rewritten(walk: Walk) -> None:
    asked = {"createRequest": {"requestId": walk.title}}
    made = walk.person.events.insert(
        calendarId="primary",
        conferenceDataVersion=1,
        body={"summary": walk.title, **MEETING.event, "conferenceData": asked},
    ).execute()
    walk.event_id = made["id"]
    item = walk.item_shows(title=walk.title)
    [link] = [each["uri"] for each in item["virtualLocations"].values()]
    assert link == made["hangoutLink"]

    walk.edit(title=f"{walk.title}, edited", virtualLocations=None)
    walk.event_shows(summary=f"{walk.title}, edited", hangoutLink=link)
    walk.patch(location="Dorpsstraat 1")
    walk.event_shows(conferenceData=made["conferenceData"], location="Dorpsstraat 1")
    walk.item_shows(locations={"1": {"@type": "Location", "name": "Dorpsstraat 1"}})
    walk.delete()
    walk.both_are_gone()


def properties_of_other_programs_stay(walk: Walk) -> None:
    theirs = {"private": {"other": "1"}, "shared": {"both": "2"}}
    walk.insert(**MEETING.event, extendedProperties=theirs, guestsCanModify=True)
    walk.item_is(title=walk.title, **MEETING.item)

    walk.edit(title=f"{walk.title}, edited")
    event = walk.event_shows(summary=f"{walk.title}, edited", guestsCanModify=True)
    assert event["extendedProperties"]["private"].pop("tandem-write")
    assert event["extendedProperties"] == theirs
    walk.remove()
    walk.both_are_gone()


def own_members_of_an_application_stay(walk: Walk) -> None:
    walk.put(**MEETING.item, **{"fixers.example:van": 7}, priority=3)
    walk.event_shows(**MEETING.event)

    walk.patch(summary=f"{walk.title}, edited")
    walk.item_shows(
        title=f"{walk.title}, edited", priority=3, **{"fixers.example:van": 7}
    )
    walk.delete()
    walk.both_are_gone()


def an_absence_comes(walk: Walk) -> None:
    properties = {"autoDeclineMode": "declineNone"}
    walk.insert(**whole_day("outOfOffice", outOfOfficeProperties=properties))
    walk.item_shows(title=walk.title, duration="PT8H")
    walk.delete()
    walk.both_are_gone()


def time_for_focus_comes(walk: Walk) -> None:
    properties = {"chatStatus": "doNotDisturb"}
    walk.insert(**whole_day("focusTime", focusTimeProperties=properties))
    walk.item_shows(title=walk.title, duration="PT8H")
    walk.patch(summary=f"{walk.title}, edited")
    walk.item_shows(title=f"{walk.title}, edited")
    walk.delete()
    walk.both_are_gone()


def a_place_of_work_does_not_come(walk: Walk) -> None:
    place = {"type": "homeOffice", "homeOffice": {}}
    event = whole_day("workingLocation", workingLocationProperties=place)
    made = walk.person.insert(
        **event,
        summary="At home",
        visibility="public",
    )
    walk.insert(**MEETING.event)

    walk.item_is(title=walk.title, **MEETING.item)
    titles = [item["title"] for item in walk.watch.items.values()]
    assert made["summary"] not in titles
    walk.person.delete(made["id"])
    walk.delete()
    walk.both_are_gone()


ALONE: tuple[Story, ...] = (
    a_cancelled_item_stays_at_google_and_says_so,
    a_long_description_keeps_what_google_does_not_see,
    a_link_to_a_conference_comes_and_is_never_rewritten,
    properties_of_other_programs_stay,
    own_members_of_an_application_stay,
    an_absence_comes,
    time_for_focus_comes,
    a_place_of_work_does_not_come,
)


# --- People --------------------------------------------------------------------------


def answers(item: Json) -> dict[str, str]:
    """Return what each participant of an item answered, by address."""
    return {
        person["email"]: person.get("participationStatus", "needs-action")
        for person in item.get("participants", {}).values()
    }


def guests_of_the_application_are_invited_and_answer(walk: Walk) -> None:
    guest = walk.somebody_else()
    person = {
        "@type": "Participant",
        "email": guest.email,
        "sendTo": {"imip": f"mailto:{guest.email}"},
        "roles": {"attendee": True},
    }
    walk.put(**MEETING.item, participants={"1": person})
    event = walk.event_shows(**MEETING.event)
    assert [one["email"] for one in event["attendees"]] == [guest.email]

    yes = {"email": guest.email, "responseStatus": "accepted"}
    guest.patch(event["id"], attendees=[yes])
    walk.until_item(lambda item: answers(item) == {guest.email: "accepted"})
    walk.edit(participants=None)
    walk.event_shows(attendees=None)
    walk.remove()
    walk.both_are_gone()


def guests_of_a_meeting_at_google_are_shown_and_answered_for(walk: Walk) -> None:
    host = walk.somebody_else()
    owner = walk.office.email
    asked = [{"email": owner}, {"email": GUEST, "responseStatus": "tentative"}]
    made = host.insert(summary=walk.title, **MEETING.event, attendees=asked)
    walk.event_id = made["id"]
    item = walk.until_item(lambda item: len(answers(item)) >= 2)
    assert answers(item)[GUEST] == "tentative"
    assert answers(item)[owner] == "needs-action"

    accept(walk, item)
    assert responses(host.get(made["id"]))[owner] == "accepted"
    host.delete(made["id"])
    walk.both_are_gone()


def accept(walk: Walk, item: Json) -> None:
    """Answer yes in the agenda for its owner."""
    owner, people = walk.office.email, item["participants"]
    [mine] = [name for name in people if people[name]["email"] == owner]
    people[mine]["participationStatus"] = "accepted"
    walk.edit(participants=people)
    walk.until_event(lambda event: responses(event)[owner] == "accepted")


def responses(event: Json) -> dict[str, str]:
    """Return what each guest of an event answered, by address."""
    return {one["email"]: one["responseStatus"] for one in event["attendees"]}


def one_instance_of_a_series_that_we_may_not_see(walk: Walk) -> None:
    host = walk.somebody_else()
    times = {name: MEETING.event[name] for name in ("start", "end")}
    series = host.weekly(summary=walk.title, **times)
    third = host.instances(series["id"])[2]["id"]
    host.patch(third, attendees=[{"email": walk.office.email}])
    walk.event_id = third

    walk.item_shows(title=walk.title, start="2031-03-17T10:00:00", recurrenceRules=None)
    host.patch(third, summary=f"{walk.title}, edited")
    item = walk.item_shows(title=f"{walk.title}, edited")
    accept(walk, item)
    assert responses(host.get(third))[walk.office.email] == "accepted"
    host.patch(third, status="cancelled")
    walk.item_is_gone()


WITH_PEOPLE: tuple[Story, ...] = (
    guests_of_the_application_are_invited_and_answer,
    guests_of_a_meeting_at_google_are_shown_and_answered_for,
    one_instance_of_a_series_that_we_may_not_see,
)


@pytest.mark.parametrize(
    ("stories", "participants"),
    [(ALONE, "text"), (WITH_PEOPLE, "guests")],
    ids=["alone", "with people"],
)
def test_what_one_side_shows_only_in_part_stays_whole(
    tandem_process: TandemProcess, stories: tuple[Story, ...], participants: str
) -> None:
    office = tandem_process.office(participants=participants)

    with watched(office) as watch:
        side_by_side(watch, {story.__name__: story for story in stories})

    assert watch.items == {}
    assert watch.alive == {}
    assert tandem_process.control("mail", method="GET") == []
