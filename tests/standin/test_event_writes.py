"""Insert, patch, update, delete, move, import: what they change and refuse."""

import pytest

from tests.standin.conftest import Control
from tests.standin.people import HOUR, Person, reason, refusal


def test_an_id_in_use_is_refused(ann: Person) -> None:
    """An insert with an id in use answers 409 duplicate.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    ann.insert(id="abc12345")

    error = refusal(lambda: ann.insert(id="abc12345"))

    assert error["code"] == 409
    assert error["errors"][0]["reason"] == "duplicate"
    assert error["message"] == "The requested identifier already exists."


def test_the_id_of_a_deleted_event_stays_in_use(ann: Person) -> None:
    """A deleted event keeps its id: inserting it again is still 409.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    ann.insert(id="abc12345")
    ann.delete("abc12345")

    assert reason(lambda: ann.insert(id="abc12345")) == (409, "duplicate")


def test_a_deleted_event_can_still_be_got(ann: Person) -> None:
    """`get` always returns deleted events, as cancelled.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    event = ann.insert(summary="Gone")
    ann.delete(event["id"])

    found = ann.get(event["id"])

    assert found["status"] == "cancelled"
    assert found["summary"] == "Gone"


def test_a_second_delete_says_so(ann: Person) -> None:
    """Deleting twice answers 410 deleted.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    event = ann.insert()
    ann.delete(event["id"])

    error = refusal(lambda: ann.delete(event["id"]))

    assert (error["code"], error["errors"][0]["reason"]) == (410, "deleted")
    assert error["message"] == "Resource has been deleted"


def test_a_delete_answers_without_a_body(ann: Person) -> None:
    """A successful delete has an empty body.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/delete
    """
    event = ann.insert()

    answer = ann.http.delete(ann.api(f"calendars/primary/events/{event['id']}"))

    assert (answer.status_code, answer.content) == (204, b"")


