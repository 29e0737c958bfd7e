"""Series: masters, slots, exceptions, and what changes of the master do to them."""

import pytest

from tests.standin.conftest import Control
from tests.standin.people import AMSTERDAM, Person, Resource, reason, refusal


def starts(rows: list[Resource]) -> list[str]:
    """Return when rows start."""
    return [row["start"].get("dateTime") or row["start"]["date"] for row in rows]


def test_instances_keep_their_hour_when_the_clocks_change(ann: Person) -> None:
    """A recurring event keeps its local time in its own zone.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    series = ann.weekly()

    assert starts(ann.instances(series["id"])) == [
        "2026-10-20T10:00:00+02:00",
        "2026-10-27T10:00:00+01:00",
        "2026-11-03T10:00:00+01:00",
        "2026-11-10T10:00:00+01:00",
    ]


def test_an_hour_that_the_clocks_skip_is_held_later(ann: Person) -> None:
    """A local time that does not exist is taken as Google's clients take it.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    series = ann.weekly(
        start={"dateTime": "2026-03-28T02:30:00", "timeZone": AMSTERDAM},
        end={"dateTime": "2026-03-28T03:00:00", "timeZone": AMSTERDAM},
        recurrence=["RRULE:FREQ=DAILY;COUNT=3"],
    )

    rows = ann.instances(series["id"])

    assert starts(rows) == [
        "2026-03-28T02:30:00+01:00",
        "2026-03-29T03:30:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]
    assert ann.get(rows[1]["id"])["start"] == rows[1]["start"]


def test_instance_ids_carry_the_original_start(ann: Person) -> None:
    """Ids of instances: the series' id, and the start in UTC or the date.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly()
    days = ann.weekly(
        start={"date": "2026-12-24"},
        end={"date": "2026-12-25"},
        recurrence=["RRULE:FREQ=YEARLY;COUNT=2"],
    )

    assert ann.instances(series["id"])[1]["id"] == f"{series['id']}_20261027T090000Z"
    assert ann.instances(days["id"])[1]["id"] == f"{days['id']}_20271224"


def test_an_instance_knows_its_series_and_its_slot(ann: Person) -> None:
    """`recurringEventId` and `originalStartTime` identify the slot, also when moved.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly()
    second = ann.instances(series["id"])[1]

    moved = ann.patch(
        second["id"],
        start={"dateTime": "2026-10-28T15:00:00"},
        end={"dateTime": "2026-10-28T16:00:00"},
    )

    assert moved["id"] == second["id"]
    assert moved["recurringEventId"] == series["id"]
    assert moved["originalStartTime"] == {
        "dateTime": "2026-10-27T10:00:00+01:00",
        "timeZone": AMSTERDAM,
    }
    assert "recurrence" not in moved


def test_an_id_of_an_instance_can_be_made_up(ann: Person) -> None:
    """An instance that is no exception yet is got, changed and deleted by its id.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly()
    first, second, third = (
        f"{series['id']}_{stamp}"
        for stamp in ("20261020T080000Z", "20261027T090000Z", "20261103T090000Z")
    )

    assert ann.get(first)["summary"] == "Weekly"
    assert ann.patch(second, summary="Other")["summary"] == "Other"
    ann.delete(third)
    assert ann.get(third)["status"] == "cancelled"


def test_an_id_beside_the_series_is_not_found(ann: Person) -> None:
    """An instance exists only where the series has a slot.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly()

    refused = reason(lambda: ann.get(f"{series['id']}_20261021T080000Z"))

    assert refused == (404, "notFound")


def test_a_series_needs_a_zone(ann: Person) -> None:
    """A recurring event needs `timeZone`, an offset does not do.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    error = refusal(lambda: ann.insert(recurrence=["RRULE:FREQ=DAILY"]))

    assert error["code"] == 400
    assert error["message"] == "Missing time zone definition for start time."


@pytest.mark.parametrize(
    "line",
    [
        "FREQ=DAILY",
        "RRULE:FREQ=SOMETIMES",
        "RRULE:FREQ=DAILY;COUNT=0",
        "RRULE:FREQ=DAILY;COUNT=2;UNTIL=20270101",
        "RRULE:FREQ=WEEKLY;BYDAY=XX",
        "RRULE:FREQ=HOURLY",
        "EXDATE;TZID=Nowhere/At_All:20261027T100000",
        "DTSTART:20261020T080000Z",
        "RRULE:FREQ=MONTHLY;BYSETPOS=0;BYDAY=MO",
    ],
)
def test_recurrence_that_makes_no_sense_is_refused(ann: Person, line: str) -> None:
    """Recurrence holds RRULE, EXRULE, RDATE and EXDATE lines of RFC 5545.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    assert reason(lambda: ann.weekly(recurrence=[line])) == (400, "invalid")


def test_rules_come_back_in_googles_spelling(ann: Person) -> None:
    """The order of a rule's parts is Google's, and the week's start is named.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    series = ann.weekly(recurrence=["RRULE:COUNT=4;BYDAY=TU;FREQ=WEEKLY;INTERVAL=2"])

    expected = ["RRULE:FREQ=WEEKLY;WKST=MO;COUNT=4;INTERVAL=2;BYDAY=TU"]
    assert series["recurrence"] == expected


def test_dates_are_added_and_taken_away(ann: Person) -> None:
    """The set is RRULE and RDATE minus EXDATE, with TZID where given.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    series = ann.weekly(
        recurrence=[
            "RRULE:FREQ=WEEKLY;UNTIL=20261103T090000Z",
            "EXDATE;TZID=Europe/Amsterdam:20261027T100000",
            "RDATE:20261224T090000Z",
        ]
    )

    assert starts(ann.instances(series["id"])) == [
        "2026-10-20T10:00:00+02:00",
        "2026-11-03T10:00:00+01:00",
        "2026-12-24T10:00:00+01:00",
    ]


def test_until_is_inclusive(ann: Person) -> None:
    """`UNTIL` is inclusive: in UTC for hours, a date for whole days.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    days = ann.weekly(
        start={"date": "2026-12-01"},
        end={"date": "2026-12-02"},
        recurrence=["RRULE:FREQ=DAILY;UNTIL=20261203"],
    )

    rows = ann.instances(days["id"])

    assert starts(rows) == ["2026-12-01", "2026-12-02", "2026-12-03"]


def test_masters_and_exceptions_are_listed_apart(ann: Person) -> None:
    """`singleEvents=false`: masters and exceptions, cancelled ones always.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly()
    first, second, third, _ = ann.instances(series["id"])
    ann.delete(second["id"])
    ann.patch(third["id"], summary="Moved")

    rows = {row["id"]: row for row in ann.page()["items"]}

    assert set(rows) == {series["id"], second["id"], third["id"]}
    assert rows[series["id"]]["recurrence"]
    assert rows[third["id"]]["summary"] == "Moved"
    assert first["id"] not in rows


def test_cancelled_exceptions_are_sparse(ann: Person) -> None:
    """Only `id`, `recurringEventId` and `originalStartTime` are guaranteed.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]
    ann.delete(second)

    row = next(row for row in ann.page()["items"] if row["id"] == second)

    assert set(row) == {
        "kind",
        "etag",
        "id",
        "status",
        "recurringEventId",
        "originalStartTime",
    }


def test_single_events_are_listed_without_masters(ann: Person) -> None:
    """`singleEvents=true`: instances and no masters, cancelled ones on request.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    series = ann.weekly()
    first, second, third, fourth = (row["id"] for row in ann.instances(series["id"]))
    ann.delete(second)

    assert ann.ids(singleEvents=True) == [first, third, fourth]
    shown = ann.ids(singleEvents=True, showDeleted=True, orderBy="startTime")
    assert shown == [first, second, third, fourth]


def test_an_endless_series_gives_a_long_but_finite_list(ann: Person) -> None:
    """Without `timeMax` Google stops at a horizon that it does not tell.

    https://stackoverflow.com/questions/30599745
    """
    ann.weekly(recurrence=["RRULE:FREQ=WEEKLY"])

    rows = ann.page(singleEvents=True, maxResults=2500)["items"]

    assert 100 < len(rows) < 200


def test_a_cancelled_instance_comes_back(ann: Person) -> None:
    """`status: confirmed` on the instance's id restores it.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]
    ann.patch(second, status="cancelled")

    ann.patch(second, status="confirmed")

    assert len(ann.instances(series["id"])) == 4


def test_an_instance_cannot_be_cancelled_twice(ann: Person) -> None:
    """Deleting twice answers 410, of an instance as well.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    second = ann.instances(ann.weekly()["id"])[1]["id"]
    ann.delete(second)

    assert reason(lambda: ann.delete(second)) == (410, "deleted")


def test_exceptions_take_what_they_do_not_override_from_the_master(
    ann: Person,
) -> None:
    """Instances inherit the master's fields.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]
    ann.patch(second, location="Elsewhere")
    token = ann.token()

    ann.patch(series["id"], summary="Renamed", location="Here")

    changed = ann.get(second)
    assert (changed["summary"], changed["location"]) == ("Renamed", "Elsewhere")
    assert set(ann.ids(syncToken=token)) == {series["id"], second}


def test_exceptions_may_be_told_not_to_inherit(ann: Person, control: Control) -> None:
    """How far a master's change reaches its exceptions is not documented.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]
    ann.patch(second, location="Elsewhere")
    control("options", exceptions_inherit=False)

    ann.patch(series["id"], summary="Renamed")

    assert ann.get(second)["summary"] == "Weekly"


def test_moving_a_series_drops_exceptions_whose_slot_is_gone(ann: Person) -> None:
    """Ids of instances change with the start; old exceptions come as cancelled.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]
    ann.patch(second, summary="Exception")
    token = ann.token()

    ann.patch(
        series["id"],
        start={"dateTime": "2026-10-20T14:00:00"},
        end={"dateTime": "2026-10-20T15:00:00"},
    )

    rows = {row["id"]: row["status"] for row in ann.page(syncToken=token)["items"]}
    assert rows == {series["id"]: "confirmed", second: "cancelled"}
    assert ann.ids() == [series["id"]]
    instances = ann.instances(series["id"])
    assert instances[1]["id"] == f"{series['id']}_20261027T130000Z"
    assert {row["summary"] for row in instances} == {"Weekly"}


def test_a_slot_that_comes_back_is_an_ordinary_one(ann: Person) -> None:
    """A dropped exception does not hold its slot for ever.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]
    ann.delete(second)
    ann.patch(series["id"], recurrence=["RRULE:FREQ=WEEKLY;COUNT=1"])
    token = ann.token()

    ann.patch(series["id"], recurrence=["RRULE:FREQ=WEEKLY;COUNT=4"])

    rows = {row["id"]: row["status"] for row in ann.page(syncToken=token)["items"]}
    assert rows == {series["id"]: "confirmed", second: "confirmed"}
    assert len(ann.instances(series["id"])) == 4


