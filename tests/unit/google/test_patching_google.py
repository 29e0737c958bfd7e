"""PATCHes that name what differs and take nothing from anybody."""

from dataclasses import replace
from datetime import date

import pytest

from sync.content import (
    Alert,
    Answer,
    Duration,
    Privacy,
    Text,
    When,
)
from sync.google import (
    AttendeesOmitted,
    Row,
    patch_body,
)
from tests.unit.google.recorded import at, read, recorded
from tests.unit.google.samples import (
    ANN,
    BOB,
    PLAIN,
    ROW,
    START,
)


def test_an_edit_is_sent_alone() -> None:
    after = replace(PLAIN, title="Team, all", description=Text(text="Bring cake."))

    body = patch_body(PLAIN, after, row=ROW)

    assert body == {"summary": "Team, all", "description": "Bring cake."}


def test_a_new_time_is_sent_with_both_its_ends() -> None:
    later = replace(PLAIN, when=replace(PLAIN.when, start=at("2027-03-29T11:00")))
    longer = replace(PLAIN, duration=Duration(seconds=7200))

    assert patch_body(PLAIN, later, row=ROW).keys() == {"start", "end"}
    assert patch_body(PLAIN, longer, row=ROW)["start"] == START


def test_between_timed_and_all_day_the_other_kind_is_taken_away() -> None:
    days = replace(PLAIN, when=When(start=date(2027, 3, 29)), duration=Duration(days=1))
    row: Row = {
        "id": "a",
        "start": {"date": "2027-03-29"},
        "end": {"date": "2027-03-30"},
    }

    to_days = patch_body(PLAIN, days, row=ROW)
    to_times = patch_body(days, PLAIN, row=row)

    assert to_days["end"] == {"date": "2027-03-30", "dateTime": None, "timeZone": None}
    assert to_times["start"] == {**START, "date": None}


def test_what_is_taken_away_is_null() -> None:
    full = replace(PLAIN, places=("Here",), color="crimson", privacy=Privacy.PRIVATE)

    assert patch_body(full, PLAIN, row=ROW) == {
        "location": None,
        "colorId": None,
        "visibility": "default",
    }


def test_reminders_are_sent_whole_and_never_beside_the_defaults() -> None:
    defaults = replace(PLAIN, default_alerts=True)
    own = replace(PLAIN, alerts=(Alert(minutes=10),))

    assert patch_body(own, defaults, row=ROW)["reminders"] == {
        "useDefault": True,
        "overrides": None,
    }
    assert patch_body(own, PLAIN, row=ROW)["reminders"] == {
        "useDefault": False,
        "overrides": [],
    }


def test_a_guest_that_we_did_not_know_stays_and_keeps_everything() -> None:
    (meeting,) = recorded("meeting")
    before = read(meeting).details
    known = tuple(each for each in before.participants if "ann" in each.email)
    before = replace(before, participants=known)
    answered = replace(known[0], answer=Answer.ACCEPTED)
    after = replace(before, participants=(answered, BOB))

    (entries,) = patch_body(before, after, row=meeting).values()

    by_name = {entry.get("email") or entry["displayName"]: entry for entry in entries}
    assert len(entries) == len(meeting["attendees"]) + 1
    assert by_name["Somebody without an address"]
    assert by_name["owner@example.com"]["self"]
    assert by_name["bob@example.org"]["responseStatus"] == "needsAction"
    assert by_name["Ann.Lee@Example.org"] == {
        **meeting["attendees"][1],
        "responseStatus": "accepted",
    }


def test_a_guest_that_was_taken_away_goes_alone() -> None:
    attendees = [{"email": "ANN@example.org"}, {"email": "bob@example.org"}]
    both, one = (replace(PLAIN, participants=each) for each in ((ANN, BOB), (BOB,)))

    body = patch_body(both, one, row={**ROW, "attendees": attendees})

    assert body == {"attendees": [{"email": "bob@example.org"}]}


def test_a_guest_whom_google_dropped_meanwhile_does_not_come_back() -> None:
    maybe = replace(ANN, answer=Answer.TENTATIVE)
    before, after = (replace(PLAIN, participants=each) for each in ((ANN,), (maybe,)))

    assert patch_body(before, after, row=ROW) == {}


def test_guests_are_not_written_over_a_row_that_lacks_some() -> None:
    row = {**ROW, "attendeesOmitted": True}

    with pytest.raises(AttendeesOmitted):
        patch_body(PLAIN, replace(PLAIN, participants=(ANN,)), row=row)

    assert patch_body(PLAIN, replace(PLAIN, title="Other"), row=row)


def test_an_event_whose_end_was_open_gets_one_with_its_length() -> None:
    (row,) = recorded("open_end")
    before = read(row).details

    body = patch_body(before, replace(before, duration=Duration(seconds=60)), row=row)

    assert body["endTimeUnspecified"] is False
