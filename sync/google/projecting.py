"""New events, and what Google would hold of a content: the way there and back."""

from collections.abc import Mapping

from sync.content import Content, Details, Slot
from sync.google.folding import content_of
from sync.google.guests import without_crowd
from sync.google.holding import held
from sync.google.moments import key_of, original_moment
from sync.google.recurrence import on_grid, recurrence_of
from sync.google.rows import Row, marked, with_meeting
from sync.google.series import Rows
from sync.google.writing import new_members
from sync.recurrence import given

PROJECTED_ID = "projected"


def project(content: Content, *, zone: str) -> Content:
    """Return what Google would hold of the content, in a calendar of this zone.

    It is what its rows fold to, so it cannot drift from the codec.
    """
    return projected(without_crowd(content), zone=zone)


def projected(content: Content, *, zone: str) -> Content:
    """Return what Google would hold if it took any number of guests.

    Who is there already stays, however many there are.
    """
    found = content_of(rows_for(content, zone=zone), zone=zone)
    if found is None:
        raise AssertionError("What is there was projected to nothing.")
    return found


def rows_for(content: Content, *, zone: str) -> Rows:
    """Return the rows that Google would hold of the content."""
    content = held(content, zone=zone)
    master = {"id": PROJECTED_ID, "iCalUID": content.uid, **_master(content)}
    exceptions = {
        key_of(slot, content.details.when): _exception(content, slot, details)
        for slot, details in content.overrides.items()
        if details is not None and not _as_given(content, slot, details)
    }
    return Rows(master=master, exceptions=exceptions)


def insert_body(
    content: Content,
    *,
    event_id: str,
    marker: Mapping[str, str],
    participants: bool,
    zone: str,
) -> Row:
    """Return the body that creates a single event or a series.

    Removed slots are excluded and added ones included from the first moment on;
    exceptions that only differ are written afterwards, slot by slot. `participants`
    tells whether guests are written at all; their copies then name the item's uid.
    """
    members = dict(_master(held(without_crowd(content), zone=zone)))
    if not participants:
        members.pop("attendees", None)
    row = marked({"id": event_id, **members}, marker)
    return with_meeting(row, content.uid) if participants else row


def _master(content: Content) -> Row:
    recurrence = recurrence_of(content)
    rules = {"recurrence": recurrence} if recurrence else {}
    return {"status": "confirmed", **new_members(content.details), **rules}


def _exception(content: Content, slot: Slot, details: Details) -> Row:
    when = content.details.when
    key = key_of(slot, when)
    return {
        "id": f"{PROJECTED_ID}_{key}",
        "recurringEventId": PROJECTED_ID,
        "originalStartTime": original_moment(key, when),
        "iCalUID": content.uid,
        "status": "confirmed",
        **new_members(details),
    }


def _as_given(content: Content, slot: Slot, details: Details) -> bool:
    added = not on_grid(content, slot)
    return added and details == given(content, slot)
