"""What an event looks like: identity, times, defaults, limits."""

import re
from datetime import datetime
from typing import Any

import pytest

from tests.standin.conftest import Control
from tests.standin.people import AMSTERDAM, HOUR, Person, reason, refusal


def test_an_inserted_event_comes_back_whole(ann: Person) -> None:
    """The whole resource is answered, default values left out.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    event = ann.insert(summary="Visit", location="Utrecht", visibility="default")

    assert event["kind"] == "calendar#event"
    assert event["status"] == "confirmed"
    assert event["summary"] == "Visit"
    assert event["creator"] == {"email": "ann@example.com", "self": True}
    assert event["organizer"] == {"email": "ann@example.com", "self": True}
    assert event["iCalUID"] == f"{event['id']}@google.com"
    assert event["htmlLink"].startswith("https://www.google.com/calendar/event?eid=")
    assert event["sequence"] == 0
    assert event["eventType"] == "default"
    for default in ("visibility", "transparency", "guestsCanModify", "attendees"):
        assert default not in event


def test_ids_made_by_google_are_base32hex(ann: Person) -> None:
    """Ids are base32hex in lower case, 26 characters as Google makes them.

    https://developers.google.com/workspace/calendar/api/v3/reference/events#id
    """
    assert re.fullmatch(r"[a-v0-9]{26}", ann.insert()["id"])


def test_an_id_may_be_chosen(ann: Person) -> None:
    """A client may choose an id of base32hex letters, unique in the calendar.

    https://developers.google.com/workspace/calendar/api/v3/reference/events#id
    """
    event = ann.insert(id="abc0123456789v")

    assert event["id"] == "abc0123456789v"


@pytest.mark.parametrize("bad", ["abcd", "ABCDEF", "wxyzw", "with-dash", "a_b_c_d"])
def test_an_id_of_other_letters_is_refused(ann: Person, bad: str) -> None:
    """Ids take a-v and 0-9, and at least five of them.

    https://developers.google.com/workspace/calendar/api/v3/reference/events#id
    """
    error = refusal(lambda: ann.insert(id=bad))

    assert error["code"] == 400
    assert error["errors"][0]["reason"] == "invalid"
    assert error["message"] == "Invalid resource id value."


def test_the_etag_is_twice_the_stamp_of_updated(ann: Person) -> None:
    """An etag changes with each change of the resource, quotes included.

    https://developers.google.com/workspace/calendar/api/guides/version-resources
    """
    event = ann.insert()

    micros = int(event["etag"].strip('"')) // 2
    updated = datetime.fromisoformat(event["updated"])
    assert micros // 1000 == round(updated.timestamp() * 1000)


def test_each_change_has_a_later_etag(ann: Person) -> None:
    """An etag changes with each change of the resource.

    https://developers.google.com/workspace/calendar/api/guides/version-resources
    """
    event = ann.insert()

    etags = [event["etag"]]
    etags += [ann.patch(event["id"], summary=f"{n}")["etag"] for n in range(5)]

    numbers = [int(etag.strip('"')) for etag in etags]
    assert numbers == sorted(set(numbers))


def test_times_are_rendered_in_the_calendars_zone(ann: Person) -> None:
    """Answers carry the response zone's offset and the event's own zone.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    event = ann.insert(
        start={"dateTime": "2026-12-01T09:00:00", "timeZone": "America/New_York"},
        end={"dateTime": "2026-12-01T10:00:00", "timeZone": "America/New_York"},
    )

    assert event["start"] == {
        "dateTime": "2026-12-01T15:00:00+01:00",
        "timeZone": "America/New_York",
    }


def test_times_are_rendered_in_the_zone_asked_for(ann: Person) -> None:
    """`timeZone` is the zone of the response.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/get
    """
    event = ann.insert()

    asked = ann.events.get(
        calendarId="primary", eventId=event["id"], timeZone="UTC"
    ).execute()

    assert asked["start"]["dateTime"] == "2026-12-01T09:00:00Z"
    assert asked["start"]["timeZone"] == AMSTERDAM


def test_a_time_without_offset_and_zone_is_the_calendars(ann: Person) -> None:
    """Without offset and zone the calendar's default is used.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    event = ann.insert(
        start={"dateTime": "2026-07-01T09:00:00"},
        end={"dateTime": "2026-07-01T10:00:00"},
    )

    assert event["start"]["dateTime"] == "2026-07-01T09:00:00+02:00"


def test_whole_days_have_an_exclusive_end(ann: Person) -> None:
    """All-day events use `date`; `end` is exclusive.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    event = ann.insert(start={"date": "2026-12-24"}, end={"date": "2026-12-25"})

    assert event["start"] == {"date": "2026-12-24"}
    assert event["end"] == {"date": "2026-12-25"}