def test_exceptions_may_be_told_to_shift_with_their_series(
    ann: Person, control: Control
) -> None:
    """What becomes of exceptions when a series moves is not documented.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    control("options", exceptions_after_move="shift")
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]
    ann.patch(second, summary="Exception")

    ann.patch(
        series["id"],
        start={"dateTime": "2026-10-20T14:00:00"},
        end={"dateTime": "2026-10-20T15:00:00"},
    )

    rows = ann.instances(series["id"])
    assert [row["summary"] for row in rows] == [
        "Weekly",
        "Exception",
        "Weekly",
        "Weekly",
    ]
    assert ann.get(second)["status"] == "cancelled"


def test_exceptions_may_be_told_to_stay(ann: Person, control: Control) -> None:
    """What becomes of exceptions when a series moves is not documented.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    control("options", exceptions_after_move="keep")
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]
    ann.patch(second, summary="Exception")

    ann.patch(series["id"], recurrence=["RRULE:FREQ=WEEKLY;COUNT=1"])

    assert ann.get(second)["status"] == "confirmed"
    assert len(ann.instances(series["id"])) == 2


def test_deleting_a_series_takes_its_instances_along(ann: Person) -> None:
    """The row of a deleted master stands for its whole series.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]
    ann.patch(second, summary="Exception")

    ann.delete(series["id"])

    assert ann.ids() == []
    assert ann.ids(singleEvents=True) == []
    assert ann.get(second)["status"] == "cancelled"


def test_a_revived_series_has_its_exceptions_again(ann: Person) -> None:
    """A deleted event keeps its details so that it can be restored.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]
    ann.patch(second, summary="Exception")
    ann.delete(series["id"])

    ann.patch(series["id"], status="confirmed")

    assert ann.get(second)["summary"] == "Exception"


