"""What other programs write into calendars, read as people see it there."""

from datetime import date, datetime

import pytest

from connectors.caldav.lines import parsed
from connectors.caldav.reading import content_of
from sync.content import (
    Alert,
    Answer,
    Duration,
    Privacy,
    Status,
    Text,
    When,
)
from sync.google.errors import Unreadable
from tests.unit.caldav.resources import ics, read

START = "DTSTART;TZID=Europe/Amsterdam:20310303T100000"
AT_TEN = datetime(2031, 3, 3, 10)  # noqa: DTZ001  because a slot is a local time


def zone(tzid: str, *lines: str) -> str:
    return "\r\n".join(["BEGIN:VTIMEZONE", f"TZID:{tzid}", *lines, "END:VTIMEZONE"])


def observance(kind: str, offset: str) -> list[str]:
    head = [f"BEGIN:{kind}", "DTSTART:20200101T000000", "TZOFFSETFROM:+0000"]
    return [*head, f"TZOFFSETTO:{offset}", f"END:{kind}"]


# --- Time zones ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tzid", "name"),
    [
        ("Europe/Amsterdam", "Europe/Amsterdam"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("/mozilla.org/20050126_1/Europe/Amsterdam", "Europe/Amsterdam"),
        ("/freeassociation.sourceforge.net/America/New_York", "America/New_York"),
        ("UTC", "Etc/UTC"),
    ],
)
def test_a_zone_is_known_by_many_names(tzid: str, name: str) -> None:
    content = read(ics(f'DTSTART;TZID="{tzid}":20310303T100000'))

    assert content.details.when == When(start=AT_TEN, zone=name)


def test_a_zone_of_its_own_making_is_the_one_that_behaves_alike() -> None:
    lines = [*observance("DAYLIGHT", "+0200"), *observance("STANDARD", "+0100")]
    text = ics("DTSTART;TZID=Office:20310303T100000", more=zone("Office", *lines))

    assert read(text).details.when == When(start=AT_TEN, zone="Europe/Berlin")


def test_a_zone_says_where_it_lies() -> None:
    more = zone("Office", "X-LIC-LOCATION:America/Chicago")
    text = ics("DTSTART;TZID=Office:20310303T100000", more=more)

    assert read(text).details.when.zone == "America/Chicago"


def test_a_zone_without_summer_time_is_its_offset() -> None:
    lines = observance("STANDARD", "+0300")
    text = ics("DTSTART;TZID=Here:20310303T100000", more=zone("Here", *lines))

    assert read(text).details.when.zone == "Etc/GMT-3"


def test_a_zone_that_nobody_knows_makes_it_unreadable() -> None:
    with pytest.raises(Unreadable, match="Nobody knows the time zone “Somewhere”"):
        read(ics("DTSTART;TZID=Somewhere:20310303T100000"))


# --- Times ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "duration"),
    [
        ((START,), Duration()),
        ((START, "DURATION:PT45M"), Duration(seconds=2700)),
        ((START, "DURATION:P1DT1H"), Duration(days=1, seconds=3600)),
        ((START, "DTEND:20310303T100000Z"), Duration(seconds=3600)),
        ((START, "DTEND;TZID=Europe/Amsterdam:20310303T090000"), Duration()),
        (("DTSTART;VALUE=DATE:20310303",), Duration(days=1)),
        (
            ("DTSTART;VALUE=DATE:20310303", "DTEND;VALUE=DATE:20310305"),
            Duration(days=2),
        ),
        (
            ("DTSTART;VALUE=DATE:20310303", "DTEND;VALUE=DATE:20310303"),
            Duration(days=1),
        ),
    ],
)
def test_the_end_is_said_in_many_ways(
    lines: tuple[str, ...], duration: Duration
) -> None:
    assert read(ics(*lines)).details.duration == duration


def test_a_flight_ends_in_a_zone_of_its_own() -> None:
    details = read(ics(START, "DTEND;TZID=America/New_York:20310303T130000")).details

    assert details.when.end_zone == "America/New_York"
    assert details.duration == Duration(seconds=9 * 3600)


@pytest.mark.parametrize(
    "line",
    ["SUMMARY:no start", "DTSTART:yesterday", "DTSTART:20310231T100000Z", "DTSTART:"],
)
def test_a_start_that_is_none_makes_it_unreadable(line: str) -> None:
    with pytest.raises(Unreadable):
        read(ics(line))


# --- Series --------------------------------------------------------------------------

WEEKLY = (START, "DTEND;TZID=Europe/Amsterdam:20310303T110000", "RRULE:FREQ=WEEKLY")
SLOT = datetime(2031, 3, 10, 10)  # noqa: DTZ001  because a slot is a local time


def exception(recurrence_id: str, *lines: str) -> str:
    head = ["BEGIN:VEVENT", "UID:visit@app.example", recurrence_id]
    return "\r\n".join([*head, *lines, "END:VEVENT"])


@pytest.mark.parametrize(
    "line",
    [
        "EXDATE;TZID=Europe/Amsterdam:20310310T100000",
        "EXDATE:20310310T090000Z",
        "EXDATE;TZID=America/New_York:20310310T050000",
        "EXDATE:20310310T100000",
    ],
)
def test_a_removed_slot_is_named_in_any_zone(line: str) -> None:
    assert read(ics(*WEEKLY, line)).overrides == {SLOT: None}


