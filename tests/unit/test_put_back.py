"""What the application made may not be changed at Google: it is put back, and said."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from sync.content import Answer, Content, Details, FreeBusy, Participant, Status, Text
from sync.plan import Act, plan
from sync.recurrence import slots_between
from sync.sides import THERE, Atom, Side
from tests.unit.planning import (
    AGENDA,
    CALENDAR,
    connected,
    edited,
    guarded,
    policy,
    redone,
    settled,
    showing,
    there,
)
from tests.unit.strategies import contents, details, singles
from tests.unit.test_two_seens import START, series, single

GUARDED = guarded()
PEOPLE = (Participant(email="ann@example.com"), Participant(email="joe@example.com"))


def elsewhere(other: Details, known: Details) -> Details:
    """Return other details at the same kind of time, for the same guests."""
    when = replace(known.when, zone=known.when.zone)
    return replace(
        other,
        when=when,
        duration=known.duration,
        participants=known.participants,
    )


@given(contents(), details())
def test_whatever_is_changed_at_google_is_put_back_and_the_item_stays(
    item: Content, other: Details
) -> None:
    pair = connected(item, GUARDED)
    changed = redone(pair, CALENDAR, lambda known: elsewhere(other, known))

    after, done = settled(changed, GUARDED)

    assert after.now == pair.now
    assert all(found.side is CALENDAR for found in done)
    assert all(found.why.startswith("put back: ") for found in done)
    assert settled(after, GUARDED)[1] == []


@given(singles(), details(), details())
def test_an_edit_in_the_agenda_is_carried_while_the_rest_is_put_back(
    item: Content, ours: Details, theirs: Details
) -> None:
    pair = redone(
        connected(item, GUARDED), AGENDA, lambda known: elsewhere(ours, known)
    )
    wanted = there(pair, AGENDA)
    pair = redone(pair, CALENDAR, lambda known: elsewhere(theirs, known))

    after, _ = settled(pair, GUARDED)

    assert there(after, AGENDA) == wanted
    anew = there(connected(wanted, GUARDED), CALENDAR)
    assert plain(there(after, CALENDAR)) == plain(anew)


def plain(content: Content) -> Details:
    """Return what both ways must lead to: a patched text keeps the form that it had.

    Of a cancelled item Google shows only that it is tentative, so that an answer of
    "perhaps" given there at the same time looks like agreement.
    """
    return replace(
        content.details,
        description=Text(),
        status=Status.CONFIRMED,
        free_busy=FreeBusy.BUSY,
    )


def test_a_whole_new_title_reaches_google_where_it_held_the_old_one_shortened() -> None:
    pair = edited(connected(single("0 \n"), GUARDED), AGENDA, title="Roof survey")
    pair = edited(pair, CALENDAR, title="Lunch")

    after, _ = settled(pair, GUARDED)

    assert {there(after, side).details.title for side in Side} == {"Roof survey"}


def test_only_what_was_touched_is_written_back_and_named() -> None:
    pair = edited(connected(single(), GUARDED), CALENDAR, title="Lunch", places=("X",))

    found = plan(pair, GUARDED)

    assert found.atoms == {Atom(None, "title"), Atom(None, "location")}
    assert found.put_back == found.atoms
    assert (
        found.why == "put back: place, title changed in the calendar, where it may"
        " not be"
    )


def test_an_event_that_google_bore_is_not_put_back() -> None:
    pair = edited(connected(single(), policy()), CALENDAR, title="Lunch")

    after, done = settled(pair, policy())

    assert there(after, AGENDA).details.title == "Lunch"
    assert [found.put_back for found in done] == [frozenset()]


def test_a_deleted_event_is_made_again_and_the_item_stays() -> None:
    pair = showing(connected(single(), GUARDED), CALENDAR, None)

    after, done = settled(pair, GUARDED)

    assert [found.act for found in done] == [Act.CREATE]
    assert done[0].why == "put back: deleted in the calendar, where it may not be"
    assert there(after, AGENDA) == single()


def test_an_edit_at_google_does_not_outweigh_a_delete_in_the_agenda() -> None:
    pair = edited(connected(single(), GUARDED), CALENDAR, title="Lunch")
    pair = showing(pair, AGENDA, None)

    after, done = settled(pair, GUARDED)

    assert [found.act for found in done] == [Act.DELETE]
    assert after.now == {AGENDA: None, CALENDAR: None}


@given(st.sets(st.integers(0, 7), min_size=1))
def test_occurrences_deleted_or_edited_at_google_come_back_as_they_were(
    places: set[int],
) -> None:
    pair = connected(series(), GUARDED)
    event = there(pair, CALENDAR)
    slots = slots_between(
        event, start=event.details.when.start, end=event.details.when.start.max, limit=8
    )
    touched = {
        slot: None
        if number % 2
        else replace(
            event.details, title="Lunch", when=replace(event.details.when, start=slot)
        )
        for number, slot in enumerate(slots)
        if number in places
    }
    overrides = {**event.overrides, **touched}
    changed = showing(pair, CALENDAR, replace(event, overrides=overrides))

    after, done = settled(changed, GUARDED)

    assert after.now == pair.now
    assert all(found.side is CALENDAR for found in done)


def test_an_occurrence_added_at_google_is_taken_away_again() -> None:
    pair = connected(series(), GUARDED)
    event = there(pair, CALENDAR)
    slot = START + timedelta(hours=8)
    extra = replace(event.details, when=replace(event.details.when, start=slot))
    added = replace(event, overrides={**event.overrides, slot: extra})

    after, done = settled(showing(pair, CALENDAR, added), GUARDED)

    assert after.now == pair.now
    assert [found.put_back for found in done] == [{Atom(slot, THERE)}]


def test_a_series_moved_at_google_goes_back_to_its_time() -> None:
    pair = connected(series(), GUARDED)
    event = there(pair, CALENDAR)
    later = START + timedelta(hours=6)
    moved = redone(
        pair, CALENDAR, lambda d: replace(d, when=replace(d.when, start=later))
    )

    after, _ = settled(moved, GUARDED)

    assert there(after, CALENDAR).details == event.details
    assert there(after, AGENDA) == there(pair, AGENDA)


def test_what_guests_answer_is_no_change_and_reaches_the_agenda() -> None:
    item = replace(single(), details=replace(single().details, participants=PEOPLE))
    pair = connected(item, GUARDED)
    said = (replace(PEOPLE[0], answer=Answer.ACCEPTED), PEOPLE[1])

    after, done = settled(edited(pair, CALENDAR, participants=said), GUARDED)

    assert there(after, AGENDA).details.participants == said
    assert [found.side for found in done] == [AGENDA]


def test_a_guest_invited_or_removed_at_google_is_put_back() -> None:
    item = replace(single(), details=replace(single().details, participants=PEOPLE))
    pair = connected(item, GUARDED)
    other = (PEOPLE[0], Participant(email="zoe@example.com"))

    after, _ = settled(edited(pair, CALENDAR, participants=other), GUARDED)

    assert after.now == pair.now


def test_where_nothing_goes_to_the_calendar_its_changes_stay_there() -> None:
    oneway = guarded(carries=lambda target, _name: target is AGENDA)
    pair = edited(connected(single(), GUARDED), CALENDAR, title="Lunch")

    after, done = settled(pair, oneway)

    assert done == []
    assert there(after, CALENDAR).details.title == "Lunch"
    assert there(after, AGENDA) == single()


def test_a_text_that_google_holds_shorter_is_put_back_as_google_held_it() -> None:
    long = single("  Roof survey with a very long title indeed  ")
    pair = connected(long, GUARDED)
    showed = there(pair, CALENDAR)
    pair = replace(pair, seen={**pair.seen, CALENDAR: showed})

    after, _ = settled(edited(pair, CALENDAR, title="Lunch"), GUARDED)

    assert there(after, CALENDAR) == showed
    assert there(after, AGENDA) == there(pair, AGENDA)
