"""Promises of the codec that hold for every content."""

from dataclasses import replace
from datetime import datetime
from random import Random

import pytest
from hypothesis import given as for_every
from hypothesis import settings
from hypothesis import strategies as st

from sync.content import Content, Details, Duration, FreeBusy, Rule, Slot, Status, When
from sync.google import Rows, content_of, project, rows_for, steps, with_row
from sync.google.patching import patch_body
from sync.normal import normal
from sync.times import instant
from sync.values import naive
from tests.unit.google.paper_google import ZONE, PaperGoogle
from tests.unit.google.recorded import at, read
from tests.unit.strategies import all_zones, contents, moments, series, singles

QUICK = settings(max_examples=60, deadline=None)


@QUICK
@for_every(contents())
def test_what_google_holds_it_holds_unchanged(content: Content) -> None:
    once = project(content, zone=ZONE)

    assert project(once, zone=ZONE) == once
    assert normal(once) == once


@QUICK
@for_every(contents())
def test_nothing_that_both_can_hold_is_lost(content: Content) -> None:
    shown, held = content.details, project(content, zone=ZONE).details

    assert held.title == " ".join(shown.title.split("\n")).strip()
    assert held.privacy is shown.privacy
    assert held.default_alerts is shown.default_alerts
    assert [alert for alert in shown.alerts if 0 <= alert.minutes <= 40_320][:5] == [
        *held.alerts
    ]
    assert [replace(person, organizer=False) for person in shown.participants] == [
        *held.participants
    ] or any("@" not in person.email for person in shown.participants)
    if shown.status is not Status.CANCELLED:
        assert (held.status, held.free_busy) == (shown.status, shown.free_busy)
    else:
        assert (held.status, held.free_busy) == (Status.TENTATIVE, FreeBusy.FREE)


@QUICK
@for_every(series())
def test_every_slot_keeps_its_place(content: Content) -> None:
    held = project(content, zone=ZONE)

    assert held.rules == content.rules
    if held.details.when.start == content.details.when.start:
        assert held.overrides.keys() <= content.overrides.keys()
    assert _removed(held) == _removed(content)


def _removed(content: Content) -> int:
    return sum(shown is None for shown in content.overrides.values())


@QUICK
@for_every(series(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same(content: Content, random: Random) -> None:
    rows = rows_for(content, zone=ZONE)
    every = [rows.master, *rows.exceptions.values()]
    random.shuffle(every)

    found = Rows()
    for row in every:
        assert row is not None
        found = with_row(found, row)

    assert content_of(found, zone=ZONE) == project(content, zone=ZONE)


@QUICK
@for_every(contents())
def test_what_google_holds_already_is_not_written(content: Content) -> None:
    google = PaperGoogle.holding(content)

    assert google.content == project(content, zone=ZONE)
    assert steps(google.content, content, google.rows, zone=ZONE) == ()


@QUICK
@for_every(contents(), contents())
def test_the_steps_lead_from_anything_to_anything(
    before: Content, after: Content
) -> None:
    after = replace(after, uid=before.uid)
    google = PaperGoogle.holding(before)

    for _ in google.bring(after):
        pass

    assert google.content == project(after, zone=ZONE)


@QUICK
@for_every(singles())
def test_a_patch_of_equals_is_empty(content: Content) -> None:
    master = rows_for(content, zone=ZONE).master
    assert master is not None

    assert patch_body(content.details, content.details, row=master) == {}


@QUICK
@for_every(singles(), singles())
def test_a_patch_names_only_what_differs(one: Content, other: Content) -> None:
    mixed = replace(one.details, title=other.details.title, color=other.details.color)

    body = patch_body(one.details, mixed, row={"id": "a"})

    assert body.keys() <= {"summary", "colorId"}


@settings(max_examples=60, deadline=None)
@for_every(moments(), all_zones())
def test_every_zone_keeps_its_instants(start: datetime, zone: str) -> None:
    when = When(start=start, zone=zone)
    details = Details(when=when, duration=Duration(seconds=5400))

    held = project(Content(uid="a", details=details), zone="UTC").details

    assert instant(held.when) == instant(when)
    assert held.duration == details.duration
    assert held.when.zone == zone
    if held.when != when:
        assert naive(held.when.start) > naive(start)  # Clocks skipped it.


@pytest.mark.parametrize(
    ("start", "moment"),
    [
        ("2027-03-28T01:59", "2027-03-28T00:59:00Z"),
        ("2027-03-28T02:30", "2027-03-28T01:30:00Z"),
        ("2027-03-28T03:00", "2027-03-28T01:00:00Z"),
        ("2027-10-31T02:30", "2027-10-31T00:30:00Z"),
        ("2027-10-31T03:00", "2027-10-31T02:00:00Z"),
    ],
)
def test_both_edges_of_summer_time(start: str, moment: str) -> None:
    details = Details(when=When(start=at(start), zone=ZONE))

    rows = rows_for(Content(uid="a", details=details), zone=ZONE)

    assert rows.master is not None
    written = datetime.fromisoformat(rows.master["start"]["dateTime"])
    assert written == datetime.fromisoformat(moment)


def test_the_second_pass_of_an_hour_is_kept_as_an_instant() -> None:
    second = {"dateTime": "2027-10-31T02:30:00+01:00", "timeZone": ZONE}
    row = {"id": "a", "start": second, "end": second}

    content = read(row)

    assert content.details.when == When(start=at("2027-10-31T01:30"), zone="Etc/UTC")
    assert project(content, zone=ZONE) == content


def test_a_night_shift_series_survives_both_changes_of_the_clocks() -> None:
    when = When(start=at("2027-03-20T02:30"), zone=ZONE)
    details = Details(when=when, duration=Duration(seconds=3600), title="Night")
    rule = Rule(parts=(("FREQ", "DAILY"),))
    renamed = replace(details, title="Short night")
    skipped, twice = at("2027-03-28T02:30"), at("2027-10-31T02:30")
    overrides: dict[Slot, Details | None] = {
        slot: replace(renamed, when=replace(when, start=slot))
        for slot in (skipped, twice)
    }
    content = Content(uid="a", details=details, rules=(rule,), overrides=overrides)

    held = project(content, zone=ZONE)

    assert held.overrides == content.overrides


def test_a_series_that_starts_in_a_skipped_hour_moves_with_all_its_slots() -> None:
    when = When(start=at("2027-03-28T02:30"), zone=ZONE)
    details = Details(when=when, duration=Duration(seconds=3600))
    rule = Rule(parts=(("FREQ", "DAILY"),))
    gone: dict[Slot, Details | None] = {at("2027-03-30T02:30"): None}

    held = project(
        Content(uid="a", details=details, rules=(rule,), overrides=gone), zone=ZONE
    )

    assert held.details.when.start == at("2027-03-28T03:30")
    assert held.overrides == {at("2027-03-30T03:30"): None}
