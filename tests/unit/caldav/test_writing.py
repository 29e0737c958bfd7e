"""What we write into calendars: what differs, and nothing else."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from connectors.caldav.lines import parsed
from sync.content import Alert, Content, Details, Participant, Slot, Text
from sync.normal import normal
from tests.contract.connectors.rig import contents, meeting
from tests.unit.caldav.resources import changed, ics, made, read

START = "DTSTART;TZID=Europe/Amsterdam:20310303T100000"
SLOT = datetime(2031, 3, 10, 10)  # noqa: DTZ001  because a slot is a local time


def with_details(content: Content, **members: object) -> Content:
    details = replace(content.details, **members)  # type: ignore[arg-type]  # because tests name members by word
    return replace(content, details=details)


@pytest.mark.parametrize("name", contents())
def test_every_kind_is_read_as_it_was_written(name: str) -> None:
    content = contents()[name]

    assert read(made(content)) == normal(content)


@pytest.mark.parametrize("name", contents())
def test_every_kind_is_understood_by_somebody_elses_library(name: str) -> None:
    content = contents()[name]

    calendar = Calendar.from_ical(made(content))

    assert not [error for event in calendar.events for error in event.errors]
    assert {str(event["SUMMARY"]) for event in calendar.events} >= {name}


@pytest.mark.parametrize("before", contents())
def test_from_any_kind_to_any_other_and_back(before: str) -> None:
    every = {name: replace(each, uid="u") for name, each in contents().items()}
    first = every[before]
    for after in every.values():
        text = changed(made(first), normal(first), normal(after))

        assert read(text) == normal(after)
        assert read(changed(text, normal(after), normal(first))) == normal(first)


def test_what_is_not_ours_stays_byte_for_byte() -> None:
    foreign = [
        "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC",
        "ATTACH;FMTTYPE=application/pdf:https://files.example.com/a.pdf",
        'X-ODD;A="b;c":d\\,e',
        "URL:https://app.example.com/visit",
    ]
    alarm = ["BEGIN:VALARM", "TRIGGER;RELATED=END:-PT5M", "ACTION:AUDIO", "END:VALARM"]
    text = ics(START, *foreign, *alarm, "SUMMARY:Old")
    before = read(text)

    after = changed(text, before, with_details(before, title="New"))

    assert read(after).details.title == "New"
    assert all(f"{line}\r\n" in after for line in [*foreign, *alarm, START])


def test_a_windows_zone_keeps_its_name_and_its_definition() -> None:
    zone = "BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\nEND:VTIMEZONE"
    text = ics("DTSTART;TZID=W. Europe Standard Time:20310303T100000", more=zone)
    before = read(text)
    when = replace(before.details.when, start=SLOT)

    after = changed(text, before, with_details(before, when=when))

    assert "DTSTART;TZID=W. Europe Standard Time:20310310T100000\r\n" in after
    assert after.count("BEGIN:VTIMEZONE") == 1


def test_a_changed_exception_keeps_what_is_its_own() -> None:
    exception = "\r\n".join(
        [
            "BEGIN:VEVENT",
            "UID:visit@app.example",
            "RECURRENCE-ID;TZID=Europe/Amsterdam:20310310T100000",
            "DTSTART;TZID=Europe/Amsterdam:20310310T120000",
            "X-OWN:kept",
            "END:VEVENT",
        ]
    )
    text = ics(START, "RRULE:FREQ=WEEKLY", more=exception)
    before = read(text)
    moved = before.overrides[SLOT]
    assert moved is not None
    overrides: dict[Slot, Details | None] = {SLOT: replace(moved, title="Another")}

    after = changed(text, before, replace(before, overrides=overrides))

    assert "X-OWN:kept\r\n" in after
    assert read(after).overrides[SLOT] == overrides[SLOT]


def test_attendees_are_left_out_of_the_servers_scheduling() -> None:
    text = ics(
        START,
        "ORGANIZER:mailto:anna@example.com",
        "ATTENDEE;CN=Anna:mailto:anna@example.com",
    )
    before = read(text)
    guests = (*before.details.participants, Participant(email="ben@example.com"))

    after = changed(text, before, with_details(before, participants=guests))

    people = [
        line
        for line in parsed(after).parts("VEVENT")[0].lines
        if line.name in ("ATTENDEE", "ORGANIZER")
    ]
    assert len(people) == 3
    assert all(line.parameters["SCHEDULE-AGENT"] == "NONE" for line in people)


def test_reminders_that_stay_are_not_written_anew() -> None:
    alarm = ["BEGIN:VALARM", "TRIGGER:-PT10M", "ACTION:AUDIO", "X-SOUND:gong"]
    text = ics(START, *alarm, "END:VALARM")
    before = read(text)
    alerts = (Alert(minutes=10), Alert(minutes=30))

    after = changed(text, before, with_details(before, alerts=alerts))

    assert "X-SOUND:gong\r\n" in after
    assert read(after).details.alerts == alerts


def test_letters_that_no_line_may_hold_are_left_out() -> None:
    title = "bell\x07 and\x0b more"

    text = made(with_details(meeting("x"), title=title))

    assert read(text).details.title == "bell and more"


def test_html_is_written_beside_its_plain_text() -> None:
    html = Text(text="<b>Key</b> at 14b<br>Ring", html=True)

    text = made(with_details(meeting("x"), description=html))

    assert "DESCRIPTION:Key at 14b\\nRing\r\n" in text
    assert read(text).details.description == html


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("Europe/Amsterdam", 2031),
        ("America/New_York", 2027),
        ("Australia/Sydney", 2026),
        ("Asia/Tokyo", 2031),
        ("Asia/Kolkata", 2026),
        ("Africa/Casablanca", 2026),
        ("America/Sao_Paulo", 2018),
        ("Europe/Istanbul", 2016),
    ],
)
def test_a_zones_definition_says_what_its_clocks_show(name: str, year: int) -> None:
    """As somebody else's library reads it, for three years from the event on."""
    when = replace(meeting("x").details.when, start=datetime(year, 1, 5, 10), zone=name)  # noqa: DTZ001  because it is local
    text = made(with_details(meeting("x"), when=when))
    # Under a name that the library cannot know, nor have kept from another test.
    text = text.replace(name, f"Own-{name.rpartition('/')[2]}")
    [definition] = Calendar.from_ical(text).timezones
    own, known = definition.to_tz(), ZoneInfo(name)

    for week in range(52 * 3):
        noon = datetime(year, 1, 6, 12) + timedelta(weeks=week)  # noqa: DTZ001  because each zone is tried on it
        shown = noon.replace(tzinfo=own).utcoffset()
        assert shown == noon.replace(tzinfo=known).utcoffset(), noon
