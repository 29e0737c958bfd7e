"""Records, domains over them, and what reading them gives."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.odoo.refusals import Fault

Json = Any
Record = dict[str, Any]

RELATIONS: Mapping[str, Mapping[str, str]] = {
    "calendar.event": {
        "user_id": "res.users",
        "partner_id": "res.partner",
        "partner_ids": "res.partner",
        "attendee_ids": "calendar.attendee",
        "alarm_ids": "calendar.alarm",
        "categ_ids": "calendar.event.type",
        "recurrence_id": "calendar.recurrence",
        "write_uid": "res.users",
    },
    "calendar.attendee": {"partner_id": "res.partner", "event_id": "calendar.event"},
    "calendar.recurrence": {"base_event_id": "calendar.event"},
    "res.users": {"partner_id": "res.partner"},
}
_LIKE = {"%": ".*", "_": "."}


@dataclass(slots=True)
class Tables:
    """All records of one database, by model and id."""

    records: dict[str, dict[int, Record]] = field(default_factory=dict)
    last_id: int = 100

    def of(self, model: str) -> dict[int, Record]:
        return self.records.setdefault(model, {})

    def add(self, model: str, values: Mapping[str, Json]) -> int:
        self.last_id += 1
        self.of(model)[self.last_id] = {"id": self.last_id, **values}
        return self.last_id

    def search(
        self, model: str, domain: Sequence[Json], *, active_test: bool
    ) -> list[int]:
        """Return the ids that a domain lets through; archived ones when asked (F14)."""
        hidden = active_test and not any(
            isinstance(term, list | tuple) and term[0] == "active" for term in domain
        )
        quick = [_quick(term) for term in domain]
        return [
            number
            for number, record in self.of(model).items()
            if not (hidden and record.get("active") is False)
            and self.fits(model, record, quick)
        ]

    def fits(self, model: str, record: Record, domain: list[Json]) -> bool:
        """Evaluate a domain in Polish notation, terms not joined are joined by and."""
        results: list[bool] = []
        for term in reversed(domain):
            if term == "|":
                results.append(_either(results.pop(), results.pop()))
            elif term == "&":
                results.append(_both(results.pop(), results.pop()))
            elif term == "!":
                results.append(not results.pop())
            else:
                results.append(self._holds(model, record, *term))
        return all(results)

    def _holds(
        self, model: str, record: Record, path: str, operator: str, wanted: Json
    ) -> bool:
        if "." in path:
            values = list(self._values(model, record, path.split(".")))
        elif path in record:
            values = record[path] if isinstance(record[path], list) else [record[path]]
        else:
            raise Fault(f"Invalid field {model}.{path} in leaf")
        if operator in ("in", "not in"):
            inside = any(value in wanted for value in values or [False])
            return inside is (operator == "in")
        return any(_compare(value, operator, wanted) for value in values or [False])

    def _values(self, model: str, record: Record, path: list[str]) -> Iterable[Json]:
        name, *rest = path
        if name not in record:
            raise Fault(f"Invalid field {model}.{name} in leaf")
        held = record[name]
        found = held if isinstance(held, list) else [held]
        if not rest:
            yield from found
            return
        other = RELATIONS[model][name]
        for number in found:
            if number:
                yield from self._values(other, self.of(other)[number], rest)

    def read(self, model: str, number: int, fields: Iterable[str]) -> Record:
        """Return a record as `read` gives it: moments are text, to the second (F13)."""
        record = self.of(model)[number]
        unknown = [name for name in fields if name not in record]
        if unknown:
            raise Fault(f"Invalid field {unknown[0]!r} on {model!r}")
        return {"id": number, **{name: _given(record[name]) for name in fields}}


def _quick(term: Json) -> Json:
    """Return a term whose many values are found at once."""
    if isinstance(term, str) or term[1] not in ("in", "not in"):
        return term
    return [term[0], term[1], frozenset(term[2])]


def _both(one: bool, other: bool) -> bool:
    return one and other


def _either(one: bool, other: bool) -> bool:
    return one or other


def _given(value: Json) -> Json:
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat(sep=" ")
    if isinstance(value, list):
        return list(value)
    return False if value is None else value


def _compare(value: Json, operator: str, wanted: Json) -> bool:
    if isinstance(value, datetime) and isinstance(wanted, str):
        wanted = read_moment(wanted)
    if operator == "=":
        return bool(value == wanted or (not value and not wanted))
    if operator == "!=":
        return not _compare(value, "=", wanted)
    if operator == "=like":
        pattern = "".join(_LIKE.get(letter, re.escape(letter)) for letter in wanted)
        return isinstance(value, str) and bool(re.fullmatch(pattern, value))
    if operator == "=ilike":
        return isinstance(value, str) and value.lower() == wanted.lower()
    if not value:
        return False
    compared = {
        ">=": value >= wanted,
        ">": value > wanted,
        "<": value < wanted,
        "<=": value <= wanted,
    }
    return bool(compared[operator])


def read_moment(text: Json) -> datetime:
    """Read a moment that was sent; with T or Z it is refused (F10)."""
    if not isinstance(text, str):
        raise Fault(f"{text!r} is no moment")
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  because Odoo's own moments carry no zone
    except ValueError as error:
        raise Fault(str(error)) from error
