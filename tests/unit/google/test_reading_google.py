"""Every kind of event that Google sends, read as content."""

from datetime import UTC, date, datetime

import pytest

from sync.content import (
    Alert,
    Answer,
    Content,
    Duration,
    FreeBusy,
    Privacy,
    Status,
    Text,
    When,
)
from sync.google import (
    Rows,
    Unreadable,
    changed_at,
    content_of,
    notes,
    orphans,
    project,
)
from sync.recurrence import slots_between
from tests.unit.google.recorded import AMSTERDAM, at, gathered_from, read, recorded

ZONED = {"timeZone": AMSTERDAM}
START = {"dateTime": "2027-03-29T09:00:00+02:00", **ZONED}
END = {"dateTime": "2027-03-29T10:00:00+02:00", **ZONED}


def test_a_one_off_event_keeps_the_zone_that_it_names() -> None:
    details = read(*recorded("one_off")).details

    assert details.when == When(start=at("2025-02-25T10:20"), zone="America/Detroit")
    assert details.duration == Duration(seconds=45 * 60)
    assert details.title == "Roof survey"
    assert details.description == Text(text="Bring the long ladder.\nRing twice.")
    assert details.places == ("Dorpsstraat 1, Utrecht",)
    assert details.default_alerts
    assert (details.privacy, details.free_busy) == (Privacy.PUBLIC, FreeBusy.BUSY)


def test_the_instant_counts_whatever_offset_the_answer_was_rendered_with() -> None:
    there = read({"id": "a", "start": START, "end": END})
    from_afar = {"dateTime": "2027-03-29T03:00:00-04:00", **ZONED}

    assert read({"id": "a", "start": from_afar, "end": END}) == there


def test_an_event_without_a_zone_is_in_that_of_its_calendar() -> None:
    start, end = {"dateTime": START["dateTime"]}, {"dateTime": END["dateTime"]}

    when = read({"id": "a", "start": start, "end": end}, zone="Asia/Tokyo").details.when

    assert when == When(start=at("2027-03-29T16:00"), zone="Asia/Tokyo")


def test_an_all_day_event_ends_the_day_before_googles_end() -> None:
    one_day, many_days = read(*recorded("all_day")), read(*recorded("multi_day"))

    assert one_day.details.when == When(start=date(2027, 3, 27))
    assert one_day.details.duration == Duration(days=1)
    assert one_day.details.free_busy is FreeBusy.FREE
    assert many_days.details.duration == Duration(days=15)


def test_a_flight_keeps_the_zone_of_its_end() -> None:
    details = read(*recorded("flight")).details

    assert details.when.end_zone == "America/New_York"
    assert details.duration == Duration(seconds=8 * 3600 + 30 * 60)


def test_a_windows_zone_is_understood_and_one_that_nobody_knows_is_utc() -> None:
    windows, unknown = recorded("odd_zone")

    assert read(windows).details.when == When(
        start=at("2027-06-01T09:00"), zone="Europe/Berlin"
    )
    assert read(unknown).details.when == When(
        start=at("2027-06-01T07:00"), zone="Etc/UTC"
    )
    assert notes(gathered_from([windows])) == []
    assert notes(gathered_from([unknown])) == [
        "Nobody knows the time zone “Customized Time Zone 1”: times are shown in UTC."
    ]


def test_an_event_whose_end_is_open_has_no_length() -> None:
    assert read(*recorded("open_end")).details.duration == Duration()


def test_a_series_is_one_content_with_all_that_differs() -> None:
    content = read(*recorded("series"))

    rule = content.rules[0]
    assert rule.parts == (("FREQ", "WEEKLY"),)
    assert rule.until == at("2027-06-28T08:59:59")
    shown = {slot: content.overrides[slot] for slot in content.overrides}
    moved = shown.pop(at("2027-03-29T09:00"))
    changed = shown.pop(at("2027-04-12T09:00"))
    extra = shown.pop(at("2027-04-01T14:00"))
    assert moved is not None
    assert moved.when == When(start=at("2027-03-30T16:00"), zone=AMSTERDAM)
    assert changed is not None
    assert changed.title == "Team with guests"
    assert changed.alerts == (Alert(minutes=30),)
    assert extra is not None
    assert (extra.title, extra.places) == ("Team, extra", ())
    assert shown == {at("2027-04-05T09:00"): None, at("2027-05-10T09:00"): None}


def test_an_all_day_series_excludes_and_adds_by_date() -> None:
    content = read(*recorded("all_day_series"))

    assert content.overrides == {
        date(2027, 4, 29): None,
        date(2027, 5, 6): read_extra_day(content, date(2027, 5, 6)),
        date(2027, 5, 7): read_extra_day(content, date(2027, 5, 7)),
        date(2027, 5, 13): None,
    }


def read_extra_day(content: Content, day: date) -> object:
    extra = content.overrides[day]
    assert extra is not None
    assert extra.when == When(start=day)
    assert extra.title == content.details.title
    return extra


def test_exclusions_are_read_in_every_form() -> None:
    forms = (
        "EXDATE;TZID=Europe/Amsterdam:20270405T090000",
        "EXDATE:20270405T070000Z",
        "EXDATE:20270405T090000",
        'EXDATE;TZID="America/New_York":20270405T030000',
        "EXDATE;TZID=W. Europe Standard Time:20270405T090000",
    )
    for form in forms:
        rules = ["RRULE:FREQ=WEEKLY;COUNT=3", form]
        row = {"id": "a", "start": START, "end": END, "recurrence": rules}

        assert read(row).overrides == {at("2027-04-05T09:00"): None}, form


def test_a_date_excludes_nothing_from_a_timed_series() -> None:
    rules = ["RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20270405"]
    row = {"id": "a", "start": START, "end": END, "recurrence": rules}

    assert read(row).overrides == {}