@pytest.mark.parametrize(
    ("times", "expected", "message"),
    [
        ({"start": None}, "required", "Missing start time."),
        ({"end": {}}, "required", "Missing end time."),
        ({"start": {"date": "2026-12-01"}}, "invalid", None),
        ({"start": {"dateTime": "tomorrow"}}, "invalid", "Invalid start time."),
        (
            {"end": {"dateTime": "2026-12-01T09:00:00+01:00"}},
            "timeRangeEmpty",
            "The specified time range is empty.",
        ),
        (
            {"start": {"dateTime": "2026-12-01T10:00:00", "timeZone": "GMT Standard"}},
            "invalid",
            "Invalid time zone definition for start time.",
        ),
    ],
)
def test_times_that_make_no_sense_are_refused(
    ann: Person, times: dict[str, Any], expected: str, message: str | None
) -> None:
    """Bad requests are 400 and are not to be repeated.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    error = refusal(lambda: ann.insert(**times))

    assert error["code"] == 400
    assert error["errors"][0]["reason"] == expected
    assert message in (None, error["message"])


def test_an_event_may_last_no_time(ann: Person) -> None:
    """`start` is inclusive and `end` exclusive; both may be one instant.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    event = ann.insert(end=HOUR["start"])

    assert event["start"] == event["end"]


def test_long_property_names_are_dropped_and_long_values_cut(ann: Person) -> None:
    """A key has at most 44 characters, a value 1024; the rest goes silently.

    https://developers.google.com/workspace/calendar/api/guides/extended-properties
    """
    private = {"k" * 44: "kept", "k" * 45: "dropped", "long": "v" * 2000}

    event = ann.insert(extendedProperties={"private": private, "shared": {"a": "b"}})

    assert event["extendedProperties"] == {
        "private": {"k" * 44: "kept", "long": "v" * 1024},
        "shared": {"a": "b"},
    }


def test_a_property_is_deleted_by_null(ann: Person) -> None:
    """A PATCH with null deletes an extended property.

    https://developers.google.com/workspace/calendar/api/guides/extended-properties
    """
    event = ann.insert(extendedProperties={"private": {"a": "1", "b": "2"}})

    changed = ann.patch(event["id"], extendedProperties={"private": {"a": None}})

    assert changed["extendedProperties"] == {"private": {"b": "2"}}


def test_too_many_properties_are_refused(ann: Person) -> None:
    """An event has at most 300 properties.

    https://developers.google.com/workspace/calendar/api/guides/extended-properties
    """
    many = {f"k{n}": "v" for n in range(301)}

    refused = reason(lambda: ann.insert(extendedProperties={"private": many}))

    assert refused == (400, "invalid")


def test_default_reminders_exclude_others(ann: Person) -> None:
    """Overrides and default reminders cannot both be set.

    https://developers.google.com/workspace/calendar/api/concepts/reminders
    """
    both = {"useDefault": True, "overrides": [{"method": "popup", "minutes": 10}]}

    refused = reason(lambda: ann.insert(reminders=both))

    assert refused == (400, "cannotUseDefaultRemindersAndSpecifyOverride")


def test_reminders_are_kept(ann: Person) -> None:
    """At most five overrides, up to four weeks before.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    overrides = [{"method": "popup", "minutes": 10}]

    event = ann.insert(reminders={"useDefault": False, "overrides": overrides})

    assert event["reminders"] == {"useDefault": False, "overrides": overrides}


def test_a_change_of_reminders_leaves_updated_alone(ann: Person) -> None:
    """`updated` is the last change of the main data, not of reminders.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    event = ann.insert()

    changed = ann.patch(event["id"], reminders={"useDefault": False})

    assert changed["updated"] == event["updated"]
    assert changed["etag"] != event["etag"]


def test_a_meeting_link_is_made_on_request(ann: Person) -> None:
    """A conference is made only with `conferenceDataVersion=1`.

    https://developers.google.com/workspace/calendar/api/guides/create-events
    """
    request = {
        "requestId": "r1",
        "conferenceSolutionKey": {"type": "hangoutsMeet"},
    }
    body = {**HOUR, "conferenceData": {"createRequest": request}}

    without = ann.events.insert(calendarId="primary", body=body).execute()
    made = ann.events.insert(
        calendarId="primary", body=body, conferenceDataVersion=1
    ).execute()

    assert "conferenceData" not in without
    assert made["hangoutLink"].startswith("https://meet.google.com/")
    assert made["conferenceData"]["createRequest"]["status"]["statusCode"] == "success"


