"""Recurrence rules, as text, as JSON, and in their one canonical form."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.content import Rule, When
from sync.recurrence import (
    RuleInvalid,
    canonical,
    rule_from_json,
    rule_json,
    rule_of,
    rule_text,
)
from tests.unit import strategies

MONDAY = When(
    start=datetime.fromisoformat("2027-04-05T09:00:00"), zone="Europe/Amsterdam"
)
ALL_DAY = When(start=date(2027, 4, 5))


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY"),
        ("freq=weekly;interval=1;wkst=su;byday=mo", "FREQ=WEEKLY"),
        ("FREQ=WEEKLY;WKST=SU;BYDAY=FR,MO,WE,MO", "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
        ("WKST=SU;INTERVAL=2;BYDAY=MO;FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2"),
        (
            "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=SU",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=5", "FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYMONTHDAY=+6", "FREQ=MONTHLY;BYMONTHDAY=6"),
        ("FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=5", "FREQ=YEARLY"),
        ("FREQ=YEARLY;BYMONTH=4", "FREQ=YEARLY"),
        ("FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0", "FREQ=DAILY"),
        ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1", "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1"),
        ("FREQ=MONTHLY;BYDAY=-1FR,+1MO;", "FREQ=MONTHLY;BYDAY=-1FR,1MO"),
        (
            "FREQ=YEARLY;BYMONTHDAY=1",
            "FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYMONTHDAY=1",
        ),
    ],
)
def test_what_means_the_same_is_written_the_same(text: str, short: str) -> None:
    assert rule_text(rule_of(text, MONDAY), MONDAY) == short


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", ""),
        ("WEEKLY", "WEEKLY"),
        ("FREQ=FORTNIGHTLY", "FREQ"),
        ("INTERVAL=2", "FREQ"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=99999999999999999999", "INTERVAL"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;COUNT=2000000", "COUNT"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270501T000000Z", "UNTIL"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20270231", "UNTIL"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=6MO", "BYDAY"),
        ("FREQ=YEARLY;BYMONTHDAY=1;BYDAY=5FR", "BYDAY"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=1.5", "BYMONTHDAY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO"),
        ("FREQ=DAILY;BYYEARDAY=1", "BYYEARDAY"),
        ("FREQ=DAILY;BYSETPOS=1", "BYSETPOS"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR"),
        ("FREQ=DAILY;BYEASTER=1", "BYEASTER"),
        ("FREQ=DAILY;X-MOON=FULL", "X-MOON"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "BYMONTHDAY"),
        ("FREQ=YEARLY;BYDAY=MO;BYSETPOS=366", "BYSETPOS"),
        ("FREQ=SECONDLY;INTERVAL=2;BYSECOND=1", "BYSECOND"),
        ("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31", "BYMONTHDAY"),
    ],
)
def test_a_bad_rule_names_its_part(text: str, part: str) -> None:
    with pytest.raises(RuleInvalid) as refused:
        rule_of(text, MONDAY)

    assert refused.value.part == part


def test_all_bad_parts_are_named() -> None:
    with pytest.raises(RuleInvalid) as refused:
        rule_of("FREQ=DAILY;INTERVAL=x;BYHOUR=99;COUNT=-1", MONDAY)

    named = [part for part, _ in refused.value.problems]
    assert named == ["INTERVAL", "BYHOUR", "COUNT"]


def test_an_all_day_series_has_no_hours() -> None:
    assert rule_of("FREQ=DAILY;BYHOUR=9,10", ALL_DAY) == rule_of("FREQ=DAILY", ALL_DAY)
    with pytest.raises(RuleInvalid, match="by days"):
        rule_of("FREQ=HOURLY", ALL_DAY)


@pytest.mark.parametrize(
    ("when", "text", "until"),
    [
        (MONDAY, "20270501T065959Z", "2027-05-01T08:59:59"),
        (MONDAY, "20271031T003000Z", "2027-10-31T02:30:00"),
        (MONDAY, "20270501T090000", "2027-05-01T09:00:00"),
        (MONDAY, "20270501", "2027-05-01T23:59:59"),
        (ALL_DAY, "20270501", "2027-05-01"),
        (ALL_DAY, "20270501T120000Z", "2027-05-01"),
        (When(start=MONDAY.start), "20270501T090000Z", "2027-05-01T09:00:00"),
    ],
)
def test_the_end_is_local_to_the_series(when: When, text: str, until: str) -> None:
    last = rule_of(f"FREQ=DAILY;UNTIL={text}", when).until

    assert last is not None
    assert last.isoformat() == until


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (MONDAY, "20270501T065959Z"),
        (ALL_DAY, "20270501"),
        (When(start=MONDAY.start), "20270501T090000"),
    ],
)
def test_the_end_is_written_as_rfc_5545_wants(when: When, text: str) -> None:
    rule = rule_of(f"FREQ=DAILY;UNTIL={text}", when)

    assert rule_text(rule, when) == f"FREQ=DAILY;UNTIL={text}"


@given(st.data())
def test_text_and_json_give_the_same_rule_back(data: st.DataObject) -> None:
    when = data.draw(strategies.starts())
    rule = data.draw(strategies.rules_for(when))

    assert rule_of(rule_text(rule, when), when) == rule
    assert rule_from_json(rule_json(rule), when) == rule
    assert canonical(rule, when) == rule


@given(strategies.all_zones(), strategies.moments())
def test_every_end_survives_every_zone(zone: str, until: datetime) -> None:
    when = When(start=MONDAY.start, zone=zone)
    rule = canonical(Rule(parts=(("FREQ", "DAILY"),), until=until), when)

    assert rule_of(rule_text(rule, when), when) == rule


def test_json_means_the_month_of_the_start() -> None:
    json = {"frequency": "yearly", "byMonthDay": [1]}

    rule = rule_from_json(json, MONDAY)

    assert dict(rule.parts)["BYMONTH"] == "4"


@pytest.mark.parametrize(
    ("json", "member"),
    [
        ("weekly", ""),
        ({}, "frequency"),
        ({"frequency": "WEEKLY"}, "frequency"),
        ({"frequency": "weekly", "rscale": "hebrew"}, "rscale"),
        ({"frequency": "weekly", "skip": "forward"}, "skip"),
        ({"frequency": "weekly", "@type": "Rule"}, "@type"),
        ({"frequency": "weekly", "interval": True}, "interval"),
        ({"frequency": "weekly", "interval": 1.5}, "interval"),
        ({"frequency": "weekly", "byDay": ["mo"]}, "byDay"),
        ({"frequency": "weekly", "byDay": [{"day": "MO"}]}, "byDay"),
        ({"frequency": "monthly", "byDay": [{"day": "mo", "nthOfPeriod": 0}]}, "byDay"),
        ({"frequency": "yearly", "byMonth": [2]}, "byMonth"),
        ({"frequency": "yearly", "byMonth": ["5L"]}, "byMonth"),
        ({"frequency": "yearly", "byWeekNo": []}, "byWeekNo"),
        ({"frequency": "daily", "count": 1, "until": "2027-05-01T00:00:00"}, "until"),
        ({"frequency": "daily", "until": "2027-05-01"}, "until"),
        ({"frequency": "yearly", "byMonth": ["2"], "byMonthDay": [30]}, "byMonthDay"),
    ],
)
def test_bad_json_names_its_member(json: object, member: str) -> None:
    with pytest.raises(RuleInvalid) as refused:
        rule_from_json(json, MONDAY)

    assert refused.value.part == member
