"""Answers of the API as lines that a person reads in a terminal."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = Any

CONNECTIONS = {
    "id": "id",
    "state": "state",
    "owner": "email",
    "links": "counts.links",
    "dirty": "counts.dirty",
    "parked": "counts.parked",
    "held": "counts.held",
    "p95 ms": "freshness.to_agenda.p95",
    "reason": "reason",
}
ORGANIZATIONS = {"id": "id", "name": "name", "google": "google.kind"}
AGENDAS = {
    "id": "id",
    "name": "name",
    "owner": "owner_email",
    "connector": "connector",
}
KEYS = {"id": "id", "name": "name", "made": "created_at", "ends": "expires_at"}
PARKED = {
    "link": "id",
    "cause": "parked.cause",
    "field": "parked.field",
    "answer": "parked.answer.status",
    "since": "parked.since",
    "next step": "parked.next_step",
}
WRITES = {"write": "id", "at": "at", "side": "side", "act": "act", "why": "why"}


def table(entries: Iterable[Mapping[str, Json]], columns: Mapping[str, str]) -> str:
    """Return entries as columns under their names, as wide as they have to be."""
    rows = [[_cell(_at(one, path)) for path in columns.values()] for one in entries]
    if not rows:
        return "None."
    shown = [list(columns), *rows]
    widths = [max(len(row[place]) for row in shown) for place in range(len(columns))]
    return "\n".join(_line(row, widths) for row in shown)


def pretty(value: Json) -> str:
    """Return an answer as indented JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip()


def _at(entry: Json, path: str) -> Json:
    for name in path.split("."):
        entry = entry.get(name) if isinstance(entry, Mapping) else None
    return entry


def _cell(value: Json) -> str:
    """Return a value on one line; what came from outside moves no cursor."""
    text = "-" if value is None or value == "" else str(value)
    return "".join(letter if letter.isprintable() else " " for letter in text)
