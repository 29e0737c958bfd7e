"""Contents as small JSON for our own documents: exact there and back, quick to read.

Not an exchange format: JSCalendar for people is `sync.jscalendar`.
"""

from sync.content import Content, Rule
from sync.fields import details_of, fields_of
from sync.sides import Atom
from sync.values import Json, slot_of_text, slot_text

CODEC = 1
"""Rises when content learns a new field; FIELDS_SINCE then says from when it counts."""

FIELDS_SINCE: dict[str, int] = {}
"""Field name (or the part before its slash) -> the codec that first knew it.

Neither the times nor the rules may be among them: they name the slots.
"""


def packed(content: Content) -> Json:
    """Return a content as JSON."""
    json: dict[str, Json] = {"u": content.uid, "d": dict(fields_of(content.details))}
    if content.rules:
        json["r"] = [_rule_json(rule) for rule in content.rules]
    if content.overrides:
        json["o"] = {
            slot_text(slot): None if details is None else dict(fields_of(details))
            for slot, details in sorted(content.overrides.items(), key=str)
        }
    return json


def unpacked(json: Json) -> Content:
    """Return the content that was packed."""
    return Content(
        uid=json["u"],
        details=details_of(json["d"]),
        rules=tuple(_rule(rule) for rule in json.get("r", ())),
        overrides={
            slot_of_text(slot): None if fields is None else details_of(fields)
            for slot, fields in json.get("o", {}).items()
        },
    )


def packed_atom(atom: Atom) -> Json:
    """Return an atom as JSON."""
    return [None if atom.slot is None else slot_text(atom.slot), atom.name]


def unpacked_atom(json: Json) -> Atom:
    """Return the atom that was packed."""
    slot, name = json
    return Atom(None if slot is None else slot_of_text(slot), name)


def fields_since(codec: int) -> frozenset[str]:
    """Return the fields that this codec did not know yet, by their first part."""
    return frozenset(name for name, since in FIELDS_SINCE.items() if since > codec)


def _rule_json(rule: Rule) -> Json:
    until = None if rule.until is None else slot_text(rule.until)
    return [[list(part) for part in rule.parts], rule.count, until]


def _rule(json: Json) -> Rule:
    parts, count, until = json
    return Rule(
        parts=tuple((name, value) for name, value in parts),
        count=count,
        until=None if until is None else slot_of_text(until),
    )
