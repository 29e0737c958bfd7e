"""Guests: nobody is lost, nobody is made up, and nobody answers for somebody else."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.content import Answer, Content, Details, Participant, When
from sync.fields import details_of, fields_of
from sync.google import AttendeesOmitted, Rows, patch_body, project, with_row
from sync.google.guests import MOST_ATTENDEES, with_known_guests
from sync.guests import hosts, invited, others
from sync.merge import merge
from sync.normal import normal
from sync.policy import Policy
from sync.sides import Pair, Side
from sync.values import local_of

Json = dict[str, Any]
ANN, BOB = "ann@x.example", "bob@x.example"
PLAIN = Details(when=When(start=local_of("2027-03-29T12:00:00"), zone="UTC"))
ANSWERS = st.sampled_from(list(Answer))


def meeting(*people: Participant) -> Content:
    return normal(Content(uid="a", details=replace(PLAIN, participants=people)))


def row(*attendees: Json, **members: Any) -> Json:
    times = {"dateTime": "2027-03-29T12:00:00Z"}
    shown = {"id": "e", "start": times, "end": times, "attendees": [*attendees]}
    return shown | members


def crowd(many: int) -> tuple[Participant, ...]:
    return tuple(Participant(email=f"guest{at:03}@x.example") for at in range(many))


@given(there=st.integers(1, 260), wanted=st.integers(0, 30))
def test_adding_a_guest_to_a_crowd_takes_nobody_away(there: int, wanted: int) -> None:
    known = crowd(there)
    new = tuple(Participant(email=f"a{at}@x.example") for at in range(wanted))
    before = replace(PLAIN, participants=known)
    present = row(*({"email": each.email} for each in known))

    body = patch_body(before, replace(before, participants=(*known, *new)), row=present)

    sent = [entry["email"] for entry in body.get("attendees", present["attendees"])]
    assert sent[:there] == [each.email for each in known]
    assert len(sent) <= max(there, MOST_ATTENDEES)
    assert len(sent) == min(there + wanted, max(there, MOST_ATTENDEES))


def test_the_owners_answer_is_sent_alone_where_google_omits_guests() -> None:
    mine = {"email": ANN, "self": True, "responseStatus": "needsAction"}
    present = row(mine, attendeesOmitted=True)
    before = replace(PLAIN, participants=(Participant(email=ANN),))
    yes = replace(before.participants[0], answer=Answer.ACCEPTED)

    body = patch_body(before, replace(before, participants=(yes,)), row=present)

    accepted = {**mine, "responseStatus": "accepted"}
    assert body == {"attendees": [accepted], "attendeesOmitted": True}


def test_nothing_else_is_sent_where_google_omits_guests() -> None:
    mine = {"email": ANN, "self": True}
    before = replace(PLAIN, participants=(Participant(email=ANN),))
    after = replace(before, participants=(Participant(email=BOB),))

    with pytest.raises(AttendeesOmitted):
        patch_body(before, after, row=row(mine, attendeesOmitted=True))


def test_guests_whom_google_leaves_out_are_not_taken_off_the_list() -> None:
    known = with_row(Rows(), row({"email": ANN}, {"email": BOB}))
    later = row({"email": ANN, "responseStatus": "accepted"}, attendeesOmitted=True)

    shown = with_row(known, later).master

    assert shown is not None
    assert shown["attendees"] == [
        {"email": ANN, "responseStatus": "accepted"},
        {"email": BOB},
    ]
    assert with_known_guests(later, None) == later


@given(answers=st.tuples(ANSWERS, ANSWERS), names=st.tuples(st.text(), st.text()))
def test_a_name_and_an_answer_that_change_at_once_both_hold(
    answers: tuple[Answer, Answer], names: tuple[str, str]
) -> None:
    was = meeting(Participant(email=BOB, name=names[0], answer=answers[0]))
    named = meeting(Participant(email=BOB, name=names[1], answer=answers[0]))
    answered = meeting(Participant(email=BOB, name=names[0], answer=answers[1]))
    pair = Pair(
        now={Side.AGENDA: named, Side.CALENDAR: answered},
        seen=dict.fromkeys(Side, was),
    )

    merged = merge(pair, Policy(project=_as_it_is(), winner=lambda _n, _p: Side.AGENDA))

    both = meeting(Participant(email=BOB, name=names[1], answer=answers[1]))
    assert merged.wanted == dict.fromkeys(Side, both)
    assert merged.disputes == ()


@given(said=ANSWERS, theirs=ANSWERS, own=ANSWERS)
def test_only_the_owners_own_answer_goes_to_google(
    said: Answer, theirs: Answer, own: Answer
) -> None:
    at_google = meeting(Participant(email=ANN), Participant(email=BOB, answer=theirs))
    in_agenda = meeting(
        Participant(email=ANN, answer=own), Participant(email=BOB, answer=said)
    )
    pair = Pair(
        now={Side.AGENDA: in_agenda, Side.CALENDAR: at_google},
        seen={Side.AGENDA: meeting(*at_google.details.participants)}
        | {Side.CALENDAR: at_google},
    )

    merged = merge(pair, _only_for(ANN))

    people = {each.email: each for each in _people(merged.wanted[Side.CALENDAR])}
    assert people[BOB].answer is theirs
    assert people[ANN].answer is own


@given(said=ANSWERS, own=ANSWERS)
def test_who_is_invited_has_answered_nothing_yet(said: Answer, own: Answer) -> None:
    wanted = meeting(
        Participant(email=ANN, answer=own),
        Participant(email=BOB, answer=said, comment="Perhaps", guests=2),
    )

    asked = invited(wanted, lambda name: name != f"answer/{BOB}")

    assert _people(asked) == [
        Participant(email=ANN, answer=own),
        Participant(email=BOB),
    ]


def test_what_an_older_version_kept_of_an_answer_is_read() -> None:
    fields = fields_of(PLAIN) | {
        f"participant/{BOB}": {"name": "Bob", "answer": "declined", "guests": 1}
    }

    [bob] = details_of(fields).participants

    assert bob == Participant(email=BOB, name="Bob", answer=Answer.DECLINED, guests=1)


def test_who_organizes_is_who_has_that_role_or_anybody() -> None:
    anybody = meeting(Participant(email=ANN), Participant(email=BOB))
    bobs = meeting(Participant(email=ANN), Participant(email=BOB, organizer=True))
    own = frozenset({ANN})

    assert hosts(anybody, own)
    assert not hosts(bobs, own)
    assert hosts(bobs, frozenset({BOB}))
    assert others(bobs, own) == {BOB}


def test_google_holds_the_first_two_hundred_of_a_new_crowd() -> None:
    held = project(meeting(*crowd(250)), zone="UTC")

    assert len(held.details.participants) == MOST_ATTENDEES


def _as_it_is() -> Any:
    return dict.fromkeys(Side, lambda content: content)


def _only_for(owner: str) -> Policy:
    def carries(target: Side, name: str) -> bool:
        of_others = name.startswith("answer/") and name != f"answer/{owner}"
        return target is Side.AGENDA or not of_others

    return Policy(
        project=_as_it_is(), winner=lambda _n, _p: Side.CALENDAR, carries=carries
    )


def _people(content: Content) -> list[Participant]:
    return [*content.details.participants]
