"""Why an appointment is as it is, in sentences: every way to stand, every deed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.agendas.settings import Rule
from services.agendas.settings_reading import AgendaSettings
from services.links.link import Intent, ItemNow, Link, Parked, Rank, Waiting
from services.links.plain_names import named
from services.links.why import Facts, story, told_of
from sync.content import Content, Details, Text, When
from sync.sides import DURATION, RULES, THERE, WHEN, Atom, Side
from sync.troubles import NEXT_STEPS, Cause, Reply

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
SLOT = datetime(2027, 4, 12, 9)  # noqa: DTZ001  because slots are local times
DEFAULTS = AgendaSettings()


def content(title: str = "Roof survey") -> Content:
    when = When(start=NOON.replace(tzinfo=None), zone="UTC", end_zone=None)
    return Content(uid="u", details=Details(when=when, title=title, description=Text()))


def link(**members: Any) -> Link:
    seen = dict.fromkeys(Side, content())
    made: dict[str, Any] = {"id": "l", "birth": Side.AGENDA, "seen": seen}
    return Link(**(made | members))


def stands(known: Link, **facts: Any) -> list[str]:
    return story(known, Facts(settings=DEFAULTS, **facts), [])


def write(**members: Any) -> Intent:
    made: dict[str, Any] = {
        "id": "j",
        "link": "l",
        "side": Side.CALENDAR,
        "act": "write",
        "target": "e",
        "at": NOON,
        "epoch": 1,
        "why": "changed in the agenda",
        "atoms": frozenset({Atom(None, "title")}),
        "outcome": "done",
    }
    return Intent(**(made | members))


def tells(intent: Intent, settings: AgendaSettings = DEFAULTS) -> list[str]:
    return [
        one.removeprefix("2026-12-01 12:00 UTC: ") for one in told_of(intent, settings)
    ]


# --- How it stands -------------------------------------------------------------------


def test_what_is_the_same_on_both_sides_needs_nothing() -> None:
    assert stands(link()) == ["Both sides show the same, and nothing is left to do."]


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        (
            {"waiting": Waiting.HELD, "why": "The brake holds this delete."},
            "It is held until a person answers: The brake holds this delete.",
        ),
        (
            {"waiting": Waiting.UNSURE, "why": "two look alike"},
            "A person has to decide: Two look alike.",
        ),
        (
            {
                "waiting": Waiting.LIMITED,
                "why": "Google asks to wait",
                "due_at": NOON + timedelta(minutes=5),
            },
            "It waits until 2026-12-01 12:05 UTC: Google asks to wait.",
        ),
        ({"ended_at": NOON}, "It is gone on both sides since 2026-12-01 12:00 UTC."),
        ({"rank": Rank.EDIT}, "It is carried with the next run."),
        (
            {"rank": Rank.EDIT, "suspect": 1, "why": "It is looked for once more."},
            "It is looked for once more.",
        ),
        (
            {"foreign": True},
            "It is a copy that another connection made, so it is not taken over.",
        ),
        (
            {"seen": {}, "why": "its type «internal» is excluded"},
            "Not synced: Its type «internal» is excluded.",
        ),
    ],
)
def test_each_way_to_stand_has_its_sentence(
    members: dict[str, Any], sentence: str
) -> None:
    assert stands(link(**members))[0] == sentence


def test_what_is_out_of_scope_says_by_which_rule() -> None:
    found = stands(link(), out_of_scope='Its type "internal" is excluded.')

    assert found[0] == 'Not synced: Its type "internal" is excluded.'


def test_what_stands_on_one_side_only_says_why_it_is_not_copied() -> None:
    item = ItemNow(id="i", version="1", content=content())

    found = stands(link(seen={}, item=item), planned="nothing new goes to the calendar")

    assert found == ["It stands in the agenda only: nothing new goes to the calendar."]


def test_what_is_set_aside_names_the_field_the_answer_and_the_next_step() -> None:
    reply = Reply(status=400, reason="bad", message="Bad Request")
    note = Parked(cause=Cause.TOO_LONG, since=NOON, field="duration", reply=reply)

    found = stands(link(waiting=Waiting.PARKED, why="It is too long.", parked=note))

    assert found == [
        "It is set aside since 2026-12-01 12:00 UTC: It is too long.",
        "The trouble is the duration.",
        "The other side said: «Bad Request».",
        NEXT_STEPS[Cause.TOO_LONG],
    ]


def test_a_paused_connection_is_told_first() -> None:
    found = stands(link(), paused="Paused by a person.")

    assert found[0] == "Nothing is carried at the moment: Paused by a person."


def test_what_is_not_carried_yet_is_told_by_side() -> None:
    news = {Side.AGENDA: frozenset({Atom(None, "title"), Atom(None, "location")})}

    found = stands(link(rank=Rank.EDIT), news=news)

    assert found[1] == (
        "The place and the title were changed in the agenda; not carried yet."
    )


def test_what_stays_different_is_said_to_be_meant_so() -> None:
    apart = frozenset({Atom(None, "participant/bob@example.com")})

    [sentence] = stands(link(), apart=apart)

    assert sentence == (
        "The two sides differ in the participants: a setting keeps that where it is, "
        "or one side cannot hold it."
    )


# --- What happened -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({}, "The title was changed in the agenda and carried to the calendar."),
        (
            {"act": "create", "side": Side.AGENDA, "why": "new in the calendar"},
            "It was new in the calendar and was put into the agenda.",
        ),
        (
            {"act": "create", "why": "deleted in the calendar, but edited since"},
            "It was deleted in the calendar but edited since in the agenda, so it was "
            "made anew in the calendar.",
        ),
        (
            {"act": "delete", "why": "deleted in the agenda"},
            "It was deleted in the agenda, so it was deleted in the calendar.",
        ),
        (
            {"act": "delete", "why": "its type is excluded."},
            "Its type is excluded, so it was deleted in the calendar.",
        ),
        (
            {"why": "put back: the calendar may not change it"},
            "The title was changed in the calendar: put back: the calendar may not "
            "change it.",
        ),
        (
            {"order": "undo", "why": "Undone by a person."},
            "The title was changed in the calendar, as a person asked (Undone by a "
            "person.).",
        ),
        (
            {"outcome": "stale"},
            "The title was changed in the agenda and to be carried to the calendar; "
            "but the calendar had changed meanwhile, so it was planned again.",
        ),
        (
            {"outcome": "refused", "answer": "Invalid time"},
            "The title was changed in the agenda and to be carried to the calendar; "
            "but the calendar refused it («Invalid time»).",
        ),
        (
            {"outcome": ""},
            "The title was changed in the agenda and to be carried to the calendar; "
            "what came of it is looked up first.",
        ),
    ],
)
def test_each_deed_has_its_sentence(members: dict[str, Any], sentence: str) -> None:
    assert tells(write(**members)) == [sentence]


def test_guests_that_google_mailed_are_mentioned() -> None:
    assert tells(write(mails="all"))[-1] == "Google mailed its guests about it."


def test_a_dispute_names_the_winner_the_setting_and_what_was_lost() -> None:
    [_, sentence] = tells(write(side=Side.AGENDA, lost={"title": "Old name"}))

    assert sentence == (
        "Both sides changed the title; the calendar wins by the setting `conflict`; "
        "the agenda's was «Old name» and is kept in the journal."
    )


def test_a_dispute_that_the_written_side_won_names_it() -> None:
    [_, sentence] = tells(write(side=Side.AGENDA, lost={"location": None}))

    assert sentence == (
        "Both sides changed the place; the agenda wins by the setting `conflict`; "
        "the calendar's was empty and is kept in the journal."
    )


def test_a_dispute_by_a_rule_of_its_own_names_that_rule() -> None:
    settings = AgendaSettings(conflict_by_field={"title": Rule.LATEST})

    [_, sentence] = tells(write(lost={"title": "x"}), settings)

    assert "`conflict.by_field`, since its change was the later one" in sentence


def test_a_long_value_that_lost_is_cut() -> None:
    [_, sentence] = tells(write(lost={"title": "long " * 100}))

    assert "…»" in sentence
    assert len(sentence) < 300


# --- Words ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("atoms", "words"),
    [
        ({Atom(None, WHEN), Atom(None, DURATION)}, "the duration and the time"),
        ({Atom(None, RULES)}, "the recurrence"),
        (
            {Atom(None, "alert/email/10"), Atom(None, "alert/display/5")},
            "the reminders",
        ),
        (
            {Atom(SLOT, "title")},
            "the title of the occurrence of 2027-04-12 09:00",
        ),
        (
            {Atom(date(2027, 4, 12), THERE)},
            "the existence of the occurrence of 2027-04-12",
        ),
        (set(), "nothing"),
    ],
)
def test_fields_have_the_names_that_people_use(atoms: set[Atom], words: str) -> None:
    assert named(atoms) == words
