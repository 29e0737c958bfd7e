"""The writes that bring an event from one content to another, row by row.

Only the first step is certain: what Google makes of the exceptions when their master
changes is read again, and the steps are worked out anew. So whoever writes does the
first one, reads, and asks again with what is there now as `before`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sync.content import Content, Details, Slot
from sync.google.folding import slot_on
from sync.google.holding import held
from sync.google.moments import key_of, original_start
from sync.google.patching import patch_body, whole_reminders, whole_times
from sync.google.projecting import projected
from sync.google.recurrence import (
    added_slots,
    dates_line,
    lines_of,
    on_grid,
    recurrence_of,
    removed_slots,
)
from sync.google.rows import Row, etag_of, is_deleted
from sync.google.series import Rows
from sync.google.writing import members_of
from sync.recurrence import given, occurrence
from sync.values import Json, naive

NOT_OF_A_REVIVAL = frozenset({"attendees", "visibility"})


class Kind(StrEnum):
    """What happens to a row."""

    PATCH = "patch"
    CANCEL = "cancel"
    REVIVE = "revive"


@dataclass(frozen=True, kw_only=True, slots=True)
class RowChange:
    """One PATCH of one row.

    `slot` is None for the master. `carries` names what the step brings over: None for
    the fields and rules of the whole, and slots. Without an `event_id` the instance is
    no exception yet: ask for it by its `original_start`.
    """

    slot: Slot | None
    kind: Kind
    body: Row
    carries: tuple[Slot | None, ...]
    event_id: str | None = None
    etag: str | None = None
    original_start: str | None = None


def steps(
    before: Content, after: Content, rows: Rows, *, zone: str
) -> tuple[RowChange, ...]:
    """Return the writes, the master's first; none when Google holds `after` already.

    `before` is what the rows show. Without a master, the one instance that its guest
    sees is written like a single event.
    """
    main = rows.master or next(iter(rows.exceptions.values()), None)
    if main is None:
        return ()
    shown, wanted = projected(before, zone=zone), projected(after, zone=zone)
    change = _Change(shown, wanted, rows, main)
    return change.steps()


class _Change:
    """The two contents of one question, and the rows between them."""

    def __init__(self, before: Content, after: Content, rows: Rows, main: Row) -> None:
        self.before, self.after, self.rows, self.main = before, after, rows, main
        self.lines = lines_of(main.get("recurrence") or (), before.details.when)
        self.regrid = _grid_of(before) != _grid_of(after)
        self.keys = {} if self.regrid else self._keys()

    def steps(self) -> tuple[RowChange, ...]:
        slots = self._slots()
        single = [self._slot_step(slot) for slot in slots]
        by_slot = [step for step in single if step is not None]
        master = self._master_step(slots, {step.slot for step in by_slot})
        return (*([master] if master else []), *by_slot)

    def _keys(self) -> dict[Slot, str]:
        """Return the keys of the exceptions that exist, by slot."""
        found = {}
        for key in self.rows.exceptions:
            slot = slot_on(self.before, self.lines, key)
            if slot is not None:
                found[slot] = key
        return found

    def _slots(self) -> Sequence[Slot]:
        if not self.after.recurs:
            return []
        wanted = {*self.after.overrides}
        if not self.regrid:
            wanted |= {*self.before.overrides, *self.keys}
        return sorted(wanted, key=naive)

    # --- the master ------------------------------------------------------------------

    def _master_step(
        self, slots: Sequence[Slot], apart: set[Slot | None]
    ) -> RowChange | None:
        body = {
            **patch_body(self.before.details, self.after.details, row=self.main),
            **self._recurrence(),
        }
        if not body:
            return None
        whole = self.regrid or self.before.details != self.after.details
        carried = [slot for slot in slots if slot not in apart and self._differs(slot)]
        return RowChange(
            slot=None,
            kind=Kind.PATCH,
            body=body,
            carries=(*([None] if whole else []), *carried),
            event_id=self.main["id"],
            etag=etag_of(self.main),
        )

    def _differs(self, slot: Slot) -> bool:
        return _shown(self.before, slot) != _shown(self.after, slot)

    def _recurrence(self) -> Row:
        if not self.after.recurs:
            return {"recurrence": None} if self.main.get("recurrence") else {}
        if not self.main.get("recurrence"):
            times = whole_times(members_of(self.after.details), self.main)
            return {**times, "recurrence": recurrence_of(self.after)}
        wanted = self._regridded() if self.regrid else self._amended()
        return {} if wanted is None else {"recurrence": wanted}

    def _regridded(self) -> list[str] | None:
        """Return the recurrence on the new grid, None where it reads the same.

        What is removed is excluded in the same write: the exceptions that said so may
        be gone with the old grid, and nothing may come back even for a moment.
        """
        wanted = recurrence_of(self.after)
        same = self.main["recurrence"] == wanted
        return None if same else wanted

    def _amended(self) -> list[str] | None:
        """Return the present lines with slots added or taken out, None for no change.

        The rules stay as Google spells them.
        """
        when = self.after.details.when
        added = self._added()
        excluded = frozenset(
            slot
            for slot in self.lines.excluded
            if _shown(self.after, slot) is None or slot in self.keys
        )
        if added == self.lines.added and excluded == self.lines.excluded:
            return None
        rules = [line for line in self.main["recurrence"] if _is_rule(line)]
        return [
            *rules,
            *dates_line("RDATE", added, when),
            *dates_line("EXDATE", excluded, when),
        ]

    def _added(self) -> frozenset[Slot]:
        """Return the RDATEs: those that still show something, and new ones.

        What lives as a row of its own needs none.
        """
        kept = {
            slot
            for slot in self.lines.added
            if slot in self.keys or _shown(self.after, slot) is not None
        }
        new = {slot for slot in added_slots(self.after) if slot not in self.keys}
        return frozenset(kept | new)

    # --- its instances ---------------------------------------------------------------

    def _slot_step(self, slot: Slot) -> RowChange | None:
        row = self._row(slot)
        shown, wanted = self._now(slot, row), _shown(self.after, slot)
        if wanted is None:
            cancel = {"status": "cancelled"}
            gone = shown is None or self._goes_with_the_master(slot, row)
            return None if gone else self._step(slot, Kind.CANCEL, cancel)
        if shown is None:
            body = revival(wanted, row=row or self.main)
            return self._step(slot, Kind.REVIVE, body)
        body = patch_body(shown, wanted, row=row or self.main)
        return self._step(slot, Kind.PATCH, body) if body else None

    def _row(self, slot: Slot) -> Row | None:
        key = self.keys.get(slot)
        return None if key is None else self.rows.exceptions[key]

    def _now(self, slot: Slot, row: Row | None) -> Details | None:
        """Return what the slot shows once the master is written."""
        if row is not None:
            return None if is_deleted(row) else _shown(self.before, slot)
        if on_grid(self.after, slot):
            excluded = self.regrid or not self.before.recurs
            gone = slot in removed_slots(self.after) if excluded else self._out(slot)
            return None if gone else given(self.after, slot)
        if _shown(self.after, slot) is None:
            return _shown(self.before, slot)
        return given(self.after, slot)

    def _out(self, slot: Slot) -> bool:
        """Whether the slot stays excluded by the master's own lines."""
        return slot in self.lines.excluded and _shown(self.after, slot) is None

    def _goes_with_the_master(self, slot: Slot, row: Row | None) -> bool:
        return row is None and not on_grid(self.after, slot)

    def _step(self, slot: Slot, kind: Kind, body: Row) -> RowChange:
        row = self._row(slot)
        key = self.keys.get(slot) or key_of(slot, self.after.details.when)
        return RowChange(
            slot=slot,
            kind=kind,
            body=body,
            carries=(slot,),
            event_id=row["id"] if row else None,
            etag=etag_of(row) if row else None,
            original_start=original_start(key),
        )


def revival(details: Details, *, row: Row) -> Row:
    """Return the body that brings a cancelled instance back as it should be.

    What a cancelled instance still holds is not shown to us, so all is written but its
    guests, who come back with it, and the visibility, which is the series'.
    """
    members = members_of(details)
    plain = {name: members[name] for name in members.keys() - NOT_OF_A_REVIVAL}
    times = whole_times(members, row)
    return {**plain, **times, "reminders": whole_reminders(members)}


def revived_body(content: Content, *, row: Row, zone: str) -> Row:
    """Return the body that brings a deleted event or series back as it should be.

    Its guests and its video call come back with it, as Google kept them.
    """
    fitting = held(content, zone=zone)
    body = revival(fitting.details, row=row)
    lines = recurrence_of(fitting)
    return {**body, "recurrence": lines or None} if fitting.recurs else body


def _grid_of(content: Content) -> Json:
    return content.details.when.start, content.details.when.zone, content.rules


def _shown(content: Content, slot: Slot) -> Details | None:
    return occurrence(content, slot)


def _is_rule(line: str) -> bool:
    return line.upper().startswith("RRULE")