def test_what_never_existed_is_not_found(ann: Person) -> None:
    """An unknown id is 404, for reading, changing and deleting.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    assert reason(lambda: ann.get("never00")) == (404, "notFound")
    assert reason(lambda: ann.patch("never00", summary="x")) == (404, "notFound")
    assert reason(lambda: ann.delete("never00")) == (404, "notFound")


def test_a_deleted_event_is_revived_by_a_patch(ann: Person) -> None:
    """`status: confirmed` brings a deleted event back.

    https://github.com/googleapis/google-api-ruby-client/issues/1811
    """
    event = ann.insert(summary="Back")
    ann.delete(event["id"])

    revived = ann.patch(event["id"], status="confirmed")

    assert (revived["status"], revived["summary"]) == ("confirmed", "Back")
    assert ann.ids() == [event["id"]]


def test_reviving_may_be_forbidden(ann: Person, control: Control) -> None:
    """One report has 403 for changing a deleted event.

    https://github.com/googleapis/google-api-ruby-client/issues/1811
    """
    event = ann.insert()
    ann.delete(event["id"])
    control("options", revive="forbid")

    refused = reason(lambda: ann.patch(event["id"], status="confirmed"))

    assert refused == (403, "forbidden")


def test_a_patch_merges_objects_and_replaces_arrays(ann: Person) -> None:
    """PATCH: objects merge, null deletes, arrays are replaced whole.

    https://developers.google.com/workspace/calendar/api/guides/performance
    """
    event = ann.insert(
        summary="Old",
        location="Here",
        extendedProperties={"private": {"a": "1"}},
        attendees=[{"email": "x@other.org"}, {"email": "y@other.org"}],
    )

    changed = ann.patch(
        event["id"],
        location=None,
        extendedProperties={"private": {"b": "2"}},
        attendees=[{"email": "z@other.org"}],
    )

    assert changed["summary"] == "Old"
    assert "location" not in changed
    assert changed["extendedProperties"]["private"] == {"a": "1", "b": "2"}
    assert [guest["email"] for guest in changed["attendees"]] == ["z@other.org"]


def test_a_patch_of_the_time_keeps_the_zone(ann: Person) -> None:
    """PATCH merges `start` and `end` as any other object.

    https://developers.google.com/workspace/calendar/api/guides/performance
    """
    event = ann.insert(
        start={"dateTime": "2026-12-01T09:00:00", "timeZone": "America/New_York"},
        end={"dateTime": "2026-12-01T10:00:00", "timeZone": "America/New_York"},
    )

    changed = ann.patch(event["id"], start={"dateTime": "2026-12-01T09:30:00"})

    assert changed["start"]["timeZone"] == "America/New_York"
    assert changed["start"]["dateTime"] == "2026-12-01T15:30:00+01:00"


def test_to_turn_hours_into_a_day_the_hours_are_nulled(ann: Person) -> None:
    """Merging leaves `dateTime` beside `date` unless it is nulled.

    https://developers.google.com/workspace/calendar/api/guides/performance
    """
    event = ann.insert()
    day = {"date": "2026-12-01"}
    next_day = {"date": "2026-12-02"}
    none = {"dateTime": None, "timeZone": None}

    refused = reason(lambda: ann.patch(event["id"], start=day, end=next_day))
    changed = ann.patch(event["id"], start={**day, **none}, end={**next_day, **none})

    assert refused == (400, "invalid")
    assert changed["start"] == day


def test_an_update_clears_what_it_leaves_out(ann: Person) -> None:
    """PUT replaces the whole resource.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/update
    """
    event = ann.insert(
        summary="Old",
        description="Long",
        attendees=[{"email": "x@other.org"}],
        reminders={"useDefault": False},
    )

    changed = ann.update(event["id"], summary="New", **HOUR)

    assert changed["summary"] == "New"
    assert changed["iCalUID"] == event["iCalUID"]
    assert "description" not in changed
    assert "attendees" not in changed
    assert changed["reminders"] == {"useDefault": True}


def test_an_update_needs_start_and_end(ann: Person) -> None:
    """PUT replaces, so the times are required again.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/update
    """
    event = ann.insert()

    refused = reason(lambda: ann.update(event["id"], summary="No times"))

    assert refused == (400, "required")


def test_a_stale_version_is_refused(ann: Person) -> None:
    """`If-Match` with an old etag answers 412 conditionNotMet, deletes included.

    https://developers.google.com/workspace/calendar/api/guides/version-resources
    """
    event = ann.insert()
    ann.patch(event["id"], summary="Newer")
    request = ann.events.patch(
        calendarId="primary", eventId=event["id"], body={"summary": "Stale"}
    )
    request.headers["If-Match"] = event["etag"]
    removal = ann.events.delete(calendarId="primary", eventId=event["id"])
    removal.headers["If-Match"] = event["etag"]

    error = refusal(request.execute)

    assert (error["code"], error["errors"][0]["reason"]) == (412, "conditionNotMet")
    assert error["errors"][0]["location"] == "If-Match"
    assert reason(removal.execute) == (412, "conditionNotMet")
    assert ann.get(event["id"])["summary"] == "Newer"


def test_the_present_version_is_taken(ann: Person) -> None:
    """`If-Match` with the present etag lets the write through.

    https://developers.google.com/workspace/calendar/api/guides/version-resources
    """
    event = ann.insert()
    request = ann.events.patch(
        calendarId="primary", eventId=event["id"], body={"summary": "Fresh"}
    )
    request.headers["If-Match"] = event["etag"]

    assert request.execute()["summary"] == "Fresh"


def test_an_unchanged_event_is_not_sent_again(ann: Person) -> None:
    """`If-None-Match` with the present etag answers 304.

    https://developers.google.com/workspace/calendar/api/guides/version-resources
    """
    event = ann.insert()
    url = ann.api(f"calendars/primary/events/{event['id']}")

    same = ann.http.get(url, headers={"If-None-Match": event["etag"]})
    ann.patch(event["id"], summary="New")
    other = ann.http.get(url, headers={"If-None-Match": event["etag"]})

    assert (same.status_code, other.status_code) == (304, 200)


def test_the_same_again_changes_nothing(ann: Person) -> None:
    """An etag changes with each change of the resource: this is none.

    https://developers.google.com/workspace/calendar/api/guides/version-resources
    """
    event = ann.insert(summary="Same")
    token = ann.token()

    changed = ann.patch(event["id"], summary="Same")

    assert changed["etag"] == event["etag"]
    assert ann.ids(syncToken=token) == []


def test_a_change_of_time_raises_the_sequence(ann: Person) -> None:
    """Google raises the sequence number on significant changes.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    event = ann.insert()

    renamed = ann.patch(event["id"], summary="Only the title")
    moved = ann.patch(event["id"], end={"dateTime": "2026-12-01T12:00:00+01:00"})

    assert (renamed["sequence"], moved["sequence"]) == (0, 1)


