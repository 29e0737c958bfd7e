"""Guests: copies on their calendars, their answers, and who would be mailed."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.standin.people import HOUR, Person, Resource, reason


def invite(host: Person, *emails: str, **body: Any) -> Resource:
    """Insert an event with guests."""
    return host.insert(attendees=[{"email": email} for email in emails], **body)


def answers(event: Resource) -> dict[str, str]:
    """Return what each guest answered."""
    return {one["email"]: one["responseStatus"] for one in event["attendees"]}


def mails(person: Person) -> list[tuple[str, str]]:
    """Return who would have been mailed, and why."""
    sent = requests.get(f"{person.url}/_/mail", timeout=5).json()
    return [(mail["to"], mail["kind"]) for mail in sent]


def test_a_guest_gets_a_copy(ann: Person, bob: Person) -> None:
    """The event appears on the guest's calendar with the same uid.

    https://developers.google.com/workspace/calendar/api/concepts/inviting-attendees-to-events
    """
    event = invite(ann, bob.email, summary="Meeting")

    copy = bob.get(event["id"])

    assert copy["iCalUID"] == event["iCalUID"]
    assert copy["summary"] == "Meeting"
    assert copy["organizer"] == {"email": ann.email}
    assert copy["attendees"] == [
        {"email": bob.email, "responseStatus": "needsAction", "self": True}
    ]


def test_an_answer_travels_to_the_organizer(ann: Person, bob: Person) -> None:
    """The answer is the only thing that goes from guest to organizer.

    https://developers.google.com/workspace/calendar/api/concepts/inviting-attendees-to-events
    """
    event = invite(ann, bob.email, "x@other.org")
    token = ann.token()

    bob.patch(
        event["id"],
        attendees=[{"email": bob.email, "responseStatus": "accepted"}],
        attendeesOmitted=True,
    )

    expected = {bob.email: "accepted", "x@other.org": "needsAction"}
    assert answers(ann.get(event["id"])) == expected
    assert answers(bob.get(event["id"])) == expected
    assert ann.ids(syncToken=token) == [event["id"]]


def test_an_answer_for_one_instance_travels_too(ann: Person, bob: Person) -> None:
    """An instance is answered by its own id.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly(attendees=[{"email": bob.email}])
    second = bob.instances(series["id"])[1]["id"]

    bob.patch(second, attendees=[{"email": bob.email, "responseStatus": "declined"}])

    assert answers(ann.get(second)) == {bob.email: "declined"}
    assert answers(ann.get(series["id"])) == {bob.email: "needsAction"}


def test_changes_of_the_organizer_reach_the_copies(ann: Person, bob: Person) -> None:
    """Shared fields propagate; private ones of the copy stay.

    https://developers.google.com/workspace/calendar/api/concepts/inviting-attendees-to-events
    """
    event = invite(ann, bob.email, summary="Old", description="Kept")
    bob.patch(
        event["id"],
        colorId="7",
        transparency="transparent",
        extendedProperties={"private": {"mine": "1"}},
    )

    ann.patch(
        event["id"],
        summary="New",
        colorId="1",
        extendedProperties={"shared": {"ours": "2"}, "private": {"hers": "3"}},
    )

    copy = bob.get(event["id"])
    assert (copy["summary"], copy["description"]) == ("New", "Kept")
    assert (copy["colorId"], copy["transparency"]) == ("7", "transparent")
    expected = {"private": {"mine": "1"}, "shared": {"ours": "2"}}
    assert copy["extendedProperties"] == expected


def test_changes_of_a_guest_stay_on_the_copy(ann: Person, bob: Person) -> None:
    """A guest may change shared fields on their copy; it stays local.

    https://developers.google.com/workspace/calendar/api/concepts/inviting-attendees-to-events
    """
    event = invite(ann, bob.email, summary="Hers")

    bob.patch(event["id"], summary="His")
    ann.patch(event["id"], location="Added later")

    assert ann.get(event["id"])["summary"] == "Hers"
    assert bob.get(event["id"])["summary"] == "His"
    ann.patch(event["id"], summary="Hers again")
    assert bob.get(event["id"])["summary"] == "Hers again"


