"""Who edits one occurrence means it, whoever edits the whole series meanwhile."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sync.content import Content, Details, Duration, Participant, Rule, Slot, When
from sync.delta import edited
from sync.google import project
from sync.normal import normal
from sync.plan import Act, Plan, plan
from sync.policy import Policy
from sync.recovery import after_unknown
from sync.recurrence import occurrence
from sync.seen import after_agreement, after_create, after_write
from sync.sides import Atom, Pair, Side

CALENDAR, AGENDA = Side.CALENDAR, Side.AGENDA
START = datetime(2027, 3, 8, 9)  # noqa: DTZ001  because a series starts in local time
SLOT = START + timedelta(days=7)
WEEKLY = Rule(parts=(("FREQ", "WEEKLY"),), count=5)
POLICY = Policy(
    project={
        CALENDAR: lambda content: project(content, zone="Europe/Amsterdam"),
        AGENDA: normal,
    },
    winner=lambda _name, _pair: CALENDAR,
)


def series(title: str = "Old", places: tuple[str, ...] = ()) -> Content:
    """Return a series; its second occurrence may have a place of its own."""
    when = When(start=START, zone="Europe/Amsterdam")
    details = Details(when=when, duration=Duration(seconds=3600), title=title)
    changed = replace(details, when=replace(when, start=SLOT), places=places)
    overrides: dict[Slot, Details | None] = {SLOT: changed} if places else {}
    content = Content(uid="1", details=details, rules=(WEEKLY,), overrides=overrides)
    return normal(content)


def special(title: str = "Old") -> Content:
    """Return the series whose second occurrence has a title of its own."""
    return _with(series(title), replace(_second(series()), title="Special"))


def _with(content: Content, second: Details) -> Content:
    return replace(content, overrides={SLOT: second})


def _second(content: Content) -> Details:
    shown = occurrence(content, SLOT)
    assert shown is not None
    return shown


def without_slot(title: str = "Old") -> Content:
    return replace(series(title), overrides={SLOT: None})


def planned(calendar: Content, agenda: Content, *, seen: Content) -> Plan:
    """Return what is to be done when both sides were seen alike."""
    both = dict.fromkeys(Side, seen)
    return plan(Pair(now={CALENDAR: calendar, AGENDA: agenda}, seen=both), POLICY)


def test_a_retitled_occurrence_outlives_a_retitled_series() -> None:
    found = planned(series("New"), special(), seen=series())

    assert not found.disputes
    assert found.merged is not None
    for side in Side:
        assert found.merged.wanted[side] == special("New")


@pytest.mark.parametrize("edits", list(Side))
def test_an_edit_of_the_series_brings_no_removed_occurrence_back(edits: Side) -> None:
    edited, removed = series("New"), without_slot()
    now = {edits: edited, edits.other: removed}

    found = planned(now[CALENDAR], now[AGENDA], seen=series())

    assert found.merged is not None
    for side in Side:
        assert found.merged.wanted[side] == without_slot("New")


def test_an_edit_of_an_occurrence_still_outweighs_its_removal() -> None:
    edited, removed = series(title="Old", places=("Here",)), without_slot()

    found = planned(removed, edited, seen=series())

    assert found.merged is not None
    assert found.merged.wanted[CALENDAR] == edited


def test_what_an_exception_takes_from_its_master_is_no_edit_at_google() -> None:
    seen = series(places=("Here",))
    agenda = _with(series("New"), replace(_second(seen), title="Special"))
    both = dict.fromkeys(Side, seen)
    pair = Pair(now={CALENDAR: seen, AGENDA: agenda}, seen=both)
    # Google's exception has no title of its own, so it shows the master's.
    answer = series("New", places=("Here",))

    after = after_write(
        pair,
        CALENDAR,
        atoms=frozenset({Atom(None, "title")}),
        answer=answer,
        trusted=answer,
    )
    found = plan(after, POLICY)

    assert found.act is Act.WRITE
    assert found.side is CALENDAR
    assert found.atoms == {Atom(SLOT, "title")}
    assert not found.disputes


@pytest.mark.parametrize("crashed", [True, False])
def test_the_series_first_and_then_the_occurrence(crashed: bool) -> None:
    agenda = _with(series("New"), replace(_second(series()), title="Special"))
    pair = Pair(
        now={CALENDAR: series(), AGENDA: agenda}, seen=dict.fromkeys(Side, series())
    )
    answer, sent = series("New"), agenda

    after = after_write(
        pair,
        CALENDAR,
        atoms=frozenset({Atom(None, "title")}),
        answer=answer,
        trusted=sent if crashed else answer,
    )
    found = plan(after, POLICY)

    assert found.side is CALENDAR
    assert found.atoms == {Atom(SLOT, "title")}
    assert not found.disputes


def test_a_removed_occurrence_stays_so_when_the_series_landed_alone() -> None:
    agenda = without_slot("New")
    pair = Pair(
        now={CALENDAR: series(), AGENDA: agenda}, seen=dict.fromkeys(Side, series())
    )

    after = after_write(
        pair,
        CALENDAR,
        atoms=frozenset({Atom(None, "title")}),
        answer=series("New"),
        trusted=agenda,
    )
    found = plan(after, POLICY)

    assert found.side is CALENDAR
    assert found.wanted == agenda


def test_the_series_lands_where_an_occurrence_was_edited() -> None:
    pair = Pair(
        now={CALENDAR: series("New"), AGENDA: special()},
        seen=dict.fromkeys(Side, series()),
    )
    first = plan(pair, POLICY)
    answer = special("New")

    after = after_write(
        pair,
        AGENDA,
        atoms=frozenset({Atom(None, "title")}),
        answer=answer,
        trusted=answer,
    )
    then = plan(after, POLICY)

    assert first.side is AGENDA
    assert (then.side, then.wanted) == (CALENDAR, answer)


def test_an_exception_that_does_not_follow_its_series_is_written_too() -> None:
    pair = Pair(
        now={CALENDAR: series(), AGENDA: series("New")},
        seen=dict.fromkeys(Side, series()),
    )
    # Google's exception looked like any other occurrence, but has a title of its own.
    answer = _with(series("New"), _second(series("Old")))

    after = after_write(
        pair,
        CALENDAR,
        atoms=frozenset({Atom(None, "title")}),
        answer=answer,
        trusted=answer,
    )
    found = plan(after, POLICY)

    assert (found.side, found.wanted) == (CALENDAR, series("New"))
    assert not found.disputes


def test_what_a_revived_occurrence_brings_along_is_carried_back() -> None:
    seen = without_slot()
    agenda = special()
    pair = Pair(now={CALENDAR: seen, AGENDA: agenda}, seen=dict.fromkeys(Side, seen))
    found = plan(pair, POLICY)
    guest = Participant(email="bob@example.com")
    # Guests come back with the instance; they were never written.
    answer = _with(series(), replace(_second(special()), participants=(guest,)))

    after = after_write(
        pair, CALENDAR, atoms=found.atoms, answer=answer, trusted=answer
    )
    then = plan(after, POLICY)

    assert (then.side, then.wanted) == (AGENDA, answer)


def test_an_occurrence_without_what_its_series_has_is_made_so() -> None:
    bare = _with(_placed(series()), _second(series()))
    new = Pair(now={CALENDAR: None, AGENDA: bare}, seen=dict.fromkeys(Side))
    # Of a new event the master comes first: each occurrence follows it.
    answer = _placed(series())

    after = after_create(new, CALENDAR, answer=answer, trusted=answer)
    found = plan(after, POLICY)

    assert (found.side, found.wanted) == (CALENDAR, bare)


def _placed(content: Content) -> Content:
    return replace(content, details=replace(content.details, places=("Here",)))


def test_an_edit_of_the_series_does_not_prove_that_a_write_landed() -> None:
    moved = replace(_second(series()).when, start=SLOT + timedelta(hours=2))
    lasts = Duration(seconds=2700)
    before = series()
    sent = _with(before, replace(_second(before), when=moved, duration=lasts))
    longer = replace(before.details, duration=Duration(seconds=7200))
    # Whoever made all of them longer made the second one longer too.
    answer = replace(before, details=longer)
    pair = Pair(now={CALENDAR: sent, AGENDA: answer}, seen=dict.fromkeys(Side, before))

    after = after_unknown(
        pair,
        AGENDA,
        atoms=frozenset({Atom(SLOT, "when"), Atom(SLOT, "duration")}),
        origin=sent,
        before=before,
        held=sent,
        answer=answer,
    )

    assert after is None


def test_a_written_series_does_not_prove_that_its_occurrence_was_written() -> None:
    moved = replace(_second(series()).when, start=SLOT + timedelta(hours=2))
    lasts = Duration(seconds=7200)
    before = _with(series(), replace(_second(series()), title="Special"))
    longer = replace(before.details, duration=lasts)
    special = replace(_second(before), duration=lasts)
    sent = _with(replace(before, details=longer), replace(special, when=moved))
    # The run died between the row of the series and that of its occurrence.
    answer = _with(replace(before, details=longer), special)
    pair = Pair(now={CALENDAR: answer, AGENDA: sent}, seen=dict.fromkeys(Side, before))

    after = after_unknown(
        pair,
        CALENDAR,
        atoms=plan(replace(pair, now={CALENDAR: before, AGENDA: sent}), POLICY).atoms,
        origin=sent,
        before=before,
        held=sent,
        answer=answer,
    )

    assert after is not None
    found = plan(after, POLICY)
    assert (found.side, found.wanted) == (CALENDAR, sent)


def test_an_occurrence_that_both_sides_put_back_is_no_edit_any_more() -> None:
    pair = Pair(
        now=dict.fromkeys(Side, series()), seen=dict.fromkeys(Side, without_slot())
    )
    found = plan(pair, POLICY)

    assert found.merged is not None
    after = after_agreement(pair, found.merged.agreed)

    assert found.act is Act.AGREE
    assert plan(after, POLICY).act is Act.NOTHING
    assert not any(edited(after, side) for side in Side)


def test_an_occurrence_with_a_place_of_its_own_is_carried_to_a_new_event() -> None:
    placed = series(places=("Here",))
    new = Pair(now={CALENDAR: None, AGENDA: placed}, seen=dict.fromkeys(Side))
    # Of a new event the master comes first: its series has no place at all.
    answer = series()

    after = after_create(new, CALENDAR, answer=answer, trusted=answer)
    found = plan(after, POLICY)

    assert (found.side, found.wanted) == (CALENDAR, placed)


def test_a_slot_that_a_moved_series_lost_does_not_prove_that_a_write_landed() -> None:
    before = special()
    gold = replace(before.details, color="gold")
    sent = _with(replace(before, details=gold), replace(_second(before), color="gold"))
    day = replace(before.details, when=When(start=START.date()))
    answer = normal(replace(before, details=day, overrides={}))
    pair = Pair(now={CALENDAR: sent, AGENDA: answer}, seen=dict.fromkeys(Side, before))

    after = after_unknown(
        pair,
        AGENDA,
        atoms=frozenset({Atom(None, "color"), Atom(SLOT, "color")}),
        origin=sent,
        before=before,
        held=sent,
        answer=answer,
    )

    assert after is None
