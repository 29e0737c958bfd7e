"""Who takes part in an activity, tied to people by their e-mail addresses: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.base import Json
from sync.content import Answer, Content, Participant

ANSWERS: Mapping[str, Answer] = {
    "Accepted": Answer.ACCEPTED,
    "Tentative": Answer.TENTATIVE,
    "Declined": Answer.DECLINED,
}
RESOURCE = "Resource"


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A user of Severa."""

    guid: str
    email: str
    name: str


Directory = Mapping[str, User]
"""Active users, by their lower-case e-mail addresses."""


def directory_of(rows: Iterable[Mapping[str, Json]]) -> dict[str, User]:
    """Return the active users that have an address."""
    users: dict[str, User] = {}
    for row in rows:
        email = (row.get("email") or "").strip().lower()
        if email and row.get("isActive", True) is not False:
            user = User(guid=row["guid"], email=email, name=_name(row))
            users.setdefault(email, user)
    return users


def _name(row: Mapping[str, Json]) -> str:
    parts = (row.get("firstName") or "", row.get("lastName") or "")
    return row.get("name") or " ".join(part for part in parts if part)


def participants_of(
    rows: Iterable[Mapping[str, Json]], *, owner: str
) -> tuple[Participant, ...]:
    """Return who takes part and has an address; the owner is the organizer."""
    found = []
    for row in rows:
        email = (row.get("email") or "").strip().lower()
        if email:
            person = Participant(
                email=email,
                name=row.get("name") or "",
                answer=ANSWERS.get(row.get("status") or "", Answer.NEEDS_ACTION),
                resource=row.get("type") == RESOURCE,
                organizer=row.get("participantGuid") == owner,
            )
            found.append(person)
    return tuple(sorted(found, key=lambda person: person.email))


def with_held_people(content: Content, users: Directory, *, owner: str) -> Content:
    """Return a content with the participants that Severa would hold of it.

    Only users can be added by their addresses, and only acceptance can be written.
    """
    held = []
    for person in content.details.participants:
        user = users.get(person.email)
        if user is not None:
            accepted = person.answer is Answer.ACCEPTED
            answer = Answer.ACCEPTED if accepted else Answer.NEEDS_ACTION
            one = Participant(
                email=user.email,
                name=user.name,
                answer=answer,
                organizer=user.guid == owner,
            )
            held.append(one)
    details = replace(content.details, participants=tuple(held))
    return replace(content, details=details)


@dataclass(frozen=True, kw_only=True, slots=True)
class PeopleSteps:
    """What is to be done: users to add, addresses to remove, answers to write."""

    added: Sequence[User]
    removed: Sequence[str]
    confirmed: Mapping[str, bool]


def steps(
    before: Sequence[Participant], after: Sequence[Participant], users: Directory
) -> PeopleSteps:
    """Return what leads from who took part to who is to."""
    old = {person.email: person for person in before}
    new = {person.email: person for person in after}
    return PeopleSteps(
        added=[users[email] for email in new if email not in old and email in users],
        removed=[email for email in old if email not in new],
        confirmed={
            email: _accepts(person)
            for email, person in new.items()
            if _accepts(person) != (email in old and _accepts(old[email]))
        },
    )


def _accepts(person: Participant) -> bool:
    return person.answer is Answer.ACCEPTED
