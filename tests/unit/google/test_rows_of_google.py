"""Rows in every order, and what they say of themselves."""

import json
from datetime import date
from itertools import permutations

import pytest

from sync.content import Answer, When
from sync.google import (
    Born,
    Row,
    Rows,
    born_by,
    content_of,
    event_type,
    gathered,
    ical_uid,
    is_deleted,
    key_of,
    marker_of,
    master_id,
    my_answer,
    organizer_is_self,
    original_start,
    reduced,
    rows_json,
    rows_of,
    slot_key,
    slot_of,
    versions,
    with_row,
)
from sync.identity import marker
from tests.unit.google.recorded import (
    AMSTERDAM,
    FOLDER,
    at,
    gathered_from,
    read,
    recorded,
)

NINE = at("2027-03-29T09:00")


def timed(text: str) -> Row:
    return {"dateTime": text, "timeZone": AMSTERDAM}


def weekly(**members: object) -> Row:
    return {
        "id": "s",
        "etag": '"1"',
        "start": timed("2027-03-22T09:00:00+01:00"),
        "end": timed("2027-03-22T10:00:00+01:00"),
        "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=5"],
        **members,
    }


def instance(key: str, **members: object) -> Row:
    start = timed(original_start(key))
    return {
        "id": f"s_{key}",
        "etag": '"2"',
        "recurringEventId": "s",
        "originalStartTime": start,
        "summary": "Moved",
        "start": timed("2027-03-30T12:00:00+02:00"),
        "end": timed("2027-03-30T13:00:00+02:00"),
        **members,
    }


SECOND = "20270329T070000Z"


@pytest.mark.parametrize("name", ["series", "all_day_series"])
def test_rows_in_any_order_fold_to_the_same(name: str) -> None:
    rows = recorded(name)
    expected = read(*rows)

    for order in permutations(rows):
        assert read(*order) == expected


def test_the_same_row_twice_changes_nothing() -> None:
    rows = recorded("series")

    assert gathered_from([*rows, *rows]) == gathered_from(rows)


def test_rows_survive_storage() -> None:
    for path in FOLDER.glob("*.json"):
        rows = gathered_from(recorded(path.stem))

        stored = json.loads(json.dumps(rows_json(rows)))

        assert rows_of(stored) == rows


def test_what_is_stored_is_small_and_stays_the_same_when_reduced_again() -> None:
    (meeting,) = recorded("meeting")

    once = reduced(meeting)

    assert reduced(once) == once
    assert once.keys().isdisjoint({"htmlLink", "attachments", "kind", "created"})
    assert once["attendees"] == meeting["attendees"]
    assert once["extendedProperties"] == {"private": {"tandem": "t0123.abc"}}
    assert once["conferenceData"]["entryPoints"][0] == {
        "entryPointType": "video",
        "uri": "https://meet.google.com/abc-defg-hij",
    }


def test_a_version_is_kept_for_every_row() -> None:
    rows = gathered_from([instance(SECOND), weekly()])

    assert versions(rows) == {"": '"1"', SECOND: '"2"'}


def test_a_deleted_master_ends_the_series_and_its_exceptions() -> None:
    rows = gathered_from([weekly(), instance(SECOND)])

    rows = with_row(rows, {"id": "s", "status": "cancelled"})

    assert content_of(rows, zone=AMSTERDAM) is None


def test_an_exception_goes_when_its_slot_goes() -> None:
    rows = gathered_from([weekly(), instance(SECOND)])
    later = timed("2027-03-22T11:00:00+01:00")

    moved = with_row(rows, weekly(start=later, end=timed("2027-03-22T12:00:00+01:00")))

    assert moved.exceptions == {}


def test_an_exception_stays_when_only_other_things_change() -> None:
    rows = gathered_from([weekly(), instance(SECOND)])

    renamed = with_row(rows, weekly(summary="Renamed"))
    longer = with_row(rows, weekly(recurrence=["RRULE:FREQ=WEEKLY;COUNT=50"]))

    assert set(renamed.exceptions) == set(longer.exceptions) == {SECOND}


def test_an_exception_of_the_new_grid_may_come_before_its_master() -> None:
    rows = gathered_from([weekly()])
    new_key = "20270330T070000Z"
    tuesdays = weekly(
        start=timed("2027-03-23T09:00:00+01:00"), end=timed("2027-03-23T10:00:00+01:00")
    )

    before = with_row(with_row(rows, instance(new_key)), tuesdays)
    after = with_row(with_row(rows, tuesdays), instance(new_key))

    assert before == after
    assert set(before.exceptions) == {new_key}


def test_a_series_that_becomes_single_forgets_its_exceptions() -> None:
    rows = gathered_from([weekly(), instance(SECOND)])
    single = weekly(recurrence=None)

    once = with_row(rows, single)
    again = with_row(once, weekly())

    assert not read(single).recurs
    assert once.exceptions == {}
    assert content_of(again, zone=AMSTERDAM) == read(weekly())


