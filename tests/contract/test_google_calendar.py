"""Google's Calendar API as the port promises it, against the stand-in."""

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest

from infra.google.calendar import ROW_FIELDS
from infra.google.calendar_api import calendar_api_at
from local.google import GoogleStandIn
from services.ports.calendar import Calendar, Mails, Page, Row
from sync.errors import (
    AccessLost,
    AlreadyThere,
    ContentRefused,
    Limit,
    Missing,
    RateLimited,
    StaleWrite,
    SyncTokenExpired,
    TokenRefused,
    TransientError,
)
from tests.contract.google_controls import Google


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    """Run a stand-in for Google."""
    with GoogleStandIn() as standin:
        yield Google(url=standin.url)


@pytest.fixture
def owner(google: Google) -> str:
    """Return the address of somebody with an empty calendar."""
    return google.new_person()


@pytest.fixture
def calendar(google: Google, owner: str) -> Calendar:
    """Return that somebody's calendar."""
    return google.calendar(owner)


def event(**members: Any) -> dict[str, Any]:
    """Return an event of one hour, with an id that nobody used."""
    return {
        "id": secrets.token_hex(13),
        "summary": "Roof survey",
        "start": {"dateTime": "2027-03-29T09:00:00Z", "timeZone": "Europe/Amsterdam"},
        "end": {"dateTime": "2027-03-29T10:00:00Z", "timeZone": "Europe/Amsterdam"},
        **members,
    }


def series(**members: Any) -> dict[str, Any]:
    """Return eight weeks of that event."""
    return event(recurrence=["RRULE:FREQ=WEEKLY;COUNT=8"], **members)


def inserted(calendar: Calendar, body: Mapping[str, Any]) -> Row:
    """Create an event without mailing anybody."""
    return calendar.insert(body, mails=Mails.NONE)


def all_pages(calendar: Calendar, token: str | None = None) -> list[Page]:
    """Read page after page, to the end."""
    pages = [calendar.read(token=token, page=None)]
    while pages[-1].next_page is not None:
        pages.append(calendar.read(token=token, page=pages[-1].next_page))
    return pages


def end_of(pages: list[Page]) -> str:
    """Return the sync token at the end of a read."""
    token = pages[-1].next_token
    assert token is not None
    return token


def rows_of(pages: list[Page]) -> list[Row]:
    """Return the rows of all pages."""
    return [row for page in pages for row in page.rows]


# --- Reading -------------------------------------------------------------------------


def test_ten_thousand_events_are_read_in_four_pages(
    google: Google, owner: str, calendar: Calendar
) -> None:
    events = [event(summary=f"Visit {number}") for number in range(10_000)]
    google.control("POST", "events", calendar=owner, events=events)
    google.counted()

    pages = all_pages(calendar)

    assert [len(page.rows) for page in pages] == [2500] * 4
    assert {row["summary"] for row in rows_of(pages)} == {e["summary"] for e in events}
    assert [page.next_token is not None for page in pages] == [False] * 3 + [True]
    assert google.counted() == {"events.list": 4}


def test_a_page_tells_our_role_and_the_calendars_zone(
    google: Google, owner: str, calendar: Calendar
) -> None:
    google.control("POST", "calendars", id=owner, time_zone="Asia/Kathmandu")

    envelope = calendar.read(token=None, page=None).envelope

    assert envelope.access_role == "owner"
    assert envelope.time_zone == "Asia/Kathmandu"
    assert envelope.default_reminders == [{"method": "popup", "minutes": 30}]


def test_after_a_full_read_only_changes_come(calendar: Calendar) -> None:
    stays, changes, goes = (inserted(calendar, event()) for _ in range(3))
    token = end_of(all_pages(calendar))
    assert rows_of(all_pages(calendar, token)) == []

    calendar.patch(changes["id"], {"summary": "Later"}, etag=None, mails=Mails.NONE)
    calendar.delete(goes["id"], etag=None, mails=Mails.NONE)
    comes = inserted(calendar, event())
    rows = {row["id"]: row for row in rows_of(all_pages(calendar, token))}

    assert rows.keys() == {changes["id"], goes["id"], comes["id"]}
    assert stays["id"] not in rows
    assert rows[changes["id"]]["summary"] == "Later"
    assert rows[goes["id"]]["status"] == "cancelled"


