"""Fields that were not known when a side was seen: what it shows is their baseline."""

from collections.abc import Set as AbstractSet

from sync.content import Content
from sync.delta import slots_on
from sync.facets import Fields, content_from, facets_on


def with_baseline(seen: Content, now: Content, names: AbstractSet[str]) -> Content:
    """Return a seen whose fields of these names are as the side shows them now.

    They are named by the part before the slash, and taken over in the whole and in
    every slot that both have: so they are in no delta. All else in seen stays, and so
    does the grid by which its slots are named.
    """
    if not names:
        return seen
    slots = slots_on(seen, [seen, now])
    known, shown = facets_on(seen, seen, slots), facets_on(now, seen, slots)
    facets = {
        slot: _taken(fields, shown.get(slot), names) for slot, fields in known.items()
    }
    return content_from(facets, uid=seen.uid)


def _taken(
    known: Fields | None, shown: Fields | None, names: AbstractSet[str]
) -> Fields | None:
    if known is None or shown is None:
        return known
    kept = {name: value for name, value in known.items() if not _is_of(name, names)}
    new = {name: value for name, value in shown.items() if _is_of(name, names)}
    return {**kept, **new}


def _is_of(name: str, names: AbstractSet[str]) -> bool:
    return name.partition("/")[0] in names