def test_a_patch_without_conference_version_keeps_the_meeting(ann: Person) -> None:
    """Version 0 ignores the conference data in the body.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/patch
    """
    request = {"requestId": "r1", "conferenceSolutionKey": {"type": "hangoutsMeet"}}
    body = {**HOUR, "conferenceData": {"createRequest": request}}
    made = ann.events.insert(
        calendarId="primary", body=body, conferenceDataVersion=1
    ).execute()

    changed = ann.patch(made["id"], summary="Still meeting", conferenceData=None)

    assert changed["hangoutLink"] == made["hangoutLink"]
    assert changed["conferenceData"] == made["conferenceData"]


def test_attachments_need_their_parameter(ann: Person) -> None:
    """Attachments are written only with `supportsAttachments=true`.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/insert
    """
    body = {**HOUR, "attachments": [{"fileUrl": "https://drive.google.com/f/1"}]}

    without = ann.events.insert(calendarId="primary", body=body).execute()
    kept = ann.events.insert(
        calendarId="primary", body=body, supportsAttachments=True
    ).execute()

    assert "attachments" not in without
    assert kept["attachments"] == body["attachments"]


def test_a_colour_is_ignored_with_label_version_one(ann: Person) -> None:
    """With `eventLabelVersion=1` the colour is ignored and the label written.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/insert
    """
    label = "7c2c4ec0-3b0c-4d0e-9d6b-0c8f6c2f1f11"
    body = {**HOUR, "colorId": "5", "eventLabelId": label}

    old = ann.events.insert(calendarId="primary", body=body).execute()
    asked = ann.http.post(
        ann.api("calendars/primary/events?eventLabelVersion=1"), json=body
    ).json()

    assert (old.get("colorId"), old.get("eventLabelId")) == ("5", None)
    assert (asked.get("colorId"), asked.get("eventLabelId")) == (None, label)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"eventType": "fromGmail"}, "eventTypeRestriction"),
        ({"eventType": "birthday"}, "eventTypeRestriction"),
        (
            {"eventType": "workingLocation", "visibility": "public"},
            "malformedWorkingLocationEvent",
        ),
        ({"eventType": "party"}, "invalid"),
        ({"status": "struck through"}, "invalid"),
    ],
)
def test_types_that_cannot_be_made_are_refused(
    ann: Person, body: dict[str, Any], expected: str
) -> None:
    """Some event types are not made through the API.

    https://developers.google.com/workspace/calendar/api/guides/event-types
    """
    assert reason(lambda: ann.insert(**body)) == (400, expected)


def test_out_of_office_lives_on_the_primary_calendar(ann: Person) -> None:
    """Status events belong to the primary calendar, and are timed.

    https://developers.google.com/workspace/calendar/api/guides/calendar-status
    """
    made = ann.insert(eventType="outOfOffice", outOfOfficeProperties={})
    other = ann.service.calendars().insert(body={"summary": "Other"}).execute()

    assert made["eventType"] == "outOfOffice"
    refused = reason(lambda: ann.insert(other["id"], eventType="outOfOffice"))
    assert refused == (400, "eventTypeRestriction")


def test_the_type_of_an_event_is_fixed(ann: Person) -> None:
    """`eventType` cannot be changed after creation.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    event = ann.insert()

    refused = reason(lambda: ann.patch(event["id"], eventType="outOfOffice"))

    assert refused == (400, "eventTypeRestriction")


def test_a_quick_event_takes_its_text_as_title(ann: Person) -> None:
    """`quickAdd` makes an event of a text.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/quickAdd
    """
    event = ann.events.quickAdd(calendarId="primary", text="Lunch").execute()

    assert event["summary"] == "Lunch"


def test_created_may_lie_in_the_year_zero(ann: Person, control: Control) -> None:
    """Some events made by the system carry a time in the year 0.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    event = ann.insert()
    control("options", year_zero=True)

    assert ann.get(event["id"])["created"] == "0000-12-31T00:00:00.000Z"


def test_a_type_nobody_knows_may_turn_up(ann: Person, control: Control) -> None:
    """New event types have been added over the years.

    https://developers.google.com/workspace/calendar/api/guides/event-types
    """
    event = ann.insert()
    control("options", unknown_event_type=True)

    assert ann.get(event["id"])["eventType"] == "somethingNew"
