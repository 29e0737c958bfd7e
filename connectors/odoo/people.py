"""Participants: Odoo's attendees are partners, each with an answer.

The owner is among the attendees of every meeting, for Odoo's calendar shows only those;
alone there he is no participant worth telling of.
"""

from collections.abc import Iterable, Mapping, Sequence

from connectors.odoo.owner import Owner
from sync.content import Answer, Participant
from sync.values import Json

STATES: Mapping[str, Answer] = {
    "needsAction": Answer.NEEDS_ACTION,
    "accepted": Answer.ACCEPTED,
    "declined": Answer.DECLINED,
    "tentative": Answer.TENTATIVE,
}
ANSWERS = {answer: state for state, answer in STATES.items()}
_SILENT = (Answer.NEEDS_ACTION, Answer.ACCEPTED)


def participants_of(row: Mapping[str, Json], owner: Owner) -> tuple[Participant, ...]:
    """Return who takes part in a row; attendees without an address are left alone."""
    organizer = _id(row.get("partner_id"))
    found = {
        email_of(attendee): Participant(
            email=email_of(attendee),
            name=_name(attendee),
            answer=STATES.get(attendee["state"], Answer.NEEDS_ACTION),
            organizer=_id(attendee["partner_id"]) == organizer,
        )
        for attendee in reversed(row["attendee_ids"])
        if email_of(attendee)
    }
    return _worth_telling(found.values(), owner)


def held_participants(
    participants: Sequence[Participant], owner: Owner
) -> tuple[Participant, ...]:
    """Return the participants as the owner's own meeting would hold them."""
    found = {
        person.email: Participant(
            email=person.email,
            name=person.name or person.email,
            answer=person.answer,
            organizer=person.email == owner.email,
        )
        for person in reversed(participants)
        if person.email
    }
    if found and owner.email not in found:
        found[owner.email] = Participant(
            email=owner.email,
            name=owner.email,
            answer=Answer.ACCEPTED,
            organizer=True,
        )
    return _worth_telling(found.values(), owner)


def _worth_telling(
    participants: Iterable[Participant], owner: Owner
) -> tuple[Participant, ...]:
    people = sorted(participants, key=lambda person: person.email)
    if [person.email for person in people] == [owner.email]:
        return () if people[0].answer in _SILENT else tuple(people)
    return tuple(people)


def email_of(attendee: Mapping[str, Json]) -> str:
    """Return an attendee's address in lower case, empty without one."""
    return (attendee.get("email") or "").strip().lower()


def _name(attendee: Mapping[str, Json]) -> str:
    partner = attendee["partner_id"]
    return (partner.get("name") or "") if isinstance(partner, Mapping) else ""


def _id(found: Json) -> int | None:
    """Return the id of a record, read with its fields or without."""
    return found.get("id") if isinstance(found, Mapping) else found or None