def test_a_series_is_read_with_its_exceptions_and_not_day_by_day(
    calendar: Calendar,
) -> None:
    master = inserted(calendar, series())
    moved = calendar.instance(master["id"], "2027-04-05T10:00:00+01:00")
    calendar.patch(moved["id"], {"summary": "Moved"}, etag=None, mails=Mails.NONE)

    rows = rows_of(all_pages(calendar))

    assert {row["id"] for row in rows} == {master["id"], moved["id"]}
    exception = next(row for row in rows if row["id"] == moved["id"])
    assert exception["recurringEventId"] == master["id"]
    assert "originalStartTime" in exception


def test_only_the_wanted_types_of_event_are_read(
    google: Google, owner: str, calendar: Calendar
) -> None:
    day = {"start": {"date": "2027-03-29"}, "end": {"date": "2027-03-30"}}
    working = event(
        eventType="workingLocation",
        visibility="public",
        transparency="transparent",
        workingLocationProperties={"type": "homeOffice", "homeOffice": {}},
        **day,
    )
    google.control("POST", "events", calendar=owner, events=[working, event()])

    assert [row["eventType"] for row in rows_of(all_pages(calendar))] == ["default"]


def test_a_row_has_all_that_people_see(calendar: Calendar) -> None:
    body = event(
        description="<b>Bring</b> the ladder",
        location="Dorpsstraat 1, Utrecht",
        colorId="5",
        transparency="transparent",
        visibility="private",
        reminders={
            "useDefault": False,
            "overrides": [{"method": "email", "minutes": 30}],
        },
        extendedProperties={"private": {"tandem": "1"}, "shared": {"a": "b"}},
        guestsCanModify=True,
    )

    row = inserted(calendar, body)

    for name, value in body.items():
        if name not in ("start", "end"):
            assert row[name] == value, name
    assert row["start"]["timeZone"] == "Europe/Amsterdam"
    assert row["organizer"]["self"] is True
    assert row["creator"] == {"self": True}
    assert {"etag", "status", "updated", "iCalUID", "eventType"} <= row.keys()
    assert not {"htmlLink", "created", "kind", "sequence"} & row.keys()


def test_every_field_that_we_ask_for_exists() -> None:
    place = files("googleapiclient.discovery_cache.documents")
    document = json.loads(place.joinpath("calendar.v3.json").read_text())
    known = document["schemas"]["Event"]["properties"].keys()

    assert set(re.split(r",|/\w+,?", ROW_FIELDS)) - {""} <= known


@pytest.mark.parametrize("token", ["garbage", "CPDAlvWDx70CEPDAlvWDx70CGAU=", "é\x00"])
def test_a_token_that_google_does_not_know_means_to_start_over(
    token: str, calendar: Calendar
) -> None:
    with pytest.raises(SyncTokenExpired):
        calendar.read(token=token, page=None)


def test_another_calendars_token_means_to_start_over(
    google: Google, calendar: Calendar
) -> None:
    theirs = end_of(all_pages(google.calendar(google.new_person())))

    with pytest.raises(SyncTokenExpired):
        calendar.read(token=theirs, page=None)


def test_an_expired_token_means_to_start_over(
    google: Google, calendar: Calendar
) -> None:
    token = end_of(all_pages(calendar))
    google.control("POST", "expire", sync_tokens=True)

    with pytest.raises(SyncTokenExpired):
        calendar.read(token=token, page=None)
    assert end_of(all_pages(calendar)) != token


# --- One event -----------------------------------------------------------------------


def test_an_event_keeps_the_id_that_we_gave_it(calendar: Calendar) -> None:
    body = event()

    row = inserted(calendar, body)

    assert row["id"] == body["id"]
    assert calendar.get(body["id"]) == row


def test_an_id_is_not_used_twice_not_even_of_a_deleted_event(
    calendar: Calendar,
) -> None:
    body = event()
    inserted(calendar, body)

    with pytest.raises(AlreadyThere):
        inserted(calendar, body)
    calendar.delete(body["id"], etag=None, mails=Mails.NONE)
    with pytest.raises(AlreadyThere):
        inserted(calendar, body)


