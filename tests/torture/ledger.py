"""The ledger: who edited what since both sides last agreed, and what must come of it.

It judges by what people did, never by what Tandem thinks. An atom (a field of the
whole, or of one slot) that only one side edited must show that edit on both sides in
the end. One that both edited is ambiguous: any rule may decide, but both sides must
show the same. Where people's edits cross a write of Tandem's that may or may not have
landed yet, the ledger calls it ambiguous too: it must never blame the innocent.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sync.content import Content, Slot
from sync.delta import is_significant
from sync.facets import Facets, facets_of, same_grid, value_of
from sync.markup import plain
from sync.sides import GRID, THERE, WHEN, Atom, Side

Value = Any

CUT_FROM = 100


class Fate(StrEnum):
    """Whether something must be there in the end."""

    THERE = "there"
    GONE = "gone"
    EITHER = "either"


@dataclass(slots=True)
class Edited:
    """What people did with one atom since both sides last agreed."""

    by: dict[Side, Value] = field(default_factory=dict)
    doubtful: bool = False
    coincident: bool = False
    settled: bool = False
    inherited: bool = True
    value: Value = None


@dataclass(slots=True)
class Case:
    """One appointment that a person made, known by its token."""

    token: str
    birth: Side
    base: Content
    fate: Fate = Fate.THERE
    atoms: dict[Atom, Edited] = field(default_factory=dict)
    gone: set[Side] = field(default_factory=set)
    shaken: bool = False
    reborn: bool = False
    young: bool = True
    deleting: bool = False
    slots: set[Slot] = field(default_factory=set)

    def agree(self, content: Content) -> None:
        """Start anew from what both sides show."""
        self.base, self.atoms = content, {}
        self.young = self.deleting = False
        self.gone, self.shaken = set(), False
        self.slots = set(content.overrides)

    # --- what people do --------------------------------------------------------------

    def edit(
        self, side: Side, before: Content, after: Content, other: Content | None
    ) -> list[Atom]:
        """Take note of an edit; return the atoms in which the side differs now.

        `other` is what the other side shows at that moment.
        """
        self._look(side, before, other)
        self.slots |= {*before.overrides, *after.overrides}
        if other is not None:
            self.slots |= set(other.overrides)
        if not same_grid(before, after):
            self.shaken = True
        names = differing(before, after, self.slots)
        across = None if other is None else facets_of(other, self.slots)
        mine = facets_of(after, self.slots)
        for atom in names:
            theirs = None if across is None else seen_in(across, atom)
            inherited = atom.slot is not None and Atom(None, atom.name) in names
            known = self._note(side, atom, seen_in(mine, atom), theirs)
            known.doubtful = known.doubtful or self._puts_back(atom, known, side)
            known.inherited = known.inherited and inherited
        for atom, known in self.atoms.items():
            if Atom(None, atom.name) in names and atom not in names:
                # This occurrence did not follow its series.
                known.doubtful = known.doubtful or known.inherited
        self._outweigh(side, names)
        return names

    def _outweigh(self, side: Side, names: list[Atom]) -> None:
        """See whether an edit outweighs the other side's delete.

        A delete that Tandem is about to do notices another master, but no exception.
        """
        told = [one for one in names if is_significant(one.name)]
        if side.other not in self.gone or not told:
            return
        whole = any(one.slot is None for one in told)
        self.fate = Fate.THERE if whole or not self.deleting else Fate.EITHER

    def _note(self, side: Side, atom: Atom, value: Value, theirs: Value) -> Edited:
        known = self.atoms.setdefault(atom, Edited())
        if side.other in known.by:
            known.doubtful = True
            if side is Side.AGENDA and same(value, theirs, atom):
                # Whether a write whose answer is lost did this, no item can tell.
                self.doubt(side.other)
        known.by[side] = value
        known.coincident = known.coincident or same(value, theirs, atom)
        known.settled = False
        return known

    def _look(self, side: Side, mine: Content, other: Content | None) -> None:
        """See which edits have arrived on the other side by now."""
        if other is None:
            return
        shows = {side: mine, side.other: other}
        facets = {one: facets_of(content, self.slots) for one, content in shows.items()}
        for atom, known in self.atoms.items():
            if known.doubtful or known.coincident or len(known.by) != 1:
                continue
            [(source, value)] = known.by.items()
            if same(seen_in(facets[source.other], atom), value, atom):
                known.by, known.settled, known.value = {}, True, value

    def delete(self, side: Side, before: Content, other: Content | None) -> None:
        """Take note of a delete: an edit of the other side may outweigh it."""
        self._look(side, before, other)
        self.gone.add(side)
        if side.other in self.gone or other is None:
            self.fate = Fate.GONE
            return
        fates = {
            self._fate_by(atom, known, side, before=before, other=other)
            for atom, known in self.atoms.items()
            if is_significant(atom.name)
        }
        if self.young and side is Side.AGENDA and self.birth is Side.CALENDAR:
            # Made by a run that died before it could say so, an item's tombstone
            # looks like one of former times: it may be made once more.
            fates.add(Fate.EITHER)
        chosen = [fate for fate in (Fate.THERE, Fate.EITHER) if fate in fates]
        self.fate = chosen[0] if chosen else Fate.GONE
        for known in self.atoms.values():
            if side in known.by:
                known.doubtful = True

    def _fate_by(
        self, atom: Atom, known: Edited, side: Side, *, before: Content, other: Content
    ) -> Fate:
        """Return what one atom says of a delete."""
        across = seen_in(facets_of(other, self.slots), atom)
        here = seen_in(facets_of(before, self.slots), atom)
        if known.doubtful or known.coincident or known.settled or self.shaken:
            return Fate.EITHER
        if side.other not in known.by:
            return Fate.GONE
        stands = same(across, known.by[side.other], atom) and not same(
            across, here, atom
        )
        return Fate.THERE if stands else Fate.EITHER

    def back(self, side: Side) -> None:
        """Take note that Tandem brought it back where it was deleted."""
        self.gone.discard(side)
        self.reborn = True
        for known in self.atoms.values():
            known.doubtful = True

    def doubt(self, side: Side | None = None) -> None:
        """Take all that was edited, or is on its way from a side, for ambiguous."""
        for known in self.atoms.values():
            if side is None or (side in known.by and not known.settled):
                known.doubtful = True

    # --- what must come of it --------------------------------------------------------

    def wanted(self, atom: Atom) -> tuple[bool, Value]:
        """Return whether an atom's value is certain, and which it must be."""
        if self.shaken and (atom.slot is not None or atom in GRID):
            return False, None
        known = self.atoms.get(atom)
        if known is not None:
            return self._wanted_of_edited(atom, known)
        if atom.slot is not None and not self._untouched(atom):
            return False, None
        return True, seen_in(facets_of(self.base, self.slots), atom)

    def _wanted_of_edited(self, atom: Atom, known: Edited) -> tuple[bool, Value]:
        kin = self._kin(atom)
        sides = {side for each in kin for side in each.by}
        if len(sides) > 1 or any(each.doubtful for each in kin):
            return False, None
        if atom.name == "duration" and self._when_is_doubtful():
            return False, None
        if atom.name == THERE and self._slot_was_edited(atom):
            return False, None
        if atom.slot is not None and known.inherited:
            return self.wanted(Atom(None, atom.name))
        if known.settled and not known.by:
            return True, known.value
        return True, next(iter(known.by.values()))

    def _kin(self, atom: Atom) -> list[Edited]:
        """Return what stands or falls together: reminders and their default."""
        alerts = atom.name.startswith("alert")
        return [
            known
            for one, known in self.atoms.items()
            if one == atom
            or (alerts and one.slot == atom.slot and one.name.startswith("alert"))
        ]

    def _puts_back(self, atom: Atom, known: Edited, side: Side) -> bool:
        """Whether an edit puts back what stood in the agenda before Tandem's write.

        When the answer to that write is lost, no item can tell whether it landed.
        """
        if side is Side.CALENDAR:
            return False
        before = seen_in(facets_of(self.base, self.slots), atom)
        return known.value is not None and same(known.by[side], before, atom)

    def _untouched(self, atom: Atom) -> bool:
        """Whether nobody edited the slot, nor the same field of the whole."""
        whole = Atom(None, atom.name) in self.atoms
        slot = any(one.slot == atom.slot for one in self.atoms)
        return not (whole or slot)

    def _slot_was_edited(self, there: Atom) -> bool:
        """Whether somebody edited the very occurrence that somebody took out."""
        return any(
            atom.slot == there.slot
            and atom.name != THERE
            and is_significant(atom.name)
            and not known.inherited
            for atom, known in self.atoms.items()
        )

    def _when_is_doubtful(self) -> bool:
        when = self.atoms.get(Atom(None, WHEN))
        return when is not None and (when.doubtful or len(when.by) > 1)


