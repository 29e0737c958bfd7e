"""Notice a field that will not settle: somebody puts it back each time we write it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from services.links.link import Fight, Link
from services.links.parking import Trouble
from sync.content import Content
from sync.facets import facets_of, value_of
from sync.plan import Plan
from sync.sides import Atom, Pair, Side
from sync.troubles import Cause

WITHIN = timedelta(minutes=10)
TOO_OFTEN = 3


def written(
    link: Link,
    side: Side,
    atoms: frozenset[Atom],
    *,
    before: Content | None,
    now: datetime,
) -> Link:
    """Return the link, remembering what these atoms were before we wrote them."""
    known = {(fight.side, fight.atom): fight for fight in _fresh(link, now)}
    values = _values(before, atoms)
    for atom in atoms:
        fight = known.get((side, atom))
        times = fight.times if fight and fight.before == values[atom] else 0
        known[side, atom] = Fight(
            side=side, atom=atom, before=values[atom], written_at=now, times=times
        )
    return replace(link, fights=tuple(known.values()))


def counted(link: Link, plan: Plan, pair: Pair, *, now: datetime) -> Link:
    """Return the link with a fight counted for each atom that came back as it was.

    Once for each time that we wrote it: what came back may take several steps to carry,
    and each is planned anew. What is put back came back on the side that is written.
    """
    if not link.fights:
        return link
    source = plan.side.other
    came = {
        source: _values(pair.now[source], plan.atoms) if pair.now[source] else {},
        plan.side: _values(pair.now[plan.side], plan.put_back),
    }

    def counted_one(fight: Fight) -> Fight:
        back = came[fight.side].get(fight.atom) == fight.before
        if not back or fight.counted:
            return fight
        return replace(fight, times=fight.times + 1, counted=True)

    return replace(link, fights=tuple(counted_one(each) for each in _fresh(link, now)))


def unsettled(link: Link) -> Fight | None:
    """Return the field that came back too often."""
    return next((fight for fight in link.fights if fight.times >= TOO_OFTEN), None)


def put_back(fight: Fight) -> Trouble:
    """Return the trouble of a link with a field that will not settle."""
    name = fight.atom.name
    why = (
        f'The {fight.side} puts "{name}" back each time it is written:'
        " it is left alone until one side changes again."
    )
    return Trouble(cause=Cause.PUT_BACK, why=why, field=name)


def _fresh(link: Link, now: datetime) -> list[Fight]:
    return [fight for fight in link.fights if now - fight.written_at < WITHIN]


def _values(content: Content | None, atoms: frozenset[Atom]) -> Mapping[Atom, str]:
    """Return a hash of each atom; where there is nothing, none has a value."""
    if content is None:
        return {atom: _hash(None) for atom in atoms}
    slots = [atom.slot for atom in atoms if atom.slot is not None]
    facets = facets_of(content, slots)
    return {atom: _hash(value_of(facets, atom)) for atom in atoms}


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
