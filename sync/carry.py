"""Carry one value from a side to the other, also from a side that holds less of it."""

from dataclasses import dataclass

from sync.content import Text
from sync.facets import Value
from sync.text import carry, carry_text

TEXTS = frozenset({"title", "location"})
DESCRIPTION = "description"


@dataclass(frozen=True, kw_only=True, slots=True)
class Carrying:
    """A field on its way: what its side shows and showed, what the other one has.

    `derived` tells that the other one had just what it holds of what this side showed:
    then nothing is hidden there that a new text could lose.
    """

    name: str
    shown: Value
    shown_before: Value
    full: Value
    full_before: Value
    derived: bool = False


def carried_value(carrying: Carrying) -> tuple[Value, bool]:
    """Return the value for the other side, and whether the edit fits there.

    A text that its side holds in reduced form (trimmed, cut, without markup) is carried
    as a patch on the other side's full text. Where the patch does not fit, the full
    text is returned and False.
    """
    if not _reduced(carrying):
        return carrying.shown, True
    patched = _patched(carrying)
    return (carrying.full, False) if patched is None else (patched, True)


def _reduced(carrying: Carrying) -> bool:
    known = carrying.shown_before, carrying.full_before, carrying.full, carrying.shown
    if carrying.name not in TEXTS | {DESCRIPTION} or None in known:
        return False
    return bool(carrying.shown_before != carrying.full_before) and not carrying.derived


def _patched(carrying: Carrying) -> Value | None:
    if carrying.name == DESCRIPTION:
        return _patched_description(carrying)
    return carry(carrying.full, carrying.shown_before, carrying.shown)


def _patched_description(carrying: Carrying) -> Value | None:
    known = carrying.full, carrying.shown_before, carrying.shown
    full, before, after = (Text(text=one["text"], html=one["html"]) for one in known)
    text = carry_text(full, before, after)
    return None if text is None else {"text": text.text, "html": text.html}
