"""What an occurrence shows only because its series does is nobody's edit of it."""

from collections.abc import Iterable
from dataclasses import replace

from sync.content import Content, Slot
from sync.facets import content_from, facets_of, same_grid
from sync.sides import Atom, Pair, Side


def with_followers(
    pair: Pair, before: Pair, target: Side, atoms: frozenset[Atom]
) -> Pair:
    """Return the pair with exceptions seen to follow what was written to the series.

    At Google what an exception does not have of its own comes from its master, so our
    write to the master shows in it too: that is nobody's edit.
    """
    seen = {side: content for side, content in pair.seen.items() if content}
    answer = pair.now[target]
    if answer is None or not same_grid(*seen.values()):
        return pair
    names = {atom.name for atom in atoms if atom.slot is None}
    known = [one for one in (*pair.now.values(), *seen.values()) if one]
    followers = {
        Atom(slot, name)
        for slot in {slot for one in known for slot in one.overrides}
        for name in names
        if all(_follows(before.seen[side], slot, name) for side in Side)
        and not _stays(answer, slot, name, before=before.seen[target])
    }
    return replace(pair, seen={side: _led(seen[side], followers) for side in Side})


def _follows(content: Content | None, slot: Slot, name: str) -> bool:
    """Return whether an occurrence shows a field as its series does."""
    if content is None:
        return False
    facets = facets_of(content, [slot])
    own, whole = facets[slot], facets[None]
    return own is not None and whole is not None and own.get(name) == whole.get(name)


def _stays(answer: Content, slot: Slot, name: str, *, before: Content | None) -> bool:
    """Return whether an occurrence kept what the series showed before our write."""
    shown = facets_of(answer, [slot])[slot]
    whole = facets_of(before, ())[None] if before else None
    kept = (
        shown is not None and whole is not None and shown.get(name) == whole.get(name)
    )
    return kept and not _follows(answer, slot, name)


def _led(seen: Content, followers: Iterable[Atom]) -> Content:
    """Return the content with these atoms as its whole shows them."""
    atoms = list(followers)
    facets = dict(facets_of(seen, [atom.slot for atom in atoms if atom.slot]))
    for atom in atoms:
        shown, whole = facets[atom.slot], facets[None] or {}
        if shown is None:
            continue
        fields = dict(shown)
        fields.pop(atom.name, None)
        facets[atom.slot] = fields | {
            name: value for name, value in whole.items() if name == atom.name
        }
    return content_from(facets, uid=seen.uid)
