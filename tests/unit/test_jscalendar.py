"""Reading JSCalendar: what is understood, and what is refused."""

from datetime import date, datetime
from typing import Any

import pytest

from sync.content import (
    Alert,
    Answer,
    Content,
    Duration,
    FreeBusy,
    Participant,
    Privacy,
    Status,
    Text,
    When,
)
from sync.jscalendar import ContentInvalid, read, write

START = "2027-03-29T09:00:00"


def event(**members: Any) -> dict[str, Any]:
    """A minimal event with these members."""
    return {"start": START, "timeZone": "Europe/Amsterdam", **members}


def weekly(**overrides: Any) -> dict[str, Any]:
    """A weekly series with an override in its second week."""
    rules = [{"frequency": "weekly"}]
    second = {"2027-04-05T09:00:00": overrides}
    return event(recurrenceRules=rules, recurrenceOverrides=second)


def content_of(json: Any) -> Content:
    """What the event reads as."""
    return read(json, default_uid="visit-1")


def problems_of(json: Any) -> dict[str, str]:
    """Why it is refused, by pointer."""
    with pytest.raises(ContentInvalid) as refused:
        read(json, default_uid="visit-1")
    return {problem.pointer: problem.message for problem in refused.value.problems}


def test_the_example_of_the_contract_is_understood() -> None:
    json = {
        "@type": "Event",
        "uid": "visit-4711",
        "title": "Roof survey",
        "start": START,
        "timeZone": "Europe/Amsterdam",
        "duration": "PT1H30M",
        "locations": {"1": {"@type": "Location", "name": "Dorpsstraat 1, Utrecht"}},
        "recurrenceRules": [
            {"@type": "RecurrenceRule", "frequency": "weekly", "count": 8}
        ],
        "recurrenceOverrides": {
            "2027-04-05T09:00:00": {"excluded": True},
            "2027-04-12T09:00:00": {"start": "2027-04-12T11:00:00"},
        },
        "privacy": "public",
        "freeBusyStatus": "busy",
        "status": "confirmed",
    }

    content = content_of(json)

    assert content.uid == "visit-4711"
    assert content.details.title == "Roof survey"
    assert content.details.duration == Duration(seconds=5400)
    assert content.details.places == ("Dorpsstraat 1, Utrecht",)
    assert content.rules[0].count == 8
    removed, moved = content.overrides.values()
    assert removed is None
    assert moved is not None
    assert moved.when.start == datetime.fromisoformat("2027-04-12T11:00:00")


def test_what_is_absent_has_its_default() -> None:
    details = content_of({"start": START}).details

    assert details.when == When(start=datetime.fromisoformat(START))
    assert (details.status, details.free_busy) == (Status.CONFIRMED, FreeBusy.BUSY)
    assert (details.privacy, details.duration) == (Privacy.PUBLIC, Duration())


def test_an_all_day_event_is_a_date_of_whole_days() -> None:
    json = event(showWithoutTime=True, duration="PT26H")

    details = content_of(json).details

    assert details.when == When(start=date(2027, 3, 29))
    assert details.duration == Duration(days=2)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT0S", Duration()),
        ("P1W", Duration(days=7)),
        ("P1W2D", Duration(days=9)),
        ("P1DT2H", Duration(days=1, seconds=7200)),
        ("PT1H0M5S", Duration(seconds=3605)),
        ("PT90M", Duration(seconds=5400)),
    ],
)
def test_durations_are_read(text: str, duration: Duration) -> None:
    assert content_of(event(duration=text)).details.duration == duration


def test_participants_are_known_by_their_address() -> None:
    people = {
        "a": {
            "@type": "Participant",
            "name": "Ann",
            "email": "Ann@X.nl",
            "roles": {"owner": True, "attendee": True},
            "participationStatus": "accepted",
        },
        "b": {
            "sendTo": {"imip": "mailto:bob%2Bsales@x.nl?subject=x"},
            "roles": {"attendee": True, "optional": True},
            "participationComment": "Late",
        },
        "room": {"email": "room@x.nl", "kind": "location"},
        "nobody": {"name": "A voice on the phone"},
    }

    participants = content_of(event(participants=people)).details.participants

    assert participants == (
        Participant(
            email="ann@x.nl", name="Ann", answer=Answer.ACCEPTED, organizer=True
        ),
        Participant(email="bob+sales@x.nl", optional=True, comment="Late"),
        Participant(email="room@x.nl", resource=True),
    )