def test_a_patch_changes_what_it_names_and_nothing_else(calendar: Calendar) -> None:
    row = inserted(calendar, event(location="Utrecht", description="Notes"))

    changed = calendar.patch(
        row["id"],
        {"summary": "Roof repair", "location": None},
        etag=row["etag"],
        mails=Mails.NONE,
    )

    assert changed["summary"] == "Roof repair"
    assert "location" not in changed
    assert changed["description"] == "Notes"
    assert changed["etag"] != row["etag"]


def test_a_stale_version_is_refused(calendar: Calendar) -> None:
    row = inserted(calendar, event())
    newer = calendar.patch(
        row["id"], {"summary": "Theirs"}, etag=row["etag"], mails=Mails.NONE
    )

    with pytest.raises(StaleWrite):
        calendar.patch(
            row["id"], {"summary": "Ours"}, etag=row["etag"], mails=Mails.NONE
        )
    with pytest.raises(StaleWrite):
        calendar.delete(row["id"], etag=row["etag"], mails=Mails.NONE)

    assert calendar.get(row["id"]) == newer


def test_to_delete_twice_or_what_never_was_succeeds(calendar: Calendar) -> None:
    row = inserted(calendar, event())

    calendar.delete(row["id"], etag=row["etag"], mails=Mails.NONE)
    calendar.delete(row["id"], etag=None, mails=Mails.NONE)
    calendar.delete("neverwasthere", etag=None, mails=Mails.NONE)

    assert calendar.get(row["id"])["status"] == "cancelled"


def test_what_never_was_is_missing(calendar: Calendar) -> None:
    with pytest.raises(Missing):
        calendar.get("neverwasthere")
    with pytest.raises(Missing):
        calendar.patch("neverwasthere", {"summary": "x"}, etag=None, mails=Mails.NONE)
    with pytest.raises(Missing):
        calendar.instance("neverwasthere", "2027-04-05T10:00:00+01:00")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"id": "Not-base32hex"}, "invalid"),
        ({"end": {"dateTime": "2027-03-29T08:00:00Z"}}, "timeRangeEmpty"),
        ({"end": {"date": "2027-03-30"}}, "invalid"),
    ],
)
def test_an_event_that_google_does_not_accept_is_given_up(
    wrong: dict[str, Any], reason: str, calendar: Calendar
) -> None:
    with pytest.raises(ContentRefused) as refused:
        inserted(calendar, event(**wrong))

    assert refused.value.reason == reason


def test_all_rows_of_one_icaluid_are_found(calendar: Calendar) -> None:
    inserted(calendar, event())
    master = inserted(calendar, series())
    moved, gone = (
        calendar.instance(master["id"], f"2027-04-{day}T10:00:00+01:00")["id"]
        for day in ("05", "12")
    )
    calendar.patch(moved, {"summary": "Moved"}, etag=None, mails=Mails.NONE)
    calendar.delete(gone, etag=None, mails=Mails.NONE)

    found = calendar.find(master["iCalUID"])

    assert {row["id"] for row in found} == {master["id"], moved, gone}
    assert calendar.find("nobody@example.com") == []


@pytest.mark.parametrize("start", ["2027-04-05T09:00:00Z", "2027-04-05T11:00:00+02:00"])
def test_an_instance_is_found_by_its_original_start_also_when_it_moved(
    start: str, calendar: Calendar
) -> None:
    master = inserted(calendar, series())
    first = calendar.instance(master["id"], "2027-03-29T09:00:00Z")
    later = {
        "start": {"dateTime": "2027-03-30T09:00:00Z"},
        "end": {"dateTime": "2027-03-30T10:00:00Z"},
    }

    calendar.patch(first["id"], later, etag=first["etag"], mails=Mails.NONE)
    again = calendar.instance(master["id"], "2027-03-29T11:00:00+02:00")

    assert again["id"] == first["id"]
    assert again["start"]["dateTime"].startswith("2027-03-30")
    assert calendar.instance(master["id"], start)["recurringEventId"] == master["id"]


