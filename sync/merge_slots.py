"""Merge the slots of a series: which occurrences there are, and what each shows."""

from collections.abc import Mapping

from sync.content import Slot
from sync.delta import is_significant, names_differing
from sync.facets import Fields
from sync.fields import details_of, fields_of
from sync.marking import marked_details
from sync.merge_fields import FieldMerge, Found
from sync.policy import OnDelete, Policy
from sync.recurrence import has_slot
from sync.sides import RULES, THERE, WHEN, Atom, Side
from sync.table import Table


class SlotMerge:
    """The merging of slots, whose fields are merged like those of the whole."""

    def __init__(self, table: Table, found: Found, fields: FieldMerge) -> None:
        self.table, self.found, self.fields = table, found, fields

    @property
    def policy(self) -> Policy:
        """How the two sides are merged."""
        return self.table.policy

    def merge_slot(self, slot: Slot) -> None:
        """Merge one slot that either side has, had, or differs in."""
        shows = {side: self.table.shows[side].get(slot) for side in Side}
        saw = self.table.seen_fields(slot)
        calendar, agenda = shows[Side.CALENDAR], shows[Side.AGENDA]
        if calendar is not None and agenda is not None:
            if not all(fields is not None for fields in saw.values()):
                self.found.agreed.add(Atom(slot, THERE))
            known = saw if any(saw.values()) else dict.fromkeys(Side)
            whole = {Side.CALENDAR: calendar, Side.AGENDA: agenda}
            self.fields.merge_fields(slot, whole, known)
        elif calendar is None and agenda is None:
            self._both_gone(slot, saw)
        else:
            self._one_gone(slot, Side.AGENDA if calendar is None else Side.CALENDAR)

    def _both_gone(self, slot: Slot, saw: Mapping[Side, Fields | None]) -> None:
        if any(fields is not None for fields in saw.values()):
            self.found.agreed.add(Atom(slot, THERE))

    def _one_gone(self, slot: Slot, there: Side) -> None:
        """Only `there` has an occurrence in this slot."""
        saw, gone = self.table.seen_fields(slot), there.other
        if self.table.saw[there] is None or self.table.saw[gone] is None:
            self._met(slot, there, saw)
        elif saw[there] is None:
            self._added(slot, there)
        elif saw[gone] is not None:
            self._removed(slot, there, saw[there])

    def _met(self, slot: Slot, there: Side, saw: Mapping[Side, Fields | None]) -> None:
        """The sides met for the first time: what one has removed stays removed."""
        if self._worth_more(slot, there, saw[there]):
            self._bring(slot, there)
        else:
            self._remove(slot, there)

    def _added(self, slot: Slot, there: Side) -> None:
        if not self.policy.puts_back(there, THERE):
            self._bring(slot, there)
            return
        self._remove(slot, there)
        self.found.put_back.add(Atom(slot, THERE))

    def _removed(self, slot: Slot, there: Side, saw: Fields | None) -> None:
        """The other side removed what `there` has: a rule says what becomes of it."""
        edited = self._worth_more(slot, there, saw)
        rule = self.policy.after_delete(there)
        if self.policy.puts_back(there.other, THERE):
            self._restore(slot, there)
        elif edited and not self.policy.puts_back(there, THERE):
            self._bring(slot, there)
        elif rule is OnDelete.RESTORE:
            self._restore(slot, there)
        elif rule is OnDelete.MARK:
            self._mark(slot, there)
        else:
            self._remove(slot, there)

    def _worth_more(self, slot: Slot, there: Side, saw: Fields | None) -> bool:
        """Return whether what a person edited there outweighs the other's delete."""
        shows = self.table.shows[there].get(slot)
        if saw is None or shows is None:
            return False
        return any(
            is_significant(name)
            and not self.policy.puts_back(there, name)
            and not self.table.follows(there, Atom(slot, name))
            for name in names_differing(shows, saw)
        )

    def _bring(self, slot: Slot, source: Side) -> None:
        """Carry a whole occurrence to the side that lacks it, if it has the slot."""
        target, atom = source.other, Atom(slot, THERE)
        if not self.policy.carries(target, THERE):
            return
        ruled = has_slot(self.table.grid, slot)
        if not ruled and has_slot(self.table.now[source], slot):
            self.fields.dispute(atom, target, "the series no longer has this slot")
            self.found.agreed.add(atom)
            return
        self.found.carry[target][atom] = True
        for name, value in self._brought(slot, source).items():
            self.found.carry[target][Atom(slot, name)] = value

    def _brought(self, slot: Slot, source: Side) -> Fields:
        """Return what the new occurrence shows.

        A field that is not carried is as in the series of the side that gets it.
        """
        target = source.other
        series = self.table.shows[target][None] or {}
        own = {
            name: value
            for name, value in series.items()
            if name not in {WHEN, RULES} and not self.policy.carries(target, name)
        }
        shows = self.table.shows[source][slot] or {}
        return own | {
            name: value
            for name, value in shows.items()
            if self.policy.carries(target, name)
        }

    def _restore(self, slot: Slot, source: Side) -> None:
        """Bring an occurrence back to where a person removed it."""
        self._bring(slot, source)
        self.found.put_back.add(Atom(slot, THERE))

    def _remove(self, slot: Slot, target: Side) -> None:
        if not self.policy.carries(target, THERE):
            return
        self.found.carry[target][Atom(slot, THERE)] = False

    def _mark(self, slot: Slot, there: Side) -> None:
        """Let an occurrence say that it was removed elsewhere, and leave it at that.

        All of it is agreed upon once that is written, so that nobody marks it again.
        """
        shows = self.table.shows[there][slot] or {}
        says = fields_of(marked_details(details_of(shows)))
        carry = self.found.carry[there]
        carry[Atom(slot, THERE)] = True
        for name in shows.keys() | says.keys():
            written = self.policy.carries(there, name)
            carry[Atom(slot, name)] = (says if written else shows).get(name)
