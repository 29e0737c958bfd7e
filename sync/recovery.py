"""Judge a write whose answer was never seen: did it land?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from sync.content import Content, Slot
from sync.facets import Fields, facets_on, value_of
from sync.fields import fields_of
from sync.recurrence import given
from sync.seen import after_write
from sync.sides import THERE, Atom, Pair, Side


def after_unknown(
    pair: Pair,
    side: Side,
    *,
    atoms: frozenset[Atom],
    origin: Content,
    before: Content,
    held: Content,
    answer: Content,
    told: Mapping[Slot | None, bool] = MappingProxyType({}),
) -> Pair | None:
    """Return the pair after a write to `side` that may have landed; None if it did not.

    `origin` is what the other side showed when the write was planned, `before` what
    this side showed then; `answer` is what it shows now, and `held` what it would hold
    of what was sent. As before: it did not land. As sent: it landed. Anything else: it
    landed, and somebody edited since; what differs from what was sent is then that
    side's own change. Where a row itself has `told` of its slot, that is certain.
    """
    landed = _landed(side, atoms, answer, before, held, told)
    if not landed or not pair.linked:
        return None
    planned = replace(pair, now={side: before, side.other: origin})
    after = after_write(planned, side, atoms=landed, answer=answer, trusted=held)
    return replace(after, now={**pair.now, side: answer})


def _landed(
    side: Side,
    atoms: frozenset[Atom],
    answer: Content,
    before: Content,
    held: Content,
    told: Mapping[Slot | None, bool],
) -> frozenset[Atom]:
    """Return what of the intent was written: at Google a series goes row by row."""
    rows = {atom.slot for atom in atoms} if side is Side.CALENDAR else {None}
    found: set[Atom] = set()
    for slot in rows:
        of_row = [atom for atom in atoms if slot == atom.slot]
        part = of_row if side is Side.CALENDAR else list(atoms)
        along = _along(held, slot, atoms) if side is Side.CALENDAR else {}
        if slot in told:
            found.update(part if told[slot] else ())
        elif _part_landed(part, answer, before=before, held=held, along=along):
            found.update(part)
    return frozenset(found)


def _along(held: Content, slot: Slot | None, atoms: Iterable[Atom]) -> Fields:
    """Return what a slot shows as soon as its series is written, though it is not."""
    if slot is None:
        return {}
    shown = fields_of(given(held, slot))
    whole = {atom.name for atom in atoms if atom.slot is None}
    return {name: shown.get(name) for name in whole}


def _part_landed(
    part: Sequence[Atom],
    answer: Content,
    *,
    before: Content,
    held: Content,
    along: Fields,
) -> bool:
    """Return whether what was written together is there.

    One atom as it was sent tells that it landed, else one as it was before that it did
    not: people may have edited the others since, and an edit of a series shows in its
    occurrences. So does our own write of the series, which is another row: what a slot
    has from there tells nothing of the slot's own, where it was sent any.
    """
    asked = [atom for atom in part if not shows(before, held, [atom])]
    own = [atom for atom in asked if not _has_along(held, atom, along)] or asked
    own = [atom for atom in own if _has_place(answer, atom)] or own
    if any(shows(answer, held, [atom]) for atom in own):
        return True
    return not any(
        shows(answer, before, [atom]) or _has_along(answer, atom, along) for atom in own
    )


def _has_place(answer: Content, atom: Atom) -> bool:
    """Whether an answer can tell of an atom: a series that moved lost the slot's name.

    What neither shows would look alike.
    """
    if atom.slot is None or atom.name == THERE:
        return True
    return facets_on(answer, answer, [atom.slot]).get(atom.slot) is not None


def _has_along(content: Content, atom: Atom, along: Fields) -> bool:
    if atom.slot is None or atom.name not in along:
        return False
    shown = facets_on(content, content, [atom.slot])
    return bool(value_of(shown, atom) == along[atom.name])


def shows(answer: Content, content: Content, atoms: Iterable[Atom]) -> bool:
    """Return whether two contents show these atoms alike."""
    asked = list(atoms)
    slots = [atom.slot for atom in asked if atom.slot is not None]
    ours, theirs = (
        facets_on(answer, answer, slots),
        facets_on(content, answer, slots),
    )
    return all(
        (ours.get(atom.slot) is None) == (theirs.get(atom.slot) is None)
        if atom.name == THERE
        else value_of(ours, atom) == value_of(theirs, atom)
        for atom in asked
    )
