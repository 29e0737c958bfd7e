"""Merge two sides field by field: the rule of two seens.

Each side is compared only with what was seen of itself. What one side changed is
carried to the other; what both changed to different values is a dispute that a rule
decides. Nothing here writes: the answer says what each side should show, and which
atoms may move in the seens once the write has landed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from sync.carry import Carrying, carried_value
from sync.content import Content, Slot, Status
from sync.facets import (
    Facets,
    Fields,
    content_from,
    facets_on,
    overrides_on,
    value_of,
)
from sync.recurrence import has_slot
from sync.sides import DURATION, RULES, THERE, WHEN, Atom, Dispute, Pair, Side

STATUS, FREE_BUSY = "status", "freeBusy"

SIGNIFICANT = frozenset(
    {"title", "description", STATUS, "location", WHEN, DURATION, RULES, THERE}
)
"""The fields whose edit is worth more than a delete of the same thing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What an organization decided, and what the sides can hold."""

    project: Mapping[Side, Callable[[Content], Content]]
    winner: Callable[[str, Pair], Side]
    carries: Callable[[Side, str], bool] = lambda _target, _name: True


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """What should become of two sides that both exist.

    `wanted` equals the side's now where nothing is to be written. `carried` are the
    atoms that a write to that side carries; `agreed` may move in both seens at once,
    without a write. `facets` are all four contents in one key space.
    """

    wanted: Mapping[Side, Content]
    carried: Mapping[Side, frozenset[Atom]]
    agreed: frozenset[Atom]
    disputes: tuple[Dispute, ...]
    grid: Content


def merge(pair: Pair, policy: Policy) -> Merged:
    """Return what both sides should show. Both must exist."""
    return _Merge(pair, policy).merged()


def edited(pair: Pair, side: Side) -> frozenset[Atom]:
    """Return the significant atoms that a side changed since it was last seen."""
    now, seen = pair.now[side], pair.seen[side]
    if now is None or seen is None:
        return frozenset()
    return frozenset(atom for atom in changes(now, seen) if is_significant(atom.name))


def changes(now: Content, seen: Content) -> frozenset[Atom]:
    """Return the atoms in which two contents of one side differ (their delta)."""
    slots = _slots_on(now, [now, seen])
    return _differing(facets_on(now, now, slots), facets_on(seen, now, slots))


def is_significant(name: str) -> bool:
    """Return whether an edit of this field outweighs a delete."""
    return name in SIGNIFICANT or name.startswith("location/")


def _slots_on(grid: Content, contents: Iterable[Content]) -> frozenset[Slot]:
    places = [overrides_on(content, grid).values() for content in contents]
    return frozenset(slot for some in places for slot in some if slot is not None)


def _differing(now: Facets, seen: Facets) -> frozenset[Atom]:
    found: set[Atom] = set()
    for slot in {*now, *seen}:
        ours, theirs = now.get(slot), seen.get(slot)
        if (ours is None) != (theirs is None):
            found.add(Atom(slot, THERE))
        elif ours is not None and theirs is not None:
            found.update(Atom(slot, name) for name in _names(ours, theirs))
    return frozenset(found)


def _names(ours: Fields, theirs: Fields) -> set[str]:
    return {name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name)}


@dataclass(slots=True)
class _Plan:
    """What is being found out about one merge."""

    carry: dict[Side, dict[Atom, object]] = field(
        default_factory=lambda: {side: {} for side in Side}
    )
    agreed: set[Atom] = field(default_factory=set)
    disputes: list[Dispute] = field(default_factory=list)


class _Merge:
    """One merge; its parts share the four contents and the plan."""

    def __init__(self, pair: Pair, policy: Policy) -> None:
        self.pair, self.policy, self.plan = pair, policy, _Plan()
        self.now: dict[Side, Content] = {}
        for side in Side:
            content = pair.now[side]
            if content is None:
                raise ValueError(f"There is nothing on the side of the {side}.")
            self.now[side] = content
        self.seen = {side: pair.seen[side] for side in Side}

    def merged(self) -> Merged:
        self.grid = self._grid()
        slots = self._slots()
        self.shows = {s: facets_on(self.now[s], self.grid, slots) for s in Side}
        self.saw = {s: self._seen_facets(s, slots) for s in Side}
        self._merge_whole()
        for slot in sorted(slots, key=str):
            self._merge_slot(slot)
        return self._answer()

    # --- the grid: start, zone and rules first, since slots are named by them --------

    def _grid(self) -> Content:
        """Return a content with the start and the rules that both sides will have."""
        when = self.now[self._owner(lambda content: content.details.when)]
        rules = self.now[self._owner(lambda content: content.rules)]
        return replace(
            when,
            rules=rules.rules,
            overrides={},
        )

    def _owner(self, part: Callable[[Content], object]) -> Side:
        """Return the side whose start, or whose rules, both will have."""
        moved = [side for side in Side if self._moved(side, part)]
        if len(moved) == 1 and self.policy.carries(moved[0].other, WHEN):
            return moved[0]
        return self._winner(WHEN)

    def _winner(self, name: str) -> Side:
        """Return the side that prevails; one whose changes go nowhere never does."""
        winner = self.policy.winner(name, self.pair)
        if self.policy.carries(winner.other, name):
            return winner
        return winner.other if self.policy.carries(winner, name) else winner

    def _moved(self, side: Side, part: Callable[[Content], object]) -> bool:
        seen = self.seen[side]
        return seen is None or part(self.now[side]) != part(seen)

    def _slots(self) -> frozenset[Slot]:
        known = [*self.now.values(), *(seen for seen in self.seen.values() if seen)]
        return _slots_on(self.grid, known)

    def _seen_facets(self, side: Side, slots: frozenset[Slot]) -> Facets | None:
        seen = self.seen[side]
        return None if seen is None else facets_on(seen, self.grid, slots)

    # --- one facet -------------------------------------------------------------------

    def _merge_whole(self) -> None:
        shows = {side: self.shows[side][None] or {} for side in Side}
        self._merge_fields(None, shows, self._seen_fields(None))
        self._keep_durations_with_all_day(shows)

    def _seen_fields(self, slot: Slot | None) -> Mapping[Side, Fields | None]:
        return {
            side: None if saw is None else saw.get(slot)
            for side, saw in self.saw.items()
        }

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
            own = [side for side in Side if not self._follows(side, atom)]
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
        if values[Side.CALENDAR] == values[Side.AGENDA] or self._projects(atom, values):
            self.plan.agreed.add(atom)
            return
        filled = self._filled(atom, values) if first_meeting else None
        if filled is not None:
            self._carry(atom, filled)
            return
        of_grid = atom.slot is None and atom.name in {WHEN, RULES}
        winner = self._winner(WHEN if of_grid else atom.name)
        self._dispute(atom, winner)
        self._carry(atom, winner)

    def _filled(self, atom: Atom, values: Mapping[Side, object]) -> Side | None:
        """Return the only side that says something of its own, if there is one.

        A slot without an exception repeats the series and says nothing of its own.
        """
        said = [side for side in Side if values[side] is not None]
        if len(said) == 2 and atom.slot is not None:
            said = [side for side in Side if atom.slot in self._exceptions(side)]
        return said[0] if len(said) == 1 else None

    def _exceptions(self, side: Side) -> frozenset[Slot]:
        return _slots_on(self.grid, [self.now[side]])

    def _projects(self, atom: Atom, values: Mapping[Side, object]) -> bool:
        """Return whether one value is what the side of the other holds of it."""
        return any(
            value_of(self._projection(side), atom) == values[side] for side in Side
        )

    def _projection(self, side: Side) -> Facets:
        """Return what a side would show of all that the other one shows."""
        content = self.policy.project[side](self.now[side.other])
        return facets_on(content, self.grid, [s for s in self.shows[side] if s])

    def _dispute(self, atom: Atom, winner: Side, why: str = "both changed it") -> None:
        lost = value_of(self.shows[winner.other], atom)
        self.plan.disputes.append(Dispute(atom=atom, winner=winner, lost=lost, why=why))

    def _carry(self, atom: Atom, source: Side) -> None:
        target = source.other
        if not self.policy.carries(target, atom.name):
            return
        carrying = Carrying(
            name=atom.name,
            shown=value_of(self.shows[source], atom),
            shown_before=value_of(self.saw[source] or {}, atom),
            full=value_of(self.shows[target], atom),
            full_before=value_of(self.saw[target] or {}, atom),
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
        words = [value_of(self.shows[source], atom)]
        words.append(value_of(self.saw[source] or {}, atom))
        free = Atom(atom.slot, FREE_BUSY)
        elsewhere = free in self.plan.carry[source]
        if atom.name == STATUS and Status.CANCELLED in words and not elsewhere:
            self.plan.carry[source.other][free] = value_of(self.shows[source], free)

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
        shows = {side: self.shows[side].get(slot) for side in Side}
        saw = self._seen_fields(slot)
        calendar, agenda = shows[Side.CALENDAR], shows[Side.AGENDA]
        if calendar is not None and agenda is not None:
            known = saw if all(fields is not None for fields in saw.values()) else {}
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
        saw = self._seen_fields(slot)
        first_meeting = self.saw[there] is None or self.saw[gone] is None
        removed = first_meeting or saw[gone] is not None
        added = not first_meeting and saw[there] is None
        if added or (removed and self._worth_more(slot, there, saw[there])):
            self._bring(slot, there)
        elif removed:
            self._remove(slot, there)

    def _worth_more(self, slot: Slot, there: Side, saw: Fields | None) -> bool:
        """Return whether what a person edited there outweighs the other's delete."""
        shows = self.shows[there].get(slot)
        if saw is None or shows is None:
            return False
        return any(
            is_significant(name) and not self._follows(there, Atom(slot, name))
            for name in _names(shows, saw)
        )

    def _follows(self, side: Side, atom: Atom) -> bool:
        """Return whether an occurrence only follows an edit of the whole series."""
        saw, whole = self.saw[side], Atom(None, atom.name)
        if atom.slot is None or saw is None:
            return False
        return all(
            value_of(facets, atom) == value_of(facets, whole)
            for facets in (self.shows[side], saw)
        )

    def _bring(self, slot: Slot, source: Side) -> None:
        """Carry a whole occurrence to the side that lacks it, if it has the slot."""
        target, atom = source.other, Atom(slot, THERE)
        if not self.policy.carries(target, THERE):
            return
        ruled = has_slot(self.grid, slot)
        if not ruled and has_slot(self.now[source], slot):
            self._dispute(atom, target, "the series no longer has this slot")
            self.plan.agreed.add(atom)
            return
        self.plan.carry[target][atom] = True
        for name, value in (self.shows[source][slot] or {}).items():
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
            grid=self.grid,
        )

    def _wanted(self, side: Side) -> tuple[Content, frozenset[Atom]]:
        """Return what a side should show, and the atoms that need writing for it.

        What the side already shows of it, or cannot hold, is agreement.
        """
        carry = self.plan.carry[side]
        if not carry:
            return self.now[side], frozenset()
        wanted = content_from(_with(self.shows[side], carry), uid=self.now[side].uid)
        held = self.policy.project[side](wanted)
        slots = [slot for slot in self.shows[side] if slot is not None]
        would_show = facets_on(held, self.grid, slots)
        shows = self.shows[side]
        needed = {atom for atom in carry if not _shown(atom, would_show, shows)}
        self.plan.agreed |= carry.keys() - needed
        return (wanted if needed else self.now[side]), frozenset(needed)