def test_only_the_organizer_changes_what_guests_may_do(
    ann: Person, bob: Person
) -> None:
    """403 forbiddenForNonOrganizer, also for a PUT that leaves them out.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    event = invite(ann, bob.email, guestsCanInviteOthers=False)

    patched = reason(lambda: bob.patch(event["id"], guestsCanModify=True))
    put = reason(lambda: bob.update(event["id"], summary="Mine", **HOUR))

    assert patched == put == (403, "forbiddenForNonOrganizer")


def test_a_deleted_meeting_is_cancelled_for_its_guests(
    ann: Person, bob: Person
) -> None:
    """Deleting the organizer's event cancels the copies.

    https://developers.google.com/workspace/calendar/api/concepts/inviting-attendees-to-events
    """
    event = invite(ann, bob.email)
    token = bob.token()

    ann.delete(event["id"])

    rows = bob.page(syncToken=token)["items"]
    assert [(row["id"], row["status"]) for row in rows] == [(event["id"], "cancelled")]


def test_a_guest_who_deletes_declines(ann: Person, bob: Person) -> None:
    """Deleting the copy removes it there and leaves the organizer's event.

    https://developers.google.com/workspace/calendar/api/concepts/inviting-attendees-to-events
    """
    event = invite(ann, bob.email)

    bob.delete(event["id"])

    assert ann.get(event["id"])["status"] == "confirmed"
    assert answers(ann.get(event["id"])) == {bob.email: "declined"}
    assert bob.ids() == []


def test_a_guest_taken_off_loses_the_copy(ann: Person, bob: Person) -> None:
    """Who is no longer invited no longer has the event.

    https://developers.google.com/workspace/calendar/api/concepts/inviting-attendees-to-events
    """
    event = invite(ann, bob.email)

    ann.patch(event["id"], attendees=[{"email": "x@other.org"}])

    assert bob.ids() == []


def test_exceptions_reach_the_copies(ann: Person, bob: Person) -> None:
    """A changed instance of the organizer changes on each copy.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly(attendees=[{"email": bob.email}])
    second, third = (row["id"] for row in ann.instances(series["id"])[1:3])

    ann.patch(second, summary="Changed")
    ann.delete(third)

    assert bob.get(second)["summary"] == "Changed"
    assert bob.get(third)["status"] == "cancelled"
    assert len(bob.instances(series["id"])) == 3


def test_who_is_invited_to_one_instance_has_no_series(ann: Person, bob: Person) -> None:
    """An exception may come without its master.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]

    ann.patch(second, attendees=[{"email": bob.email}])

    rows = bob.page()["items"]
    assert [row["id"] for row in rows] == [second]
    assert rows[0]["recurringEventId"] == series["id"]
    assert rows[0]["start"]["dateTime"] == "2026-10-27T10:00:00+01:00"
    assert reason(lambda: bob.get(series["id"])) == (404, "notFound")


def test_moving_a_series_moves_it_for_its_guests(ann: Person, bob: Person) -> None:
    """The organizer's times propagate to the copies.

    https://developers.google.com/workspace/calendar/api/concepts/inviting-attendees-to-events
    """
    series = ann.weekly(attendees=[{"email": bob.email}])
    ann.patch(ann.instances(series["id"])[1]["id"], summary="Exception")

    ann.patch(
        series["id"],
        start={"dateTime": "2026-10-20T14:00:00"},
        end={"dateTime": "2026-10-20T15:00:00"},
    )

    rows = bob.instances(series["id"])
    assert rows[1]["start"]["dateTime"] == "2026-10-27T14:00:00+01:00"
    assert rows == [
        {
            **row,
            **{
                name: mine[name]
                for name in (
                    "etag",
                    "created",
                    "updated",
                    "htmlLink",
                    "creator",
                    "organizer",
                    "attendees",
                )
            },
        }
        for row, mine in zip(ann.instances(series["id"]), rows, strict=True)
    ]


def test_hidden_guests_are_hidden_from_guests(ann: Person, bob: Person) -> None:
    """`guestsCanSeeOtherGuests` false shows a guest only themselves.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    event = invite(ann, bob.email, "x@other.org", guestsCanSeeOtherGuests=False)

    assert set(answers(bob.get(event["id"]))) == {bob.email}
    assert len(answers(ann.get(event["id"]))) == 2


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, []),
        ("none", []),
        ("externalOnly", [("x@other.org", "invitation")]),
        (
            "all",
            [("bob@example.com", "invitation"), ("x@other.org", "invitation")],
        ),
    ],
)
def test_guests_are_mailed_as_asked(
    ann: Person, bob: Person, choice: str | None, expected: list[tuple[str, str]]
) -> None:
    """`sendUpdates`: all, those without Google Calendar, or none.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/insert
    """
    guests = [{"email": ann.email}, {"email": bob.email}, {"email": "x@other.org"}]
    asked = {"sendUpdates": choice} if choice else {}

    ann.events.insert(
        calendarId="primary", body={**HOUR, "attendees": guests}, **asked
    ).execute()

    assert mails(ann) == expected


