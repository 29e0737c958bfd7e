"""Activities of Severa to contents and back."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.severa.cursor import Place, place_of
from connectors.severa.mapping import (
    LONGEST_LOCATION,
    Frame,
    Unreadable,
    body_of,
    content_of,
    extra_of,
    operations,
    projected,
)
from connectors.severa.people import User, participants_of, steps, with_held_people
from connectors.severa.types import named, types_of, usual_name
from sync.content import Answer, Content, Duration, Participant, Privacy, When
from sync.errors import SyncTokenExpired
from tests.unit import strategies

HELSINKI = Frame(zone="Europe/Helsinki")
NEXT_DAY = Frame(zone="America/New_York", ends_on_next_day=True)
FRAMES = st.sampled_from([HELSINKI, NEXT_DAY, Frame(zone="UTC")])
ANNA = User(guid="u1", email="anna@example.com", name="Anna")
BEN = User(guid="u2", email="ben@example.com", name="Ben")
USERS = {user.email: user for user in (ANNA, BEN)}


def activity(**members: Any) -> dict[str, Any]:
    """Return an activity as Severa tells it."""
    return {
        "guid": "g",
        "name": "Meeting",
        "startDateTime": "2031-03-03T10:00:00+02:00",
        "endDateTime": "2031-03-03T11:00:00+02:00",
        "activityType": {"guid": "t", "name": "Meeting", "category": "CalendarEntry"},
        **members,
    }


def held(content: Content, frame: Frame) -> Content:
    """Return what Severa shows of what was written to it."""
    private = content.details.privacy is not Privacy.PUBLIC
    kind = {"category": "Personal" if private else "CalendarEntry"}
    row = {"guid": "g", "activityType": kind, **body_of(content, frame)}
    return content_of(row, frame)


@given(strategies.singles(), FRAMES)
def test_what_is_written_is_read_as_it_was_promised(
    content: Content, frame: Frame
) -> None:
    nobody = replace(content, details=replace(content.details, participants=()))

    found = held(nobody, frame)

    assert found.details == projected(nobody, frame).details


@given(strategies.singles(), FRAMES)
def test_what_severa_holds_is_held_as_it_is(content: Content, frame: Frame) -> None:
    once = projected(content, frame)

    assert projected(once, frame) == once
    assert operations(content, once, frame) == []


@given(strategies.singles(), strategies.singles(), FRAMES)
def test_a_patch_leads_from_one_content_to_the_other(
    before: Content, after: Content, frame: Frame
) -> None:
    row = body_of(before, frame)

    for one in operations(before, after, frame):
        assert one["op"] == "Replace"
        row[one["path"].removeprefix("/")] = one["value"]

    assert row == body_of(after, frame)


def test_only_what_differs_is_patched_but_times_go_together() -> None:
    before = content_of(activity(), HELSINKI)
    later = replace(before.details, duration=Duration(seconds=7200))
    titled = replace(before.details, title="Other")

    times = operations(before, replace(before, details=later), HELSINKI)
    title = operations(before, replace(before, details=titled), HELSINKI)

    paths = [one["path"] for one in times]
    assert paths == ["/startDateTime", "/endDateTime", "/isAllDay"]
    assert title == [{"op": "Replace", "path": "/name", "value": "Other"}]


@pytest.mark.parametrize(
    ("start", "end", "frame", "days"),
    [
        ("2031-03-03T00:00:00+02:00", "2031-03-03T00:00:00+02:00", HELSINKI, 1),
        ("2031-03-03T00:00:00+02:00", "2031-03-03T23:59:59+02:00", HELSINKI, 1),
        ("2031-03-03T00:00:00+02:00", "2031-03-04T00:00:00+02:00", HELSINKI, 2),
        ("2031-03-03T00:00:00-05:00", "2031-03-04T00:00:00-05:00", NEXT_DAY, 1),
        ("2031-03-03T00:00:00-05:00", "2031-03-03T00:00:00-05:00", NEXT_DAY, 1),
        ("2031-03-02T22:00:00+00:00", "2031-03-03T21:59:59+00:00", HELSINKI, 1),
        ("2031-03-03T00:00:00Z", "2031-03-03T23:59:59Z", HELSINKI, 1),
        ("2031-03-03T00:00:00", None, HELSINKI, 1),
    ],
)
def test_whole_days_are_read_wherever_severa_puts_their_end(
    start: str, end: str | None, frame: Frame, days: int
) -> None:
    row = activity(startDateTime=start, endDateTime=end, isAllDay=True)

    details = content_of(row, frame).details

    assert details.when == When(start=date(2031, 3, 3))
    assert details.duration == Duration(days=days)


def test_a_place_is_cut_as_severa_counts() -> None:
    content = content_of(activity(location="🦊" * LONGEST_LOCATION), HELSINKI)

    [place] = projected(content, HELSINKI).details.places

    assert place == "🦊" * (LONGEST_LOCATION // 2)


def test_an_activity_without_a_time_says_so() -> None:
    with pytest.raises(Unreadable, match=r"no time that can be read\."):
        content_of(activity(startDateTime="soon"), HELSINKI)


def test_what_only_severa_knows_is_there_for_templates() -> None:
    row = activity(
        customer={"name": "Bakery"},
        phase={"name": "Design", "projectName": "New shop"},
        recurrenceParentActivityGuid="s",
        isClosed=False,
    )

    assert extra_of(row) == {
        "type": "Meeting",
        "category": "CalendarEntry",
        "customer": "Bakery",
        "project": "New shop",
        "phase": "Design",
        "series": "s",
    }


# --- types ---------------------------------------------------------------------------


def test_types_are_chosen_by_name_or_else_by_category() -> None:
    types = types_of(
        [
            {"guid": "1", "name": "Visit", "category": "CalendarEntry"},
            {"guid": "2", "name": "Eigenes", "category": "Personal"},
            {"guid": "3", "name": "Old", "category": "Personal", "isActive": False},
            {"guid": "4", "name": "To do", "category": "Task"},
        ]
    )

    def guid(name: str) -> str | None:
        found = named(types, name)
        return found.guid if found else None

    assert [guid(" visit "), guid("Personal"), guid("Old")] == ["1", "2", None]
    assert [guid("To do"), guid("Task")] == [None, None]
    assert guid(usual_name(private=True, default="Visit")) == "2"
    assert guid(usual_name(private=False, default="")) == "1"


# --- people --------------------------------------------------------------------------


def person(user: User, answer: Answer = Answer.NEEDS_ACTION) -> Participant:
    return Participant(email=user.email, name=user.name, answer=answer)


def test_answers_are_read_and_the_owner_is_the_organizer() -> None:
    rows: list[dict[str, Any]] = [
        {"email": "Ben@Example.com", "name": "Ben", "status": "Declined"},
        {"email": ANNA.email, "name": "Anna", "participantGuid": "u1"},
        {"email": None, "name": "Beamer", "type": "Resource"},
    ]

    found = participants_of(rows, owner="u1")

    anna = replace(person(ANNA), organizer=True)
    assert found == (anna, person(BEN, Answer.DECLINED))


def test_only_users_are_held_and_only_acceptance() -> None:
    invited = (
        person(ANNA, Answer.ACCEPTED),
        person(BEN, Answer.DECLINED),
        Participant(email="guest@elsewhere.example"),
    )
    content = content_of(activity(), HELSINKI, invited)

    shown = with_held_people(content, USERS, owner="u1").details.participants

    anna = replace(person(ANNA, Answer.ACCEPTED), organizer=True)
    assert shown == (anna, person(BEN))


def test_steps_add_users_confirm_and_remove_and_invent_nobody() -> None:
    guest = Participant(email="guest@elsewhere.example")

    todo = steps([person(BEN)], [person(ANNA, Answer.ACCEPTED), guest], USERS)

    assert todo.added == [ANNA]
    assert todo.removed == [BEN.email]
    assert todo.confirmed == {ANNA.email: True}


# --- the cursor ----------------------------------------------------------------------


@given(
    st.frozensets(st.uuids().map(str)), st.dictionaries(st.uuids().map(str), st.text())
)
def test_a_cursor_says_what_it_was_told(
    known: frozenset[str], shown: dict[str, str]
) -> None:
    moment = datetime.fromisoformat("2026-11-20T09:00:00+00:00")
    place = Place(
        full=False,
        since=moment,
        next_since=moment,
        compared=moment,
        shown=shown,
        known=known,
    )

    assert place_of(place.text) == place


@pytest.mark.parametrize("cursor", ["", "since.1.2", "severa1.x", "severa1.eJw="])
def test_what_is_no_cursor_of_ours_asks_for_everything(cursor: str) -> None:
    with pytest.raises(SyncTokenExpired):
        place_of(cursor)
