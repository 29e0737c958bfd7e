"""What we write to Google, and what we never write."""

from dataclasses import replace
from datetime import date

import pytest

from sync.content import (
    Alert,
    Content,
    Details,
    Duration,
    FreeBusy,
    Participant,
    Status,
    Text,
    When,
)
from sync.google import (
    Row,
    insert_body,
    marker_of,
    project,
)
from tests.unit.google.recorded import AMSTERDAM, at
from tests.unit.google.samples import (
    ANN,
    END,
    PLAIN,
    SECOND,
    SERIES,
    START,
    WEEKLY,
)


def inserted(content: Content, **members: object) -> Row:
    return insert_body(
        content,
        event_id="tdm1",
        marker={"tandem": "mark"},
        participants=bool(members.get("participants")),
        zone=AMSTERDAM,
    )


def held(details: Details) -> Details:
    return project(Content(uid="a", details=details), zone=AMSTERDAM).details


# --- Creating ------------------------------------------------------------------------


def test_a_new_event_says_what_is_needed_and_nothing_that_is_googles_default() -> None:
    body = inserted(Content(uid="visit-1", details=PLAIN))

    assert body == {
        "id": "tdm1",
        "status": "confirmed",
        "summary": "Team",
        "start": START,
        "end": END,
        "reminders": {"useDefault": False},
        "extendedProperties": {"private": {"tandem": "mark"}},
    }
    assert marker_of(body) == "mark"


def test_a_new_series_is_excluded_and_added_to_from_its_first_moment() -> None:
    extra = at("2027-04-06T14:00")
    added = replace(PLAIN, when=When(start=extra, zone=AMSTERDAM))

    body = inserted(replace(SERIES, overrides={SECOND: None, extra: added}))

    assert body["recurrence"] == [
        "RRULE:FREQ=WEEKLY;COUNT=4",
        "RDATE;TZID=Europe/Amsterdam:20270406T140000",
        "EXDATE;TZID=Europe/Amsterdam:20270405T090000",
    ]


def test_an_all_day_series_is_excluded_by_date() -> None:
    days = replace(PLAIN, when=When(start=date(2027, 3, 29)), duration=Duration(days=1))
    gone = {date(2027, 4, 5): None}

    body = inserted(Content(uid="a", details=days, rules=(WEEKLY,), overrides=gone))

    assert body["start"] == {"date": "2027-03-29"}
    assert body["end"] == {"date": "2027-03-30"}
    assert body["recurrence"][1] == "EXDATE;VALUE=DATE:20270405"


def test_guests_are_written_only_where_they_are_wanted() -> None:
    content = Content(uid="a", details=replace(PLAIN, participants=(ANN,)))

    assert "attendees" not in inserted(content)
    assert inserted(content, participants=True)["attendees"] == [
        {
            "email": "ann@example.org",
            "responseStatus": "needsAction",
            "displayName": "Ann",
        }
    ]


def test_a_floating_time_is_that_of_the_calendar() -> None:
    floating = replace(PLAIN, when=When(start=PLAIN.when.start))

    assert inserted(Content(uid="a", details=floating))["start"] == START


@pytest.mark.parametrize(
    "marker", [{"tandem": "x" * 1025}, {"tandem" + "x" * 39: "1"}, {"other": "1"}]
)
def test_a_marker_that_google_would_not_keep_is_refused(marker: dict[str, str]) -> None:
    content = Content(uid="a", details=PLAIN)

    with pytest.raises(ValueError, match="mark"):
        insert_body(
            content, event_id="e", marker=marker, participants=False, zone=AMSTERDAM
        )


# --- What Google cannot hold ---------------------------------------------------------


def test_what_is_cancelled_but_shown_is_tentative_and_free_never_deleted() -> None:
    shown = held(replace(PLAIN, status=Status.CANCELLED))

    assert (shown.status, shown.free_busy) == (Status.TENTATIVE, FreeBusy.FREE)


def test_texts_are_cut_where_google_cuts_them() -> None:
    long = replace(
        PLAIN,
        title="x" * 2000,
        description=Text(text="😀" * 5000),
        places=("y" * 2000, "second"),
    )

    shown = held(long)

    assert shown.title == "x" * 1024
    assert shown.description.text == "😀" * 4096
    assert shown.places == ("y" * 1024,)


def test_plain_text_that_looks_like_html_is_escaped() -> None:
    shown = held(replace(PLAIN, description=Text(text="1\n<b> & R&D")))

    assert shown.description == Text(text="1<br>&lt;b&gt; &amp; R&amp;D", html=True)


def test_only_reminders_that_google_takes_are_kept() -> None:
    minutes = (-10, 0, 5, 10, 15, 20, 25, 50_000)
    alerts = tuple(Alert(minutes=each) for each in minutes)

    shown = held(replace(PLAIN, alerts=alerts))

    assert [alert.minutes for alert in shown.alerts] == [0, 5, 10, 15, 20]


def test_guests_without_an_address_and_beyond_two_hundred_are_kept_out() -> None:
    crowd = [Participant(email=f"guest{at:03}@example.org") for at in range(250)]
    room = Participant(email="room 4")

    shown = held(replace(PLAIN, participants=(room, *crowd)))

    assert [*shown.participants] == crowd[:200]


def test_keywords_and_conference_links_are_kept_out() -> None:
    rich = replace(PLAIN, keywords=("roof",), conferences=("https://meet.example/1",))

    assert held(rich) == PLAIN


@pytest.mark.parametrize(
    ("color", "shown"),
    [
        ("crimson", "crimson"),
        ("red", "crimson"),
        ("#0c8040", "green"),
        ("#f00", "crimson"),
        ("google:77", "google:77"),
        ("google:0d5e3f0a-7c1c-4a35-9a57-3b9f1f2a6c11", ""),
        ("nocolor", ""),
    ],
)
def test_colours_become_the_nearest_of_googles(color: str, shown: str) -> None:
    assert held(replace(PLAIN, color=color)).color == shown