def test_changes_and_deletes_are_mailed_as_asked(ann: Person) -> None:
    """`sendUpdates` holds for patches and deletes as well.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/delete
    """
    event = invite(ann, "x@other.org")
    patch = {"summary": "New"}

    ann.events.patch(
        calendarId="primary", eventId=event["id"], body=patch, sendUpdates="all"
    ).execute()
    ann.events.delete(
        calendarId="primary", eventId=event["id"], sendUpdates="all"
    ).execute()

    assert mails(ann) == [("x@other.org", "update"), ("x@other.org", "cancellation")]


def test_the_organizer_is_mailed_an_answer_when_asked(ann: Person, bob: Person) -> None:
    """`sendUpdates` of a guest's answer goes to the organizer.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/patch
    """
    event = invite(ann, bob.email)
    body = {"attendees": [{"email": bob.email, "responseStatus": "accepted"}]}

    bob.events.patch(
        calendarId="primary", eventId=event["id"], body=body, sendUpdates="all"
    ).execute()

    assert mails(ann) == [(ann.email, "response")]


def test_an_unknown_choice_of_mails_is_refused(ann: Person) -> None:
    """`sendUpdates` takes three values.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/insert
    """
    answer = ann.http.post(
        ann.api("calendars/primary/events?sendUpdates=sometimes"), json=HOUR
    )

    assert answer.status_code == 400


@pytest.mark.parametrize("email", ["", "nobody", None])
def test_a_guest_needs_an_address(ann: Person, email: str | None) -> None:
    """An attendee's email is required to add them.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    call = ann.events.insert(
        calendarId="primary", body={**HOUR, "attendees": [{"email": email}]}
    )

    assert reason(call.execute)[0] == 400


def test_a_push_goes_to_the_guests_calendar_too(
    ann: Person, bob: Person, person: Callable[..., Person]
) -> None:
    """An invitation changes the guest's calendar, which a sync token brings.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    token = bob.token()

    event = invite(ann, bob.email)

    assert bob.ids(syncToken=token) == [event["id"]]


def test_a_split_reaches_the_guests_with_its_exceptions(
    ann: Person, bob: Person
) -> None:
    """Both series of a split, and the exceptions after the cut, are on each copy.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly(attendees=[{"email": bob.email}])
    third, fourth = (row["id"] for row in ann.instances(series["id"])[2:])
    ann.patch(fourth, summary="Exception")
    body = {"calendar": ann.email, "event_id": third, "body": {"location": "New"}}

    made = requests.post(f"{ann.url}/_/split", json=body, timeout=5).json()["id"]

    assert len(bob.instances(series["id"])) == 2
    rows = bob.instances(made)
    assert [row["summary"] for row in rows] == ["Weekly", "Exception"]
    assert {row["location"] for row in rows} == {"New"}