def test_a_start_that_does_not_fit_its_rule_is_shown_beside_all_that_is_counted() -> (
    None
):
    row = {"id": "a", "start": START, "end": END}
    rules = ["RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=WE"]

    content = read({**row, "recurrence": rules})

    start, end = at("2027-01-01T00:00"), at("2028-01-01T00:00")
    assert slots_between(content, start=start, end=end, limit=9) == [
        at("2027-03-29T09:00"),
        at("2027-03-31T09:00"),
        at("2027-04-07T09:00"),
        at("2027-04-14T09:00"),
    ]
    assert project(content, zone=AMSTERDAM) == content


def test_several_rules_are_one_series() -> None:
    rules = ["RRULE:FREQ=WEEKLY;COUNT=3", "RRULE:FREQ=MONTHLY;COUNT=2"]
    row = {"id": "a", "start": START, "end": END, "recurrence": rules}

    assert len(read(row).rules) == 2


def test_dates_alone_make_a_series() -> None:
    rules = ["RDATE:20270401T070000Z,20270403T070000Z"]
    row = {"id": "a", "start": START, "end": END, "recurrence": rules}

    assert set(read(row).overrides) == {
        at("2027-04-01T09:00"),
        at("2027-04-03T09:00"),
    }


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"recurrence": ["EXRULE:FREQ=WEEKLY"]}, "excludes by a rule"),
        ({"recurrence": ["RRULE:FREQ=SOMETIMES"]}, "recurrence rule is not understood"),
        ({"recurrence": ["RDATE:tomorrow"]}, "no date of a series"),
        ({"start": {"date": "2027-02-30"}}, "is not a date"),
        ({"start": {"dateTime": "soon", **ZONED}}, "is not a time"),
        ({"start": None}, "without its start"),
    ],
)
def test_what_cannot_be_read_says_why(
    members: dict[str, object], sentence: str
) -> None:
    row = {"id": "a", "start": START, "end": END, **members}

    with pytest.raises(Unreadable, match=sentence):
        read(row)


def test_an_instance_without_its_series_is_an_event_of_its_own() -> None:
    rows = gathered_from(recorded("orphan"))

    assert content_of(rows, zone=AMSTERDAM) is None
    (alone,) = orphans(rows, zone=AMSTERDAM)
    assert alone.details.when.start == at("2026-06-25T17:00")
    assert not alone.recurs


def test_both_halves_of_a_split_are_series_of_their_own() -> None:
    first, second = recorded("split")

    ended, started = read(first), read(second)

    assert ended.rules[0].until == at("2011-06-16T23:59:59")
    assert ended.uid != started.uid
    assert started.details.when.start == at("2011-06-17T10:00")


def test_a_bare_tombstone_is_a_delete() -> None:
    deleted, _ = recorded("tombstones")

    assert content_of(gathered_from([deleted]), zone=AMSTERDAM) is None


def test_a_cancelled_instance_alone_is_nothing() -> None:
    _, cancelled = recorded("tombstones")

    rows = gathered_from([cancelled])

    assert content_of(rows, zone=AMSTERDAM) is None
    assert orphans(rows, zone=AMSTERDAM) == []


def test_year_zero_is_no_time_of_change() -> None:
    (birthday,) = recorded("year_zero")
    (one_off,) = recorded("one_off")

    assert read(birthday).details.privacy is Privacy.PRIVATE
    assert changed_at(birthday) is None
    assert changed_at(one_off) == datetime(2025, 2, 24, 17, 24, 59, 270000, tzinfo=UTC)
    assert changed_at({"id": "a"}) is None


def test_a_meeting_shows_guests_reminders_conference_and_colour() -> None:
    details = read(*recorded("meeting")).details

    by_email = {person.email: person for person in details.participants}
    assert list(by_email) == [
        "ann.lee@example.org",
        "list@example.org",
        "owner@example.com",
        "room4@resource.calendar.google.com",
    ]
    ann = by_email["ann.lee@example.org"]
    assert (ann.name, ann.answer, ann.optional) == ("Ann Lee", Answer.TENTATIVE, True)
    assert (ann.comment, ann.guests) == ("Maybe later", 2)
    assert by_email["owner@example.com"].organizer
    assert by_email["room4@resource.calendar.google.com"].resource
    assert details.alerts == (Alert(minutes=10), Alert(minutes=1440, by_email=True))
    assert not details.default_alerts
    assert details.conferences == ("https://meet.google.com/abc-defg-hij",)
    assert details.color == "crimson"
    assert (details.status, details.privacy) == (Status.TENTATIVE, Privacy.SECRET)


def test_html_is_told_from_plain_text() -> None:
    content = read(*recorded("html"))

    assert content.details.description.html
    assert content.details.duration == Duration()
    assert content.details.color == "google:0d5e3f0a-7c1c-4a35-9a57-3b9f1f2a6c11"
    for plain in ("Mail <jane@example.com>", "1 < 2 > 0", "R&D", "<https://a.example>"):
        row = {"id": "a", "start": START, "end": END, "description": plain}
        assert read(row).details.description == Text(text=plain)


def test_words_that_google_adds_later_are_taken_carefully() -> None:
    details = read(*recorded("future_kind")).details

    assert details.privacy is Privacy.PRIVATE
    assert details.status is Status.CONFIRMED
    assert details.free_busy is FreeBusy.BUSY
    assert details.color == "google:77"


def test_a_row_with_next_to_nothing_is_read() -> None:
    details = read({"id": "a", "start": {"date": "2027-03-29"}}).details

    assert details.duration == Duration(days=1)
    assert details.title == ""
    assert content_of(Rows(), zone=AMSTERDAM) is None