def test_places_come_in_the_order_of_their_ids() -> None:
    locations = {"10": {"name": "Ten"}, "9": {"name": "Nine"}, "a": {"name": "A"}}

    assert content_of(event(locations=locations)).details.places == ("Nine", "A", "Ten")


def test_the_end_may_lie_in_a_zone_of_its_own() -> None:
    arrival = {"name": "JFK", "relativeTo": "end", "timeZone": "America/New_York"}

    details = content_of(event(locations={"1": arrival})).details

    assert details.when.end_zone == "America/New_York"
    assert details.places == ("JFK",)


def test_alerts_of_whole_minutes_before_the_start_are_ours() -> None:
    alerts = {
        "1": {"trigger": {"@type": "OffsetTrigger", "offset": "-PT15M"}},
        "2": {"trigger": {"offset": "-P1D"}, "action": "email"},
        "3": {"trigger": {"offset": "-PT15M", "relativeTo": "end"}},
        "4": {"trigger": {"offset": "PT15M"}},
        "5": {"trigger": {"@type": "AbsoluteTrigger", "when": "2027-03-01T00:00:00Z"}},
        "6": {"trigger": {"offset": "-PT90S"}},
    }

    found = content_of(event(alerts=alerts)).details.alerts

    assert found == (Alert(minutes=15), Alert(minutes=1440, by_email=True))
    assert content_of(event(alerts=alerts, useDefaultAlerts=True)).details.alerts == ()


def test_html_and_line_ends_are_understood() -> None:
    json = event(
        description="a\r\nb", descriptionContentType="Text/HTML; charset=utf-8"
    )

    assert content_of(json).details.description == Text(text="a\nb", html=True)


def test_a_vendors_own_words_count_as_the_safe_ones() -> None:
    json = event(status="x.nl:maybe", privacy="x.nl:team", freeBusyStatus="x.nl:far")

    details = content_of(json).details

    assert details.status is Status.CONFIRMED
    assert details.privacy is Privacy.PRIVATE
    assert details.free_busy is FreeBusy.BUSY


def test_unknown_members_are_not_looked_at() -> None:
    json = event(links={"1": 7}, **{"x.nl:shift": {"deep": [1, None]}}, priority="high")

    assert content_of(json) == content_of(event())


def test_an_override_may_patch_deep_inside() -> None:
    json = weekly(
        **{"locations/1/name": "Elsewhere", "privacy": "secret", "title": None}
    )
    json |= {"locations": {"1": {"name": "Here"}}, "title": "Roof"}

    (shown,) = content_of(json).overrides.values()

    assert shown is not None
    assert (shown.places, shown.title) == (("Elsewhere",), "")
    assert shown.privacy is Privacy.PUBLIC


def test_idle_overrides_are_dropped() -> None:
    json = weekly(title="Roof")
    json["title"] = "Roof"
    json["recurrenceOverrides"]["2027-04-06T09:00:00"] = {"excluded": True}

    assert content_of(json).overrides == {}


def test_an_empty_override_off_the_grid_adds_an_occurrence() -> None:
    json = event(recurrenceOverrides={"2027-04-06T09:00:00": {}})

    (slot,) = content_of(json).overrides

    assert slot == datetime.fromisoformat("2027-04-06T09:00:00")


