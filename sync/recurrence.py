"""What a series comes to: its slots, what each shows, and when that is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from sync.content import Content, Details, Slot, length
from sync.grid import has_slot, slots_on
from sync.regrid import moved_slots
from sync.rule_parts import RuleInvalid
from sync.rules import canonical, rule_from_json, rule_json, rule_of, rule_text
from sync.slots import comes_to_pass
from sync.times import ends, instant, local_at, shifted
from sync.values import naive

__all__ = [
    "RuleInvalid",
    "canonical",
    "comes_to_pass",
    "ends",
    "expand",
    "given",
    "has_slot",
    "instant",
    "moved_slots",
    "occurrence",
    "reaches",
    "rule_from_json",
    "rule_json",
    "rule_of",
    "rule_text",
    "slots_between",
]

MARGIN = timedelta(days=2)
"""More than any two zones differ, and than a day can be longer than 24 hours."""


def given(content: Content, slot: Slot) -> Details:
    """Return what the series' own details show at a slot, whether it is one or not."""
    return replace(content.details, when=replace(content.details.when, start=slot))


def occurrence(content: Content, slot: Slot) -> Details | None:
    """Return what the series shows at a slot; None where it has no occurrence."""
    if slot in content.overrides:
        return content.overrides[slot]
    return given(content, slot) if has_slot(content, slot) else None


def slots_between(
    content: Content, *, start: Slot, end: Slot, limit: int
) -> list[Slot]:
    """Return the first slots from `start` on, before `end`: exclusions left out."""
    first, last = naive(start), naive(end)
    found: list[Slot] = []
    for slot in _slots(content, first):
        if len(found) == limit or naive(slot) >= last:
            break
        found.append(slot)
    return found


def _slots(content: Content, point: datetime) -> Iterator[Slot]:
    """Yield the slots that are there, at or after a local time, in order."""
    added = sorted(
        (
            slot
            for slot, details in content.overrides.items()
            if details is not None and naive(slot) >= point
        ),
        key=naive,
    )
    unchanged = (
        slot for slot in slots_on(content, point) if slot not in content.overrides
    )
    return merge(added, unchanged, key=naive)


def expand(
    content: Content, *, start: datetime, end: datetime, limit: int, zone: str = "UTC"
) -> list[tuple[Slot, Details]]:
    """Return what happens in a stretch of time, in order: the first `limit` of it.

    Counted are real instants, so what was moved into the stretch is in and what was
    moved out is not. Floating times and dates happen in `zone`.
    """
    unchanged = islice(_unchanged(content, start=start, end=end, zone=zone), limit)
    overridden = _overridden(content, start=start, end=end, zone=zone)
    both = [*unchanged, *overridden]
    return sorted(both, key=lambda one: instant(one[1].when, zone=zone))[:limit]


def reaches(
    content: Content, *, start: datetime, end: datetime, zone: str = "UTC"
) -> bool:
    """Return whether anything of it lies in a stretch of time."""
    if any(_overridden(content, start=start, end=end, zone=zone)):
        return True
    return any(_unchanged(content, start=start, end=end, zone=zone))


def _overridden(
    content: Content, *, start: datetime, end: datetime, zone: str
) -> Iterator[tuple[Slot, Details]]:
    for slot, details in content.overrides.items():
        if details is not None and _lies_in(details, start, end, zone=zone):
            yield slot, details


def _unchanged(
    content: Content, *, start: datetime, end: datetime, zone: str
) -> Iterator[tuple[Slot, Details]]:
    """Yield the occurrences without an override that lie in a stretch, in order."""
    before = length(content.details.duration) + MARGIN
    first = shifted(local_at(start, zone="UTC"), -before)
    last = shifted(local_at(end, zone="UTC"), MARGIN)
    for slot in slots_on(content, first):
        if naive(slot) > last:
            return
        details = given(content, slot)
        if slot not in content.overrides and _lies_in(details, start, end, zone=zone):
            yield slot, details


def _lies_in(details: Details, start: datetime, end: datetime, *, zone: str) -> bool:
    """Return whether it overlaps [start, end); what has no length lies at its start."""
    begins = instant(details.when, zone=zone)
    return begins < end and (begins >= start or ends(details, zone=zone) > start)