def test_one_slot_is_asked_for_by_its_original_start(ann: Person) -> None:
    """`originalStart` finds the instance of a slot wherever it was moved to.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/instances
    """
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]
    ann.patch(
        second,
        start={"dateTime": "2026-10-29T10:00:00"},
        end={"dateTime": "2026-10-29T11:00:00"},
    )

    rows = ann.instances(series["id"], originalStart="2026-10-27T09:00:00Z")

    assert [row["id"] for row in rows] == [second]
    assert ann.instances(series["id"], originalStart="2026-10-28T09:00:00Z") == []


def test_instances_come_in_pages(ann: Person) -> None:
    """`events.instances` pages as lists do.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/instances
    """
    series = ann.weekly()
    request = ann.events.instances(
        calendarId="primary", eventId=series["id"], maxResults=3
    )

    first = request.execute()
    second = ann.events.instances_next(request, first).execute()

    assert (len(first["items"]), len(second["items"])) == (3, 1)
    assert "nextPageToken" not in second


def test_the_lower_bound_of_instances_is_inclusive(ann: Person) -> None:
    """`timeMin` of `instances` is inclusive, unlike that of `list`.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/instances
    """
    series = ann.weekly()
    end_of_first = "2026-10-20T09:00:00Z"

    listed = ann.page(timeMin=end_of_first, singleEvents=True)["items"]

    assert len(ann.instances(series["id"], timeMin=end_of_first)) == 4
    assert len(listed) == 3