def _changed(name: str, shows: Fields, saw: Fields | None) -> bool:
    return saw is None or shows.get(name) != saw.get(name)


def _same_kind(one: object, other: object) -> bool:
    """Return whether two starts are both all day or both timed."""
    kinds = [
        isinstance(each, dict) and "T" in str(each["start"]) for each in (one, other)
    ]
    return kinds[0] == kinds[1]


def _with(facets: Facets, carry: Mapping[Atom, object]) -> Facets:
    """Return facets in which these atoms have these values."""
    changed: dict[Slot | None, dict[str, object] | None] = {
        slot: None if fields is None else dict(fields)
        for slot, fields in facets.items()
    }
    for atom, value in carry.items():
        _put(changed, atom, value)
    return changed


def _put(
    facets: dict[Slot | None, dict[str, object] | None], atom: Atom, value: object
) -> None:
    if atom.name == THERE:
        facets[atom.slot] = (facets.get(atom.slot) or {}) if value else None
        return
    fields = facets.get(atom.slot)
    if fields is None:
        return
    fields[atom.name] = value
    if value is None:
        del fields[atom.name]


def _shown(atom: Atom, would_show: Facets, shows: Facets) -> bool:
    """Return whether a side shows an atom already as it would after the write."""
    if atom.name == THERE:
        return (would_show.get(atom.slot) is None) == (shows.get(atom.slot) is None)
    return bool(value_of(would_show, atom) == value_of(shows, atom))
