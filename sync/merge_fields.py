"""Merge field by field: what is carried, what is a dispute, what is put back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.carry import Carrying, carried_value
from sync.content import Slot, Status
from sync.facets import Fields, Value
from sync.policy import Policy
from sync.sides import (
    DURATION,
    FREE_BUSY,
    RULES,
    STATUS,
    WHEN,
    Atom,
    Dispute,
    Side,
)
from sync.table import Table


@dataclass(slots=True)
class Found:
    """What is being found out about one merge.

    `carry` has the values that each side is to be given. What is `put_back` undoes what
    a person did, where that may not be done.
    """

    carry: dict[Side, dict[Atom, object]] = field(
        default_factory=lambda: {side: {} for side in Side}
    )
    agreed: set[Atom] = field(default_factory=set)
    disputes: list[Dispute] = field(default_factory=list)
    put_back: set[Atom] = field(default_factory=set)


class FieldMerge:
    """The merging of flat fields: those of the whole, or of one slot."""

    def __init__(self, table: Table, found: Found) -> None:
        self.table, self.found = table, found

    @property
    def policy(self) -> Policy:
        """How the two sides are merged."""
        return self.table.policy

    def merge_whole(self) -> None:
        """Merge what the event and the item show as a whole."""
        shows = {side: self.table.shows[side][None] or {} for side in Side}
        self.merge_fields(None, shows, self.table.seen_fields(None))
        self._keep_durations_with_all_day(shows)

    def merge_fields(
        self,
        slot: Slot | None,
        shows: Mapping[Side, Fields],
        saw: Mapping[Side, Fields | None],
    ) -> None:
        """Merge the fields of the whole, or of a slot that both sides have."""
        names = {name for fields in shows.values() for name in fields}
        names |= {name for fields in saw.values() if fields for name in fields}
        for name in sorted(names):
            self._field(Atom(slot, name), shows, saw)

    def _field(
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
            self.found.agreed.add(atom)
            return
        filled = self._filled(atom, values) if first_meeting else None
        if filled is not None:
            self._carry(atom, filled)
            return
        winner = self._winner(atom)
        self.dispute(atom, winner)
        if self.policy.puts_back(winner.other, atom.name):
            self._put_back(atom, winner.other)
        else:
            self._carry(atom, winner)

    def _winner(self, atom: Atom) -> Side:
        of_grid = atom.slot is None and atom.name in {WHEN, RULES}
        ruling = WHEN if of_grid else atom.name
        return self.policy.prevailing(ruling, self.table.pair)

    def _filled(self, atom: Atom, values: Mapping[Side, object]) -> Side | None:
        """Return the only side that says something of its own, if there is one.

        A slot without an exception repeats the series and says nothing of its own.
        """
        said = [side for side in Side if values[side] is not None]
        if len(said) == 2 and atom.slot is not None:
            said = [side for side in Side if atom.slot in self.table.exceptions(side)]
        return said[0] if len(said) == 1 else None

    def dispute(self, atom: Atom, winner: Side, why: str = "both changed it") -> None:
        """Keep what the loser shows."""
        lost = self.table.shown(winner.other, atom)
        self.found.disputes.append(
            Dispute(atom=atom, winner=winner, lost=lost, why=why)
        )

    def _carry(self, atom: Atom, source: Side) -> None:
        target = source.other
        if self.policy.puts_back(source, atom.name):
            self._put_back(atom, source)
            return
        if not self.policy.carries(target, atom.name):
            return
        carrying = Carrying(
            name=atom.name,
            shown=self.table.shown(source, atom),
            shown_before=self.table.showed(source, atom),
            full=self.table.shown(target, atom),
            full_before=self.table.showed(target, atom),
            derived=self.table.derived(target, atom),
        )
        value, fits = carried_value(carrying)
        if fits:
            self.found.carry[target][atom] = value
            self._carry_free_time(atom, source)
            return
        self.dispute(
            atom, target, "the edit of the short form fits nowhere in the full"
        )
        self.found.carry[source][atom] = value

    def _put_back(self, atom: Atom, side: Side) -> None:
        """Undo what a side changed: it shows again what it showed, or what is newer."""
        if not self.policy.carries(side, atom.name):
            return
        self.found.carry[side][atom] = self._as_it_was(atom, side)
        self.found.put_back.add(atom)

    def _as_it_was(self, atom: Atom, side: Side) -> Value:
        showed = self.table.showed(side, atom)
        shown, before = (
            self.table.shown(side.other, atom),
            self.table.showed(side.other, atom),
        )
        if shown == before:
            return showed
        newer = Carrying(
            name=atom.name,
            shown=shown,
            shown_before=before,
            full=showed,
            full_before=showed,
            derived=self.table.derived(side, atom),
        )
        value, fits = carried_value(newer)
        return value if fits else shown

    def _carry_free_time(self, atom: Atom, source: Side) -> None:
        """A side that was or became cancelled brings along whether it is free.

        Google shows what is cancelled as free time: that must not come back as an edit,
        and must end with the cancellation.
        """
        words = [self.table.shown(source, atom)]
        words.append(self.table.showed(source, atom))
        free = Atom(atom.slot, FREE_BUSY)
        elsewhere = free in self.found.carry[source]
        if atom.name == STATUS and Status.CANCELLED in words and not elsewhere:
            self.found.carry[source.other][free] = self.table.shown(source, free)

    def _keep_durations_with_all_day(self, shows: Mapping[Side, Fields]) -> None:
        """A side that became all day (or timed) brings its duration along."""
        for target in Side:
            moved = self.found.carry[target].get(Atom(None, WHEN))
            if moved is None or _same_kind(moved, shows[target].get(WHEN)):
                continue
            atom = Atom(None, DURATION)
            if atom in self.found.carry[target.other]:
                del self.found.carry[target.other][atom]
                self.dispute(atom, target.other, "the other became all day or timed")
            self.found.carry[target][atom] = shows[target.other].get(DURATION)


def _changed(name: str, shows: Fields, saw: Fields | None) -> bool:
    return saw is None or shows.get(name) != saw.get(name)


def _same_kind(one: object, other: object) -> bool:
    """Return whether two starts are both all day or both timed."""
    kinds = [
        isinstance(each, dict) and "T" in str(each["start"]) for each in (one, other)
    ]
    return kinds[0] == kinds[1]
