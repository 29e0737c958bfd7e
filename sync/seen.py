"""Move the seens: in pairs, and only for what was carried."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sync.content import Content, Slot
from sync.facets import (
    Facets,
    Fields,
    content_from,
    facets_of,
    facets_on,
    overrides_on,
    places_of,
    same_grid,
)
from sync.fields import fields_of
from sync.following import with_followers
from sync.recurrence import given, has_slot, occurrence
from sync.sides import GRID, RULES, THERE, WHEN, Atom, Pair, Side


def after_write(
    pair: Pair,
    target: Side,
    *,
    atoms: frozenset[Atom],
    answer: Content,
    trusted: Content,
) -> Pair:
    """Return the pair after a write that carried `atoms` to `target` has landed.

    `answer` is what the target shows now. `trusted` is where the target's seen takes
    its values from: the answer when it shows our write alone, otherwise what the side
    would hold of what was sent. Everything else in the answer is left to be found as
    the target's own change; but for exceptions that went with the old grid: nobody
    took those away, so they stay changes of the source.
    """
    written = replace(pair, now={**pair.now, target: answer})
    source = target.other
    origin = pair.now[source]
    if origin is None or pair.seen[source] is None or pair.seen[target] is None:
        raise ValueError("Only a link whose sides were both seen can be written to.")
    shows = {source: origin, target: trusted}
    if not atoms & GRID:
        moved = _moved_by_name(written, shows, atoms, named=answer)
        return with_followers(moved, pair, target, atoms)
    moved = _moved(written, shows, atoms=atoms, grid=trusted)
    if not all(
        same_grid(answer, one) for one in (trusted, *moved.seen.values()) if one
    ):
        return moved
    swept = _swept(pair.now[target], answer, atoms)
    return _as_new(moved, {source: origin, target: answer}, swept, target=target)


def after_create(
    pair: Pair, target: Side, *, answer: Content, trusted: Content
) -> Pair:
    """Return the pair after `target` was created from what the other side shows.

    Exceptions that the new event or item does not show yet stay changes of the source,
    so that the next plan carries them.
    """
    source = target.other
    origin = pair.now[source]
    if origin is None:
        raise ValueError("Nothing can be created from nothing.")
    now = {**pair.now, target: answer}
    seen = {source: _without_missing(origin, trusted), target: trusted}
    return replace(pair, now=now, seen=seen)


def after_agreement(pair: Pair, atoms: Iterable[Atom]) -> Pair:
    """Return the pair with both seens at what both sides show of these atoms.

    Atoms of slots wait until both sides name their slots alike.
    """
    shows = {side: content for side, content in pair.now.items() if content is not None}
    moving = frozenset(atoms)
    if not same_grid(shows[Side.CALENDAR], shows[Side.AGENDA]):
        moving = frozenset(atom for atom in moving if atom.slot is None)
    return _moved(pair, shows, atoms=moving, grid=None)


def after_meeting(pair: Pair, carried: Mapping[Side, frozenset[Atom]]) -> Pair:
    """Return a pair that met for the first time, with what was seen of each side.

    What the first merge decided becomes an edit of the side that prevailed: its seen
    takes the other's value, so that the next plan carries it. All else is seen as is.
    """
    shows = {side: content for side, content in pair.now.items() if content is not None}
    seen = {
        side: _put(shows[side], shows[side.other], carried[side.other], shows[side])
        for side in Side
    }
    return replace(pair, seen=seen)


def _swept(before: Content | None, answer: Content, atoms: Iterable[Atom]) -> set[Slot]:
    """Return the slots whose exceptions did not outlive the move of their grid.

    Google drops the exceptions whose slots are gone, without a word about each.
    """
    asked = {atom.slot for atom in atoms}
    known = set(overrides_on(before, answer).values()) if before else set()
    return {
        slot
        for slot in asked | known
        if slot is not None and slot not in answer.overrides and has_slot(answer, slot)
    }


def _as_new(
    pair: Pair, shows: Mapping[Side, Content], slots: Iterable[Slot], *, target: Side
) -> Pair:
    """Return the pair as if what the source has of its own in these slots were new."""
    source = target.other
    own = {slot: _own_names(shows[source], slot) for slot in slots}
    seen = {
        side: _inheriting(pair.seen[side] or shows[side], shows[side], own)
        for side in Side
    }
    return replace(pair, seen=seen)


def _own_names(content: Content, slot: Slot) -> frozenset[str]:
    """Return the fields in which a slot differs from its series."""
    shown = occurrence(content, slot)
    if shown is None:
        return frozenset()
    ours, series = fields_of(shown), fields_of(given(content, slot))
    names = {*ours, *series}
    return frozenset(name for name in names if ours.get(name) != series.get(name))


def _inheriting(
    seen: Content, shown: Content, own: Mapping[Slot, frozenset[str]]
) -> Content:
    """Return `seen` with slots as the series gives them, own fields as shown by it."""
    facets: dict[Slot | None, Fields | None] = dict(facets_of(seen, own))
    for slot, names in own.items():
        series = fields_of(given(shown, slot))
        inherited = dict(fields_of(given(seen, slot)))
        for name in names:
            inherited.pop(name, None)
            inherited |= {name: series[name]} if name in series else {}
        facets[slot] = inherited
    return content_from(facets, uid=seen.uid)


def _moved(
    pair: Pair,
    shows: Mapping[Side, Content],
    *,
    atoms: frozenset[Atom],
    grid: Content | None,
) -> Pair:
    seen = {}
    for side in Side:
        before = pair.seen[side] or shows[side]
        if grid is None:
            seen[side] = _put(before, shows[side], atoms, before)
            continue
        frame = _regridded(before, shows[side], atoms)
        named = _renamed(atoms, grid, frame)
        seen[side] = _put(before, shows[side], named, frame)
    return replace(pair, seen=seen)


def _regridded(seen: Content, shown: Content, atoms: frozenset[Atom]) -> Content:
    """Return the grid that a seen has afterwards: start and rules may go apart."""
    when = shown.details.when if Atom(None, WHEN) in atoms else seen.details.when
    rules = shown.rules if Atom(None, RULES) in atoms else seen.rules
    details = replace(seen.details, when=when)
    return replace(seen, details=details, rules=rules, overrides={})


def _moved_by_name(
    pair: Pair,
    shows: Mapping[Side, Content],
    atoms: frozenset[Atom],
    *,
    named: Content,
) -> Pair:
    """Return the pair with atoms moved whose slots are named as on another grid."""
    was = {side: pair.seen[side] or shows[side] for side in Side}
    # An exception on one side alone: in both seens it keeps what is not carried now.
    known = [*was.values(), *shows.values()]
    seen = {}
    for side, before in was.items():
        renamed = _renamed(atoms, named, before)
        seen[side] = _put(before, shows[side], renamed, before, known=known)
    return replace(pair, seen=seen)


def _renamed(atoms: frozenset[Atom], named: Content, grid: Content) -> frozenset[Atom]:
    """Return the atoms with their slots named as another grid names them."""
    if same_grid(named, grid):
        return atoms
    slots = places_of(named, grid, {a.slot for a in atoms if a.slot is not None})
    renamed = {
        atom if atom.slot is None else atom._replace(slot=slots[atom.slot])
        for atom in atoms
        if atom.slot is None or slots[atom.slot] is not None
    }
    return frozenset(renamed)


def _put(
    seen: Content,
    shown: Content,
    atoms: frozenset[Atom],
    frame: Content,
    *,
    known: Sequence[Content] = (),
) -> Content:
    """Return `seen` with the values that `shown` has for these atoms.

    `frame` says how slots are named afterwards. Slots that `known` contents have of
    their own keep what is not among the atoms.
    """
    slots = _slots([seen, shown, *known], frame, atoms)
    old = facets_on(seen, frame, slots)
    new = facets_on(shown, frame, slots)
    facets: dict[Slot | None, Fields | None] = dict(old)
    for atom in sorted(atoms, key=lambda one: (one.name != THERE, str(one))):
        _move(facets, new, atom, atoms)
    return content_from(facets, uid=seen.uid)


def _slots(
    contents: Iterable[Content], frame: Content, atoms: Iterable[Atom]
) -> set[Slot]:
    named = {atom.slot for atom in atoms if atom.slot is not None}
    places = [place for one in contents for place in overrides_on(one, frame).values()]
    return named | {slot for slot in places if slot is not None}


def _move(
    facets: dict[Slot | None, Fields | None],
    new: Facets,
    atom: Atom,
    atoms: frozenset[Atom],
) -> None:
    source = new.get(atom.slot)
    if atom.name == THERE:
        facets[atom.slot] = source and _carried(source, atom.slot, atoms)
        return
    fields = facets.get(atom.slot)
    if fields is None or source is None:
        return
    changed = dict(fields)
    changed.pop(atom.name, None)
    if atom.name in source:
        changed[atom.name] = source[atom.name]
    facets[atom.slot] = changed


def _carried(fields: Fields, slot: Slot | None, atoms: Iterable[Atom]) -> Fields:
    """Return what was carried of a whole occurrence; what else it shows is news."""
    names = {atom.name for atom in atoms if atom.slot == slot} - {THERE}
    if not names:
        return fields
    return {name: value for name, value in fields.items() if name in names}


def _without_missing(origin: Content, shown: Content) -> Content:
    """Return the origin, its overrides only where the new side shows them too."""
    slots = set(origin.overrides)
    ours, theirs = facets_of(origin, slots), facets_of(shown, slots)
    overrides = {
        slot: details
        for slot, details in origin.overrides.items()
        if _same_there(ours.get(slot), theirs.get(slot), whole=ours[None] or {})
    }
    for slot in slots - overrides.keys():
        if theirs.get(slot) is not None and not has_slot(origin, slot):
            overrides[slot] = given(origin, slot)
    return replace(origin, overrides=overrides)


def _same_there(ours: Fields | None, theirs: Fields | None, *, whole: Fields) -> bool:
    """Return whether a slot is shown as it is, as far as both sides hold it.

    What the series has and the slot has not must be missing there too. What the slot
    has of its own must be there: should that side be unable to hold it, that is agreed
    upon next.
    """
    if ours is None or theirs is None:
        return ours is theirs
    known = ours.keys() | whole.keys()
    own = {name for name, value in ours.items() if whole.get(name) != value}
    asked = own | (known & theirs.keys())
    return all(ours.get(name) == theirs.get(name) for name in asked)
