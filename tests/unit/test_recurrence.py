"""What series come to."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from sync.content import Content, Details, Duration, Slot, When
from sync.grid import slots_on
from sync.recurrence import (
    RuleInvalid,
    ends,
    expand,
    has_slot,
    instant,
    moved_slots,
    occurrence,
    reaches,
    rule_of,
    slots_between,
)
from sync.recurrence import given as given_at
from sync.values import naive
from tests.unit import strategies

AMSTERDAM = "Europe/Amsterdam"
LATE = datetime.fromisoformat("2100-01-01T00:00:00")


def local(text: str) -> datetime:
    """A local time."""
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def series(text: str, start: str = "2027-04-05T09:00:00", **more: object) -> Content:
    """A series of an hour each, in Amsterdam; all day where the start is a date."""
    if len(start) == len("2027-04-05"):
        when, duration = When(start=date.fromisoformat(start)), Duration(days=1)
    else:
        when = When(start=local(start), zone=AMSTERDAM)
        duration = Duration(seconds=3600)
    when = replace(when, **more)  # type: ignore[arg-type]  # because only zones come
    details = Details(when=when, duration=duration)
    return Content(uid="u", details=details, rules=(rule_of(text, when),))


def first(content: Content, limit: int = 5) -> list[str]:
    """The first slots, as text."""
    start = content.details.when.start
    found = slots_between(content, start=start, end=LATE, limit=limit)
    return [slot.isoformat() for slot in found]


# --- What rules give -----------------------------------------------------------------


def lists(*numbers: int) -> st.SearchStrategy[str]:
    """A few of the numbers, as a list part writes them."""
    some = st.lists(st.sampled_from(numbers), min_size=1, max_size=3)
    return some.map(lambda chosen: ",".join(map(str, chosen)))


@st.composite
def rule_texts(draw: st.DrawFn) -> str:
    """Rules that both we and dateutil understand, and that come to pass."""
    frequency = draw(
        st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"])
    )
    days = st.lists(
        st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1
    )
    parts = {
        "INTERVAL": st.integers(1, 4).map(str),
        "BYMONTH": lists(1, 2, 4, 7, 12),
        "BYDAY": days.map(",".join),
        "BYHOUR": lists(0, 9, 15, 23),
        "BYMINUTE": lists(0, 15, 30),
        "WKST": st.sampled_from(["MO", "SU", "WE"]),
    }
    if frequency != "WEEKLY":
        parts["BYMONTHDAY"] = lists(1, 2, 13, 28, 29, 31, -1, -7)
        parts["BYSETPOS"] = lists(1, 2, -1)
    if frequency in ("YEARLY", "MONTHLY"):
        numbered = st.builds("{}{}".format, lists(1, 2, -1), st.just("FR"))
        parts["BYDAY"] = st.one_of(
            parts["BYDAY"], numbered.filter(lambda it: "," not in it)
        )
    if frequency == "YEARLY":
        parts["BYYEARDAY"] = lists(1, 60, 100, 200, 366, -1, -366)
        # Not the weeks around New Year: there dateutil is wrong (2011-01-01 is no 53).
        parts["BYWEEKNO"] = lists(5, 20, 33, -20)
    chosen = draw(st.lists(st.sampled_from(sorted(parts)), max_size=3, unique=True))
    texts = [f"{name}={draw(parts[name])}" for name in chosen]
    return ";".join([f"FREQ={frequency}", *texts])


@given(rule_texts(), strategies.moments())
def test_rules_give_what_another_library_finds(text: str, start: datetime) -> None:
    # RFC 8984 fills in the weekday here; to dateutil a bare week is seven days.
    assume("BYWEEKNO" not in text or "DAY=" in text)
    content = None
    with suppress(RuleInvalid):
        content = series(text, start.isoformat())
    assume(content is not None)
    assert content is not None
    horizon = start + timedelta(days=3000)

    other: Iterator[datetime] = iter(rrulestr(text, dtstart=start))
    theirs = list(islice(takewhile(lambda slot: slot < horizon, other), 12))

    ours = slots_between(content, start=start, end=horizon, limit=12)
    assert ours == sorted({start, *theirs})[:12]
    assert all(has_slot(content, slot) for slot in ours)


@given(st.data())
def test_slots_are_the_same_from_wherever_one_looks(data: st.DataObject) -> None:
    content = data.draw(strategies.series())
    start = content.details.when.start
    slots = list(islice(slots_on(content, local("1990-01-01T00:00:00")), 30))
    point = data.draw(st.sampled_from(slots or [start]))

    from_there = list(islice(slots_on(content, naive(point)), 5))

    known = [slot for slot in slots if slot >= point][:5]
    assert from_there[: len(known)] == known
    assert all(has_slot(content, slot) for slot in slots)


@pytest.mark.parametrize(
    ("text", "start", "slots"),
    [
        # RFC 8984: the start comes first and counts, though it is a Monday.
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", "2027-04-05", "04-05 04-06 04-13"),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", "2027-01-31", "01-31 03-31 05-31"),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "2027-01-29", "01-29 02-26 03-26"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;COUNT=4",
            "2027-08-03",
            "08-03 08-08 08-17 08-22",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=4",
            "2027-08-03",
            "08-03 08-15 08-17 08-29",
        ),
        ("FREQ=DAILY;UNTIL=20270407", "2027-04-05", "04-05 04-06 04-07"),
        ("FREQ=DAILY;UNTIL=20270401", "2027-04-05", ""),
        ("FREQ=YEARLY;BYWEEKNO=20;COUNT=2", "2027-05-17", "05-17 05-15"),
        ("FREQ=MONTHLY;BYDAY=MO,1WE;COUNT=4", "2027-06-02", "06-02 06-07 06-14 06-21"),
    ],
)
def test_rules_follow_the_standards(text: str, start: str, slots: str) -> None:
    assert [slot[5:] for slot in first(series(text, start))] == slots.split()


def test_the_29th_of_february_waits_for_leap_years() -> None:
    assert first(series("FREQ=YEARLY", "2096-02-29"), 2) == ["2096-02-29"]
    assert first(series("FREQ=YEARLY", "2024-02-29"), 2) == ["2024-02-29", "2028-02-29"]


def test_hours_are_counted_across_midnight() -> None:
    content = series("FREQ=HOURLY;INTERVAL=5;BYDAY=TU", "2027-04-05T23:00:00")

    assert first(content, 3) == [
        "2027-04-05T23:00:00",
        "2027-04-06T04:00:00",
        "2027-04-06T09:00:00",
    ]


def test_a_single_event_has_one_slot() -> None:
    when = When(start=local("2027-04-05T09:00:00"), zone=AMSTERDAM)
    content = Content(uid="u", details=Details(when=when))

    assert has_slot(content, when.start)
    assert not has_slot(content, date(2027, 4, 5))
    assert first(content) == ["2027-04-05T09:00:00"]


def test_overrides_add_change_and_remove() -> None:
    content = series("FREQ=DAILY;COUNT=4")
    changes: dict[Slot, Details | None] = {}
    second, third = local("2027-04-06T09:00:00"), local("2027-04-07T09:00:00")
    extra = local("2027-04-06T15:00:00")
    changed = replace(given_at(content, third), title="Changed")
    added = given_at(content, extra)
    changes |= {second: None, third: changed, extra: added}
    content = replace(content, overrides=changes)

    assert [slot[8:13] for slot in first(content)] == [
        "05T09",
        "06T15",
        "07T09",
        "08T09",
    ]
    assert occurrence(content, second) is None
    assert occurrence(content, third) == changed
    assert not has_slot(content, extra)


# --- Instants ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "moment"),
    [
        ("2027-03-28T01:59:59", "2027-03-28T00:59:59"),
        ("2027-03-28T02:30:00", "2027-03-28T01:30:00"),  # skipped: it is 03:30 then
        ("2027-03-28T03:00:00", "2027-03-28T01:00:00"),
        ("2027-10-31T02:30:00", "2027-10-31T00:30:00"),  # twice: the first is meant
        ("2027-10-31T03:00:00", "2027-10-31T02:00:00"),
    ],
)
def test_local_times_are_read_at_both_edges_of_summer(shown: str, moment: str) -> None:
    assert instant(When(start=local(shown), zone=AMSTERDAM)) == utc(moment)


@given(strategies.all_zones(), strategies.moments())
def test_clocks_show_the_start_in_every_zone(zone: str, start: datetime) -> None:
    when = When(start=start, zone=zone)

    moment = instant(when)

    again = When(start=_clock(moment, zone), zone=zone)
    assert again.start >= start  # Later only where the clocks skip it.
    assert instant(again) == moment


def _clock(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def test_floating_times_and_dates_need_a_zone() -> None:
    floating, dated = (
        When(start=local("2027-04-05T09:00:00")),
        When(start=date(2027, 4, 5)),
    )

    assert instant(floating, zone="Asia/Tokyo") == utc("2027-04-05T00:00:00")
    assert instant(dated, zone=AMSTERDAM) == utc("2027-04-04T22:00:00")
    with pytest.raises(ValueError, match="without a zone"):
        instant(dated)


def test_days_are_wall_clock_and_seconds_exact() -> None:
    when = When(start=local("2027-03-27T12:00:00"), zone=AMSTERDAM)

    a_day = ends(Details(when=when, duration=Duration(days=1)))
    hours = ends(Details(when=when, duration=Duration(seconds=86_400)))

    assert a_day == utc("2027-03-28T10:00:00")
    assert hours == utc("2027-03-28T11:00:00")


# --- Stretches of time ---------------------------------------------------------------


def test_what_was_moved_counts_where_it_is() -> None:
    content = series("FREQ=DAILY")
    in_, out = local("2027-05-20T09:00:00"), local("2027-05-01T09:00:00")
    moved: dict[Slot, Details | None] = {
        in_: _moved(content, in_, "2027-05-02T12:00:00"),
        out: _moved(content, out, "2027-06-01T12:00:00"),
    }
    content = replace(content, overrides=moved)

    found = expand(
        content,
        start=utc("2027-05-01T00:00:00"),
        end=utc("2027-05-03T00:00:00"),
        limit=9,
    )

    assert [slot for slot, _ in found] == [local("2027-05-02T09:00:00"), in_]


def _moved(content: Content, slot: Slot, start: str) -> Details:
    details = given_at(content, slot)
    return replace(details, when=replace(details.when, start=local(start)))


@given(strategies.contents(), strategies.moments(), st.integers(1, 400))
def test_what_reaches_into_a_stretch_is_found_there(
    content: Content, start: datetime, many_days: int
) -> None:
    begin = start.replace(tzinfo=UTC)
    end = begin + timedelta(days=many_days)

    found = expand(content, start=begin, end=end, limit=3)

    assert reaches(content, start=begin, end=end) == bool(found)
    assert all(occurrence(content, slot) == details for slot, details in found)
    starts = [instant(details.when, zone="UTC") for _, details in found]
    assert starts == sorted(starts)


def test_an_endless_series_is_quick_to_ask() -> None:
    content = series("FREQ=DAILY", "1999-01-01T09:00:00")
    start = utc("2399-07-01T00:00:00")

    found = expand(content, start=start, end=start + timedelta(days=2), limit=10)

    assert len(found) == 2
    assert not has_slot(content, local("2399-07-01T10:00:00"))


def test_a_long_event_reaches_far() -> None:
    content = series("FREQ=YEARLY;COUNT=1", "2027-04-05")
    details = replace(content.details, duration=Duration(days=60))
    content = replace(content, details=details)

    assert reaches(
        content, start=utc("2027-06-03T00:00:00"), end=utc("2027-06-04T00:00:00")
    )
    assert not reaches(
        content, start=utc("2027-06-05T00:00:00"), end=utc("2027-06-06T00:00:00")
    )


# --- Moving the grid -----------------------------------------------------------------


def _to(text: str) -> Slot:
    return local(text) if "T" in text else date.fromisoformat(text)


@pytest.mark.parametrize(
    ("before", "after", "moves"),
    [
        # A new time, a new day of the week, all day: the same ordinal.
        (
            series("FREQ=WEEKLY"),
            series("FREQ=WEEKLY", "2027-04-05T11:00:00"),
            {"2027-04-12T09:00:00": "2027-04-12T11:00:00"},
        ),
        (
            series("FREQ=WEEKLY"),
            series("FREQ=WEEKLY", "2027-04-06T09:00:00"),
            {"2027-04-19T09:00:00": "2027-04-20T09:00:00"},
        ),
        (
            series("FREQ=WEEKLY"),
            series("FREQ=WEEKLY", "2027-04-05"),
            {"2027-04-12T09:00:00": "2027-04-12"},
        ),
        (
            series("FREQ=DAILY;COUNT=3", "2027-04-05"),
            series("FREQ=DAILY;COUNT=2", "2027-04-05T10:00:00"),
            {"2027-04-06": "2027-04-06T10:00:00", "2027-04-07": None},
        ),
        # The same grid, begun later or earlier: what was removed stays removed.
        (
            series("FREQ=DAILY"),
            series("FREQ=DAILY", "2027-04-06T09:00:00"),
            {"2027-04-05T09:00:00": None, "2027-04-08T09:00:00": "2027-04-08T09:00:00"},
        ),
        (
            series("FREQ=DAILY"),
            series("FREQ=DAILY", zone="America/New_York"),
            {"2027-04-08T09:00:00": "2027-04-08T09:00:00"},
        ),
        # A new rule: the same date.
        (
            series("FREQ=DAILY"),
            series("FREQ=WEEKLY;BYDAY=MO,TH"),
            {"2027-04-08T09:00:00": "2027-04-08T09:00:00", "2027-04-09T09:00:00": None},
        ),
        (
            series("FREQ=DAILY"),
            series("FREQ=WEEKLY;BYDAY=MO,TH", "2027-04-05T15:00:00"),
            {"2027-04-08T09:00:00": "2027-04-08T15:00:00", "2027-04-09T09:00:00": None},
        ),
    ],
)
def test_overrides_follow_their_slots(
    before: Content, after: Content, moves: dict[str, str | None]
) -> None:
    slots = {_to(slot): place and _to(place) for slot, place in moves.items()}

    assert moved_slots(before, after, slots) == slots


@given(st.data())
def test_no_two_slots_ever_meet(data: st.DataObject) -> None:
    before, after = data.draw(strategies.series()), data.draw(strategies.series())
    slots = strategies.slots_of(before, 6) + list(before.overrides)

    places = moved_slots(before, after, slots)

    found = [place for place in places.values() if place is not None]
    assert len(found) == len(set(found))
    assert set(places) == set(slots)
    assert all(
        has_slot(after, place)
        for slot, place in places.items()
        if place is not None and has_slot(before, slot)
    )
