"""A series that one side cannot hold, as single appointments on that side.

Occurrences are named by the key of their slot: a text that sorts by time and begins
with the day, such as `20261201T080000Z` or `2026-12-01T09:00:00`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sync.content import Content, Details, Slot
from sync.normal import normal
from sync.recurrence import occurrence
from sync.rule_parts import SUB_DAILY


def is_series(content: Content) -> bool:
    """Return whether it takes place more than once, or may."""
    return bool(content.rules or content.overrides)


def too_often(content: Content) -> bool:
    """Return whether a rule gives several occurrences a day.

    Google's pages know no such series, and nobody says what its API does with one.
    """
    return any(dict(rule.parts).get("FREQ") in SUB_DAILY for rule in content.rules)


def key_of_slot(slot: Slot) -> str:
    """Return the key of an item's slot."""
    return slot.isoformat()


def slot_of_key(key: str) -> Slot:
    """Return the slot that `key_of_slot` named."""
    return datetime.fromisoformat(key) if "T" in key else date.fromisoformat(key)


def single(content: Content, slot: Slot) -> Content | None:
    """Return one occurrence as an appointment of its own, None where there is none."""
    details = occurrence(content, slot)
    return None if details is None else alone(content, details)


def alone(content: Content, details: Details) -> Content:
    """Return what one occurrence of a series shows, as an appointment of its own."""
    return normal(Content(uid=content.uid, details=details))


def with_single(content: Content, slot: Slot, wanted: Content | None) -> Content:
    """Return the series with another occurrence at a slot, or without it."""
    details = None if wanted is None else wanted.details
    return normal(replace(content, overrides={**content.overrides, slot: details}))


def rehomed(before: Sequence[str], after: Sequence[str]) -> Mapping[str, str]:
    """Return for each key of `after` which key of `before` it continues, if any.

    What is at the same moment stays, then what is on the same day; the rest go on in
    their order, since a series that was moved as a whole keeps its occurrences.
    """
    found: dict[str, str] = {}
    for named in (_whole, _day):
        taken = set(found.values())
        free = {named(key): key for key in sorted(before) if key not in taken}
        for key in sorted(after):
            if key not in found and named(key) in free:
                found[key] = free.pop(named(key))
    return {**found, **_in_order(before, after, found)}


def _in_order(
    before: Sequence[str], after: Sequence[str], found: Mapping[str, str]
) -> Mapping[str, str]:
    taken = set(found.values())
    left = [key for key in sorted(before) if key not in taken]
    waiting = [key for key in sorted(after) if key not in found]
    return dict(zip(waiting, left, strict=False))


def _whole(key: str) -> str:
    return key


def _day(key: str) -> str:
    return key.replace("-", "")[:8]
