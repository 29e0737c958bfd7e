"""A series' rows at Google, folded into one content."""

from dataclasses import replace

from sync.content import Content, Details, Privacy, Slot
from sync.google.errors import understood
from sync.google.moments import known_zone, slot_of
from sync.google.reading import details_of, instance_details, privacy_of
from sync.google.recurrence import Lines, lines_of, on_grid
from sync.google.rows import Row, ical_uid, is_deleted
from sync.google.series import Rows
from sync.normal import normal
from sync.recurrence import given

STRICTNESS = (Privacy.PUBLIC, Privacy.PRIVATE, Privacy.SECRET)


@understood
def content_of(rows: Rows, *, zone: str) -> Content | None:
    """Return what the rows show together, None where the event is gone (or unknown).

    `zone` is the calendar's, for events without one. Exceptions without their master
    are `orphans`. Raises Unreadable.
    """
    master = rows.master
    if master is None or is_deleted(master):
        return None
    series, lines = series_of(master, zone=zone)
    if not master.get("recurrence"):
        return normal(series)
    series = replace(series, details=_private_enough(series.details, rows))
    overrides = _overrides(series, lines)
    for key, row in rows.exceptions.items():
        slot = slot_on(series, lines, key)
        if slot is not None:
            _lay_over(overrides, series, slot, row)
    return normal(replace(series, overrides=overrides))


def orphans(rows: Rows, *, zone: str) -> list[Content]:
    """Return the instances whose series we may not see, each as a single event.

    That is so for a guest of one instance. A series that was deleted leaves none.
    """
    if rows.master is not None:
        return []
    alive = [row for row in rows.exceptions.values() if not is_deleted(row)]
    return [normal(_single(row, zone=zone)) for row in alive]


def _single(row: Row, *, zone: str) -> Content:
    return Content(uid=ical_uid(row), details=details_of(row, zone=zone))


def notes(rows: Rows) -> list[str]:
    """Return sentences about what of the rows could not be taken as it stands."""
    parts = [rows.master, *rows.exceptions.values()]
    names = {
        str(row[side]["timeZone"])
        for row in parts
        if row is not None
        for side in ("start", "end")
        if (row.get(side) or {}).get("timeZone")
    }
    return [
        f"Nobody knows the time zone “{name}”: times are shown in UTC."
        for name in sorted(names)
        if known_zone(name) is None
    ]


def series_of(master: Row, *, zone: str) -> tuple[Content, Lines]:
    """Return the bare series of a master, and what its recurrence lines say."""
    details = details_of(master, zone=zone)
    lines = lines_of(master.get("recurrence") or (), details.when)
    series = Content(uid=ical_uid(master), details=details, rules=lines.rules)
    return series, lines


def slot_on(series: Content, lines: Lines, key: str) -> Slot | None:
    """Return the slot of an exception's key, None where it is of another kind.

    A key of a date in a timed series is left over from when the series was all day.
    """
    when = series.details.when
    slot = slot_of(key, when, fits=lambda slot: has_place(series, lines, slot))
    fits_kind = ("T" in key) != when.all_day
    return slot if fits_kind else None


def has_place(series: Content, lines: Lines, slot: Slot) -> bool:
    """Whether the rules or the RDATEs make this slot."""
    return slot in lines.added or on_grid(series, slot)


def _private_enough(details: Details, rows: Rows) -> Details:
    """Return the series as strict as its strictest instance, as Google shows it."""
    alive = [row for row in rows.exceptions.values() if not is_deleted(row)]
    found = [details.privacy, *map(privacy_of, alive)]
    return replace(details, privacy=max(found, key=STRICTNESS.index))


def _overrides(series: Content, lines: Lines) -> dict[Slot, Details | None]:
    overrides: dict[Slot, Details | None] = {
        slot: given(series, slot)
        for slot in lines.added - lines.excluded
        if not on_grid(series, slot)
    }
    removed = [slot for slot in lines.excluded if on_grid(series, slot)]
    return overrides | dict.fromkeys(removed)


def _lay_over(
    overrides: dict[Slot, Details | None], series: Content, slot: Slot, row: Row
) -> None:
    """Put an exception where it belongs.

    One that lives outside the grid is what people see, so it is an addition; one that
    does not live there changes nothing.
    """
    if not is_deleted(row):
        overrides[slot] = instance_details(row, given(series, slot).when)
    elif on_grid(series, slot):
        overrides[slot] = None
    else:
        overrides.pop(slot, None)
