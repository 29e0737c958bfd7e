"""The normal form."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.content import (
    Alert,
    Content,
    Details,
    Duration,
    Participant,
    Privacy,
    Rule,
    Slot,
    Text,
    When,
)
from sync.normal import normal
from sync.recurrence import given as given_at
from sync.recurrence import occurrence
from tests.unit import strategies

NINE = datetime.fromisoformat("2027-04-05T09:00:00")
ZONED = When(start=NINE, zone="Europe/Amsterdam")


@given(strategies.contents())
def test_what_is_normal_stays_as_it_is(content: Content) -> None:
    assert normal(content) == content


@given(st.data())
def test_idle_overrides_change_nothing(data: st.DataObject) -> None:
    content = data.draw(strategies.series())
    idle: dict[Slot, Details | None] = {
        slot: occurrence(content, slot) for slot in strategies.slots_of(content, 3)
    }
    off_grid = NINE + timedelta(seconds=11)
    idle |= {off_grid: None} if off_grid not in content.overrides else {}

    assert normal(replace(content, overrides={**idle, **content.overrides})) == content


@pytest.mark.parametrize(
    ("loose", "strict"),
    [
        ({"title": "a\r\nb\rc"}, {"title": "a\nb\nc"}),
        ({"description": Text(html=True)}, {}),
        ({"places": ("b", "", "c", "a", "b")}, {"places": ("b", "a", "c")}),
        ({"keywords": ("b", "a", "b", "")}, {"keywords": ("a", "b")}),
        ({"color": " Red "}, {"color": "red"}),
        (
            {"alerts": (Alert(minutes=9), Alert(minutes=5), Alert(minutes=9))},
            {"alerts": (Alert(minutes=5), Alert(minutes=9))},
        ),
        (
            {"alerts": (Alert(minutes=9),), "default_alerts": True},
            {"default_alerts": True},
        ),
        (
            {
                "participants": (
                    Participant(email="B@x.nl", name="first"),
                    Participant(email="a@x.nl"),
                    Participant(email="b@X.nl", name="second"),
                    Participant(email=" "),
                )
            },
            {
                "participants": (
                    Participant(email="a@x.nl"),
                    Participant(email="b@x.nl", name="first"),
                )
            },
        ),
        ({"duration": Duration(days=-1, seconds=-5)}, {}),
        ({"when": replace(ZONED, end_zone="Europe/Amsterdam")}, {}),
        (
            {"when": replace(ZONED, start=NINE.replace(tzinfo=UTC, microsecond=5))},
            {},
        ),
        (
            {"when": When(start=date(2027, 4, 5), zone="UTC", end_zone="UTC")},
            {"when": When(start=date(2027, 4, 5))},
        ),
    ],
)
def test_what_means_the_same_becomes_the_same(loose: object, strict: object) -> None:
    assert isinstance(loose, dict)
    assert isinstance(strict, dict)
    given_details = Details(**{"when": ZONED, **loose})

    expected = Details(**{"when": ZONED, **strict})
    assert normal(Content(uid="u", details=given_details)).details == expected


def test_all_day_durations_are_whole_days() -> None:
    when = When(start=date(2027, 4, 5))
    details = Details(when=when, duration=Duration(days=1, seconds=1))

    assert normal(Content(uid="u", details=details)).details.duration == Duration(
        days=2
    )


def test_rules_are_written_shortly_and_once() -> None:
    weekly = Rule(parts=(("BYDAY", "MO"), ("FREQ", "WEEKLY"), ("WKST", "SU")))
    plain = Rule(parts=(("FREQ", "WEEKLY"),))
    content = Content(uid="u", details=Details(when=ZONED), rules=(weekly, plain))

    assert normal(content).rules == (plain,)


def test_a_rule_that_no_start_of_this_kind_can_have_is_kept() -> None:
    hourly = Rule(parts=(("FREQ", "HOURLY"),))
    details = Details(when=When(start=date(2027, 4, 5)))
    content = Content(uid="u", details=details, rules=(hourly,))

    assert normal(content).rules == (hourly,)
    assert strategies.slots_of(normal(content), 5) == [date(2027, 4, 5)]


def test_an_occurrence_has_no_privacy_of_its_own() -> None:
    details = Details(when=ZONED)
    rule = Rule(parts=(("FREQ", "DAILY"),))
    content = Content(uid="u", details=details, rules=(rule,))
    slot = NINE + timedelta(days=1)
    secret = replace(given_at(content, slot), privacy=Privacy.SECRET)

    assert normal(replace(content, overrides={slot: secret})).overrides == {}