def test_cancelled_instances_are_shown_on_request(ann: Person) -> None:
    """`showDeleted` includes cancelled instances.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/instances
    """
    series = ann.weekly()
    ann.delete(ann.instances(series["id"])[0]["id"])

    assert len(ann.instances(series["id"])) == 3
    assert len(ann.instances(series["id"], showDeleted=True)) == 4


def test_a_stricter_visibility_of_one_instance_holds_for_all(ann: Person) -> None:
    """Stricter applies to the whole series, looser is ignored.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]

    ann.patch(second, visibility="private")
    ann.patch(second, visibility="public")

    assert ann.get(series["id"])["visibility"] == "private"
    assert ann.get(second)["visibility"] == "private"


def test_this_and_following_makes_two_series(ann: Person, control: Control) -> None:
    """The old series ends before the target, a new one begins with it.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly()
    _, second, third, fourth = (row["id"] for row in ann.instances(series["id"]))
    ann.patch(fourth, location="Elsewhere")

    new = control(
        "split", calendar=ann.email, event_id=third, body={"summary": "New"}
    ).json()["id"]

    assert new == f"{series['id']}_R20261103T090000"
    old_rule = "RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20261102T225959Z"
    assert ann.get(series["id"])["recurrence"] == [old_rule]
    assert [row["id"] for row in ann.instances(series["id"])][1:] == [second]
    rows = ann.instances(new)
    assert [row["summary"] for row in rows] == ["New", "New"]
    assert rows[1]["location"] == "Elsewhere"
    assert rows[1]["id"] == f"{new}_20261110T090000Z"


def test_instances_after_a_split_may_have_short_ids(
    ann: Person, control: Control
) -> None:
    """Ids without the `_R` part have been seen after a split.

    https://github.com/odoo/odoo/pull/287171
    """
    control("options", split_instance_ids="short")
    series = ann.weekly()
    third = ann.instances(series["id"])[2]["id"]

    new = control("split", calendar=ann.email, event_id=third).json()["id"]

    rows = ann.instances(new)
    assert [row["id"] for row in rows][1:] == [f"{series['id']}_20261110T090000Z"]
    assert {row["recurringEventId"] for row in rows} == {new}
    assert ann.patch(rows[1]["id"], summary="Found")["recurringEventId"] == new


def test_a_single_event_becomes_a_series(ann: Person) -> None:
    """`recurrence` may be added to an event, and taken away again.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    event = ann.insert()

    ann.patch(event["id"], recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
    as_series = len(ann.page(singleEvents=True)["items"])
    ann.patch(event["id"], recurrence=None)

    assert as_series == 3
    assert ann.ids(singleEvents=True) == [event["id"]]
