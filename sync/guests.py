"""Guests: who organizes, and what of them may be told to the calendar."""

from collections.abc import Callable, Set
from dataclasses import replace

from sync.content import Answer, Content, Details, Participant
from sync.fields import ANSWER

PERSON = "participant/"


def hosts(content: Content, own: Set[str]) -> bool:
    """Return whether nobody else organizes what a content shows.

    Where nobody is said to organize it, it is whoever writes it first.
    """
    organizers = {each.email for each in _people(content) if each.organizer}
    return not organizers or bool(organizers & own)


def organizer_of(content: Content) -> str:
    """Return the address of who organizes it; "" where nobody is said to."""
    found = (each.email for each in _people(content) if each.organizer)
    return next(found, "")


def others(content: Content, own: Set[str]) -> set[str]:
    """Return the addresses of the people who take part besides the owner."""
    people = {each.email for each in _people(content) if not each.resource}
    return people - own


def invited(content: Content, carries: Callable[[str], bool]) -> Content:
    """Return what a new event is to show: only those guests who may be invited.

    What somebody else has answered is theirs to say, also where the application knows.
    """
    overrides = {
        slot: None if details is None else _invited(details, carries)
        for slot, details in content.overrides.items()
    }
    details = _invited(content.details, carries)
    return replace(content, details=details, overrides=overrides)


def _invited(details: Details, carries: Callable[[str], bool]) -> Details:
    people = [
        each if carries(ANSWER + each.email) else _unanswered(each)
        for each in details.participants
        if carries(PERSON + each.email)
    ]
    return replace(details, participants=tuple(people))


def _unanswered(person: Participant) -> Participant:
    return replace(person, answer=Answer.NEEDS_ACTION, comment="", guests=0)


def _people(content: Content) -> list[Participant]:
    return [each for each in content.details.participants if "@" in each.email]