def seen_in(facets: Facets, atom: Atom) -> Value:
    """Return what facets show of an atom; of THERE, whether there is an occurrence."""
    if atom.name == THERE:
        return facets.get(atom.slot) is not None
    return value_of(facets, atom)


def differing(one: Content, other: Content, slots: Iterable[Slot]) -> list[Atom]:
    """Return the atoms in which two contents differ, in these slots and the whole."""
    asked = set(slots)
    ours, theirs = facets_of(one, asked), facets_of(other, asked)
    found: list[Atom] = []
    for slot in sorted({*ours, *theirs}, key=str):
        here, there = ours.get(slot), theirs.get(slot)
        if (here is None) != (there is None):
            found.append(Atom(slot, THERE))
            continue
        names = {*(here or {}), *(there or {})}
        found += [
            Atom(slot, name)
            for name in sorted(names)
            if not same(
                (here or {}).get(name), (there or {}).get(name), Atom(slot, name)
            )
        ]
    return found


def same(one: Value, other: Value, atom: Atom) -> bool:
    """Return whether two values are the same to a person: markup is no difference.

    Whoever edits a title that is shown cut edits what is shown: the hidden rest stays.
    """
    if atom.name == "title" and isinstance(one, str) and isinstance(other, str):
        short, long = sorted((one, other), key=len)
        return one == other or (len(long) > CUT_FROM and long.startswith(short))
    if atom.name == "description":
        return _words(one) == _words(other)
    return bool(one == other)


def _words(value: Value) -> str:
    if value is None:
        return ""
    text = plain(value["text"]) if value["html"] else value["text"]
    return " ".join(text.split())
