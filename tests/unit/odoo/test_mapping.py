"""What Odoo holds of any appointment, and that its rows give it back."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connectors.odoo.holding import held
from connectors.odoo.moments import time_values, times_of
from connectors.odoo.owner import Owner
from connectors.odoo.people import ANSWERS
from connectors.odoo.rules import held_rule, refusal, rule_from
from connectors.odoo.sameness import is_as_sent
from connectors.odoo.texts import html_for, text_of
from connectors.odoo.tokens import Token, pattern_of_key, token_of, token_text
from connectors.odoo.values import (
    alarm_values,
    changed_values,
    details_of,
    held_details,
    plain_values,
)
from sync.content import Content, Details, Duration, Privacy, Rule, Text, When
from sync.recurrence import rule_of, slots_between
from tests.odoo.markup import sanitized
from tests.unit.strategies import ZONES, contents, details, moments, singles, texts

ANNA = Owner(uid=7, partner=8, email="ann@x.nl", zone="Europe/Amsterdam")
ZONE = ANNA.zone
MONDAY = When(start=datetime.fromisoformat("2031-03-03T10:00:00"), zone=ZONE)


def row_of(shown: Details, *, zone: str) -> dict[str, object]:
    """Return the row that Odoo makes of what is written, as it is read back."""
    values = plain_values(shown, zone=zone)
    attendees = [
        {
            "email": person.email,
            "state": ANSWERS[person.answer],
            "partner_id": {"id": place, "name": person.name},
        }
        for place, person in enumerate(shown.participants, 100)
    ]
    organizer = next(
        (
            place
            for place, person in enumerate(shown.participants, 100)
            if person.organizer
        ),
        0,
    )
    return {
        "start": "",
        "stop": "",
        "start_date": False,
        "stop_date": False,
        **values,
        "description": sanitized(values["description"]),
        "partner_id": organizer,
        "attendee_ids": attendees,
        "alarm_ids": [alarm_values(alert) for alert in shown.alerts],
        "categ_ids": [{"name": word} for word in shown.keywords],
    }


@given(details(), st.sampled_from(ZONES))
def test_what_odoo_would_hold_is_what_its_row_gives_back(
    shown: Details, zone: str
) -> None:
    wanted = held_details(shown, ANNA, zone=zone)

    assert details_of(row_of(wanted, zone=zone), ANNA, zone=zone) == wanted


@given(contents())
def test_what_odoo_holds_it_holds_whole(content: Content) -> None:
    once = held(content, ANNA)

    assert held(once, ANNA) == once


@given(singles())
def test_a_row_that_shows_what_was_sent_needs_no_write(content: Content) -> None:
    wanted = held(content, ANNA).details

    assert changed_values(wanted, wanted, zone=ZONE) == {}


@given(details(), moments())
def test_a_moved_start_writes_both_ends(shown: Details, start: datetime) -> None:
    before = held_details(shown, ANNA, zone=ZONE)
    moved = held_details(
        Details(when=When(start=start, zone=ZONE), duration=Duration(seconds=60)),
        ANNA,
        zone=ZONE,
    )

    changed = changed_values(before, moved, zone=ZONE)

    assert ("start" in changed) == ("stop" in changed)


@given(st.dates(date(1995, 1, 1), date(2040, 1, 1)), st.integers(1, 40))
def test_dates_stay_dates_and_the_last_day_is_included(first: date, days: int) -> None:
    shown = Details(when=When(start=first), duration=Duration(days=days))

    values = time_values(shown, zone="Pacific/Apia")

    assert values["start_date"] == first.isoformat()
    assert values["stop_date"] == (first + timedelta(days=days - 1)).isoformat()
    assert times_of(values, zone="America/New_York") == (shown.when, shown.duration)


@given(texts(longest=200))
def test_plain_text_comes_back_as_plain_text(text: str) -> None:
    kept = text_of(str(sanitized(html_for(Text(text=text))) or ""))

    assert not kept.html or not kept.text


def test_a_description_of_paragraphs_stays_html() -> None:
    kept = text_of("<p>Key at 14b</p><ul><li>Ring twice</li></ul>")

    assert kept == Text(text="<p>Key at 14b</p><ul><li>Ring twice</li></ul>", html=True)


def test_a_script_never_gets_out_of_a_description() -> None:
    assert text_of("<p>Hello<script>alert(1)</script></p>") == Text(text="Hello")


def test_a_secret_is_private_and_internal_is_not_shown_to_the_world() -> None:
    secret = Details(when=MONDAY, privacy=Privacy.SECRET)
    row = row_of(Details(when=MONDAY), zone=ZONE)

    assert held_details(secret, ANNA, zone=ZONE).privacy is Privacy.PRIVATE
    for word, privacy in (
        ("public", Privacy.PUBLIC),
        ("private", Privacy.PRIVATE),
        ("confidential", Privacy.PRIVATE),
        (False, ANNA.default),
    ):
        assert details_of({**row, "privacy": word}, ANNA, zone=ZONE).privacy is privacy


# --- Rules ---------------------------------------------------------------------------

HELD = (
    *("FREQ=DAILY", "FREQ=DAILY;INTERVAL=3;COUNT=20", "FREQ=WEEKLY;COUNT=8"),
    *("FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=1MO;COUNT=12"),
    *("FREQ=YEARLY", "FREQ=WEEKLY;UNTIL=20310428T080000Z", "FREQ=DAILY;UNTIL=20310401"),
)
NOT_HELD = (
    *("FREQ=HOURLY;COUNT=3", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1"),
    *("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,SU", "FREQ=MONTHLY;BYMONTHDAY=3,17"),
    *(
        "FREQ=WEEKLY;BYDAY=TU",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=1MO",
        "FREQ=MONTHLY;BYDAY=5MO",
    ),
)


def series(text: str) -> Content:
    rule = rule_of(text, MONDAY)
    return Content(uid="s", details=Details(when=MONDAY), rules=(rule,))


@given(st.sampled_from(HELD))
def test_a_rule_that_fits_odoos_form_comes_back_with_the_same_days(text: str) -> None:
    content = series(text)
    kept = Content(
        uid="s",
        details=content.details,
        rules=(held_rule(content.rules[0], MONDAY),),
    )
    end = datetime.fromisoformat("2040-01-01T00:00:00")

    assert refusal(content) == ""
    assert slots_between(kept, start=MONDAY.start, end=end, limit=50) == slots_between(
        content, start=MONDAY.start, end=end, limit=50
    )


@given(st.sampled_from(NOT_HELD))
def test_a_rule_beyond_odoos_form_is_refused_with_a_sentence(text: str) -> None:
    assert refusal(series(text)).endswith(".")


def test_the_beginning_that_odoo_puts_before_a_rule_means_nothing() -> None:
    text = "DTSTART:20261120T120000\nRRULE:FREQ=WEEKLY;COUNT=8"

    assert rule_from(text, MONDAY) == Rule(parts=(("FREQ", "WEEKLY"),), count=8)


# --- Tokens --------------------------------------------------------------------------


@given(texts(), texts(), texts(), st.booleans())
def test_a_token_says_what_it_was_written_for(
    key: str, ical_uid: str, item: str, building: bool
) -> None:
    replaces = "r12" if building else ""
    token = Token(
        key=key, ical_uid=ical_uid, item=item, building=building, replaces=replaces
    )

    text = token_text(token, secret="of one key")

    assert token_of(text) == token
    assert text.startswith(pattern_of_key(key).removesuffix("%"))
    assert not set(pattern_of_key(key)[:-1]) & set("_%\\")


def test_a_token_of_odoos_own_is_none_of_ours() -> None:
    assert token_of("c5b7a1e8f9") is None
    assert token_of(False) is None


def test_a_token_can_be_guessed_by_nobody_who_lacks_the_key() -> None:
    token = Token(key="agenda:link:0")

    assert token_text(token, secret="one") != token_text(token, secret="another")


def test_an_answer_is_our_own_where_only_odoos_words_differ() -> None:
    sent = Content(uid="a", details=Details(when=MONDAY, title="Visit"))
    retold = Details(
        when=MONDAY, title="Visit", description=Text(text="<p> </p>", html=True)
    )
    edited = Details(when=MONDAY, title="Another visit")

    assert is_as_sent(Content(uid="b", details=retold), sent)
    assert not is_as_sent(Content(uid="a", details=edited), sent)
