"""A PATCH that names only what differs, and takes nothing from anybody.

Google merges objects, deletes what is null and replaces lists whole.
https://developers.google.com/workspace/calendar/api/guides/performance#patch
"""

from collections.abc import Mapping

from sync.content import Details
from sync.google.guests import patched_attendees
from sync.google.rows import Row
from sync.google.writing import Members, members_of
from sync.values import Json

TIMES = ("start", "end")
OF_A_TIME = ("date", "dateTime", "timeZone")


def patch_body(before: Details, after: Details, *, row: Row) -> Row:
    """Return the members that bring a row from `before` to `after`; {} for none.

    `row` is the row as it stands: guests and unmapped members that it has, and that
    neither `before` nor `after` knows, stay. Raises AttendeesOmitted.
    """
    old, new = members_of(before), members_of(after)
    changed = {name for name in new if new[name] != old[name]}
    if changed & set(TIMES):
        changed.update(TIMES)
    body: dict[str, Json] = {
        name: new[name] for name in sorted(changed - {"attendees"})
    }
    if "attendees" in changed:
        body |= patched_attendees(before, after, row)
    if "reminders" in changed:
        body["reminders"] = whole_reminders(new)
    if "start" in changed:
        body |= whole_times(new, row)
    return body


def whole_times(members: Members, row: Row) -> Row:
    """Return start and end, with nulls for what the row has of another kind.

    An event whose end was left open gets one when it gets a length.
    """
    body: dict[str, Json] = {
        name: _time(members[name], row.get(name) or {}) for name in TIMES
    }
    if row.get("endTimeUnspecified") and members["start"] != members["end"]:
        body["endTimeUnspecified"] = False
    return body


def _time(moment: Mapping[str, Json], present: Mapping[str, Json]) -> Row:
    gone = [name for name in OF_A_TIME if name in present and name not in moment]
    return {**moment, **dict.fromkeys(gone)}


def whole_reminders(members: Members) -> Row:
    """Return the reminders so that none of the present ones is left.

    Google refuses defaults together with reminders of one's own.
    """
    reminders = members["reminders"]
    none: Json = None if reminders["useDefault"] else []
    return {"overrides": none, **reminders}