def test_an_instance_of_whole_days_and_one_that_was_cancelled_are_found(
    calendar: Calendar,
) -> None:
    days = {"start": {"date": "2027-03-29"}, "end": {"date": "2027-03-30"}}
    master = inserted(calendar, series(**days))
    second = calendar.instance(master["id"], "2027-04-05")
    calendar.delete(second["id"], etag=None, mails=Mails.NONE)

    assert calendar.instance(master["id"], "2027-04-05")["status"] == "cancelled"
    with pytest.raises(Missing):
        calendar.instance(master["id"], "2027-04-06")


# --- Guests --------------------------------------------------------------------------


def test_guests_are_mailed_only_when_we_say_so(google: Google, owner: str) -> None:
    calendar = google.calendar(owner)
    guests = [{"email": "guest@elsewhere.example"}]
    google.control("DELETE", "mail")

    row = inserted(calendar, event(attendees=guests))
    calendar.patch(row["id"], {"summary": "Later"}, etag=None, mails=Mails.NONE)
    calendar.delete(row["id"], etag=None, mails=Mails.NONE)
    assert google.control("GET", "mail") == []

    calendar.insert(event(attendees=guests), mails=Mails.ALL)
    mailed = google.control("GET", "mail")
    assert [mail["to"] for mail in mailed] == ["guest@elsewhere.example"]


# --- Channels ------------------------------------------------------------------------


def watched(calendar: Calendar, channel_id: str) -> Any:
    """Open a channel to an address where nobody listens."""
    return calendar.watch(
        channel_id=channel_id,
        token="k1.mac",
        address="http://127.0.0.1:9/push/google",
        lasts=timedelta(days=30),
    )


def test_a_channel_ends_when_google_says_so(google: Google, calendar: Calendar) -> None:
    channel_id = secrets.token_hex(16)

    channel = watched(calendar, channel_id)

    assert channel.id == channel_id
    assert channel.resource_id
    in_a_week = datetime.now(UTC) + timedelta(days=7)
    assert abs(channel.ends_at - in_a_week) < timedelta(minutes=1)


def test_a_channel_id_is_not_used_twice(calendar: Calendar) -> None:
    channel_id = secrets.token_hex(16)
    watched(calendar, channel_id)

    with pytest.raises(AlreadyThere):
        watched(calendar, channel_id)


def test_to_close_a_channel_twice_succeeds(google: Google, calendar: Calendar) -> None:
    channel = watched(calendar, secrets.token_hex(16))

    for _ in range(2):
        calendar.stop(channel_id=channel.id, resource_id=channel.resource_id)

    channels = google.control("GET", "state")["channels"]
    assert [one["active"] for one in channels if one["id"] == channel.id] == [False]


def test_some_calendars_cannot_be_watched(google: Google, owner: str) -> None:
    made = google.control("POST", "calendars", owner=owner, watchable=False)
    calendar = google.calendar(owner, made["id"])

    assert watched(calendar, secrets.token_hex(16)) is None


# --- Rights --------------------------------------------------------------------------


def test_a_calendar_that_we_may_only_read_is_lost_for_writing(google: Google) -> None:
    owner, reader = google.new_person(), google.new_person("reader")
    google.control("POST", "calendars", id=owner, roles={reader: "reader"})
    calendar = google.calendar(reader, owner)

    assert calendar.read(token=None, page=None).envelope.access_role == "reader"
    with pytest.raises(AccessLost):
        inserted(calendar, event())


def test_a_calendar_that_is_not_shared_any_more_is_lost(google: Google) -> None:
    owner, friend = google.new_person(), google.new_person("friend")
    google.control("POST", "calendars", id=owner, roles={friend: "writer"})
    calendar = google.calendar(friend, owner)
    inserted(calendar, event())
    token = end_of(all_pages(calendar))

    google.control("POST", "calendars", id=owner, roles={friend: "none"})

    with pytest.raises((AccessLost, SyncTokenExpired)):
        calendar.read(token=token, page=None)
    with pytest.raises(AccessLost):
        calendar.read(token=None, page=None)
    with pytest.raises(AccessLost):
        inserted(calendar, event())
    with pytest.raises(AccessLost):
        watched(calendar, secrets.token_hex(16))