@pytest.mark.parametrize(
    ("json", "pointer"),
    [
        (None, ""),
        ([], ""),
        ({}, "/start"),
        (event(start=7), "/start"),
        (event(start="2027-03-29"), "/start"),
        (event(start="2027-03-29T09:00:00Z"), "/start"),
        (event(start="2027-02-30T09:00:00"), "/start"),
        (event(start="0001-01-01T00:00:00"), "/start"),
        (event(start="2027-03-29T23:59:60"), "/start"),
        (event(start="٢٠٢٧-03-29T09:00:00"), "/start"),
        (event(duration="-PT1H"), "/duration"),
        (event(duration="PT1.5S"), "/duration"),
        (event(duration="P"), "/duration"),
        (event(duration="PT"), "/duration"),
        (event(duration="1 hour"), "/duration"),
        (event(duration="P999999999W"), "/duration"),
        (event(timeZone="Europe/Amsterdm"), "/timeZone"),
        (event(timeZone="../../etc/passwd"), "/timeZone"),
        (event(timeZone="/custom"), "/timeZone"),
        (event(timeZone=1), "/timeZone"),
        (event(title=None), "/title"),
        (event(title=["a"]), "/title"),
        (event(description={}), "/description"),
        (event(descriptionContentType="image/png"), "/descriptionContentType"),
        (event(showWithoutTime="yes"), "/showWithoutTime"),
        (event(status="done"), "/status"),
        (event(freeBusyStatus="maybe"), "/freeBusyStatus"),
        (event(privacy="hidden"), "/privacy"),
        (event(color="blue; x"), "/color"),
        (event(keywords=["a"]), "/keywords"),
        (event(keywords={"a/b": False}), "/keywords/a~1b"),
        (event(uid=""), "/uid"),
        (event(uid="x" * 256), "/uid"),
        (event(**{"@type": "Task"}), "/@type"),
        (event(method="request"), "/method"),
        (event(recurrenceId=START), "/recurrenceId"),
        (event(locations=[]), "/locations"),
        (event(locations={"1": "here"}), "/locations/1"),
        (event(locations={"1": {"name": 1}}), "/locations/1/name"),
        (event(locations={"1": {"@type": "Place"}}), "/locations/1/@type"),
        (event(locations={"1": {"timeZone": "X/Y"}}), "/locations/1/timeZone"),
        (event(virtualLocations={"1": {}}), "/virtualLocations/1/uri"),
        (event(participants={"1": {"email": "ann"}}), "/participants/1/email"),
        (
            event(participants={"1": {"roles": ["owner"]}}),
            "/participants/1/roles",
        ),
        (
            event(participants={"1": {"participationStatus": "yes"}}),
            "/participants/1/participationStatus",
        ),
        (event(alerts={"1": {}}), "/alerts/1/trigger"),
        (
            event(alerts={"1": {"trigger": {"offset": "soon"}}}),
            "/alerts/1/trigger/offset",
        ),
        (event(useDefaultAlerts=1), "/useDefaultAlerts"),
        (event(recurrenceRules={}), "/recurrenceRules"),
        (event(recurrenceRules=[{}]), "/recurrenceRules/0/frequency"),
        (
            event(recurrenceRules=[{"frequency": "daily", "count": 0}]),
            "/recurrenceRules/0/count",
        ),
        (event(recurrenceRules=[{"frequency": "daily"}] * 99), "/recurrenceRules"),
        (event(excludedRecurrenceRules=[{}]), "/excludedRecurrenceRules"),
        (event(recurrenceOverrides=[]), "/recurrenceOverrides"),
        (
            event(recurrenceOverrides={"tomorrow": {}}),
            "/recurrenceOverrides/tomorrow",
        ),
        (event(title="a\0b"), "/title"),
        (event(**{"x.nl:a": ["\ud800"]}), "/x.nl:a/0"),
        (event(priority=2**60), "/priority"),
        (event(priority=float("inf")), "/priority"),
    ],
)
def test_what_is_malformed_is_named_by_its_pointer(json: Any, pointer: str) -> None:
    assert list(problems_of(json)) == [pointer]


SECOND = "/recurrenceOverrides/2027-04-05T09:00:00"


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"excluded": "yes"}, "/excluded"),
        ({"title": 7}, "/title"),
        ({"start": "noon"}, "/start"),
        ({"start": None}, "/start"),
        ({"locations/1/name": "x"}, "/locations~11~1name"),
        ({"title/x": "x"}, "/title~1x"),
        ({"title": "a", "title/x": 1}, "/title"),
        ({"keywords": {"a": 1}}, "/keywords"),
    ],
)
def test_a_bad_patch_is_named_by_its_pointer(patch: Any, pointer: str) -> None:
    assert f"{SECOND}{pointer}" in problems_of(weekly(**patch))


def test_every_problem_is_named_at_once() -> None:
    json = weekly(title=1) | {"duration": "x", "status": "x", "timeZone": "x"}

    assert set(problems_of(json)) == {
        "/duration",
        "/status",
        "/timeZone",
        f"{SECOND}/title",
    }


def test_what_is_too_deep_is_refused() -> None:
    deep: Any = "end"
    for _ in range(5_000):
        deep = [deep]

    (pointer,) = problems_of(event(links=deep))

    assert pointer.startswith("/links/0/0")


def test_a_near_zone_is_suggested() -> None:
    problems = problems_of(event(timeZone="W. Europe Standard Time"))

    assert "Europe/Berlin" in problems["/timeZone"]


def test_defaults_are_not_written() -> None:
    content = content_of(event())

    assert write(content) == {
        "@type": "Event",
        "uid": "visit-1",
        "start": START,
        "timeZone": "Europe/Amsterdam",
    }
