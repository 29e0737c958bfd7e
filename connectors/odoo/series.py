"""A series as Odoo keeps it: the rows are the truth (pure).

Odoo keeps a rule, and beside it one row for each occurrence. A deleted occurrence is a
row less, and nothing says when a moved one was to be. So what was seen first of a
series is noted: its first slot, and the slot of each row.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from connectors.odoo.rules import LONGEST_YEARS, MOST_ROWS
from sync.content import Content, Details, Rule, Slot, When
from sync.grid import slots_on
from sync.normal import normal
from sync.values import naive


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """One row that is there. `follows` tells that nobody moved it, as far as known."""

    id: int
    details: Details
    follows: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Noted:
    """What is remembered of a series from the first sight on.

    `last` is the last slot that Odoo made a row of; None where it made all of them.
    """

    start: Slot
    slots: Mapping[int, Slot]
    last: Slot | None = None


def noted(rows: Sequence[Occurrence], rule: Rule, start: Slot | None = None) -> Noted:
    """Return what is to be remembered of a series that is seen first; some rows.

    `start` is given where we know it, because we made the series.
    """
    first = start if start is not None else first_slot(rows)
    when = replace(rows[0].details.when, start=first)
    made = list(islice(slots_on(_bare(when, rule), naive(first)), MOST_ROWS + 1))
    slots = _matched(rows, made)
    return Noted(start=first, slots=slots, last=_last(made, rows, slots))


def first_slot(rows: Sequence[Occurrence]) -> Slot:
    """Return where a series begins, as far as its rows tell: one that nobody moved."""
    following = [row for row in rows if row.follows] or rows
    return min((row.details.when.start for row in following), key=naive)


def _bare(when: When, rule: Rule) -> Content:
    return Content(uid="", details=Details(when=when), rules=(rule,))


def _last(
    made: Sequence[Slot], rows: Sequence[Occurrence], slots: Mapping[int, Slot]
) -> Slot | None:
    first, end = naive(made[0]), naive(made[-1])
    whole = len(made) <= MOST_ROWS and end.year - first.year < LONGEST_YEARS
    if whole:
        return None
    return max((slots[row.id] for row in rows), key=naive)


def _matched(rows: Sequence[Occurrence], made: Sequence[Slot]) -> dict[int, Slot]:
    """Return the slot of each row: its own start, else the nearest that is missing."""
    free = {naive(slot): slot for slot in made[:MOST_ROWS]}
    slots: dict[int, Slot] = {}
    strays: list[Occurrence] = []
    for row in sorted(rows, key=lambda each: (not each.follows, each.id)):
        slot = free.pop(naive(row.details.when.start), None)
        if slot is None:
            strays.append(row)
        else:
            slots[row.id] = slot
    for row in sorted(strays, key=lambda each: naive(each.details.when.start)):
        start = row.details.when.start
        near = min(free, key=lambda slot: abs(slot - naive(start)), default=None)
        slots[row.id] = start if near is None else free.pop(near)
    return slots


def series_content(
    rows: Sequence[Occurrence], rule: Rule, note: Noted, *, uid: str
) -> Content:
    """Return the whole series that these rows are; there is at least one."""
    common = _common(rows, note)
    bare = Content(uid=uid, details=common, rules=(rule,))
    overrides: dict[Slot, Details | None] = dict.fromkeys(_made(bare, note))
    overrides |= {slot_of(row, note): row.details for row in rows}
    return normal(replace(bare, overrides=overrides))


def slot_of(row: Occurrence, note: Noted) -> Slot:
    """Return the slot that a row stands for; an unknown one stands for itself."""
    return note.slots.get(row.id, row.details.when.start)


def _made(bare: Content, note: Noted) -> Iterable[Slot]:
    """Return the slots that Odoo made rows of."""
    made = list(islice(slots_on(bare, naive(note.start)), MOST_ROWS))
    if note.last is None:
        return made
    last = naive(note.last)
    return [slot for slot in made if naive(slot) <= last]


def _common(rows: Sequence[Occurrence], note: Noted) -> Details:
    """Return what most rows show, as of the first slot; the earliest wins a tie."""
    ordered = sorted(rows, key=lambda row: naive(slot_of(row, note)))
    settled = [row for row in ordered if row.details.when.start == slot_of(row, note)]
    zone = next((row.details.when.zone for row in settled), None)
    shown = [
        replace(row.details, when=replace(row.details.when, start=note.start))
        for row in settled or ordered
    ]
    counted = Counter(details_key(one) for one in shown)
    most = counted.most_common(1)[0][0]
    found = next(one for one in shown if details_key(one) == most)
    if isinstance(note.start, datetime):
        return replace(found, when=When(start=note.start, zone=zone or found.when.zone))
    return replace(found, when=When(start=note.start))


def details_key(details: Details) -> str:
    """Return what is the same for equal details."""
    return repr(details)
