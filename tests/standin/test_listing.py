"""`events.list` without a sync token: windows, filters, orders, pages."""

import pytest

from tests.standin.conftest import Control
from tests.standin.people import HOUR, Person, reason, refusal


def test_the_envelope_tells_about_the_calendar(ann: Person) -> None:
    """The envelope carries zone, role and default reminders.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    page = ann.page()

    assert page["kind"] == "calendar#events"
    assert page["summary"] == "ann@example.com"
    assert page["timeZone"] == "Europe/Amsterdam"
    assert page["accessRole"] == "owner"
    assert page["defaultReminders"] == [{"method": "popup", "minutes": 30}]


def test_each_page_ends_in_exactly_one_token(ann: Person) -> None:
    """A page token while pages follow, a sync token only on the last.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    made = [ann.insert()["id"] for _ in range(5)]

    found, pages = [], []
    request = ann.events.list(calendarId="primary", maxResults=2)
    while request is not None:
        pages.append(request.execute())
        found += [item["id"] for item in pages[-1]["items"]]
        request = ann.events.list_next(request, pages[-1])

    assert sorted(found) == sorted(made)
    assert [("nextPageToken" in page) for page in pages] == [True, True, False]
    assert [("nextSyncToken" in page) for page in pages] == [False, False, True]


def test_an_event_changed_between_pages_is_not_missed(ann: Person) -> None:
    """What changes during a read comes with it, or with the next sync token.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    made = [ann.insert()["id"] for _ in range(4)]
    first = ann.page(maxResults=2)
    ann.patch(made[0], summary="Changed meanwhile")

    second = ann.page(maxResults=2, pageToken=first["nextPageToken"])
    third = ann.page(maxResults=2, pageToken=second["nextPageToken"])

    rows = first["items"] + second["items"] + third["items"]
    assert {row["id"]: row.get("summary") for row in rows}[made[0]] == (
        "Changed meanwhile"
    )


def test_a_page_token_belongs_to_its_query(ann: Person) -> None:
    """All other parameters are repeated with a page token.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    for _ in range(3):
        ann.insert()
    token = ann.page(maxResults=2)["nextPageToken"]

    assert reason(lambda: ann.page(pageToken="garbage")) == (400, "invalid")
    assert reason(lambda: ann.page(pageToken=token, q="x")) == (400, "invalid")


@pytest.mark.parametrize("size", ["0", "many"])
def test_a_page_holds_at_least_one(ann: Person, size: str) -> None:
    """`maxResults` is at least 1.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    answer = ann.http.get(ann.api(f"calendars/primary/events?maxResults={size}"))

    assert answer.status_code == 400


def test_both_bounds_of_the_window_are_exclusive(ann: Person) -> None:
    """`timeMin` bounds the end and `timeMax` the start, both exclusively.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    event = ann.insert()
    start, end = HOUR["start"]["dateTime"], HOUR["end"]["dateTime"]

    assert ann.ids(timeMin=end) == []
    assert ann.ids(timeMax=start) == []
    assert ann.ids(timeMin=start, timeMax=end) == [event["id"]]


def test_whole_days_are_compared_in_the_calendars_zone(ann: Person) -> None:
    """All-day events begin at midnight of the calendar's zone.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    event = ann.insert(start={"date": "2026-12-24"}, end={"date": "2026-12-25"})

    assert ann.ids(timeMin="2026-12-24T22:59:59Z") == [event["id"]]
    assert ann.ids(timeMin="2026-12-24T23:00:00Z") == []


def test_a_series_is_in_the_window_if_an_instance_is(ann: Person) -> None:
    """Masters are returned when any instance falls in the window.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    series = ann.weekly()

    inside = ann.ids(timeMin="2026-11-03T00:00:00Z", timeMax="2026-11-04T00:00:00Z")
    between = ann.ids(timeMin="2026-11-04T00:00:00Z", timeMax="2026-11-05T00:00:00Z")
    after = ann.ids(timeMin="2026-12-04T00:00:00Z")

    assert (inside, between, after) == ([series["id"]], [], [])


def test_an_instance_moved_into_the_window_is_in_it(ann: Person) -> None:
    """An exception is listed by its own times.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]
    ann.patch(
        second,
        start={"dateTime": "2027-05-01T10:00:00+02:00"},
        end={"dateTime": "2027-05-01T11:00:00+02:00"},
    )

    found = ann.ids(singleEvents=True, timeMin="2027-01-01T00:00:00Z")

    assert found == [second]


def test_an_empty_window_is_refused(ann: Person) -> None:
    """`timeMax` must lie after `timeMin`: 400 timeRangeEmpty.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    error = refusal(
        lambda: ann.page(timeMin="2026-12-02T00:00:00Z", timeMax="2026-12-01T00:00:00Z")
    )

    assert (error["code"], error["errors"][0]["reason"]) == (400, "timeRangeEmpty")
    assert error["errors"][0]["location"] == "timeMax"