def test_a_single_event_becomes_a_series() -> None:
    rows = gathered_from([weekly(recurrence=None), instance(SECOND), weekly()])

    assert content_of(rows, zone=AMSTERDAM) == read(weekly(), instance(SECOND))


def test_an_instance_deleted_without_a_word_of_its_slot_is_still_found() -> None:
    rows = gathered_from([weekly(), instance(SECOND)])

    rows = with_row(rows, {"id": f"s_{SECOND}", "status": "cancelled"})

    content = content_of(rows, zone=AMSTERDAM)
    assert content is not None
    assert content.overrides == {NINE: None}


def test_a_slot_that_google_forgot_to_name_is_read_from_the_id() -> None:
    forgotten = instance(SECOND, originalStartTime=None)

    assert set(gathered_from([forgotten]).exceptions) == {SECOND}
    assert gathered_from([instance(SECOND, originalStartTime=None, id="x")]) == Rows()


def test_what_lives_outside_the_grid_is_shown_as_an_addition() -> None:
    stray = "20270331T070000Z"

    content = read(weekly(), instance(stray))
    gone = read(weekly(), instance(stray, status="cancelled"))

    added = content.overrides[at("2027-03-31T09:00")]
    assert added is not None
    assert added.title == "Moved"
    assert gone.overrides == {}


def test_a_series_is_as_private_as_its_strictest_instance() -> None:
    content = read(weekly(), instance(SECOND, visibility="private"))

    assert content.details.privacy == "private"


def test_a_search_by_uid_leaves_the_other_half_of_a_split_aside() -> None:
    first, second = recorded("split")

    assert gathered([second, first], event_id=first["id"]) == gathered_from([first])


def test_our_mark_counts_on_the_event_that_it_was_made_for() -> None:
    mark = marker("tdm123", "t0123")
    properties = {"private": {"tandem": mark}}
    ours: Row = {"id": "tdm123", "extendedProperties": properties}

    assert marker_of(ours) == mark
    assert born_by(ours) is Born.AGENDA
    assert born_by({**ours, "id": "copy"}) is Born.CALENDAR
    assert born_by({**ours, "id": "x", "recurringEventId": "tdm123"}) is Born.AGENDA
    assert marker_of({"id": "a"}) is None


def test_rows_say_who_they_are() -> None:
    (meeting,) = recorded("meeting")
    (invitation,) = recorded("orphan")
    bare: Row = {"id": "gone", "status": "cancelled"}

    assert (master_id(meeting), master_id(invitation)) == (
        "au71gm93b5foj17kb49jqmbmda",
        "6q3tci5v71bkf73g705fmi7i96",
    )
    assert organizer_is_self(meeting)
    assert not organizer_is_self(invitation)
    assert my_answer(meeting) is Answer.ACCEPTED
    assert my_answer(invitation) is Answer.NEEDS_ACTION
    assert my_answer(bare) is None
    assert is_deleted(bare)
    assert ical_uid(bare) == "gone"
    assert event_type(bare) == "default"
    assert event_type(recorded("future_kind")[0]) == "siesta"


# --- Slots ---------------------------------------------------------------------------


def test_slots_have_one_key_whatever_the_offset() -> None:
    there = slot_key({"dateTime": "2027-03-29T03:00:00-04:00", "timeZone": AMSTERDAM})
    when = When(start=at("2027-03-22T09:00"), zone=AMSTERDAM)

    assert there == SECOND == key_of(NINE, when)
    assert slot_of(there, when) == NINE
    assert slot_key("2027-03-29T07:00:00Z") == SECOND
    assert slot_key("2027-03-29") == slot_key({"date": "2027-03-29"}) == "20270329"
    assert slot_of("20270329", When(start=date(2027, 3, 22))) == date(2027, 3, 29)
    assert original_start("20270329") == "2027-03-29"
    assert original_start(SECOND) == "2027-03-29T07:00:00Z"


def test_a_slot_in_the_hour_that_clocks_skip_is_found_again() -> None:
    when = When(start=at("2027-03-20T02:30"), zone=AMSTERDAM)
    skipped = at("2027-03-28T02:30")

    key = key_of(skipped, when)

    assert key == "20270328T013000Z"
    assert slot_of(key, when) == skipped


def test_a_slot_in_the_hour_that_comes_twice_is_the_first_or_the_second() -> None:
    when = When(start=at("2027-10-20T02:30"), zone=AMSTERDAM)
    twice = at("2027-10-31T02:30")

    assert key_of(twice, when) == "20271031T003000Z"
    assert slot_of("20271031T003000Z", when) == twice
    assert slot_of("20271031T013000Z", when) == twice