def test_a_token_that_ended_means_to_ask_for_another(
    google: Google, calendar: Calendar
) -> None:
    calendar.read(token=None, page=None)
    google.control("POST", "expire", sync_tokens=False, access_tokens=True)

    with pytest.raises(TokenRefused):
        calendar.read(token=None, page=None)


# --- Trouble -------------------------------------------------------------------------


@pytest.fixture
def trouble(google: Google) -> Iterator[Google]:
    """Return the stand-in, whose faults end with the test."""
    yield google
    google.control("DELETE", "faults")


@pytest.mark.parametrize("kind", ["server_error_after", "close_after"])
def test_an_event_whose_answer_was_lost_is_there(
    kind: str, trouble: Google, calendar: Calendar
) -> None:
    body = event()
    trouble.control("POST", "faults", kind=kind, method="events.insert", count=1)

    with pytest.raises(TransientError):
        inserted(calendar, body)
    with pytest.raises(AlreadyThere):
        inserted(calendar, body)

    assert calendar.get(body["id"])["summary"] == body["summary"]


@pytest.mark.parametrize("status", [403, 429])
def test_too_many_calls_wait(status: int, trouble: Google, calendar: Calendar) -> None:
    trouble.control("POST", "faults", kind="rate_limit", status=status, count=1)

    with pytest.raises(RateLimited) as limited:
        calendar.read(token=None, page=None)

    assert limited.value.limit is not Limit.USE


def test_an_account_that_made_too_much_rests_for_hours(
    trouble: Google, calendar: Calendar
) -> None:
    trouble.control("POST", "faults", kind="quota_exceeded", count=1)

    with pytest.raises(RateLimited) as limited:
        inserted(calendar, event())

    assert limited.value.limit is Limit.USE
    assert limited.value.wait is not None
    assert limited.value.wait >= timedelta(hours=1)


@pytest.mark.parametrize("body", ["json", "html", "empty"])
def test_a_server_in_trouble_is_waited_for(
    body: str, trouble: Google, calendar: Calendar
) -> None:
    trouble.control("POST", "faults", kind="server_error_before", body=body, count=1)

    with pytest.raises(TransientError):
        calendar.read(token=None, page=None)

    assert calendar.read(token=None, page=None).next_token


def test_a_page_without_rows_is_not_the_end(
    trouble: Google, calendar: Calendar
) -> None:
    rows = [inserted(calendar, event()) for _ in range(3)]
    trouble.control("POST", "faults", kind="empty_page", count=1)

    pages = all_pages(calendar)

    assert pages[0].rows == []
    assert {row["id"] for row in rows_of(pages)} == {row["id"] for row in rows}


# --- The library ---------------------------------------------------------------------


def test_sixteen_threads_share_one_library(google: Google) -> None:
    owners = [google.new_person() for _ in range(16)]
    calendars = [google.calendar(owner) for owner in owners]

    def work(calendar: Calendar) -> set[str]:
        for number in range(20):
            inserted(calendar, event(summary=f"Visit {number}"))
        for _ in range(19):
            calendar.read(token=None, page=None)
        return {row["summary"] for row in calendar.read(token=None, page=None).rows}

    with ThreadPoolExecutor(16) as threads:
        seen = list(threads.map(work, calendars))

    assert seen == [{f"Visit {number}" for number in range(20)}] * 16


def test_a_batch_goes_where_the_other_calls_go(google: Google, owner: str) -> None:
    api = calendar_api_at(google.url)
    access = google.access(owner).value
    answers: dict[str, Any] = {}

    def told(number: str, answer: Any, error: Exception | None) -> None:
        answers[number] = error or answer

    batch = api.service.new_batch_http_request(callback=told)
    for number in ("1", "2"):
        request = api.events.list(calendarId="primary")
        request.headers["authorization"] = f"Bearer {access}"
        batch.add(request, request_id=number)
    batch.execute()

    assert [answers[number]["summary"] for number in ("1", "2")] == [owner, owner]