def test_a_sequence_below_the_stored_one_is_refused(ann: Person) -> None:
    """A lower sequence number than the stored one answers 400.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    event = ann.insert(sequence=4)

    error = refusal(lambda: ann.update(event["id"], sequence=3, **HOUR))

    assert error["code"] == 400
    assert error["message"].startswith("Invalid sequence value.")


def test_an_import_needs_a_uid(ann: Person) -> None:
    """`import` needs `iCalUID`.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/import
    """
    call = ann.events.import_(calendarId="primary", body=HOUR)

    assert reason(call.execute) == (400, "required")


def test_an_import_acts_on_the_event_of_its_uid(ann: Person) -> None:
    """Importing a known iCalUID changes the same event, subject to `sequence`.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/import
    """

    def import_(**body: object) -> dict[str, object]:
        asked = {**HOUR, "iCalUID": "visit-1@host", **body}
        made: dict[str, object] = ann.events.import_(
            calendarId="primary", body=asked
        ).execute()
        return made

    first = import_(sequence=2, organizer={"email": "boss@other.org"})
    second = import_(sequence=3, summary="Later")

    assert str(first["id"]).startswith("_")
    assert first["organizer"] == {"email": "boss@other.org"}
    assert second["id"] == first["id"]
    assert ann.ids(iCalUID="visit-1@host") == [first["id"]]
    assert reason(lambda: import_(sequence=1)) == (400, "invalid")


def test_a_uid_in_use_is_refused_on_insert(ann: Person) -> None:
    """`iCalUID` identifies an event across systems; it is unique in a calendar.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    ann.insert(iCalUID="visit-1@host")

    assert reason(lambda: ann.insert(iCalUID="visit-1@host")) == (409, "duplicate")


def test_a_moved_event_keeps_its_id(ann: Person) -> None:
    """`move` changes the organizer; the source shows a bare cancelled row.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/move
    """
    other = ann.service.calendars().insert(body={"summary": "Other"}).execute()["id"]
    event = ann.insert(summary="Moves")
    token = ann.token()

    moved = ann.events.move(
        calendarId="primary", eventId=event["id"], destination=other
    ).execute()

    assert moved["id"] == event["id"]
    assert moved["organizer"]["email"] == other
    assert ann.page(other)["items"][0]["summary"] == "Moves"
    rows = ann.page(syncToken=token)["items"]
    assert [(row["id"], row["status"]) for row in rows] == [(event["id"], "cancelled")]
    assert "summary" not in rows[0]


def test_an_instance_is_not_moved(ann: Person) -> None:
    """Instances cannot change their organizer.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/move
    """
    other = ann.service.calendars().insert(body={"summary": "Other"}).execute()["id"]
    instance = ann.instances(ann.weekly()["id"])[0]["id"]
    call = ann.events.move(calendarId="primary", eventId=instance, destination=other)

    assert reason(call.execute) == (400, "cannotChangeOrganizerOfInstance")


def test_a_moved_series_takes_its_exceptions_along(ann: Person) -> None:
    """`move` takes the series; ids are kept on the destination.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/move
    """
    other = ann.service.calendars().insert(body={"summary": "Other"}).execute()["id"]
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]
    ann.patch(second, summary="Exception")

    ann.events.move(
        calendarId="primary", eventId=series["id"], destination=other
    ).execute()

    assert ann.get(second, other)["summary"] == "Exception"
    assert ann.ids() == []


@pytest.mark.parametrize("body", ["[]", "{", '"text"'])
def test_a_body_that_is_no_object_is_refused(ann: Person, body: str) -> None:
    """A body that cannot be parsed is 400.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    answer = ann.http.post(ann.api("calendars/primary/events"), data=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"][0]["reason"] == "parseError"


def test_a_post_may_stand_for_a_patch(ann: Person) -> None:
    """`X-HTTP-Method-Override` helps where PATCH is not let through.

    https://developers.google.com/workspace/calendar/api/guides/performance
    """
    event = ann.insert()

    changed = ann.http.post(
        ann.api(f"calendars/primary/events/{event['id']}"),
        json={"summary": "Patched"},
        headers={"X-HTTP-Method-Override": "PATCH"},
    )

    assert changed.json()["summary"] == "Patched"


def test_only_the_fields_asked_for_are_answered(ann: Person) -> None:
    """`fields` selects a part of the answer.

    https://developers.google.com/workspace/calendar/api/guides/performance
    """
    event = ann.insert(summary="Short", location="Left out")

    page = ann.page(fields="items(id,start/dateTime),nextSyncToken")

    assert set(page) == {"items", "nextSyncToken"}
    assert page["items"] == [
        {"id": event["id"], "start": {"dateTime": "2026-12-01T10:00:00+01:00"}}
    ]
    assert reason(lambda: ann.page(fields="items(id")) == (400, "invalidParameter")


def test_answers_are_zipped_for_who_says_so_twice(ann: Person) -> None:
    """gzip needs `Accept-Encoding` and a user agent that says gzip.

    https://developers.google.com/workspace/calendar/api/guides/performance
    """
    for _ in range(10):
        ann.insert()
    url = ann.api("calendars/primary/events")

    plain = ann.http.get(url, headers={"User-Agent": "browser"})
    zipped = ann.http.get(url, headers={"User-Agent": "my program (gzip)"})

    assert "Content-Encoding" not in plain.headers
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.json()["items"] == plain.json()["items"]
