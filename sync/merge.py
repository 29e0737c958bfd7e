"""Merge two sides field by field: the rule of two seens.

Each side is compared only with what was seen of itself. What one side changed is
carried to the other; what both changed to different values is a dispute that a rule
decides. Nothing here writes: the answer says what each side should show, and which
atoms may move in the seens once the write has landed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.carry import Carrying, carried_value
from sync.content import Content, Slot, Status
from sync.delta import is_significant, names_differing
from sync.facets import Fields
from sync.policy import Policy
from sync.recurrence import has_slot
from sync.sides import (
    DURATION,
    FREE_BUSY,
    RULES,
    STATUS,
    THERE,
    WHEN,
    Atom,
    Dispute,
    Pair,
    Side,
)
from sync.table import Table
from sync.wanted import wanted


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """What should become of two sides that both exist.

    `wanted` equals the side's now where nothing is to be written. `carried` are the
    atoms that a write to that side carries; `agreed` may move in both seens at once,
    without a write. `grid` has the start and rules that both sides will have.
    """

    wanted: Mapping[Side, Content]
    carried: Mapping[Side, frozenset[Atom]]
    agreed: frozenset[Atom]
    disputes: tuple[Dispute, ...]
    grid: Content


def merge(pair: Pair, policy: Policy) -> Merged:
    """Return what both sides should show. Both must exist."""
    return _Merge(Table(pair, policy)).merged()


@dataclass(slots=True)
class _Plan:
    """What is being found out about one merge."""

    carry: dict[Side, dict[Atom, object]] = field(
        default_factory=lambda: {side: {} for side in Side}
    )
    agreed: set[Atom] = field(default_factory=set)
    disputes: list[Dispute] = field(default_factory=list)


class _Merge:
    """One merge; its parts share the table and the plan."""

    def __init__(self, table: Table) -> None:
        self.table, self.policy, self.plan = table, table.policy, _Plan()

    def merged(self) -> Merged:
        """Return what both sides should show."""
        self._merge_whole()
        for slot in sorted(self.table.slots, key=str):
            self._merge_slot(slot)
        return self._answer()

    # --- one facet -------------------------------------------------------------------

    def _merge_whole(self) -> None:
        shows = {side: self.table.shows[side][None] or {} for side in Side}
        self._merge_fields(None, shows, self.table.seen_fields(None))
        self._keep_durations_with_all_day(shows)

    def _merge_fields(
        self,
        slot: Slot | None,
        shows: Mapping[Side, Fields],
        saw: Mapping[Side, Fields | None],
    ) -> None:
        names = {name for fields in shows.values() for name in fields}
        names |= {name for fields in saw.values() if fields for name in fields}
        for name in sorted(names):
            self._merge_field(Atom(slot, name), shows, saw)

    def _merge_field(
        self,
        atom: Atom,
        shows: Mapping[Side, Fields],
        saw: Mapping[Side, Fields | None],
    ) -> None:
        changed = [side for side in Side if _changed(atom.name, shows[side], saw[side])]
        if len(changed) == 2:
            # Who edits one occurrence means it, whoever edits the whole series.
            own = [side for side in Side if not self.table.follows(side, atom)]
            changed = own if len(own) == 1 else changed
        if len(changed) == 1:
            self._carry(atom, changed[0])
        elif len(changed) == 2:
            self._settle(atom, shows, first_meeting=not all(saw.values()))

    def _settle(
        self, atom: Atom, shows: Mapping[Side, Fields], *, first_meeting: bool
    ) -> None:
        """Both sides changed it: agreement, or a dispute."""
        values = {side: shows[side].get(atom.name) for side in Side}
        if values[Side.CALENDAR] == values[Side.AGENDA] or self.table.projected(atom):
            self.plan.agreed.add(atom)
            return
        filled = self._filled(atom, values) if first_meeting else None
        if filled is not None:
            self._carry(atom, filled)
            return
        of_grid = atom.slot is None and atom.name in {WHEN, RULES}
        ruling = WHEN if of_grid else atom.name
        winner = self.policy.prevailing(ruling, self.table.pair)
        self._dispute(atom, winner)
        self._carry(atom, winner)

    def _filled(self, atom: Atom, values: Mapping[Side, object]) -> Side | None:
        """Return the only side that says something of its own, if there is one.

        A slot without an exception repeats the series and says nothing of its own.
        """
        said = [side for side in Side if values[side] is not None]
        if len(said) == 2 and atom.slot is not None:
            said = [side for side in Side if atom.slot in self.table.exceptions(side)]
        return said[0] if len(said) == 1 else None

    def _dispute(self, atom: Atom, winner: Side, why: str = "both changed it") -> None:
        lost = self.table.shown(winner.other, atom)
        self.plan.disputes.append(Dispute(atom=atom, winner=winner, lost=lost, why=why))

    def _carry(self, atom: Atom, source: Side) -> None:
        target = source.other
        if not self.policy.carries(target, atom.name):
            return
        carrying = Carrying(
            name=atom.name,
            shown=self.table.shown(source, atom),
            shown_before=self.table.showed(source, atom),
            full=self.table.shown(target, atom),
            full_before=self.table.showed(target, atom),
        )
        value, fits = carried_value(carrying)
        if fits:
            self.plan.carry[target][atom] = value
            self._carry_free_time(atom, source)
            return
        self._dispute(
            atom, target, "the edit of the short form fits nowhere in the full"
        )
        self.plan.carry[source][atom] = value

    def _carry_free_time(self, atom: Atom, source: Side) -> None:
        """A side that was or became cancelled brings along whether it is free.

        Google shows what is cancelled as free time: that must not come back as an edit,
        and must end with the cancellation.
        """
        words = [self.table.shown(source, atom)]
        words.append(self.table.showed(source, atom))
        free = Atom(atom.slot, FREE_BUSY)
        elsewhere = free in self.plan.carry[source]
        if atom.name == STATUS and Status.CANCELLED in words and not elsewhere:
            self.plan.carry[source.other][free] = self.table.shown(source, free)

    def _keep_durations_with_all_day(self, shows: Mapping[Side, Fields]) -> None:
        """A side that became all day (or timed) brings its duration along."""
        for target in Side:
            moved = self.plan.carry[target].get(Atom(None, WHEN))
            if moved is None or _same_kind(moved, shows[target].get(WHEN)):
                continue
            atom = Atom(None, DURATION)
            if atom in self.plan.carry[target.other]:
                del self.plan.carry[target.other][atom]
                self._dispute(atom, target.other, "the other became all day or timed")
            self.plan.carry[target][atom] = shows[target.other].get(DURATION)

    # --- slots -----------------------------------------------------------------------

    def _merge_slot(self, slot: Slot) -> None:
        shows = {side: self.table.shows[side].get(slot) for side in Side}
        saw = self.table.seen_fields(slot)
        calendar, agenda = shows[Side.CALENDAR], shows[Side.AGENDA]
        if calendar is not None and agenda is not None:
            both_saw = all(fields is not None for fields in saw.values())
            known = saw if both_saw else {}
            if not both_saw:
                self.plan.agreed.add(Atom(slot, THERE))
            both = {side: known.get(side) for side in Side}
            whole = {Side.CALENDAR: calendar, Side.AGENDA: agenda}
            self._merge_fields(slot, whole, both)
        elif calendar is None and agenda is None:
            self._both_gone(slot, saw)
        else:
            self._one_gone(slot, Side.AGENDA if calendar is None else Side.CALENDAR)

    def _both_gone(self, slot: Slot, saw: Mapping[Side, Fields | None]) -> None:
        if any(fields is not None for fields in saw.values()):
            self.plan.agreed.add(Atom(slot, THERE))

    def _one_gone(self, slot: Slot, there: Side) -> None:
        """Only `there` has an occurrence in this slot."""
        gone = there.other
        saw = self.table.seen_fields(slot)
        first_meeting = self.table.saw[there] is None or self.table.saw[gone] is None
        removed = first_meeting or saw[gone] is not None
        added = not first_meeting and saw[there] is None
        if added or (removed and self._worth_more(slot, there, saw[there])):
            self._bring(slot, there)
        elif removed:
            self._remove(slot, there)

    def _worth_more(self, slot: Slot, there: Side, saw: Fields | None) -> bool:
        """Return whether what a person edited there outweighs the other's delete."""
        shows = self.table.shows[there].get(slot)
        if saw is None or shows is None:
            return False
        return any(
            is_significant(name) and not self.table.follows(there, Atom(slot, name))
            for name in names_differing(shows, saw)
        )

    def _bring(self, slot: Slot, source: Side) -> None:
        """Carry a whole occurrence to the side that lacks it, if it has the slot."""
        target, atom = source.other, Atom(slot, THERE)
        if not self.policy.carries(target, THERE):
            return
        ruled = has_slot(self.table.grid, slot)
        if not ruled and has_slot(self.table.now[source], slot):
            self._dispute(atom, target, "the series no longer has this slot")
            self.plan.agreed.add(atom)
            return
        self.plan.carry[target][atom] = True
        for name, value in (self.table.shows[source][slot] or {}).items():
            self.plan.carry[target][Atom(slot, name)] = value

    def _remove(self, slot: Slot, target: Side) -> None:
        if not self.policy.carries(target, THERE):
            return
        self.plan.carry[target][Atom(slot, THERE)] = False

    # --- the answer ------------------------------------------------------------------

    def _answer(self) -> Merged:
        found = {side: self._wanted(side) for side in Side}
        return Merged(
            wanted={side: found[side][0] for side in Side},
            carried={side: found[side][1] for side in Side},
            agreed=frozenset(self.plan.agreed),
            disputes=tuple(self.plan.disputes),
            grid=self.table.grid,
        )

    def _wanted(self, side: Side) -> tuple[Content, frozenset[Atom]]:
        """Return what a side should show, and what needs writing for it.

        What needs no write is agreement.
        """
        carry = self.plan.carry[side]
        content, needed = wanted(self.table, side, carry)
        self.plan.agreed |= carry.keys() - needed
        return content, needed


def _changed(name: str, shows: Fields, saw: Fields | None) -> bool:
    return saw is None or shows.get(name) != saw.get(name)


def _same_kind(one: object, other: object) -> bool:
    """Return whether two starts are both all day or both timed."""
    kinds = [
        isinstance(each, dict) and "T" in str(each["start"]) for each in (one, other)
    ]
    return kinds[0] == kinds[1]
