"""Judge a write whose answer was never seen: did it land?"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sync.content import Content
from sync.facets import facets_on, value_of
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
) -> Pair | None:
    """Return the pair after a write to `side` that may have landed; None if it did not.

    `origin` is what the other side showed when the write was planned, `before` what
    this side showed then; `answer` is what it shows now, and `held` what it would hold
    of what was sent. As before: it did not land. As sent: it landed. Anything else: it
    landed, and somebody edited since; what differs from what was sent is then that
    side's own change.
    """
    landed = _landed(side, atoms, answer, before, held)
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
) -> frozenset[Atom]:
    """Return what of the intent was written: at Google a series goes row by row."""
    rows = {atom.slot for atom in atoms} if side is Side.CALENDAR else {None}
    found: set[Atom] = set()
    for slot in rows:
        of_row = [atom for atom in atoms if slot == atom.slot]
        part = of_row if side is Side.CALENDAR else list(atoms)
        if _part_landed(part, answer, before=before, held=held):
            found.update(part)
    return frozenset(found)


def _part_landed(
    part: Sequence[Atom], answer: Content, *, before: Content, held: Content
) -> bool:
    """Return whether what was written together is there.

    One atom as it was sent tells that it landed, else one as it was before that it did
    not: people may have edited the others since, and an edit of a series shows in its
    occurrences.
    """
    asked = [atom for atom in part if not shows(before, held, [atom])]
    if any(shows(answer, held, [atom]) for atom in asked):
        return True
    return not any(shows(answer, before, [atom]) for atom in asked)


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