def test_a_bound_needs_an_offset(ann: Person) -> None:
    """`timeMin` and `timeMax` must carry an offset.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    assert reason(lambda: ann.page(timeMin="2026-12-01T00:00:00")) == (
        400,
        "badRequest",
    )


def test_deleted_events_are_shown_on_request(ann: Person) -> None:
    """`showDeleted` includes cancelled events, with their details.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    event = ann.insert(summary="Gone")
    ann.delete(event["id"])

    assert ann.ids() == []
    assert ann.page(showDeleted=True)["items"][0]["summary"] == "Gone"


def test_text_is_searched_in_title_place_notes_and_people(ann: Person) -> None:
    """`q` finds summary, description, location and attendees.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    title = ann.insert(summary="Roof survey")["id"]
    place = ann.insert(location="Roof street")["id"]
    guest = ann.insert(attendees=[{"email": "roof@other.org"}])["id"]
    ann.insert(summary="Cellar")

    assert set(ann.ids(q="ROOF")) == {title, place, guest}
    assert ann.ids(q="roof survey") == [title]


def test_events_are_found_by_property_uid_and_type(ann: Person) -> None:
    """Filters on private properties, on iCalUID and on event types.

    https://developers.google.com/workspace/calendar/api/guides/extended-properties
    """
    marked = ann.insert(extendedProperties={"private": {"item": "7"}})
    away = ann.insert(eventType="outOfOffice", outOfOfficeProperties={})

    assert ann.ids(privateExtendedProperty="item=7") == [marked["id"]]
    assert ann.ids(privateExtendedProperty="item=8") == []
    assert ann.ids(iCalUID=marked["iCalUID"]) == [marked["id"]]
    assert ann.ids(eventTypes="outOfOffice") == [away["id"]]
    assert set(ann.ids(eventTypes=["outOfOffice", "default"])) == {
        marked["id"],
        away["id"],
    }


def test_events_are_ordered_by_start_only_when_single(ann: Person) -> None:
    """`orderBy=startTime` needs `singleEvents=true`.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    late = ann.insert(start={"date": "2026-12-24"}, end={"date": "2026-12-25"})["id"]
    early = ann.insert()["id"]

    assert ann.ids(singleEvents=True, orderBy="startTime") == [early, late]
    assert reason(lambda: ann.page(orderBy="startTime")) == (400, "badRequest")


def test_events_are_ordered_by_their_last_change(ann: Person) -> None:
    """`orderBy=updated` is ascending.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    first, second = ann.insert()["id"], ann.insert()["id"]
    ann.patch(first, summary="Touched")

    assert ann.ids(orderBy="updated") == [second, first]


def test_changes_since_an_instant_include_deleted_ones(ann: Person) -> None:
    """`updatedMin` includes deleted entries, and gives no sync token.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    old = ann.insert()
    new = ann.insert()
    ann.delete(new["id"])
    since = ann.get(new["id"])["updated"].replace("Z", "+00:00")

    page = ann.page(updatedMin=old["created"])

    assert {row["id"] for row in page["items"]} == {old["id"], new["id"]}
    assert "nextSyncToken" not in page
    assert new["id"] in ann.ids(updatedMin=since)


def test_changes_since_long_ago_are_gone(ann: Person) -> None:
    """An `updatedMin` too far back answers 410 updatedMinTooLongAgo.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    error = refusal(lambda: ann.page(updatedMin="2020-01-01T00:00:00Z"))

    assert error["code"] == 410
    assert error["errors"][0]["reason"] == "updatedMinTooLongAgo"


def test_too_many_attendees_leave_only_oneself(ann: Person) -> None:
    """Beyond `maxAttendees` only the participant is returned.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    guests = [{"email": name} for name in ("ann@example.com", "x@other.org")]
    ann.insert(attendees=guests)

    row = ann.page(maxAttendees=1)["items"][0]

    assert [entry["email"] for entry in row["attendees"]] == ["ann@example.com"]
    assert row["attendeesOmitted"] is True


def test_a_page_may_be_empty_and_go_on(ann: Person, control: Control) -> None:
    """A page may hold no events and still have a next page.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    made = {ann.insert()["id"] for _ in range(3)}
    control("faults", rules=[{"kind": "empty_page", "count": 1}])

    first = ann.page()
    second = ann.page(pageToken=first["nextPageToken"])

    assert first["items"] == []
    assert {row["id"] for row in second["items"]} == made


def test_a_page_may_be_shorter_than_asked(ann: Person, control: Control) -> None:
    """A page may hold fewer events than `maxResults`.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    for _ in range(6):
        ann.insert()
    control("faults", rules=[{"kind": "short_page"}])

    page = ann.page(maxResults=6)

    assert len(page["items"]) == 2
    assert "nextPageToken" in page


def test_rows_may_come_in_any_order(ann: Person, control: Control) -> None:
    """Without `orderBy` the order is unspecified.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    made = [ann.insert()["id"] for _ in range(20)]
    control("faults", seed=3, rules=[{"kind": "shuffle"}])

    found = ann.ids()

    assert sorted(found) == sorted(made)
    assert found != made