@pytest.mark.parametrize(
    "line",
    [
        "RECURRENCE-ID;TZID=Europe/Amsterdam:20310310T100000",
        "RECURRENCE-ID:20310310T090000Z",
    ],
)
def test_an_exception_is_a_whole_event_of_its_own(line: str) -> None:
    start = "DTSTART;TZID=Europe/Amsterdam:20310311T150000"
    text = ics(*WEEKLY, more=exception(line, start, "SUMMARY:Moved"))

    moved = read(text).overrides[SLOT]

    assert moved is not None
    assert moved.title == "Moved"
    assert moved.when.start == datetime(2031, 3, 11, 15)  # noqa: DTZ001  because it is local


def test_an_exception_that_changes_nothing_is_none() -> None:
    line = "RECURRENCE-ID;TZID=Europe/Amsterdam:20310310T100000"
    times = "DTSTART;TZID=Europe/Amsterdam:20310310T100000", "DURATION:PT1H"

    assert read(ics(*WEEKLY, more=exception(line, *times))).overrides == {}


def test_an_added_date_of_an_all_day_series_is_a_date() -> None:
    text = ics(
        "DTSTART;VALUE=DATE:20310303",
        "RRULE:FREQ=WEEKLY;COUNT=2",
        "RDATE;VALUE=DATE:20310306",
    )

    assert list(read(text).overrides) == [date(2031, 3, 6)]


def test_who_is_invited_to_one_occurrence_has_a_single_event() -> None:
    line = "RECURRENCE-ID;TZID=Europe/Amsterdam:20310310T100000"
    only = exception(line, START, "SUMMARY:Once")

    content = read(ics(more=only))

    assert content.details.title == "Once"
    assert not content.recurs


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ics(*WEEKLY, "EXRULE:FREQ=MONTHLY"), "EXRULE"),
        (ics(START, "RRULE:FREQ=SOMETIMES"), "not understood"),
        (
            ics(
                *WEEKLY,
                more=exception(
                    "RECURRENCE-ID;RANGE=THISANDFUTURE:20310310T090000Z", START
                ),
            ),
            "from one occurrence on",
        ),
        (ics(START, more=exception("SUMMARY:two", START)), "several events"),
    ],
)
def test_what_we_cannot_hold_says_why(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(text)


# --- Fields --------------------------------------------------------------------------


def test_texts_are_unescaped() -> None:
    details = read(
        ics(START, "SUMMARY:Tea\\, cake\\; more", "DESCRIPTION:one\\ntwo\\\\")
    ).details

    assert details.title == "Tea, cake; more"
    assert details.description == Text(text="one\ntwo\\")


def test_html_counts_as_long_as_the_plain_text_beside_it_is_the_same() -> None:
    html = "X-ALT-DESC;FMTTYPE=text/html:<b>Key</b> at 14b"

    same = read(ics(START, "DESCRIPTION:Key at 14b", html)).details.description
    edited = read(ics(START, "DESCRIPTION:Key at 15", html)).details.description

    assert same == Text(text="<b>Key</b> at 14b", html=True)
    assert edited == Text(text="Key at 15")


@pytest.mark.parametrize(
    ("word", "privacy"),
    [
        ("PUBLIC", Privacy.PUBLIC),
        ("private", Privacy.PRIVATE),
        ("CONFIDENTIAL", Privacy.SECRET),
        ("X-STAFF-ONLY", Privacy.PRIVATE),
    ],
)
def test_a_class_that_we_do_not_know_is_private(word: str, privacy: Privacy) -> None:
    assert read(ics(START, f"CLASS:{word}")).details.privacy is privacy


def test_a_cancelled_event_is_shown_struck_through() -> None:
    assert read(ics(START, "STATUS:CANCELLED")).details.status is Status.CANCELLED


def test_attendees_have_answers_and_the_organizer_is_one_of_them() -> None:
    people = read(
        ics(
            START,
            "ORGANIZER;CN=Anna:mailto:Anna@Example.com",
            'ATTENDEE;CN="Ben; B.";PARTSTAT=DECLINED;ROLE=OPT-PARTICIPANT:'
            "mailto:ben@example.com",
            "ATTENDEE;CUTYPE=ROOM;PARTSTAT=X-ODD:MAILTO:room@example.com",
            "ATTENDEE:urn:uuid:nobody",
        )
    ).details.participants

    found = {one.email: one for one in people}
    assert set(found) == {"anna@example.com", "ben@example.com", "room@example.com"}
    assert found["anna@example.com"].organizer
    assert found["ben@example.com"].name == "Ben; B."
    assert found["ben@example.com"].answer is Answer.DECLINED
    assert found["ben@example.com"].optional
    assert found["room@example.com"].resource
    assert found["room@example.com"].answer is Answer.NEEDS_ACTION


@pytest.mark.parametrize(
    ("trigger", "alerts"),
    [
        ("TRIGGER:-PT15M", (Alert(minutes=15),)),
        ("TRIGGER:-P1DT1H", (Alert(minutes=1500),)),
        ("TRIGGER:PT0S", (Alert(minutes=0),)),
        ("TRIGGER:PT15M", ()),
        ("TRIGGER;RELATED=END:-PT15M", ()),
        ("TRIGGER;VALUE=DATE-TIME:20310303T080000Z", ()),
        ("TRIGGER:-PT90S", ()),
    ],
)
def test_reminders_before_the_start_are_read_and_others_left(
    trigger: str, alerts: tuple[Alert, ...]
) -> None:
    alarm = "BEGIN:VALARM", "ACTION:AUDIO", trigger, "END:VALARM"

    assert read(ics(START, *alarm)).details.alerts == alerts


def test_a_journal_is_no_event() -> None:
    calendar = parsed(
        "BEGIN:VCALENDAR\r\nBEGIN:VJOURNAL\r\nUID:t\r\nEND:VJOURNAL\r\nEND:VCALENDAR\r\n"
    )

    with pytest.raises(Unreadable):
        content_of(calendar)
