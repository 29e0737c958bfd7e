"""Guests as Google writes them: attendees, each with what only the guest can say.

A PATCH replaces the whole list, so what is sent is the list as it stands, with what
changed laid over it: whoever and whatever we do not know of stays.
https://developers.google.com/workspace/calendar/api/v3/reference/events
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from sync.content import Answer, Content, Details, Participant
from sync.google.errors import AttendeesOmitted
from sync.google.rows import ANSWERS, Row
from sync.values import Json

Members = Mapping[str, Json]

MOST_ATTENDEES = 200
OF_AN_ANSWER = ("responseStatus", "comment", "additionalGuests")
OF_A_GUEST = (*OF_AN_ANSWER, "displayName", "optional", "resource")

RESPONSE: Mapping[Answer, str] = MappingProxyType(
    {answer: name for name, answer in ANSWERS.items()}
)


# --- New lists -----------------------------------------------------------------------


def attendees_of(participants: Iterable[Participant]) -> list[Members]:
    """Return the guests that have an address, in the order of their addresses."""
    reachable = [each for each in participants if "@" in each.email]
    ordered = sorted(reachable, key=lambda participant: participant.email)
    return [attendee_of(each) for each in ordered]


def attendee_of(participant: Participant) -> Members:
    """Return one guest; what is empty is left out."""
    shown = {
        "displayName": participant.name,
        "optional": participant.optional,
        "resource": participant.resource,
        "comment": participant.comment,
        "additionalGuests": participant.guests,
    }
    return {
        "email": participant.email,
        "responseStatus": RESPONSE[participant.answer],
        **{name: value for name, value in shown.items() if value},
    }


def without_crowd(content: Content) -> Content:
    """Return the content with as many guests as Google takes, the first of them."""
    overrides = {
        slot: None if details is None else _limited(details)
        for slot, details in content.overrides.items()
    }
    return replace(content, details=_limited(content.details), overrides=overrides)


def _limited(details: Details) -> Details:
    people = details.participants
    if len(people) <= MOST_ATTENDEES:
        return details
    ordered = sorted(
        (each for each in people if "@" in each.email), key=lambda each: each.email
    )
    return replace(details, participants=tuple(ordered[:MOST_ATTENDEES]))


# --- Lists that are there ------------------------------------------------------------


def patched_attendees(before: Details, after: Details, row: Row) -> Row:
    """Return the whole list as it should be, or nothing where it stays what it is.

    Nobody is added beyond what Google takes. Raises AttendeesOmitted.
    """
    old, new = _by_email(before), _by_email(after)
    if row.get("attendeesOmitted"):
        return _own_answer(old, new, row)
    present = row.get("attendees") or []
    kept = [
        _merged(entry, old.get(email_of(entry)), new.get(email_of(entry)))
        for entry in present
        if not (email_of(entry) in old and email_of(entry) not in new)
    ]
    there = {email_of(entry) for entry in present}
    added = [new[email] for email in new if email not in old and email not in there]
    whole = [*kept, *added[: max(0, MOST_ATTENDEES - len(kept))]]
    return {} if whole == present else {"attendees": whole}


def _own_answer(
    old: Mapping[str, Members], new: Mapping[str, Members], row: Row
) -> Row:
    """Return the owner's own answer alone: the one thing that needs no whole list."""
    changed = {email for email in {*old, *new} if old.get(email) != new.get(email)}
    mine = next(filter(is_own, row.get("attendees") or ()), None)
    if mine is None or changed != {email_of(mine)} or email_of(mine) not in new:
        raise AttendeesOmitted("The event was read without all its guests.")
    merged = _merged(mine, old.get(email_of(mine)), new[email_of(mine)])
    return {"attendees": [merged], "attendeesOmitted": True}


def _by_email(details: Details) -> dict[str, Members]:
    return {entry["email"]: entry for entry in attendees_of(details.participants)}


def _merged(entry: Row, old: Row | None, new: Row | None) -> Row:
    """Return a present guest with what changed of it, and all else as it stands."""
    old, new = old or {}, new or {}
    changed = [name for name in OF_A_GUEST if new and new.get(name) != old.get(name)]
    result = {name: value for name, value in entry.items() if name not in changed}
    return result | {name: new[name] for name in changed if name in new}


# --- What rows say of guests ---------------------------------------------------------


def email_of(entry: Row) -> str:
    """Return a guest's address in lower case; "" where Google shows none."""
    return (entry.get("email") or "").strip().lower()


def is_own(entry: Row) -> bool:
    """Whether the guest is the owner of the calendar that was read."""
    return bool(entry.get("self"))


def guest_addresses(row: Row) -> set[str]:
    """Return the addresses of the people on a row's list; rooms are none."""
    attendees = row.get("attendees") or ()
    people = [entry for entry in attendees if not entry.get("resource")]
    return {email_of(entry) for entry in people if email_of(entry)}


def own_addresses(row: Row) -> set[str]:
    """Return the addresses by which the calendar's owner is on a row's list."""
    return {email_of(each) for each in row.get("attendees") or () if is_own(each)}


def with_known_guests(row: Row, known: Row | None) -> Row:
    """Return a row that came without all its guests with those that we know of.

    Who is only left out was not taken off the list.
    """
    if known is None:
        return row
    shown: Sequence[Row] = row.get("attendees") or []
    fresh = {email_of(entry): entry for entry in shown}
    kept = [fresh.pop(email_of(entry), entry) for entry in known.get("attendees") or ()]
    return {**row, "attendees": [*kept, *fresh.values()]}
